#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each planted bug of tests/mutants has its place in the code, once."""
import re
import sys

from common import ROOT, Tap

sys.path.insert(0, str(ROOT / "tests/mutants"))
from table import MUTANTS  # noqa: E402


def places(name, text):
    path = ROOT / name
    wanted = r"\s+".join(re.escape(word) for word in text.split())
    return len(re.findall(wanted, path.read_text())) if path.exists() else 0


def main():
    tap = Tap()
    names = [mutant[0] for mutant in MUTANTS]
    tap.point("every planted bug has a name of its own",
              [f"{name} is there twice" for name in set(names) if names.count(name) > 1])
    tap.point("every planted bug has one place in the code",
              [f"{file}: {count} places for mutant {name}: mend tests/mutants/"
               for name, file, old, _, _ in MUTANTS if (count := places(file, old)) != 1])
    return tap.done()


sys.exit(main())
