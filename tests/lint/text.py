#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What no file of ours may hold: promises, // comments, a missing licence, somebody's paths."""
import re
import sys

from common import OURS, PRODUCT, ROOT, Tap, code_only, files, lines, where

SOURCES = (".c", ".h", ".py", ".sh")
PROMISE = re.compile(r"\b(TODO|FIXME|XX" r"X|HACK)\b|not (yet )?implemented|\bstub\b")
MACHINE = re.compile(r"(^|[\s\"'`=(:])/(home|root|work|Users)/")


def matches(pattern, paths):
    return [f"{where(path, number)}: {line.strip()[:70]}" for path in paths
            for number, line in enumerate(lines(path), 1) if pattern.search(line)]


def main():
    tap = Tap()
    papers = sorted(ROOT.glob("*.md")) + files(["docs"], ".md")
    tap.point("no promise is left in the code", matches(PROMISE, files(PRODUCT, *SOURCES)))
    tap.point("every source names its licence",
              [f"{where(path, 1)}: no SPDX line" for path in files(OURS, *SOURCES)
               if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines(path)[:3])])
    tap.point("comments in C are block comments",
              [f"{where(path, number)}: {line.strip()[:70]}" for path in files(OURS, ".c", ".h")
               for number, line in enumerate(code_only(path.read_text()).splitlines(), 1)
               if "//" in line])
    texts = [path for path in files(OURS, *SOURCES) if path.parent.name != "lint"] + papers
    tap.point("no text names a path of somebody's machine", matches(MACHINE, texts))
    return tap.done()


sys.exit(main())
