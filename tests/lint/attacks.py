#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every number of the lists of attacks is the name of a case, or stands here with its reason: M
(messages), X (contexts and rows) and S (secrets)."""
import re
import sys

from common import ROOT, Tap

LAST = {"M": 65, "X": 25, "S": 14}
CASE = re.compile(r'^CASE\((\w+)\)|^def test_(\w+)\(|^    \{"([MXS]\d+ [^"]*)"', re.M)
VERSION_1 = "a field of version 1 alone, which is refused by its version byte: M1, M65"
WITHOUT = {
    "M2": VERSION_1, "M7": VERSION_1, "M8": VERSION_1, "M33": VERSION_1,
    "M44": "data keys are not kept from one message to the next",
    "M63": "there are no streams",
    "X23": "every pair of a context stands in its message",
    "S3": "there are no blind indexes",
    "S7": "there is no RSA keyring",
    "S8": "nothing asks for a password",
    "S14": "the unit tests of pad",
}


def numbers(name):
    """The attacks that a case's name begins with: "M32, M46 and M50 ...", "M56 to M58 ..."."""
    found, to = [], False
    for word in re.findall(r"[A-Z0-9]+", name.upper().replace("_", " ")):
        number = re.fullmatch(r"([MXS])(\d+)", word)
        if number:
            first = int(found[-1][1:]) + 1 if to else int(number[2])
            found += [f"{number[1]}{n}" for n in range(first, int(number[2]) + 1)]
        elif word not in ("AND", "TO"):
            break
        to = word == "TO"
    return found


def main():
    tap, shown = Tap(), set()
    for path in [path for where in ("attacks/*", "system/test_*.py", "databases/test_*.py")
                 for path in (ROOT / "tests").glob(where)]:
        if path.suffix in (".c", ".py"):
            for names in CASE.findall(path.read_text(encoding="utf-8")):
                shown.update(numbers("".join(names)))
    every = [f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)]
    tap.point("every attack of the lists has a case, or a reason why not",
              [f"tests/attacks: no case for {n}" for n in every if n not in shown | set(WITHOUT)])
    tap.point("no reason is given for an attack that has a case",
              [f"tests/lint/attacks.py: {n} has a case" for n in WITHOUT if n in shown])
    return tap.done()


sys.exit(main())
