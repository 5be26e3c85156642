# SPDX-License-Identifier: Apache-2.0
"""A column beside its plaintext and one with a version: what roles may do with them, who is told of
a trigger, long names, other schemas; many rows and heal."""
import json

import pytest

from test_engines import codes
from test_heal import EU, counts, regions_of
from test_layouts import TEXT, quoted, tables
from test_roles import as_roles

BOTH = """tables:
  {logical}:
    table: {table}
    bind: {{account: {{column: account_no}}}}
    columns:
      {column}: {{plain: {plain}, sealed: userid_sealed, stage: dual, until: 9999-12-31}}
      pin: {{type: integer, version: {{column: pin_version}}}}
"""


def both(place, table="customers", logical="customer", column="userid", plain="userid"):
    """The table's own columns, and the configuration."""
    if place.engine == "mariadb":
        place.pair.sql("SET GLOBAL log_bin_trust_function_creators = 1")
    return BOTH.format(table=json.dumps(table), logical=logical, column=column,
                       plain=json.dumps(plain))


@pytest.fixture
def staged(place):
    place.sql(f"ALTER TABLE customers ADD COLUMN userid {TEXT[place.engine]}",
              "ALTER TABLE customers ADD COLUMN pin_version INTEGER")
    tables(place, both(place))
    return place


def stored(place, columns="count(userid_sealed), max(pin_version)"):
    return place.texts(f"SELECT {columns} FROM customers")[0]


# -- many rows, heal --

ROWS = (b"account,userid,pin,balance\r\n" + b"".join(
    b"%d,user %d,%d,%d\r\n" % (n, n, n + 1000, n) for n in range(10, 40)))


def test_many_rows_go_in_and_come_out_in_clear_and_with_their_versions(staged):
    staged.ok("init")
    put = ("put", "customer", "--from", "-", "--json")
    assert json.loads(staged.ok(*put, data=ROWS))["inserted"] == 30
    assert json.loads(staged.ok(*put, data=ROWS))["already_there"] == 30
    assert stored(staged) == ["30", "1"]
    other = ROWS.replace(b"user ", b"USER ").replace(b",10", b",20")
    assert staged.run(*put, data=other).returncode == 75
    assert json.loads(staged.ok(*put, "--replace", data=other))["replaced"] == 30
    assert stored(staged) == ["30", "2"]
    csv = staged.ok("get", "customer", "--list", "--format", "csv")
    assert csv == other, "what is listed is what was put"
    assert json.loads(staged.ok(*put, data=csv))["already_there"] == 30
    row = json.loads(staged.ok("get", "customer", "account=10", "--json", "--min-version", "2"))
    assert (row["userid"], row["pin"], row["pin_version"]) == ("USER 10", 2010, 2)


def test_heal_keeps_versions_and_what_stands_in_clear(staged):
    staged.ok("init")
    staged.env["SEALROW_WHILE_DOWN"] = EU
    for number in (1, 2):
        staged.ok("put", "customer", "account=1", f"userid=ada{number}", f"pin={number}",
                  *(["--replace"] if number == 2 else []))
    staged.ok("put", "customer", "account=2", "pin=3")
    del staged.env["SEALROW_WHILE_DOWN"]
    told = counts(staged.run("heal", "customer", "--json").stdout)
    assert (told["healed"], told["failed"], told["null"]) == (3, 0, 1)
    everywhere = {staged.world.values["us_key"], staged.world.values["eu_key"]}
    assert len(everywhere) == 2
    for column, rows in (("userid_sealed", 1), ("pin_sealed", 2)):
        assert [len(r) for r in regions_of(staged, column)] == [2] * rows
    assert staged.texts("SELECT userid, pin_version FROM customers ORDER BY account_no")[0] == \
        ["ada2", "2"]
    for account, pin, version in (("1", 2, "2"), ("2", 3, "1")):
        row = json.loads(staged.ok("get", "customer", f"account={account}", "--json", "--via", EU,
                                   "--min-version", version))
        assert row["pin"] == pin
    assert counts(staged.run("heal", "customer", "--json").stdout)["healed"] == 0
    staged.sql("UPDATE customers SET pin_version = 1 WHERE account_no = '1'")
    assert staged.run("get", "customer", "account=1").returncode == 65, "healing is no way round"


# -- names and schemas --

HOSTILE = "na.me \"x`y'; --"


