# SPDX-License-Identifier: Apache-2.0
"""The runner of the tests counts cases, and nothing that went wrong counts as passed."""
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
spec = importlib.util.spec_from_file_location("suite", ROOT / "dev/suite.py")
suite = importlib.util.module_from_spec(spec)
spec.loader.exec_module(suite)

# what the program prints, its exit code, how many passed, failed and were skipped
PROGRAMS = {
    "all well": ("ok 1 - a\nok 2 - b\n1..2\n", 0, (2, 0, 0)),
    "the plan first": ("1..1\nok 1 - a\n", 0, (1, 0, 0)),
    "a point failed": ("ok 1 - a\n# why\nnot ok 2 - b\n1..2\n", 1, (1, 1, 0)),
    "a point was skipped": ("ok 1 - a # SKIP no such thing\n1..1\n", 0, (0, 0, 1)),
    "all was skipped": ("1..0 # SKIP no such thing\n", 0, (0, 0, 1)),
    "it crashed between points": ("ok 1 - a\n", -11, (1, 1, 0)),
    "it said nothing": ("", 0, (0, 1, 0)),
    "it stopped early": ("1..3\nok 1 - a\nok 2 - b\n", 0, (2, 1, 0)),
    "it printed more than planned": ("1..1\nok 1 - a\nok 2 - b\n", 0, (2, 1, 0)),
    "it failed after its last point": ("ok 1 - a\n1..1\n", 23, (1, 1, 0)),
    "other lines do not count": ("okay\nnot okay\nok 1 - a\n1..1\n", 0, (1, 0, 0)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_program_prints_is_counted(name):
    text, status, counts = PROGRAMS[name]
    cases = suite.tap_cases("program", text, status)
    outcomes = [case[0] for case in cases]
    assert tuple(map(outcomes.count, ("passed", "failed", "skipped"))) == counts


def test_a_failed_point_has_its_name_and_its_notes():
    (case,) = suite.tap_cases("room/unit", "# file.c:9: a == b\nnot ok 1 - it adds\n1..1\n", 1)
    assert case == ("failed", "room/unit: it adds", "    # file.c:9: a == b")


def test_a_skipped_point_has_its_reason():
    (case,) = suite.tap_cases("room/unit", "ok 1 - it adds # SKIP no numbers\n1..1\n", 0)
    assert case == ("skipped", "room/unit: it adds", "no numbers")


@pytest.mark.parametrize("outcome, code", [("passed", 0), ("failed", 1), ("skipped", 1)])
def test_the_suite_fails_when_a_case_failed_or_none_ran(monkeypatch, capsys, outcome, code):
    monkeypatch.setattr(suite, "PARTS", {"unit": lambda build: [(outcome, "a", "b")]})
    assert suite.main(["build", "unit"]) == code
    counts = ", ".join(f"{int(word == outcome)} {word}" for word in ("passed", "failed", "skipped"))
    assert capsys.readouterr().out.splitlines()[-1] == counts


def test_what_does_not_end_is_killed_with_its_children_and_counts_as_failed(monkeypatch, tmp_path):
    (tmp_path / "test_endless.py").write_text(
        "import subprocess\ndef test_endless():\n    subprocess.run(['sleep', '1000'])\n")
    monkeypatch.setattr(suite, "PATIENCE", 2)
    ((outcome, _, detail),) = suite.run_pytest(str(tmp_path), [tmp_path], "report.xml")
    assert outcome == "failed" and "killed: no end after 2 s" in detail
