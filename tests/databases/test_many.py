# SPDX-License-Identifier: Apache-2.0
"""Many rows in and out, on every engine."""
import csv
import io
import json
import os
import signal
import stat
import subprocess
import time

import pytest
import world as worlds

N = 300


def csv_of(rows, names=("account", "userid", "pin", "balance")):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue().encode()


def many(n=N):
    return [(f"a{i:05}", f"user {i} \u00fc,\"x\"\n", i % 7 or "", i) for i in range(n)]


def counts(done):
    got = json.loads(done)
    return got["inserted"], got["already_there"], got["replaced"], got["bad"]


def ready(place):
    place.ok("init")
    return place


def test_csv_in_is_csv_out_and_into_another_database(place):
    ready(place)
    data = csv_of(many())
    assert counts(place.ok("put", "customer", "--from", "-", "--json", data=data)) == (N, 0, 0, 0)
    out = place.ok("get", "customer", "--list", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out.decode(), newline="")))
    assert [(r["account"], r["userid"], r["pin"], r["balance"]) for r in rows] == \
        [tuple(str(v) for v in row) for row in many()]
    place.sql("DELETE FROM customers")
    assert counts(place.ok("put", "customer", "--from", "-", "--json", data=out)) == (N, 0, 0, 0)
    assert place.ok("get", "customer", "--list", "--format", "csv") == out
    lines = place.ok("get", "customer", "--list", "--format", "jsonl", "--limit", "20")
    assert [json.loads(li)["account"] for li in lines.splitlines()] == \
        [r["account"] for r in rows[:20]]
    place.sql("DELETE FROM customers")
    assert counts(place.ok("put", "customer", "--from", "-", "--json", data=lines)) == (20, 0, 0, 0)


def test_null_and_the_empty_text_are_told_apart(place):
    ready(place)
    data = b'account,userid,pin,balance\r\n1,"",,\r\n2,x,0,5\r\n'
    place.ok("put", "customer", "--from", "-", data=data)
    assert place.ok("get", "customer", "--list", "--format", "csv") == data
    row = json.loads(place.ok("get", "customer", "account=1", "--json"))
    assert row == {"account": "1", "userid": "", "pin": None, "balance": None}


def test_a_second_run_completes_and_makes_no_doubles(place):
    ready(place)
    data = csv_of(many(60))
    place.ok("put", "customer", "--from", "-", data=csv_of(many(25)))
    before = place.texts("SELECT account_no, userid_sealed FROM customers ORDER BY account_no")
    assert counts(place.ok("put", "customer", "--from", "-", "--json", data=data)) == \
        (35, 25, 0, 0)
    assert place.texts("SELECT account_no, userid_sealed FROM customers "
                       "ORDER BY account_no")[:25] == before
    changed = csv_of([(a, u, p, b + 1) for a, u, p, b in many(3)])
    done = place.run("put", "customer", "--from", "-", "--json", data=changed)
    assert done.returncode == 75 and counts(done.stdout) == (0, 0, 0, 1)
    assert b"standard input, line 2: " in done.stderr
    assert counts(place.ok("put", "customer", "--from", "-", "--replace", "--json",
                           data=changed)) == (0, 0, 3, 0)
    assert place.texts("SELECT count(*), sum(balance) FROM customers") == \
        [["60", str(sum(range(60)) + 3)]]


