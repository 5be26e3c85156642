#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: tests/mutants/run.py [--sample N] [--seed N] [NAME ...]

Plants each bug of table.py and table_sql.py in a copy of the tree (build/mutants/tree), builds
what its tests need and no more, and runs them: one must fail. The copy is kept, so that a second
run builds little.
Ends with `N passed, N failed, N skipped`: caught, survived or not to be planted, and of those all
of whose tests need what this machine has not: a database server.
"""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

from table import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
TREE, BUILD = ROOT / "build/mutants/tree", ROOT / "build/mutants/build"
PROGRAMS = ["cmd/sealrow", "kmsd/sealrow-kmsd"]
FACES = [f"tests/{name}" for name in ("db-walk", "db-many", "db-login", "mysql-face")]


def pattern(text):
    """A text as a regular expression to which all white space is one."""
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()))


def run(words, **how):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **how)


def refresh():
    """Makes the copy equal to the tree, touching only what differs."""
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                 cwd=ROOT).stdout
    names = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        here, there = ROOT / name, TREE / name
        if not there.exists() or there.read_bytes() != here.read_bytes():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(here, there)
    for there in [path for path in TREE.rglob("*") if path.is_file()]:
        if str(there.relative_to(TREE)) not in names:
            there.unlink()
    if not (BUILD / "build.ninja").exists():
        done = run(["meson", "setup", BUILD, "--buildtype=plain", "-Dwerror=false"], cwd=TREE)
        if done.returncode != 0:
            sys.exit(done.stdout)


def target(test):
    kind, what = test.split(" ", 1)
    if kind == "pytest":
        return PROGRAMS + (FACES if what.startswith("tests/databases/") else [])
    if what == "vectors/esdk":
        return ["tests/vectors"]
    if kind == "valgrind":
        return ["tests/" + what]
    return ["tests/unit/test_" + what.replace("/", "_")]


def perform(test):
    """Whether a test passes; None: it was skipped."""
    kind, what = test.split(" ", 1)
    words = [BUILD / target(test)[0]]
    if kind == "pytest":
        words = ["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", what]
    elif kind == "valgrind":
        words = ["valgrind", "-q", "--log-file=/dev/null", *words]
    elif what == "vectors/esdk":
        words += ["--tap", TREE / "tests/vectors/esdk"]
    try:
        done = run(words, cwd=TREE, timeout=300,
                   env={**os.environ, "SEALROW_BUILD": str(BUILD), "PYTHONDONTWRITEBYTECODE": "1"})
    except subprocess.TimeoutExpired:
        return False
    if kind == "pytest" and done.returncode == 0 and " passed" not in done.stdout:
        return None
    return done.returncode == 0


def build(tests):
    """What ninja said where it failed, else None."""
    done = run(["ninja", "-C", BUILD, *{name for test in tests for name in target(test)}])
    return None if done.returncode == 0 else done.stdout


def verdict(mutant):
    """A line without its beginning, and whether the bug was caught."""
    _, name, old, new, tests = mutant
    path = TREE / name
    healthy = path.read_text()
    broken, places = pattern(old).subn(lambda _: new, healthy)
    if places != 1:
        return f"its text stands {places} times in {name}, not once: mend its row", False
    path.write_text(broken)
    try:
        problem = build(tests)
        if problem is not None:
            return "does not build: mend its row\n" + problem[-2000:], False
        for test in tests:
            if perform(test) is False:
                return f"caught by {test}", True
    finally:
        path.write_text(healthy)
    return "survived " + ", ".join(tests), False


def choose(options):
    chosen = [m for m in MUTANTS if not options.names or m[0] in options.names]
    unknown = set(options.names) - {m[0] for m in MUTANTS}
    if unknown:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    return chosen if options.sample is None else sample(chosen, options)


def sample(chosen, options):
    """One of those that need a database at most: a server takes its time to start."""
    print(f"seed {options.seed}")
    dice = random.Random(options.seed)
    dice.shuffle(chosen)
    slow = [mutant for mutant in chosen if "tests/databases/" in str(mutant[4])][:1]
    quick = [mutant for mutant in chosen if "tests/databases/" not in str(mutant[4])]
    return quick[:options.sample - len(slow)] + slow


def main():
    parser = argparse.ArgumentParser(usage=__doc__.splitlines()[0].removeprefix("usage: "))
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("names", nargs="*")
    chosen = choose(parser.parse_args())
    refresh()
    tests = sorted({test for mutant in chosen for test in mutant[4]})
    problem = build(tests)
    if problem is not None:
        sys.exit(problem)
    passed = failed = skipped = 0
    absent = set()
    for test in tests:
        passes = perform(test)
        if passes is None:
            absent.add(test)
        elif not passes:
            print(f"FAILED: {test} fails without a bug")
            failed += 1
    for mutant in chosen if failed == 0 else []:
        if absent.issuperset(mutant[4]):
            print(f"skipped: mutant {mutant[0]}: its tests need what is not here")
            skipped += 1
            continue
        line, caught = verdict(mutant)
        print(f"{'' if caught else 'FAILED: '}mutant {mutant[0]}: {line}", flush=True)
        passed += caught
        failed += not caught
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0


sys.exit(main())
