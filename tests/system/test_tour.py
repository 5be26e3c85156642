# SPDX-License-Identifier: Apache-2.0
"""The tour does what it says, notices when something else happens, and leaves nothing behind."""
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BUILD = Path(os.environ.get("SEALROW_BUILD", ROOT / "build")).resolve()


def tour(folder, **env):
    return subprocess.run([ROOT / "examples/tour/tour.sh", BUILD], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300,
                          env={**os.environ, "TMPDIR": str(folder), **env})


def servers():
    """Ids of processes of this user that run this build's KMS."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "exe").resolve() == BUILD / "kmsd/sealrow-kmsd":
                found.add(entry.name)
        except OSError:
            pass
    return found


def unexpected_steps(output):
    """The first steps in which something else happened."""
    steps = re.split(r"\n(?=[ \d]\d\. )", output)
    return "\n".join([step for step in steps if "UNEXPECTED" in step][:2])


def test_every_step_does_what_it_says(tmp_path):
    before = servers()
    done = tour(tmp_path)
    assert done.returncode == 0, unexpected_steps(done.stdout) + done.stderr
    assert re.fullmatch(r"tour: \d\d steps, 0 unexpected", done.stdout.splitlines()[-1])
    assert done.stderr == ""
    assert servers() <= before and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["Somebody who may write", "heal pays it"])
def test_a_step_that_does_nothing_makes_the_tour_fail(tmp_path, start):
    done = tour(tmp_path, TOUR_SABOTAGE=start)
    assert done.returncode == 1
    assert not done.stdout.rstrip().endswith(", 0 unexpected")
    before = done.stdout[:done.stdout.index("UNEXPECTED")]
    assert re.search(rf"\n[ \d]\d\. {start}", before)
    assert list(tmp_path.iterdir()) == []