def test_a_number_that_its_column_rounds_is_there_the_second_time(place):
    types = {"sqlite": ("REAL", "FLOAT"), "postgresql": ("real", "double precision"),
             "mariadb": ("FLOAT", "DOUBLE", "FLOAT(12,3) UNSIGNED")}[place.engine]
    for number, declared in enumerate(types):
        place.sql(f"ALTER TABLE customers ADD COLUMN r{number} {declared}")
    ready(place)
    names = ("account", "userid", *(f"r{n}" for n in range(len(types))))
    rows = [(value or "null", "x", *(value for _ in types))
            for value in ("0.1", "16777217", "0", "1e-3", "123456.789", "")]
    data = csv_of(rows, names)
    assert counts(place.ok("put", "customer", "--from", "-", "--json", data=data)) == (6, 0, 0, 0)
    assert counts(place.ok("put", "customer", "--from", "-", "--json", data=data)) == (0, 6, 0, 0)
    other = csv_of([(*row[:-1], "0.3") for row in rows], names)
    assert counts(place.ok("put", "customer", "--from", "-", "--replace", "--json",
                           data=other)) == (0, 0, 6, 0)
    nearly = [("0.1", "x", "0.3", *("0.30000001192092896" for _ in types[1:]))]
    assert place.run("put", "customer", "--from", "-", data=csv_of(nearly, names)).returncode == 75


def test_a_row_that_the_file_has_twice_is_replaced_twice(place):
    ready(place)
    place.ok("put", "customer", "account=a", "userid=x", "balance=1")
    rows = [("a", "x", 1, 2), ("b", "y", 1, 2), ("a", "z", 1, 3), ("b", "y", 1, 2)]
    assert counts(place.ok("put", "customer", "--from", "-", "--replace", "--json",
                           data=csv_of(rows))) == (1, 1, 2, 0)
    assert place.texts("SELECT sum(balance) FROM customers") == [["5"]]
    assert json.loads(place.ok("get", "customer", "account=a", "--json"))["userid"] == "z"


def test_the_first_bad_row_is_named_and_what_is_before_it_stays(place):
    ready(place)
    rows = many(200)
    rows[150] = ("a00150", "x", "no number", 1)
    done = place.run("put", "customer", "--from", "-", "--json", data=csv_of(rows))
    assert done.returncode == 65 and counts(done.stdout) == (150, 0, 0, 1)
    line = 2 + 2 * 150  # each row before has a line break inside
    assert f"standard input, line {line}: ".encode() in done.stderr
    assert place.texts("SELECT count(*) FROM customers") == [["150"]]
    done = place.run("put", "customer", "--from", "-", "--skip-bad", "bad", "--json",
                     data=csv_of(rows))
    assert done.returncode == 1 and counts(done.stdout) == (49, 150, 0, 1)
    bad = place.folder / "bad"
    told = json.loads(bad.read_text())
    assert (told["line"], told["code"]) == (line, "SROW-045")
    assert told["row"] == "a00150,x,no number,1\r\n"
    assert stat.S_IMODE(bad.stat().st_mode) == 0o600
    assert place.run("put", "customer", "--from", "-", "--skip-bad", "bad").returncode == 75


def test_what_the_database_itself_refuses_is_one_bad_row(place):
    ready(place)
    if place.engine == "sqlite":
        place.sql("CREATE TRIGGER t BEFORE INSERT ON customers WHEN NEW.balance = 41 BEGIN "
                  "SELECT RAISE(ABORT, 'no'); END")
    else:
        place.sql("ALTER TABLE customers ADD CONSTRAINT odd CHECK (balance <> 41)")
    done = place.run("put", "customer", "--from", "-", "--json", data=csv_of(many(60)))
    assert done.returncode == 77 and counts(done.stdout) == (41, 0, 0, 1)
    assert f"line {2 + 2 * 41}: ".encode() in done.stderr
    done = place.run("put", "customer", "--from", "-", "--skip-bad", "bad", "--json",
                     data=csv_of(many(60)))
    assert done.returncode == 1 and counts(done.stdout) == (18, 41, 0, 1)


TRIGGERS = {
    "sqlite": ["CREATE TRIGGER t BEFORE INSERT ON customers WHEN NEW.balance = 41 BEGIN "
               "SELECT RAISE(ABORT, 'no'); END"],
    "postgresql": ["CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF "
                   "NEW.balance = 41 THEN RAISE EXCEPTION ''no: %'', NEW.account_no; END IF; "
                   "RETURN NEW; END'",
                   "CREATE TRIGGER t BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION t()"],
    "mariadb": ["DELIMITER /\nCREATE TRIGGER t BEFORE INSERT ON customers FOR EACH ROW IF "
                "NEW.balance = 41 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; "
                "END IF /"]}


