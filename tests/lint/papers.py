#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Papers tell the truth: the tests that SECURITY.md names and the files of all papers exist."""
import re
import sys

from common import ROOT, Tap, lines, where

CASE = re.compile(r"^CASE\((\w+)\)|^def (test_\w+)\(", re.M)
PATH = re.compile(r"`((?:include|src|kmsd|cmd|examples|tests|docs|dev|man|bench)/[\w./-]+)`")


def tests():
    names = set()
    for suffix in ("c", "py"):
        for path in (ROOT / "tests").rglob(f"*.{suffix}"):
            for case, function in CASE.findall(path.read_text(encoding="utf-8")):
                names.add(case.replace("_", " ") or function)
    return names


def missing_tests(known):
    path = ROOT / "SECURITY.md"
    return [f"{where(path, number)}: no test \"{name}\""
            for number, line in enumerate(lines(path), 1) if line.startswith("|")
            for name in re.findall(r'"([^"]+)"', line) if name not in known]


def missing_files():
    papers = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
    return [f"{where(path, number)}: no {name}"
            for path in papers for number, line in enumerate(lines(path), 1)
            for name in PATH.findall(line) if not (ROOT / name).exists()]


def main():
    tap = Tap()
    tap.point("the tests that SECURITY.md names exist", missing_tests(tests()))
    tap.point("the files that papers name exist", missing_files())
    return tap.done()


sys.exit(main())
