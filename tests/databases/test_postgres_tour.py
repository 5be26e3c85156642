# SPDX-License-Identifier: Apache-2.0
"""The tour on PostgreSQL does what it says, notices when something else happens, and leaves nothing
behind."""
import os
import pathlib
import re
import subprocess
import tempfile

import pytest

import postgres
from world import BUILD, ROOT

pytestmark = pytest.mark.skipif(postgres.programs() is None, reason="no PostgreSQL is installed")


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="sealrow-tour-") as name:
        os.chmod(name, 0o755)  # the server's user looks in
        yield pathlib.Path(name)


def tour(folder, **env):
    return subprocess.run([ROOT / "examples/tour/postgresql.sh", BUILD], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300,
                          env={**os.environ, "TMPDIR": str(folder), **env})


def left(folder):
    """Command lines of processes that still work in the folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [line for line in [entry.read_bytes()] if str(folder).encode() in line]
        except OSError:
            pass
    return found


def test_every_step_does_what_it_says(folder):
    done = tour(folder)
    wrong = [s for s in re.split(r"\n(?=[ \d]\d\. )", done.stdout) if "UNEXPECTED" in s]
    assert done.returncode == 0, "\n".join(wrong[:2]) + done.stderr
    assert re.fullmatch(r"tour: \d\d steps, 0 unexpected", done.stdout.splitlines()[-1])
    assert done.stderr == "" and list(folder.iterdir()) == [] and left(folder) == []


def test_a_step_that_does_nothing_makes_the_tour_fail(folder):
    text = (ROOT / "examples/tour/postgresql.sh").read_text()
    titles = re.findall(r'^step "(.*)"$', text, re.M)
    number = next(n for n, t in enumerate(titles, 1) if t.startswith("The superuser writes"))
    done = tour(folder, TOUR_SABOTAGE=str(number))
    assert done.returncode == 1 and not done.stdout.rstrip().endswith(", 0 unexpected")
    assert list(folder.iterdir()) == [] and left(folder) == []
