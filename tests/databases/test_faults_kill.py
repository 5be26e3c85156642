# SPDX-License-Identifier: Apache-2.0
"""Servers and clients killed with -9 while many rows go in and while debt is paid: what was
acknowledged is there, and the same command again completes the rest, each row once."""
import csv
import fcntl
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import threading
import time

import pytest

import conftest
import gates
import mariadb
import postgres
from world import EU, SEALROW, US

KILLS, IN_A_ROW = int(os.environ.get("SEALROW_DB_KILLS", "1")), 5  # of one and the same load
ROWS = int(os.environ.get("SEALROW_DB_ROWS", "600"))
DEBTORS = min(ROWS, 2000)
SEED = int(os.environ.get("SEED", "20261124"))
UNAVAILABLE, KILLED, BATCH, PIPE = 69, -9, 256, 4096
PATIENCE = 60 + ROWS / 50  # seconds for a command on all rows
NAMES = ["account", "userid", "pin", "balance"]


def alone(option, is_there, make):
    """A server of its own, without a replica, that may be killed."""
    conftest.need(option)
    if not is_there():
        pytest.skip(f"no server for {option} is installed")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sealrow-killed-"))
    folder.chmod(0o755)
    server = make(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def lone_postgres():
    yield from alone("postgresql", postgres.programs, lambda f: postgres.Postgres(f, alone=True))


@pytest.fixture(scope="module")
def lone_mariadb():
    # a COMMIT that was answered has been given to the kernel, which is not killed
    yield from alone("mysql", mariadb.is_installed, lambda f: mariadb.Mariadb(
        f, alone=True, options=["--innodb-flush-log-at-trx-commit=2"]))


@pytest.fixture(params=["postgresql", "mariadb"])
def place(request, world, tmp_path):
    maker, server = {"postgresql": (conftest.Postgresql, "lone_postgres"),
                     "mariadb": (conftest.MariadbPlace, "lone_mariadb")}[request.param]
    shutil.copytree(world.template, tmp_path, dirs_exist_ok=True)
    made = maker(world, tmp_path).start(request.getfixturevalue(server))
    made.ok("init")
    return made


def rows(n=ROWS):
    return [[f"a{i:06}", f"user {i}", str(i % 1000), str(i)] for i in range(n)]


def csv_of(lines):
    out = io.StringIO()
    csv.writer(out).writerows([NAMES, *lines])
    return out.getvalue().encode()


def count(place):
    return int(place.texts("SELECT count(*) FROM customers")[0][0])


def listed(place, region):
    """All rows, opened in one Region alone."""
    out = place.ok("get", "customer", "--list", "--format", "csv", "--via", region,
                   timeout=PATIENCE)
    return list(csv.reader(io.StringIO(out.decode(), newline="")))[1:]


def put_again(place):
    told = json.loads(place.ok("put", "customer", "--from", "-", "--json", data=csv_of(rows()),
                               timeout=PATIENCE))
    return told["inserted"], told["already_there"]


def completed(place, there):
    """The same rows again: the rest goes in, and nothing is there twice."""
    assert put_again(place) == (ROWS - there, there)
    assert count(place) == ROWS
    assert listed(place, EU) == rows()


class Job:
    """A put of all rows that reads them from a pipe as it goes."""

    def __init__(self, place):
        self.process = subprocess.Popen(
            [str(SEALROW), "put", "customer", "--from", "-", "--json"], cwd=place.folder,
            env=place.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        fcntl.fcntl(self.process.stdin, fcntl.F_SETPIPE_SZ, PIPE)
        self.data, self.at = csv_of(rows()), 0

    def feed(self, until):
        """Returns when so many bytes have been taken, but for those in the pipe; or it has gone."""
        try:
            while self.at < until:
                self.at += os.write(self.process.stdin.fileno(), self.data[self.at:until][:PIPE])
        except BrokenPipeError:
            self.at = len(self.data)

    def end(self):
        """The rest goes in beside what it prints."""
        rest = threading.Thread(target=lambda: (self.feed(len(self.data)),
                                                self.process.stdin.close()))
        rest.start()
        out, err = self.process.stdout.read(), self.process.stderr.read()
        rest.join(60)
        return self.process.wait(60), out, err


def kills_of(first):
    """The kills of one load: a source of chance for each, and where about in it that one falls."""
    numbers = range(first, min(first + IN_A_ROW, KILLS))
    for at, number in enumerate(numbers):
        draw = random.Random(SEED + number)
        yield draw, (at + draw.random()) / len(numbers)


def killed_put(place, at, kill):
    job = Job(place)
    job.feed(int(at * len(job.data)))
    kill(job)
    return job.end()


def tell(place, what, first, hits):
    gates.tell(f"{place.engine}: kills {first + 1} to {min(first + IN_A_ROW, KILLS)} of {KILLS} of "
               f"the {what}, {hits} before its end: 0 lost, 0 doubles")


@pytest.mark.parametrize("first", range(0, KILLS, IN_A_ROW))
def test_the_server_is_killed_while_rows_go_in(place, first):
    before = hits = 0
    for _, at in kills_of(first):
        code, out, err = killed_put(place, at, lambda job: place.pair.crash())
        assert code in (0, UNAVAILABLE), err
        inserted, there = json.loads(out)["inserted"] if out else 0, count(place)
        assert before + inserted <= there <= before + inserted + BATCH
        assert code != 0 or there == ROWS
        before, hits = there, hits + (code != 0)
    completed(place, before)
    tell(place, f"server while {ROWS} rows go in", first, hits)


@pytest.mark.parametrize("first", range(0, KILLS, IN_A_ROW))
def test_the_client_is_killed_while_rows_go_in(place, first):
    codes = [killed_put(place, at, lambda job: job.process.kill())[0] for _, at in kills_of(first)]
    place.pair.sql("SELECT 1")  # what it had begun ends by itself
    assert sum(put_again(place)) == ROWS
    completed(place, ROWS)
    tell(place, f"client while {ROWS} rows go in", first, codes.count(KILLED))


def asked(place):
    """How much KMS has been asked, as the size of its record."""
    return os.path.getsize(place.world.folder / "kms" / "audit.log")


def grown(place, size, job):
    end = time.monotonic() + 60
    while asked(place) < size and job.poll() is None and time.monotonic() < end:
        pass


@pytest.mark.parametrize("victim", ["server", "client"])
@pytest.mark.parametrize("first", range(0, KILLS, IN_A_ROW))
def test_one_is_killed_while_debt_is_paid(place, first, victim):
    before = asked(place)
    place.env["SEALROW_WHILE_DOWN"] = EU
    place.ok("put", "customer", "--from", "-", data=csv_of(rows(DEBTORS)))
    del place.env["SEALROW_WHILE_DOWN"]
    debt, had, hits = asked(place) - before, 0, 0  # 2 requests a row
    for draw, _ in kills_of(first):
        job = subprocess.Popen([str(SEALROW), "heal", "customer", "--json"], cwd=place.folder,
                               env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        grown(place, asked(place) + draw.randrange(debt), job)  # of 5 a value: a fifth of it
        if victim == "server":
            place.pair.crash()
        else:
            job.kill()
        out, err = job.communicate(timeout=120)
        assert job.returncode in ((0, UNAVAILABLE) if victim == "server" else (0, KILLED)), err
        assert listed(place, US) == rows(DEBTORS)
        had += json.loads(out)["tables"][0]["healed"] if out else 0
        hits += job.returncode != 0
    told = json.loads(place.ok("heal", "customer", "--json"))["tables"][0]
    assert (told["rows"], told["failed"], told["waiting"]) == (DEBTORS, 0, 0)
    assert told["whole"] >= had and told["whole"] + told["healed"] == 2 * DEBTORS
    assert listed(place, EU) == rows(DEBTORS) and count(place) == DEBTORS
    tell(place, f"{victim} while the debt of {DEBTORS} rows is paid", first, hits)
