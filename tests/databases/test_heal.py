# SPDX-License-Identifier: Apache-2.0
"""heal on every engine: debt is made as it comes about, by writing while a Region is declared down,
and paid, also while others write and while things are killed."""
import contextlib
import json
import os
import pathlib
import pty
import random
import re
import signal
import subprocess
import sys
import time

import pytest

from world import EU, SEALROW, US

DATA, UNAVAILABLE, STOPPED, CONFIG_78 = 65, 69, 75, 78
KILLS = int(os.environ.get("SEALROW_HEAL_KILLS", "2"))
SEED = int(os.environ.get("SEED", "20261124"))


def ready(place):
    place.ok("init")
    return place


def put(place, account, userid, *more, down=None):
    env = {**place.env, **({"SEALROW_WHILE_DOWN": down} if down else {})}
    done = subprocess.run([str(SEALROW), "put", "customer", f"account={account}",
                           f"userid={userid}", *more], cwd=place.folder, env=env,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


def in_debt(place, count, **how):
    """So many rows that lack a Region."""
    for number in range(1, count + 1):
        put(place, number, f"user {number}", down=EU, **how)


def counts(out):
    return json.loads(out)["tables"][0]


def regions_of(place, column="userid_sealed"):
    """Of each stored value the Regions that it is wrapped in."""
    found = []
    for (stored,) in place.texts(f"SELECT {place.hex.format(column)} FROM customers "
                                 f"WHERE {column} IS NOT NULL ORDER BY account_no"):
        told = subprocess.run([str(SEALROW), "inspect", "--json"], input=bytes.fromhex(stored),
                              capture_output=True, cwd=place.folder, env=place.env, timeout=60)
        text = told.stdout.decode()
        found.append({region for region in (US, EU) if f":kms:{region}:" in text})
    return found


def opened(place, region):
    """Every row's userid, opened in one Region alone."""
    rows = {}
    for (account,) in place.texts("SELECT account_no FROM customers"):
        got = place.ok("get", "customer", f"account={account}", "--via", region, "--json")
        rows[account] = json.loads(got)["userid"]
    return rows


def stored(place):
    column = place.hex.format("userid_sealed")
    return sorted(place.texts(f"SELECT account_no, {column} FROM customers"))


def test_debt_is_paid_and_each_region_alone_opens(place):
    ready(place)
    in_debt(place, 5)
    put(place, "whole", "user whole", "pin=7")
    assert regions_of(place)[:5] == [{US}] * 5
    dry = counts(place.run("heal", "customer", "--json", "--dry-run").stdout)
    assert (dry["healed"], regions_of(place)[:5]) == (5, [{US}] * 5)
    dry = place.run("heal", "customer", "--dry-run").stdout.decode()
    assert "healed 5" in dry and dry.endswith("\ndry run: nothing was stored\n")
    told = counts(place.run("heal", "customer", "--json").stdout)
    assert told == {"table": "customer", "rows": 6, "scanned": 12, "whole": 2, "healed": 5,
                    "changed": 0, "waiting": 0, "failed": 0, "null": 5}
    assert regions_of(place) == [{US, EU}] * 6
    wanted = {str(n): f"user {n}" for n in (1, 2, 3, 4, 5, "whole")}
    assert opened(place, US) == wanted and opened(place, EU) == wanted
    before = stored(place)
    again = place.ok("heal", "--all").decode()
    assert again == ("customer: rows 6, scanned 12, whole 7, healed 0, changed 0, waiting 0, "
                     "failed 0, NULL 5\n")
    assert stored(place) == before


def test_a_value_that_does_not_open_is_named_and_the_rest_is_healed(place):
    ready(place)
    in_debt(place, 3)
    place.sql("UPDATE customers SET userid_sealed = (SELECT userid_sealed FROM (SELECT * FROM "
              "customers) AS o WHERE account_no = '1') WHERE account_no = '2'")
    done = place.run("heal", "customer", "--json")
    assert done.returncode == DATA
    assert (counts(done.stdout)["healed"], counts(done.stdout)["failed"]) == (2, 1)
    said = [json.loads(line) for line in done.stderr.decode().splitlines()]
    failed = [line["failed"] for line in said if "failed" in line]
    assert [(f["column"], f["row"], f["code"]) for f in failed] == [
        ("customer.userid", {"account": "2"}, "SROW-080")]
    assert failed[0]["text"].startswith("the message's encryption context does not have"), failed
    assert said[-1]["error"]["exit"] == DATA
    assert regions_of(place) == [{US, EU}, {US}, {US, EU}]
    done = place.run("heal", "customer", "--stop-at-first")
    assert done.returncode == DATA and b"account=2: failed" in done.stderr


def test_regions_must_answer_or_be_declared_down(place):
    ready(place)
    in_debt(place, 1)
    place.config((f"endpoint: http://{place.world.kmsd.address[EU]}",
                  "endpoint: http://127.0.0.1:9"))
    done = place.run("heal", "customer")
    assert done.returncode == UNAVAILABLE and EU in done.stderr.decode() and not done.stdout
    place.env["SEALROW_WHILE_DOWN"] = EU
    done = place.run("heal", "customer", "--json")
    assert done.returncode == 0 and counts(done.stdout)["waiting"] == 1
    assert f"Region {EU} is declared down" in done.stderr.decode()


def test_wrong_words(place):
    ready(place)
    for args in (["heal"], ["heal", "customer", "--all"], ["heal", "custmer"],
                 ["heal", "--all", "--prove", "some"], ["heal", "--all", "--prove", "sample:0"],
                 ["heal", "--all", "--rows-per-second", "0"]):
        assert place.run(*args).returncode == 2, args


def test_a_terminal_is_told_how_far_it_is_how_fast_and_how_long_it_takes_still(lite):
    ready(lite)
    rows = "account,userid\n" + "".join(f"a{i:03},user {i}\n" for i in range(150))
    lite.env["SEALROW_WHILE_DOWN"] = EU
    lite.ok("put", "customer", "--from", "-", data=rows.encode())
    del lite.env["SEALROW_WHILE_DOWN"]
    terminal, end = pty.openpty()
    subprocess.run([SEALROW, "heal", "customer", "--rows-per-second", "60"], cwd=lite.folder,
                   env=lite.env, stdout=subprocess.DEVNULL, stderr=end, check=True, timeout=60)
    os.close(end)
    said = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while part := os.read(terminal, 4096):
            said += part
    os.close(terminal)
    told = re.findall(rb"\r\x1b\[Ksealrow: customer: (\d+) of 150 rows, \d+ rows/s, \d+ s left",
                      said)
    assert told and 0 < int(told[0]) <= 150, said
    assert said.endswith(b"\r\x1b[K"), said  # and nothing of it stays


# -- beside writers --

WRITER = """\
import json, os, random, subprocess, sys
number, seed, sealrow, journal = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
draw = random.Random(seed * 100 + number)
with open(journal, "w") as log:
    for step in range(int(sys.argv[5])):
        account = str(number * 10 + draw.randrange(2))
        value = f"writer {number} step {step}"
        case = draw.choice(["Smith", "SMITH", "smith ", "Smith  "])
        kind = draw.randrange(3)
        words = [f"account={account}", f"note={case}"]
        words += [] if kind == 0 else [f"userid={value}"]
        env = dict(os.environ, **({"SEALROW_WHILE_DOWN": "eu-west-1"} if kind == 2 else {}))
        done = subprocess.run([sealrow, "put", "customer", "--replace", *words], env=env,
                              capture_output=True)
        if done.returncode == 75:
            continue  # heal was first: nothing is stored
        assert done.returncode == 0, done.stderr
        log.write(json.dumps([account, None if kind == 0 else value, case]) + "\\n")
        log.flush()
"""


def test_no_write_is_lost_beside_heal(place):
    """Each of 8 writers has two rows of its own, seals them or changes a neighbour column by its
    letter case or trailing spaces, and notes each acknowledged write outside."""
    place.sql("ALTER TABLE customers ADD COLUMN note " + place.loose_text)
    ready(place)
    wanted = {}
    for number in range(1, 9):
        for row in range(2):
            put(place, number * 10 + row, "first", "note=first", down=EU)
            wanted[str(number * 10 + row)] = ["first", "first"]
    script = place.folder / "writer.py"
    script.write_text(WRITER)
    writers = [subprocess.Popen([sys.executable, str(script), str(n), str(SEED), str(SEALROW),
                                 str(place.folder / f"journal{n}"), "8"], cwd=place.folder,
                                env=place.env, stderr=subprocess.PIPE) for n in range(1, 9)]
    runs = 0
    while any(w.poll() is None for w in writers):
        done = place.run("heal", "customer", "--prove", "none")
        assert done.returncode == 0, done.stderr
        runs += 1
    for writer in writers:
        assert writer.wait() == 0, writer.stderr.read().decode()
    assert runs > 0
    for number in range(1, 9):
        for line in (place.folder / f"journal{number}").read_text().splitlines():
            account, value, note = json.loads(line)
            wanted[account] = [value or wanted[account][0], note]
    place.ok("heal", "customer")
    assert all(regions == {US, EU} for regions in regions_of(place))
    found = {}
    for account in wanted:
        row = json.loads(place.ok("get", "customer", f"account={account}", "--json", "--via", EU))
        found[account] = [row["userid"], row["note"]]
    assert found == wanted


# -- stopped and killed --

def started(place, requests, *args):
    """A job when KMS has been asked so many times, or when it has ended."""
    total, end = place.world.kmsd.total() + requests, time.monotonic() + 30
    job = subprocess.Popen([str(SEALROW), "heal", "customer", *args], cwd=place.folder,
                           env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while job.poll() is None and place.world.kmsd.total() < total and time.monotonic() < end:
        pass
    return job


def test_a_signal_stops_it_and_the_next_run_completes(place):
    ready(place)
    in_debt(place, 8)
    job = started(place, 4, "--rows-per-second", "1", "--json")  # its keys are checked: it reads
    job.send_signal(signal.SIGTERM)
    out, err = job.communicate(timeout=60)
    assert job.returncode == STOPPED, err
    assert json.loads(err.decode().splitlines()[-1])["error"]["name"] == "STOPPED"
    told = counts(out)
    assert told["rows"] < 8 and told["healed"] == told["rows"] == told["null"]
    assert regions_of(place).count({US, EU}) == told["healed"], "what it had read is paid"
    assert counts(place.run("heal", "customer", "--json").stdout)["failed"] == 0
    assert regions_of(place) == [{US, EU}] * 8


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_job_killed_anywhere_loses_nothing(place, kill):
    ready(place)
    in_debt(place, 4)
    before = opened(place, US)
    draw = random.Random(SEED + kill)
    job = started(place, draw.randrange(1, 25))
    job.kill()
    job.communicate(timeout=60)
    assert opened(place, US) == before
    place.ok("heal", "customer")
    assert opened(place, EU) == before and regions_of(place) == [{US, EU}] * 4


def test_status_tells_what_is_where(place):
    ready(place)
    in_debt(place, 2)
    put(place, "whole", "user whole", "pin=7")
    del place.env["AWS_ACCESS_KEY_ID"]  # headers alone: nobody is asked
    before = place.world.kmsd.total()
    table = json.loads(place.ok("status", "--json"))["tables"][0]
    userid, pin = table["columns"]
    assert (table["rows"], table["looked"], table["sampled"]) == (3, 3, False)
    assert (userid["sealed"], userid["null"], userid["not_sealed"], userid["debt"]) == (3, 0, 0, 2)
    assert [(r["region"], r["values"], r["debt"]) for r in userid["regions"]] == [
        (US, 3, 0), (EU, 1, 2)]
    assert {k["arn"]: k["values"] for k in userid["keys"]} == {
        place.world.keys[US]: 3, place.world.keys[EU]: 1}
    assert userid["suites"] == {"0x0478": 3, "0x0578": 0} and pin["null"] == 2
    text = place.ok("status", "customer", "--all").decode()
    assert text.startswith("customer: 3 rows\n") and "run sealrow heal customer" in text
    assert place.world.keys[EU] in text and place.world.kmsd.total() == before
    assert place.run("status", "custmer").returncode == 2