def test_what_a_trigger_refuses_is_one_bad_row(place):
    ready(place)
    place.sql(*TRIGGERS[place.engine])
    done = place.run("put", "customer", "--from", "-", "--json", data=csv_of(many(60)))
    assert done.returncode == 77 and counts(done.stdout) == (41, 0, 0, 1), done
    assert f"line {2 + 2 * 41}: ".encode() in done.stderr and b"a00041" not in done.stderr
    done = place.run("put", "customer", "--from", "-", "--skip-bad", "bad", "--json",
                     data=csv_of(many(60)))
    assert done.returncode == 1 and counts(done.stdout) == (18, 41, 0, 1)


def test_a_value_that_its_column_does_not_take_is_one_bad_row(place):
    ready(place)
    if place.engine == "sqlite":  # its columns take anything
        place.sql("DROP TABLE customers", worlds.TABLE + " STRICT")
        place.ok("init")
    rows = [(*row[:3], "much" if row[3] == 41 else row[3]) for row in many(60)]
    done = place.run("put", "customer", "--from", "-", "--json", data=csv_of(rows))
    assert done.returncode == 77 and counts(done.stdout) == (41, 0, 0, 1)
    assert f"line {2 + 2 * 41}: ".encode() in done.stderr
    done = place.run("put", "customer", "--from", "-", "--skip-bad", "bad", "--json",
                     data=csv_of(rows))
    assert done.returncode == 1 and counts(done.stdout) == (18, 41, 0, 1)


def test_a_missing_right_is_one_failure_and_no_bad_row(place):
    if place.engine == "sqlite":
        pytest.skip("has no rights of its own")
    ready(place)
    if place.engine == "postgresql":
        place.sql("REVOKE INSERT ON customers FROM app")
    else:
        name = f"r_{place.database}"
        place.pair.sql(f"CREATE USER {name}@'%' IDENTIFIED BY 'p'",
                       f"GRANT SELECT ON {place.database}.* TO {name}@'%'")
        place.env["DATABASE_URL"] = place.pair.url(place.database, user=name, password="p")
    done = place.run("put", "customer", "--from", "-", "--skip-bad", "bad", data=csv_of(many(20)))
    assert done.returncode == 77 and b"(SROW-104)" in done.stderr, done
    assert not (place.folder / "bad").exists() or (place.folder / "bad").read_bytes() == b""
    assert place.texts("SELECT count(*) FROM customers") == [["0"]]


FAILS = {  # with what is no fault of a row: nothing is tried again row by row
    "sqlite": ("CREATE TRIGGER fails_{on} BEFORE {on} ON customers WHEN NEW.balance = 99 "
               "BEGIN SELECT abs(-9223372036854775807 - 1); END",),
    "postgresql": ("CREATE OR REPLACE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN RAISE EXCEPTION USING ERRCODE = ''42501''; END'",
                   "CREATE TRIGGER fails_{on} BEFORE {on} ON customers FOR EACH ROW "
                   "WHEN (NEW.balance = 99) EXECUTE FUNCTION fails()"),
    "mariadb": ("DELIMITER //\nCREATE TRIGGER fails_{on} BEFORE {on} ON customers FOR EACH ROW "
                "IF NEW.balance = 99 THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142; "
                "END IF//",),
}


def test_a_batch_is_stored_whole_or_not_at_all(place):
    ready(place)
    place.ok("put", "customer", "--from", "-", data=csv_of(many(20)))
    before = place.texts("SELECT * FROM customers ORDER BY account_no")
    for on in ("UPDATE", "INSERT"):
        place.sql(*(statement.format(on=on) for statement in FAILS[place.engine]))
        rows = [(*row[:3], row[3] + 100) for row in many(20 if on == "UPDATE" else 40)]
        rows[-1] = (*rows[-1][:3], 99)
        done = place.run("put", "customer", "--from", "-", "--replace", "--skip-bad", "bad",
                         data=csv_of(rows))
        assert done.returncode == (69 if place.engine == "sqlite" else 77), done
        assert place.texts("SELECT * FROM customers ORDER BY account_no") == before, on
        assert not (place.folder / "bad").exists()


