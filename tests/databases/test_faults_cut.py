# SPDX-License-Identifier: Apache-2.0
"""The connection to the database breaks at any byte: each row is whole or absent, the exit code
tells what is known, and the same command again completes it."""
import collections
import concurrent.futures
import csv
import io
import json
import os
import random
import time

import pytest

import gates
from fault_proxy import (CLOSE, RESET, STALL, TO_CLIENT, TO_SERVER, Cut, Proxy, record_ends)

# A number drawn by SEED; or every; or every/N: each Nth byte, and N seeds in a row have them all.
CUTS = os.environ.get("SEALROW_CUTS", "150")
STEP = int((CUTS.split("/") + ["1"])[1]) if CUTS.startswith("every") else None
SEED = int(os.environ.get("SEED", "20261124"))
UNAVAILABLE, NAMES, GROUP = 69, ("account", "userid", "pin", "balance"), 60
PASSWORDS = (b"secret-of-app", b"secret of@app", b"secret%20of%40app")


@pytest.fixture(params=["postgresql", "mariadb"])
def place(request):
    made = request.getfixturevalue("pg" if request.param == "postgresql" else "maria")
    made.ok("init")
    return made


def through(place, proxy, *args, data=b""):
    """The command by way of the proxy, as exit code, what it printed, and the error's name."""
    port = place.pair.ports[1]
    url = place.pair.url(place.database).replace(f":{port}/", f":{proxy.port}/")
    # Command lines run side by side: each has an environment of its own.
    here = type(place).__new__(type(place))
    here.__dict__.update(place.__dict__, env={**place.env, "DATABASE_URL": url})
    done = here.run(*args, "--json", data=data, timeout=300)  # silence is heard for 60 s
    said = [json.loads(line) for line in done.stderr.decode().splitlines()]
    names = [line["error"]["name"] for line in said if "error" in line]
    return done.returncode, done.stdout, names[-1] if names else None


def csv_of(rows):
    out = io.StringIO()
    csv.writer(out).writerows([NAMES, *rows])
    return out.getvalue().encode()


def three(case):
    return [(f"{case}-{n}", f"user {case} {n}", n, case) for n in (1, 2, 3)]


def puts_of(case, single):
    """Three rows as one command, or as three: of each its rows, arguments and input."""
    rows = three(case)
    if not single:
        return [(rows, ("put", "customer", "--from", "-"), csv_of(rows))]
    return [([row], ("put", "customer", *map("=".join, zip(NAMES, map(str, row)))), b"")
            for row in rows]


def perform(place, case, cut, single):
    """What became of each command, with the rows that it was to store."""
    results = []
    with Proxy(place.engine, place.pair.ports[1], cut) as proxy:
        for rows, args, data in puts_of(case, single):
            results.append((rows, *through(place, proxy, *args, data=data)))
        return results, proxy


def lengths(place, single, case):
    """Bytes and TLS records of each direction and connection when nothing is cut."""
    results, proxy = perform(place, case, None, single)
    assert [code for _, code, _, _ in results] == [0] * len(results)
    return [{way: (len(link.carried[way]), len(record_ends(place.engine, way, link.carried[way])))
             for way in (TO_SERVER, TO_CLIENT)} for link in proxy.links]


def draw_cuts(place):
    """(Cut, single) of the places that are to be tried."""
    draw = random.Random(SEED)
    whole, each = lengths(place, False, 100001)[0], lengths(place, True, 100002)
    for way in (TO_SERVER, TO_CLIENT):
        for at in range(whole[way][1]):
            for later in (True, False):
                yield Cut(way, at, True, draw.choice((RESET, CLOSE)), later), False
    if STEP:
        for way in (TO_SERVER, TO_CLIENT):
            for at in range(SEED % STEP, whole[way][0] + 1, STEP):
                yield Cut(way, at, False, draw.choice((RESET, CLOSE)), draw.random() < 0.5), False
        return
    for _ in range(int(CUTS)):
        way, how = draw.choice((TO_SERVER, TO_CLIENT)), draw.choice((RESET, CLOSE))
        single, later = draw.random() < 0.2, draw.random() < 0.5
        number = draw.randrange(3) if single else 0
        total = (each[number] if single else whole)[way][0]
        yield Cut(way, draw.randrange(total), False, how, later, number), single


def stored(place, cases):
    """What these rows have in the table."""
    named = ", ".join(f"'{row[0]}'" for case in cases for row in three(case))
    rows = place.texts(f"SELECT account_no, {place.hex.format('userid_sealed')}, "
                       f"{place.hex.format('pin_sealed')}, balance FROM customers "
                       f"WHERE account_no IN ({named})")
    return {row[0]: row[1:] for row in rows}


def judge(found, cut, result):
    """One command: rows are whole or absent, and the exit code is true."""
    rows, code, out, name = result
    there = [row[0] for row in rows if row[0] in found]
    for account in there:
        assert all(len(value) > 0 and value != "NULL" for value in found[account]), (cut, account)
    assert there in ([], [row[0] for row in rows]), (cut, there)
    if code == 0:
        assert there, (cut, result)
    else:
        assert code == UNAVAILABLE, (cut, result)
        assert name == "COMMIT_UNKNOWN" or not there, (cut, result)
    return code, name


