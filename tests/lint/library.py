#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the headers declare, the libraries show (src/*.map); and every header is installed."""
import re
import sys

from common import ROOT, Tap, code_only, files, lines, where

SQL = "sql.h"  # the face of libsealrow-sql; the other headers are libsealrow's
FUNCTION = re.compile(r"\bSROW_API\b[^;(]*?(\w+)\s*\(")


def declared(sql):
    names = {}
    for path in files(["include"], ".h"):
        text = re.sub(r"^#.*$", "", code_only(path.read_text()), flags=re.M)
        if (path.name == SQL) == sql:
            names.update((name, path) for name in FUNCTION.findall(text))
    return names


def shown(library):
    """Names in a map and their lines, but for the private ones, which are a pattern."""
    return {name: number for number, line in enumerate(lines(library), 1)
            if not line.startswith("#") for name in re.findall(r"\b(srow_\w+);", line)}


def differences():
    for library, sql in (("src/sealrow.map", False), ("src/sealrow-sql.map", True)):
        path, wanted = ROOT / library, declared(sql)
        there = shown(path)
        for name in sorted(wanted.keys() - there.keys()):
            yield f"{wanted[name].relative_to(ROOT)}: {name} is not in {library}"
        for name in sorted(there.keys() - wanted.keys()):
            yield f"{where(path, there[name])}: no header declares {name}"


def not_installed():
    build = (ROOT / "src/meson.build").read_text()
    return [f"{path.relative_to(ROOT)}: not among the headers that src/meson.build installs"
            for path in files(["include"], ".h")
            if f"'{path.stem}'" not in build and f"/{path.name}'" not in build]


def main():
    tap = Tap()
    tap.point("the maps name exactly what the headers declare", list(differences()))
    tap.point("every public header is installed", not_installed())
    return tap.done()


sys.exit(main())