def test_an_altered_row_is_named_and_the_rest_is_listed(place):
    ready(place)
    place.ok("put", "customer", "--from", "-", data=csv_of(many(20)))
    rows = place.texts("SELECT account_no, userid_sealed FROM customers")
    assert len(rows) == 20
    place.sql("UPDATE customers SET account_no = 'moved' WHERE account_no = 'a00007'")
    done = place.run("get", "customer", "--list", "--format", "csv")
    assert done.returncode == 65 and b"left out: account=moved: " in done.stderr
    assert len(list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))) == 20


def test_a_table_is_aligned(place):
    ready(place)
    place.ok("put", "customer", "--from", "-", data=b"account,userid\n1,ada\n22222,b\n")
    out = place.ok("get", "customer", "--list").decode().splitlines()
    assert out == ["account  userid  pin   balance", "1        ada     NULL  NULL",
                   "22222    b       NULL  NULL"]


def test_a_signal_ends_it_between_two_batches_and_the_same_again_completes(place):
    ready(place)
    names, *rows = csv_of(many(400)).split(b"\r\n")[:-1]
    with subprocess.Popen([str(worlds.SEALROW), "put", "customer", "--from", "-", "--json"],
                          cwd=place.folder, env=place.env, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        p.stdin.write(b"\r\n".join([names, *rows[:300], b""]))
        p.stdin.flush()
        ends = time.monotonic() + 60
        while place.texts("SELECT count(*) FROM customers") == [["0"]]:
            assert p.poll() is None and time.monotonic() < ends
        os.kill(p.pid, signal.SIGTERM)
        out, err = p.communicate(b"\r\n".join([*rows[300:], b""]), timeout=60)
    assert p.returncode == 75 and b"SROW-162" in err, (p.returncode, err)
    stored = int(place.texts("SELECT count(*) FROM customers")[0][0])
    assert counts(out) == (stored, 0, 0, 0) and 0 < stored < 400
    assert counts(place.ok("put", "customer", "--from", "-", "--json",
                           data=csv_of(many(400)))) == (400 - stored, stored, 0, 0)


# -- the key of a walk --

def keyed(place, key):
    place.config(("    bind:", f"    key: [{key}]\n    bind:"))
    place.ok("init")
    return json.loads(place.run("check", "--json").stdout)["findings"]


def test_a_key_that_would_leave_rows_out_is_found_and_nothing_is_walked_by_it(place):
    place.sql("ALTER TABLE customers ADD COLUMN number INTEGER",
              "CREATE UNIQUE INDEX numbered ON customers (number)")
    ready(place)
    place.ok("put", "customer", "--from", "-", data=csv_of([(*r[:3], 5) for r in many(9)]))
    walks = ("get", "customer", "--list"), ("heal", "customer"), ("status",), ("estimate",)
    for key, says in (("telephone", "no column telephone"), ("balance", "rows with one key"),
                      ("number", "rows with NULL in number")):
        found = keyed(place, key)
        assert [f["code"] for f in found if f["code"] != "plain-logged"] == ["walk-key"], found
        for words in walks:
            done = place.run(*words)
            assert done.returncode == 78 and says in done.stderr.decode(), (key, words, done)
    place.sql("UPDATE customers SET number = CAST(substr(account_no, 2) AS DECIMAL)")
    assert len(place.ok("get", "customer", "--list", "--format", "jsonl").splitlines()) == 9
    place.sql("CREATE TABLE copied AS SELECT * FROM customers")
    for key, table in (("account_no", "customers"), ("balance, account_no", "customers"),
                       ("account_no", "copied")):
        place.config(("    bind:", f"    key: [{key}]\n    bind:"), ("table: customers",
                                                                     f"table: {table}"))
        place.ok("init", "--rebook")
        for words in walks:
            place.ok(*words)