def is_settled(place):
    """The server has noticed that its clients have gone."""
    end = time.monotonic() + 30
    ask = ("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND datname = "
           f"'{place.database}' AND pid <> pg_backend_pid()" if place.engine == "postgresql" else
           "SELECT count(*) FROM information_schema.processlist WHERE user = 'app' AND db = "
           f"'{place.database}'")
    how = {"user": "postgres"} if place.engine == "postgresql" else {}
    while place.sql(ask, **how) != [["0"]]:
        assert time.monotonic() < end, "the server keeps a connection that was cut"


def complete(place, cases):
    """The same rows again, straight to the server."""
    rows = [row for case in cases for row in three(case)]
    before = stored(place, cases)
    there = sum(row[0] in before for row in rows)
    told = json.loads(place.ok("put", "customer", "--from", "-", "--json", data=csv_of(rows)))
    assert (told["inserted"], told["already_there"]) == (len(rows) - there, there)
    after = stored(place, cases)
    assert all(after[account] == value for account, value in before.items())
    return rows


def run_group(place, group, workers):
    """Some cuts side by side, each on rows of its own; then all of it again."""
    def go(case, cut, single):
        results, proxy = perform(place, case, cut, single)
        assert not any(secret in proxy.everything() for secret in (*PASSWORDS, b"user "))
        return results
    jobs = [workers.submit(go, case, cut, single) for case, cut, single in group]
    results = [job.result() for job in jobs]
    is_settled(place)
    cases = [case for case, _, _ in group]
    found = stored(place, cases)
    told = [judge(found, cut, result)
            for (_, cut, _), some in zip(group, results) for result in some]
    return told, complete(place, cases)


def test_a_connection_cut_anywhere_leaves_rows_whole_or_absent(place):
    cuts = [(case, *cut) for case, cut in enumerate(draw_cuts(place))]
    told, rows = [], three(100001) + three(100002)
    with concurrent.futures.ThreadPoolExecutor(4 * os.cpu_count()) as workers:  # they wait much
        for at in range(0, len(cuts), GROUP):
            some, put = run_group(place, cuts[at:at + GROUP], workers)
            told, rows = told + some, rows + put
            if at % (10 * GROUP) == 0:
                gates.tell(f"{place.engine}: cut {at + len(some)} of {len(cuts)}")
    listed = csv.reader(io.StringIO(place.ok("get", "customer", "--list", "--format", "csv",
                                             timeout=60 + len(rows) / 50).decode(), newline=""))
    assert sorted(listed) == sorted([list(NAMES), *([str(v) for v in row] for row in rows)])
    # Each way to end was met: it is the proxy that was tried, not the weather.
    assert {(0, None), (UNAVAILABLE, "COMMIT_UNKNOWN")} < set(told)
    ends = ", ".join(f"{n} {name or 'done'}" for (_, name), n in collections.Counter(told).items())
    gates.tell(f"{place.engine}: {len(cuts)} cuts ({ends}), {len(rows)} rows, 0 lost, 0 doubles")


def test_the_proxy_sees_what_is_not_encrypted(place):
    """The search for passwords would find one."""
    results, proxy = perform(place, 1, None, False)
    assert results[0][1] == 0
    clear = {"postgresql": b"\x04\xd2\x16\x2f", "mariadb": b"mysql_native_password"}[place.engine]
    assert clear in proxy.everything() and len(proxy.everything()) > 4000


def test_a_server_that_falls_silent_is_given_up_at_the_deadline(place):
    """While it greets, within TLS, and in every later place where the URL has a deadline for
    answers, or there are minutes for PostgreSQL's 60 s. The longest wait is that for one answer,
    and the next connection."""
    last, many = lengths(place, False, 1)[0][TO_CLIENT][1], STEP is not None
    places, seconds, option = range(0, last, 1 if many else 2), 2 + 3, "&timeout=2"
    if place.engine == "postgresql":
        places, seconds, option = range(last if many else 3), 6 + 60 * many, ""
    url = place.pair.url

    def go(case, at):
        begin = time.monotonic()
        results, _ = perform(place, case, Cut(TO_CLIENT, at, at > 0, STALL), False)
        return results[0], time.monotonic() - begin

    place.pair.url = lambda *words, **more: url(*words, **more) + option
    try:
        with concurrent.futures.ThreadPoolExecutor(len(places)) as workers:
            done = list(workers.map(go, range(2, 2 + len(places)), places))
    finally:
        place.pair.url = url
    is_settled(place)
    cases = range(1, 2 + len(places))
    found = stored(place, cases)
    for at, (result, took) in zip(places, done):
        judge(found, at, result)
        assert took < 2 * seconds, (at, took)
    complete(place, cases)
