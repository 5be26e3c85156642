# SPDX-License-Identifier: Apache-2.0
"""The tour on a primary and a replica does what it says, as root and as an ordinary user, notices
when something else happens, and leaves nothing behind, also when it is interrupted."""
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import textwrap

import pytest

import mariadb
import postgres
from conftest import need
from world import BUILD, ROOT

TOUR = ROOT / "examples/tour/replicated.sh"
ORDINARY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture(params=["postgresql", "mariadb"])
def engine(request):
    need("sqlite", "kmsd", "cli", "net", {"postgresql": "postgresql", "mariadb": "mysql"}[
        request.param])
    if not (postgres.programs() if request.param == "postgresql" else mariadb.is_installed()):
        pytest.skip(f"no {request.param} is installed")
    return request.param


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="sealrow-tour-") as name:
        os.chmod(name, 0o777)  # whoever goes on the tour makes his folder in it
        yield pathlib.Path(name)


@pytest.fixture
def start(folder, engine):
    """Starts a tour; one that a failed test leaves is ended."""
    tours = []

    def run(who=(), **env):
        tours.append(subprocess.Popen([*who, TOUR, engine, BUILD], stdin=subprocess.DEVNULL,
                                      text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      env={**os.environ, "TMPDIR": str(folder), **env}))
        return tours[-1]
    yield run
    for tour in tours:
        if tour.poll() is None:
            tour.terminate()
            tour.communicate(timeout=120)


def ordinary():
    """How a user who is not root goes on the tour; as one, just so."""
    if os.geteuid() != 0:
        return []
    if subprocess.run([*ORDINARY, BUILD / "cmd/sealrow", "version"], capture_output=True,
                      check=False).returncode != 0:
        pytest.skip("an ordinary user cannot read this build")
    return ORDINARY


def left(folder):
    """Command lines of processes that still work in the folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
            if str(folder) in line or str(folder) in os.readlink(entry / "cwd"):
                found.append(line)
        except OSError:
            pass
    return found


def unexpected(out):
    """Of the steps in which something else happened, all that they printed."""
    return [s for s in re.split(r"\n(?=[ \d]\d\. )", out) if "UNEXPECTED" in s]


def test_every_step_does_what_it_says(folder, start):
    tour = start()
    out, err = tour.communicate(timeout=300)
    assert tour.returncode == 0, "\n".join(unexpected(out)[:2]) + err
    assert re.fullmatch(r"tour: \d\d steps, 0 unexpected", out.splitlines()[-1])
    assert err == "" and list(folder.iterdir()) == [] and left(folder) == []


def test_an_ordinary_user_sees_the_step_that_did_nothing_and_no_other_fail(folder, start):
    tour = start(ordinary(), TOUR_SABOTAGE="The superuser writes plaintext")
    out, err = tour.communicate(timeout=300)
    assert re.fullmatch(r"tour: \d\d steps, 1 unexpected", out.splitlines()[-1]), out + err
    assert re.match(r"\d\d\. The superuser writes plaintext", unexpected(out)[0])
    assert tour.returncode == 1 and list(folder.iterdir()) == [] and left(folder) == []


def test_interrupted_it_leaves_nothing(folder, start):
    tour = start()
    for line in tour.stdout:
        if line.startswith(" 7."):
            break
    assert len(left(folder)) > 3  # two servers, the KMS and the tour itself
    tour.send_signal(signal.SIGTERM)
    out, _ = tour.communicate(timeout=120)
    assert tour.returncode == 143 and "tour:" not in out
    assert list(folder.iterdir()) == [] and left(folder) == []


DRILL = re.compile(r"<!-- (\S+): (\w+) -->\n+( *)```\n(.*?)\n *```", re.S)


def test_the_drill_by_hand_is_what_the_tour_does():
    """Commands in docs/databases.md that are said to be a function of the tour are its body; the
    others stand in the tour."""
    section = (ROOT / "docs/databases.md").read_text().split("## The loss of a Region")[1]
    section = section.split("\n## ")[0]
    tour = "\n".join((ROOT / "examples/tour" / name).read_text()
                     for name in ("acts.sh", "replicated.sh"))
    shown = []
    for name, function, indent, commands in DRILL.findall(section):
        body = re.search(rf"^{function}\(\) {{\n(.*?)^}}", (ROOT / name).read_text(), re.M | re.S)
        assert textwrap.dedent(body[1]).strip() == commands.replace("\n" + indent, "\n").strip()
        shown.append((pathlib.Path(name).name, function))
    assert shown == [("db_postgresql.sh", "promote"), ("db_mariadb.sh", "promote"),
                     ("db_postgresql.sh", "rejoin"), ("db_mariadb.sh", "rejoin")]
    others = re.findall(r"^ *\$ (.*)$", DRILL.sub("", section), re.M)
    assert len(others) >= 6
    assert [line for line in others if line not in tour] == []