def test_a_dual_column_with_a_hostile_name_in_another_schema(place):
    schema = "main" if place.engine == "sqlite" else f"{place.database}_Sch.ema"
    q = quoted(place, schema)
    if place.engine == "mariadb":
        grant = q.replace("_", "\\_")
        place.pair.sql(f"CREATE DATABASE {q} COLLATE utf8mb4_nopad_bin",
                       *(f"GRANT ALL ON {grant}.* TO app@{h}" for h in ("localhost", "127.0.0.1")))
    elif place.engine == "postgresql":
        place.pair.sql(f"CREATE SCHEMA {q} AUTHORIZATION app", database=place.database)
    kind = "VARCHAR(20)" if place.engine == "mariadb" else "TEXT"
    table, plain = (f"{q}.{quoted(place, HOSTILE)}", quoted(place, HOSTILE + "p"))
    place.sql(f"CREATE TABLE {table} (account_no {kind} NOT NULL PRIMARY KEY, "
              f"{plain} {TEXT[place.engine]}, pin_version INTEGER)")
    tables(place, both(place, [schema, HOSTILE], plain=HOSTILE + "p"))
    place.ok("init")
    assert codes(place) == [] and place.ok("init").startswith(b"0 statements")
    place.ok("put", "customer", "account=1", "userid=ada", "pin=7")
    sealed = f"SELECT count(userid_sealed), count({plain}), count(pin_sealed) FROM {table}"
    assert place.texts(sealed) == [["1", "1", "1"]]
    place.sql(f"UPDATE {table} SET {plain} = 'bob'")
    assert place.texts(sealed) == [["0", "1", "1"]], "the trigger is at this table"
    assert json.loads(place.ok("get", "customer", "account=1", "--json"))["userid"] == "bob"
    place.sql(f"UPDATE {table} SET {plain} = NULL")
    place.ok("put", "customer", "account=1", "userid=eve", "pin=8", "--replace")
    told = counts(place.run("heal", "customer", "--json").stdout)
    assert (told["whole"], told["failed"]) == (2, 0)
    listed = place.ok("get", "customer", "--list", "--format", "jsonl").splitlines()
    assert [(r["userid"], r["pin"]) for r in map(json.loads, listed)] == [("eve", 8)]
    place.sql(f"DELETE FROM {table}")
    place.ok("init", "--revert")
    place.sql(f"INSERT INTO {table} (account_no, {plain}) VALUES ('1', 'x')",
              f"UPDATE {table} SET {plain} = 'y'")
    assert set(codes(place)) <= {"column-missing", "trigger-missing", "version-missing"}


@pytest.mark.parametrize("room", [0, 1])
def test_a_trigger_has_its_whole_name_or_none(staged, room):
    logical = "t" * 25
    column = "c" * (63 - len(f"sealrow_dual_{logical}_") + room)
    tables(staged, both(staged, logical=logical, column=column))
    if room > 0:
        done = staged.run("init")
        assert done.returncode == 78 and b"shorten a logical name" in done.stderr
        assert "column-missing" in codes(staged), "and nothing was done"
        return
    staged.ok("init")
    assert codes(staged) == [] and staged.ok("init").startswith(b"0 statements")
    staged.ok("put", logical, "account=1", f"{column}=ada", "pin=1")
    staged.sql("UPDATE customers SET userid = 'bob'")
    assert stored(staged)[0] == "0"
    staged.sql("DELETE FROM customers")
    staged.ok("init", "--revert")
    staged.sql("INSERT INTO customers (account_no, userid) VALUES ('1', 'x')",
               "UPDATE customers SET userid = 'y'")


# -- rights --

@pytest.fixture(params=["pg", "maria"])
def server(request):
    place = request.getfixturevalue(request.param)
    place.sql(f"ALTER TABLE customers ADD COLUMN userid {TEXT[place.engine]}",
              "ALTER TABLE customers ADD COLUMN pin_version INTEGER")
    tables(place, both(place))
    return place


def test_roles_write_plaintext_and_versions_and_see_the_trigger(server):
    urls = as_roles(server)
    server.env["DATABASE_URL"] = urls["migrator"]
    assert server.ok("init").endswith(b"0 statements run, 1 probe stored\n")
    server.env["DATABASE_URL"] = urls["writer"]
    assert codes(server) == [], "on MariaDB the writer does not see what the trigger is"
    server.ok("put", "customer", "account=1", "userid=ada", "pin=1")
    server.ok("put", "customer", "account=1", "userid=bob", "pin=2", "--replace")
    assert stored(server) == ["1", "2"]
    login = f"lwriter_{server.database}"
    change = "UPDATE customers SET userid = 'eve'"
    if server.engine == "postgresql":
        server.pair.sql(change, database=server.database, user=login)
    else:
        server.pair.sql(change, database=server.database, user=f"s{login}")
    assert stored(server) == ["0", "2"], "the trigger works whoever writes"
    server.env["DATABASE_URL"] = urls["reader"]
    assert json.loads(server.ok("get", "customer", "account=1", "--json"))["userid"] == "eve"
    server.ok("check", "--as", "reader", "--accept", "plain-logged")


def test_a_trigger_that_the_migrator_made_works_for_a_writer(server):
    urls = as_roles(server)
    drop = "DROP TRIGGER sealrow_dual_customer_userid"
    server.sql(drop + (" ON customers" if server.engine == "postgresql" else ""))
    for role in ("writer", "migrator"):
        server.env["DATABASE_URL"] = urls[role]
        assert codes(server) == ["trigger-missing"], role
    assert b"TRIGGER" in server.ok("init")
    for role in ("migrator", "writer"):
        server.env["DATABASE_URL"] = urls[role]
        assert codes(server) == [], role
    server.ok("put", "customer", "account=1", "userid=ada", "pin=1")
    server.ok("put", "customer", "account=1", "userid=bob", "pin=2", "--replace")
    assert stored(server) == ["1", "2"]
