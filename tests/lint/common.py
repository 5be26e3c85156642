# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the files they look at, comments taken out, tags, and TAP.

A lint is run as `lint.py [ROOT]`, prints a TAP point for each rule, and before a failed one a line
`# file:line: what is wrong` for each place.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent.parent).resolve()
PRODUCT = ("include", "src", "kmsd", "cmd", "examples")
OURS = PRODUCT + ("tests", "fuzz", "bench", "dev", "deploy", ".ci")


def files(folders, *suffixes):
    """Files of the project below these folders, sorted; vectors and fuzz corpora are data."""
    found = []
    for folder in folders:
        for path in sorted(Path(ROOT, folder).rglob("*")):
            data = {"__pycache__", "corpus"} & set(path.parts)
            if path.is_file() and not data and (not suffixes or path.suffix in suffixes):
                found.append(path)
    return found


def where(path, line):
    return f"{path.relative_to(ROOT)}:{line}"


def lines(path):
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


COMMENT_OR_STRING = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_only(text):
    """C text without what stands in block comments and strings; line numbers stay."""
    def blank(match):
        piece = match.group()
        if piece.startswith("/*"):
            return "\n" * piece.count("\n")
        return piece if piece.startswith("//") else '""'
    return COMMENT_OR_STRING.sub(blank, text)


def tags(paths, kinds="f"):
    """Tags of universal-ctags as dictionaries: name, path, line, end, signature, file (static)."""
    if not paths:
        return []
    run = subprocess.run(
        ["ctags", "--output-format=json", "--languages=C", f"--kinds-C={kinds}",
         "--langmap=C:.c.h", "--fields=+neSf", "-I", "MUST,SROW_MUST,SROW_API,AUTO+", "-f", "-",
         "-D", "CASE(name)=static void name(void)", *map(str, paths)],
        capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    for tag in found:
        tag["path"] = Path(tag["path"])
    return found


class Tap:
    """Prints the points; `done` prints the plan and gives the exit code."""

    def __init__(self):
        self.count = self.failed = 0

    def point(self, name, violations):
        self.count += 1
        for violation in violations:
            print(f"# {violation}")
        self.failed += bool(violations)
        print(f"{'not ok' if violations else 'ok'} {self.count} - {name}")

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0
