# SPDX-License-Identifier: Apache-2.0
"""sealrow-kmsd(8) says what the program's own tables say: commands, options, files, operations."""
import re
import subprocess

from conftest import KMSD, ROOT, run

PAGE = (ROOT / "man" / "sealrow-kmsd.8").read_text()
OPTION = re.compile(r"^  (--[\w-]+)(?: (\S+))?  +\S", re.M)
ITEM = re.compile(r"^\.It Fl -([\w-]+)(?: Ar (\S+))?$", re.M)


def section(mark, name):
    found = re.search(rf"^\.{mark} {name}\n(.*?)(?=^\.Sh |^\.{mark} |\Z)", PAGE, re.M | re.S)
    return found.group(1)


def test_commands_and_their_options():
    blocks = run("--help")[1].split("\n\n")[1:-1]
    names = [re.match(r"sealrow-kmsd ([a-z]*)", block).group(1) or "serve" for block in blocks]
    assert re.findall(r"^\.Ss (\S+)$", PAGE, re.M) == names
    for name, block in zip(names, blocks):
        text = section("Ss", name)
        line = re.search(r"^\.Dl (.*)$", text, re.M).group(1).replace("\\-", "-")
        assert line == block.splitlines()[0]
        assert [("--" + n, value) for n, value in ITEM.findall(text)] == OPTION.findall(block)


def test_help_that_cannot_be_written_is_a_failure():
    for option in ("--help", "--version"):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([KMSD, option], stdout=full, stderr=subprocess.PIPE, timeout=30)
        assert done.returncode == 71 and b"standard output cannot be written" in done.stderr


def test_files(start):
    server = start()
    described = set(re.findall(r"[\w.]+", " ".join(re.findall(r"^\.It Pa (.*)$", PAGE, re.M))))
    assert described == {f.name for f in server.data.iterdir()} | {"new", "made"}


def test_operations():
    table = (ROOT / "kmsd" / "op.c").read_text()
    known = re.findall(r'^    \{"(\w+)", OP_', table, re.M)
    said = re.search(r"^It knows (.*?), for symmetric keys\.", PAGE, re.M | re.S).group(1)
    assert sorted(re.split(r",\s+| and ", said)) == sorted(known)
