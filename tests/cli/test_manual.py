# SPDX-License-Identifier: Apache-2.0
"""The manual says what the tables of the program say: commands, options, keys, exit codes."""
import json
import re
import shutil
import subprocess

import pytest

from world import ROOT

MAN = ROOT / "man"
PAGES = sorted(MAN.glob("*.[1-9]"))
OPTION = re.compile(r"^  (?:-(\w), )?--([\w-]+)(?: (\S+))?  +\S", re.M)
ITEM = re.compile(r"^\.It (?:Fl (\w)(?: Ar \S+)? , )?Fl -([\w-]+)(?: Ar (\S+))?$", re.M)


def usage(place, *command):
    return place.ok(*command, "--help").decode()


def section(text, mark, name):
    """What stands between `.Sh NAME` (or .Ss) and the next of its kind or of a higher one."""
    match = re.search(rf"^\.{mark} {name}\n(.*?)(?=^\.Sh |^\.{mark} |\Z)", text, re.M | re.S)
    assert match, f"no section {name}"
    return match.group(1)


@pytest.fixture(scope="module")
def page():
    return (MAN / "sealrow.1").read_text()


def test_options_of_every_command(place, page):
    assert ITEM.findall(section(page, "Sh", "OPTIONS")) == OPTION.findall(usage(place, "version"))


def test_commands_and_their_options(place, page):
    everywhere = OPTION.findall(usage(place, "version"))
    listed = [line.split()[0] for line in usage(place).split("\n\n")[2].splitlines()]
    described = re.findall(r"^\.Ss (\S+)$", page, re.M)
    assert described == listed
    for command in listed:
        text, said = section(page, "Ss", command), usage(place, command)
        wanted = [o for o in OPTION.findall(said) if o not in everywhere]
        assert ITEM.findall(text) == wanted, command
        line = re.search(r"^\.Dl (.*)$", text, re.M).group(1).replace("\\-", "-")
        assert f"usage: {line}" == said.splitlines()[0], command


def test_exit_codes(place, page):
    text = section(page, "Sh", "EXIT STATUS")
    said = re.search(r"Exit codes: (.*?)\. ", usage(place), re.S).group(1)
    assert re.findall(r"^\.It (\d+)$", text, re.M) == re.findall(r"\b\d+\b", said)
    rows = json.loads(place.ok("explain", "--json"))
    assert {str(row["exit"]) for row in rows} | {"0", "1"} == set(re.findall(r"\b\d+\b", said))


def test_keys_of_the_configuration_and_their_words(place):
    text = section((MAN / "sealrow.yaml.5").read_text(), "Sh", "KEYS")
    items = dict(re.findall(r"^\.It Cm (\S+)\n(.*?)(?=^\.It |^\.El)", text, re.M | re.S))
    keys = json.loads(place.ok("config", "keys", "--json"))["keys"]
    assert list(items) == [row["key"] for row in keys]
    for row in keys:
        words = [word for word in row["values"].split("|") if word]
        missing = [w for w in words if not re.search(rf"^\.Cm {w}\b", items[row["key"]], re.M)]
        assert not missing, (row["key"], missing)


CHECKERS = {"groff": ["groff", "-mdoc", "-Tutf8", "-ww", "-z"],
            "mandoc": ["mandoc", "-T", "lint", "-W", "warning"]}


@pytest.mark.parametrize("checker", filter(shutil.which, CHECKERS))
@pytest.mark.parametrize("path", PAGES, ids=[p.name for p in PAGES])
def test_pages_are_sound(path, checker):
    done = subprocess.run([*CHECKERS[checker], str(path)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert (done.returncode, done.stdout.decode()) == (0, "")
