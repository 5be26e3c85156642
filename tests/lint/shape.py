#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hard budgets: 600 lines a file, 60 a function, 5 parameters besides the error, 100 columns."""
import sys

from common import OURS, PRODUCT, Tap, files, lines, tags, where

# Callbacks whose parameters another library has fixed.
IMPOSED = {"on_request"}  # libmicrohttpd

FILE_LINES, FUNCTION_LINES, PARAMETERS, COLUMNS = 600, 60, 5, 100


def parameters(signature):
    """Number of parameters of `(...)`, without a last `struct srow_error *`."""
    depth, items, start = 0, [], 1
    for at, char in enumerate(signature):
        depth += (char == "(") - (char == ")")
        if (char == "," and depth == 1) or (char == ")" and depth == 0):
            items.append(signature[start:at].strip())
            start = at + 1
    items = [item for item in items if item not in ("", "void", "...")]
    if items and items[-1].startswith("struct srow_error *"):
        items.pop()
    return len(items)


def main():
    tap = Tap()
    sources = files(OURS, ".c", ".h", ".py", ".sh")
    c_sources = files(OURS, ".c", ".h")
    tap.point(f"no file is longer than {FILE_LINES} lines",
              [f"{where(path, count)}: {count} lines" for path in sources
               if (count := len(lines(path))) > FILE_LINES])
    functions = tags(c_sources, "f")
    tap.point(f"no function is longer than {FUNCTION_LINES} lines",
              [f"{where(tag['path'], tag['line'])}: {tag['name']} has {length} lines"
               for tag in functions
               if (length := tag.get("end", tag["line"]) - tag["line"] + 1) > FUNCTION_LINES])
    faces = tags(files(PRODUCT, ".c", ".h"), "fp")
    tap.point(f"no function takes more than {PARAMETERS} parameters and an error",
              [f"{where(tag['path'], tag['line'])}: {tag['name']} takes {count}"
               for tag in faces if tag["name"] not in IMPOSED
               and (count := parameters(tag.get("signature", "()"))) > PARAMETERS])
    tap.point(f"no line is wider than {COLUMNS} columns",
              [f"{where(path, number)}: {len(line)} columns" for path in sources
               for number, line in enumerate(lines(path), 1) if len(line) > COLUMNS])
    return tap.done()


sys.exit(main())
