# SPDX-License-Identifier: Apache-2.0
"""Each row of wrong_input.py: its exact line, its exit code, nothing on standard output."""
import os
import re

import pytest

import wrong_input
from world import ROOT


def perform(place, row):
    _, prepare, args, data, _, _ = row
    if prepare is not None:
        prepare(place)
    how = {}
    if callable(data):
        data = data(place)
    if isinstance(data, dict):
        how, data = data, b"x"
    done = place.run(*args, data=data, **how)
    if isinstance(how.get("stdout"), int):
        os.close(how["stdout"])
    return done


def fits(line, pattern):
    parts = re.split(r"<[^>]*>", pattern)
    return re.fullmatch(".+?".join(re.escape(p) for p in parts), line) is not None


NAMES = [row[0].replace(" ", "-") for row in wrong_input.ROWS]


@pytest.mark.parametrize("row", wrong_input.ROWS, ids=NAMES)
def test_wrong_input_gets_its_line_and_its_exit_code(place, row):
    before = (place.folder / "app.db").read_bytes() if row[1] is None else None
    done = perform(place, row)
    said = [s for s in done.stderr.decode().splitlines() if not s.startswith("{")]
    assert len(said) == 1, said
    assert fits(said[0], row[5]), said[0]
    assert done.returncode == row[4]
    assert not done.stdout
    if before is not None:
        assert (place.folder / "app.db").read_bytes() == before, "the database has changed"


def test_the_page_is_made_from_the_table():
    assert (ROOT / "docs" / "errors.md").read_text() == wrong_input.page(), \
        "run tests/cli/wrong_input.py >docs/errors.md"
