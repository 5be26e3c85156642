#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every error code is raised somewhere, is in the table, and some test expects it; every finding
of check is made somewhere and provoked by some test."""
import re
import sys

from common import ROOT, Tap, files, lines, where

HEADER = ROOT / "include/sealrow/error.h"
TABLE = ROOT / "src/base/error.c"
FINDINGS = ROOT / "src/schema/finding_kinds.c"
# Tests of the table itself name codes without provoking them.
NO_PROOF = ("tests/lint/", "tests/unit/base/test_error.c")


def mentions(folders, skip):
    """Every SROW_E_NAME and SROW-NNN in the files below the folders."""
    found = set()
    for path in files(folders):
        if not str(path.relative_to(ROOT)).startswith(skip):
            text = path.read_text(encoding="utf-8", errors="replace")
            found |= set(re.findall(r"SROW_E_\w+|SROW-\d{3}", text))
    return found


def main():
    tap = Tap()
    codes = {}
    for number, line in enumerate(lines(HEADER), 1):
        match = re.match(r"\s*(SROW_E_\w+)\s*=\s*(\d*)", line)
        if match:
            digits = match.group(2) or re.search(r"\d+", lines(HEADER)[number]).group()
            codes[match.group(1)] = (number, f"SROW-{int(digits):03}")
    rows = set(re.findall(r"ROW\((\w+),", TABLE.read_text()))
    tap.point("every error code has a row in the table",
              [f"{where(HEADER, line)}: {name} has none" for name, (line, _) in codes.items()
               if name.removeprefix("SROW_E_") not in rows])
    raised = mentions(["src", "kmsd", "cmd"], "src/base/error.c")
    tap.point("every error code is raised",
              [f"{where(HEADER, line)}: nothing raises {name}"
               for name, (line, _) in codes.items() if name not in raised])
    expected = mentions(["tests"], NO_PROOF)
    tap.point("every error code is expected by a test",
              [f"{where(HEADER, line)}: no test expects {name} ({event})"
               for name, (line, event) in codes.items() if not {name, event} & expected])
    kinds = re.findall(r'^    \{"([a-z-]+)"', FINDINGS.read_text(), re.M)
    made = "".join(path.read_text() for path in files(["src", "cmd"]) if path != FINDINGS)
    tap.point("every finding is made", [f"nothing finds {kind}" for kind in kinds
                                        if f'"{kind}"' not in made])
    proven = "".join(path.read_text(errors="replace")
                     for path in files(["tests/unit", "tests/cli", "tests/databases"]))
    tap.point("every finding is provoked by a test",
              [f"no test expects {kind}" for kind in kinds
               if f'"{kind}' not in proven and f" {kind} " not in proven])
    return tap.done()


sys.exit(main())
