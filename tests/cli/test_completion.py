# SPDX-License-Identifier: Apache-2.0
"""Completion scripts: bash runs its own; those of zsh and fish are compared with the usage, and
read by their shells where these are installed."""
import re
import shutil
import subprocess

import pytest

FILES = ["sealed one", "sealrow.yaml"]


def usage(place, *command):
    return place.ok(*command, "--help").decode()


def commands(place):
    """Names as the usage lists them."""
    text = usage(place).split("\n\n")[2]
    return [line.split()[0] for line in text.splitlines()]


def options(text):
    """Long options that a usage explains."""
    return re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.M)


def complete(place, *words):
    """What bash offers when the last of these words is completed."""
    script = (place.folder / "script.bash")
    script.write_bytes(place.ok("completion", "bash"))
    program = ('source ./script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
               '_sealrow; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", program, "bash", "sealrow", *words], cwd=place.folder,
                          env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stderr == b""
    return sorted(line for line in done.stdout.decode().splitlines() if line)


def test_bash_completes_commands_and_their_options(place):
    assert complete(place, "") == sorted(commands(place))
    assert complete(place, "en") == ["encrypt"]
    for before in (["--json"], ["-c", "file"], ["--log-level=debug"], ["--local-region", "=", "x"]):
        assert complete(place, *before, "insp") == ["inspect"], before
    for command in commands(place):
        wanted = sorted({f"--{name}" for name in options(usage(place, command))})
        assert complete(place, command, "--") == wanted, command
    assert complete(place, "open", "x", "--vi") == ["--via"]


def test_bash_completes_values(place):
    (place.folder / "sealed one").write_bytes(b"")
    assert complete(place, "config", "") == ["keys", "show"]
    assert complete(place, "help", "ex") == ["explain"]
    assert complete(place, "completion", "") == ["bash", "fish", "zsh"]
    assert complete(place, "check", "--as", "w") == ["writer"]
    assert complete(place, "check", "--as", "=") == ["reader", "writer"]
    assert complete(place, "--log-level", "=", "in") == ["info"]
    assert complete(place, "get", "--log-level", "in") == ["info"]
    assert complete(place, "put", "t", "--format", "") == ["csv", "jsonl"]
    assert complete(place, "get", "t", "--format", "") == ["csv", "jsonl", "table"]
    for words in (["-c", "seal"], ["encrypt", "--in", "seal"], ["encrypt", "--in", "=", "seal"],
                  ["inspect", "seal"], ["match", "a.b", "--message", "seal"]):
        assert complete(place, *words) == FILES, words
    assert complete(place, "seal", "--bind", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_have_each_command_and_option(place, shell):
    script = place.ok("completion", shell).decode()
    for command in commands(place):
        assert re.search(rf"\b{command}\b", script), command
        for name in options(usage(place, command)):
            wanted = f"-l {name} " if shell == "fish" else f"--{name}"
            assert wanted in script, (command, name)
    known = {name for command in commands(place) for name in options(usage(place, command))}
    pattern = r"-l ([\w-]+)" if shell == "fish" else r"--([a-z][\w-]+)"
    found = {name for line in script.splitlines() for name in re.findall(pattern, line)
             if not line.startswith("#") and "compgen" not in line}
    assert found <= known, found - known


@pytest.mark.parametrize("shell", filter(shutil.which, ["bash", "zsh", "fish"]))
def test_scripts_are_read_by_their_shell(place, shell):
    done = subprocess.run([shell, "-n"], input=place.ok("completion", shell),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=place.env)
    assert (done.returncode, done.stderr) == (0, b"")
