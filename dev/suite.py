#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: dev/suite.py BUILD [PART ...]

Runs the parts of the test suite (default: all but threads, peers and faults) against the programs
in BUILD and counts cases: TAP points and pytest cases, not programs. A program that crashes, prints
no plan or another number of points than planned counts as failed. Prints a line for each part, the
failed and the skipped by name, and last `N passed, N failed, N skipped`. Exit code 1 when anything
failed.
"""
import contextlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
SCRATCH = 4 << 30  # bytes
PATIENCE = int(os.environ.get("SUITE_PATIENCE", "1200"))  # seconds for one run of pytest
POINT = re.compile(r"^(not )?ok\b\s*\d*\s*(?:- )?(.*?)\s*(?:#\s*(skip|todo)\S*\s*(.*))?$", re.I)
PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*skip\S*\s*(.*))?", re.I)


def tap_cases(program, text, status):
    """The cases of one TAP program, as (outcome, name, detail)."""
    cases, notes, planned = [], [], None
    for line in text.splitlines():
        plan, point = PLAN.match(line), POINT.match(line)
        if plan:
            planned = int(plan.group(1))
            if planned == 0:
                cases.append(("skipped", program, plan.group(2) or "no reason given"))
                planned = 1
        elif point:
            bad, name, directive, reason = point.groups()
            skip = (directive or "").lower() == "skip"
            outcome = "skipped" if skip else "failed" if bad else "passed"
            cases.append((outcome, f"{program}: {name}", reason if skip else "\n".join(notes)))
            notes = []
        elif line.startswith("#"):
            notes.append("    " + line)
    if planned is None:
        cases.append(("failed", program, "    it printed no plan"))
    elif planned != len(cases):
        cases.append(("failed", program, f"    {planned} points planned, {len(cases)} printed"))
    if status != 0 and not any(case[0] == "failed" for case in cases):
        cases.append(("failed", program, f"    exit code {status} though no point failed"))
    return cases


def tail(text, lines=25):
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def run_unit(build):
    """The C programs that meson knows as tests of the suite `unit`; SEALROW_WRAPPER runs them."""
    wrapper = os.environ.get("SEALROW_WRAPPER")
    wrapped = ["--wrapper", wrapper, "--timeout-multiplier", "20"] if wrapper else []
    run = subprocess.run(["meson", "test", "-C", build, "--suite", "unit", "--no-rebuild", "-q",
                          *wrapped],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True)
    suffix = "-" + Path(wrapper.split()[0]).name if wrapper else ""
    log = Path(build, "meson-logs", f"testlog{suffix}.json")
    if not log.exists():
        return [("failed", "meson test", tail(run.stdout + run.stderr))]
    cases = []
    for line in log.read_text().splitlines():
        test = json.loads(line)
        name = test["name"].split(" / ")[-1]
        found = tap_cases(name, test.get("stdout", ""), test["returncode"])
        if any(case[0] == "failed" for case in found) and test.get("stderr"):
            found[-1] = (*found[-1][:2], found[-1][2] + "\n" + tail(test["stderr"]))
        cases += found
    return cases


def run_lint(_):
    """The scripts of tests/lint that look at the sources."""
    cases = []
    for script in sorted(Path(ROOT, "tests/lint").glob("[a-z]*.py")):
        if script.name.startswith("test_") or script.name == "common.py":
            continue
        run = subprocess.run([PYTHON, script], cwd=ROOT, capture_output=True, text=True)
        found = tap_cases("lint/" + script.stem, run.stdout, run.returncode)
        if run.stderr:
            found.append(("failed", "lint/" + script.stem, tail(run.stderr)))
        cases += found
    return cases


def patient(command, **how):
    """A command to its end, or that of our patience: then it and its children are killed."""
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, start_new_session=True,
                          **how) as run:
        try:
            text, _ = run.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            text, _ = run.communicate()
            text += f"\nkilled: no end after {PATIENCE} s"
        return run.returncode, text


def workers(paths):
    """As many as there are processors, each with servers of its own, where files are many."""
    spread = len(paths) > 3 and (os.cpu_count() or 1) > 1 and importlib.util.find_spec("xdist")
    return ["-n", str(min(os.cpu_count(), 4)), "--dist", "loadfile"] if spread else []


def run_pytest(build, paths, report):
    """Tests in Python: real programs, files and servers."""
    paths = [str(path) for path in paths if Path(ROOT, path).exists()]
    if not paths:
        return []
    report = Path(build, report)
    report.unlink(missing_ok=True)
    status, text = patient(
        [PYTHON, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
         f"--junitxml={report}", *workers(paths), *paths],
        env={**os.environ, "SEALROW_BUILD": build, "PYTHONDONTWRITEBYTECODE": "1"})
    if status == 5:
        return []
    if not report.exists():
        return [("failed", "pytest", tail(text))]
    cases = []
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').replace('.', '/')}: {case.get('name')}"
        outcome, detail = "passed", ""
        for kind in case:
            if kind.tag in ("failure", "error"):
                outcome, detail = "failed", tail(kind.text or kind.get("message", ""))
            elif kind.tag == "skipped":
                outcome, detail = "skipped", kind.get("message", "")
        cases.append((outcome, name, detail))
    if status not in (0, 1):
        cases.append(("failed", "pytest", tail(text)))
    return cases


APART = ("peers", "faults")


def some_tests(folder, kind=""):
    """Files of a folder; those with foreign peers, or with faults that take long, are parts of
    their own."""
    files = sorted(Path(ROOT, folder).glob("test_*.py"))
    word = {path: path.name.split("_")[1] for path in files}
    return [path for path in files if (word[path] if word[path] in APART else "") == kind]


PARTS = {
    "unit": run_unit,
    "lint": lambda build: run_lint(build) + run_pytest(build, ["tests/lint"], "lint.xml"),
    "system": lambda build: run_pytest(build, some_tests("tests/system"), "system.xml"),
    "cli": lambda build: run_pytest(build, ["tests/cli"], "cli.xml"),
    "attacks": lambda build: run_pytest(build, ["tests/attacks"], "attacks.xml"),
    "databases": lambda build: run_pytest(build, some_tests("tests/databases"), "databases.xml"),
    "faults": lambda build: run_pytest(build, some_tests("tests/databases", "faults"),
                                       "faults.xml"),
    "threads": lambda build: run_pytest(build, ["tests/databases/test_threads.py"], "threads.xml"),
    "peers": lambda build: run_pytest(build, some_tests("tests/system", "peers"), "peers.xml")
    + run_pytest(build, some_tests("tests/databases", "peers"), "peers-databases.xml"),
}
SUITE = ["unit", "lint", "system", "cli", "attacks", "databases"]


def hear_signals():
    """What a background shell or nohup has switched off: tests send these to programs."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def scratch():
    """Files of tests and of their servers live in memory where it is large: no disk need keep them.
    TMPDIR decides when it is set."""
    memory, flags = Path("/dev/shm"), os.ST_NOEXEC | os.ST_RDONLY
    about = os.statvfs(memory) if memory.is_dir() else None
    room = about.f_bavail * about.f_frsize if about and not about.f_flag & flags else 0
    if "TMPDIR" in os.environ or room < SCRATCH or not os.access(memory, os.W_OK):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="sealrow-suite-", dir=memory) as folder:
        os.chmod(folder, 0o755)  # servers run as nobody, who looks in
        os.environ["TMPDIR"] = folder
        yield


def main(arguments):
    hear_signals()
    if not arguments or any(part not in PARTS for part in arguments[1:]):
        print(__doc__.splitlines()[0] + f"   PART: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    with scratch():
        return run_parts(str(Path(arguments[0]).resolve()), arguments[1:] or SUITE)


def run_parts(build, parts):
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for part in parts:
        start = time.monotonic()
        cases = PARTS[part](build)
        print(f"{part:8} {len(cases):5} cases {time.monotonic() - start:6.1f} s", flush=True)
        for outcome, name, detail in cases:
            total[outcome] += 1
            if outcome == "failed":
                print(f"FAILED: {name}\n{detail}".rstrip())
            elif outcome == "skipped":
                print(f"skipped: {name}: {detail}")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**total))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
