# SPDX-License-Identifier: Apache-2.0
"""The README's transcript: its commands, run as they stand, print what it says they print."""
import os
import re
import signal
import socket
import subprocess

from conftest import BUILD, ROOT


def transcript():
    """[(command, expected output)] of the README's console blocks, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    steps = []
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append([line[2:], ""])
            elif line.startswith("> "):
                steps[-1][0] += "\n" + line[2:]
            else:
                steps[-1][1] += line + "\n"
    return steps


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def script(steps):
    """One bash script: each command, then a mark that ends its output."""
    lines = ["set -u"]
    for number, (command, _) in enumerate(steps):
        lines.append(command)
        if command.endswith("&"):
            lines.append("server=$!; until grep -qs '^ready$' kmsd.log; do :; done")
        lines.append(f"echo; echo '--- {number}'")
    return "\n".join([*lines, 'kill "$server"; wait "$server"'])


def run(tmp_path, steps):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SEALROW_"))}
    env["PATH"] = f"{BUILD}/cmd:{BUILD}/kmsd:{env['PATH']}"
    text, ports = script(steps), {port: str(free_port()) for port in ("18081", "18082")}
    for port, free in ports.items():
        text = text.replace(port, free)
    bash = subprocess.Popen(["bash", "-c", text], cwd=tmp_path, env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)
    try:
        out, _ = bash.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(bash.pid, signal.SIGKILL)
        raise
    for port, free in ports.items():
        out = out.replace(free, port)
    parts = re.split(r"\n?\n--- \d+\n", "\n" + out)
    return [part.strip("\n") for part in parts[:len(steps)]]


def test_the_readme_prints_what_it_says(tmp_path):
    steps = transcript()
    assert len(steps) >= 10
    printed = run(tmp_path, steps)
    for (command, expected), got in zip(steps, printed, strict=True):
        assert got == expected.strip("\n"), command
