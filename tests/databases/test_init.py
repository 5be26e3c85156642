# SPDX-License-Identifier: Apache-2.0
"""init on each engine: what it writes, what it goes on from."""
import json
import re
import subprocess

import pytest

from test_engines import codes, ready
from world import SEALROW

PLAINTEXT = "'" + "mallory " * 30 + "'"


def widen(place, old, new):
    path = place.folder / "sealrow.yaml"
    path.write_text(path.read_text().replace(old, new, 1))


def test_postgresql_adds_a_check_quickly_and_validates_it_later(pg):
    lines = pg.ok("init", "--print").decode().split(";\n")
    adding = [line for line in lines if "ADD COLUMN" in line]
    assert len(adding) == 2 and all("NOT VALID" in line and "EXTERNAL" in line for line in adding)
    later = [line for line in lines if "VALIDATE CONSTRAINT" in line]
    assert later == lines[-3:-1]
    pg.ok("init")
    assert pg.texts("SELECT bool_and(convalidated) FROM pg_constraint WHERE conname LIKE "
                    "'sealrow%'") == [["t"]] and codes(pg) == []
    assert pg.texts("SELECT DISTINCT attstorage FROM pg_attribute WHERE attname LIKE "
                    "'%_sealed'") == [["e"]]


def test_postgresql_goes_on_where_init_was_stopped(pg):
    lines = [s for s in pg.ok("init", "--print").decode().split(";\n") if s]
    for done, statement in enumerate(lines):
        if "VALIDATE" in statement:
            break
        pg.sql(statement)
        if "ADD COLUMN" in statement:
            assert "VALIDATE" in pg.ok("init", "--print").decode()
    assert "check-unvalidated" in codes(pg)
    left = pg.ok("init").decode()
    assert left.count("VALIDATE") == len(lines) - done and codes(pg) == []
    assert pg.ok("init").startswith(b"0 statements")


def test_mariadb_goes_on_where_init_was_stopped(maria):
    lines = [s for s in maria.ok("init", "--print").decode().split(";\n") if s]
    for done, statement in enumerate(lines):
        rest = maria.ok("init", "--print").decode().split(";\n")
        assert len([s for s in rest if s]) == len(lines) - done
        maria.sql(statement)
    assert maria.ok("init").startswith(b"0 statements") and codes(maria) == []


def test_an_init_beside_another_is_done_or_says_to_run_it_again(place):
    for _ in range(3):
        jobs = [subprocess.Popen([str(SEALROW), "init"], cwd=place.folder, env=place.env,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                for _ in range(3)]
        told = [(job.communicate(timeout=60)[1], job.returncode) for job in jobs]
        assert any(code == 0 for _, code in told), told
        for said, code in told:
            assert code == 0 or (code == 69 and b" again" in said), told
        assert codes(place) == []
        place.ok("init", "--revert")


@pytest.mark.parametrize("engine", ["pg", "maria"])
def test_a_column_that_is_there_gets_its_check(engine, request):
    place = request.getfixturevalue(engine)
    kind = "bytea" if engine == "pg" else "VARBINARY(1500)"
    place.sql(f"ALTER TABLE customers ADD COLUMN userid_sealed {kind}")
    assert "check-missing" in codes(place)
    place.ok("init")
    assert codes(place) == []
    assert place.refused_by_check in place.refused(
        f"INSERT INTO customers (account_no, userid_sealed) VALUES ('9', {PLAINTEXT})")


def add_column(place, kind):
    place.sql(f"ALTER TABLE customers ADD COLUMN userid_sealed {kind}")


@pytest.mark.parametrize("engine,kind", [("pg", "bytea"), ("maria", "VARBINARY(20000)"),
                                         ("maria", "LONGBLOB")])
def test_the_check_of_a_column_that_is_there_takes_no_room_away(engine, kind, request):
    place = request.getfixturevalue(engine)
    add_column(place, kind)
    place.ok("init")
    long = "x" * 18000
    place.ok("put", "customer", "account=1", f"userid={long}")
    assert json.loads(place.ok("get", "customer", "account=1", "--json"))["userid"] == long
    assert codes(place) == []


def test_a_check_is_as_wide_as_a_narrow_column_should_be(maria):
    add_column(maria, "VARBINARY(300)")
    maria.ok("init")
    said = maria.run("check").stdout.decode()
    wanted = re.search(r"column-narrow .*: declare (VARBINARY\(\d+\))\n", said).group(1)
    maria.sql(f"ALTER TABLE customers MODIFY userid_sealed {wanted}")
    assert codes(maria) == []


NARROW = {"sqlite": ("BLOB", r"make the table anew with BLOB and a CHECK of \d+ bytes\n"),
          "postgresql": ("bytea", "drop the CHECK that says so and run sealrow init\n"),
          "mariadb": ("VARBINARY(250)", r"declare VARBINARY\(\d+\), drop the CHECK that says so "
                                        "and run sealrow init\n")}


def test_a_narrow_check_is_told_in_the_engines_words(place):
    kind, wanted = NARROW[place.engine]
    add_column(place, f"{kind} CHECK (length(userid_sealed) BETWEEN 1 AND 200)")
    said = place.run("check").stdout.decode()
    assert re.search("column-narrow customer.userid: column userid_sealed holds 200 bytes.*: " +
                     wanted, said), said


def test_a_value_that_is_too_long_for_a_check_does_not_reach_the_server(place):
    place.ok("init", *(["--blob"] if place.engine == "mariadb" else []))
    done = place.run("put", "customer", "account=1", "userid=" + "x" * 3000)
    assert done.returncode == 65 and b"SROW-063" in done.stderr, done.stderr
    assert place.texts("SELECT count(*) FROM customers") == [["0"]]


def test_plaintext_that_stands_in_a_sealed_column_is_named(pg):
    pg.sql("ALTER TABLE customers ADD COLUMN userid_sealed bytea",
           "INSERT INTO customers (account_no, userid_sealed) VALUES ('1', 'mallory')")
    done = pg.run("init")
    assert done.returncode == 77 and b"23514" in done.stderr and b"mallory" not in done.stderr
    assert set(codes(pg)) == {"check-unvalidated"}, "new plaintext is kept out already"
    pg.sql("DELETE FROM customers")
    pg.ok("init")
    assert codes(pg) == []


def test_an_old_check_that_refuses_what_the_column_accepts_is_found(place):
    ready(place)
    widen(place, "userid: {", "userid: {accept: [context:no-cell], ")
    place.ok("init")
    assert codes(place) == ["accept-no-cell"]
    if place.engine == "sqlite":
        return  # its CHECK comes with the column alone: tests/unit/schema
    drop = "ALTER TABLE customers DROP CONSTRAINT sealrow_customers_userid_sealed"
    old = {"postgresql": "substr(userid_sealed, 1, 3) = '\\x020478'::bytea",
           "mariadb": "substr(userid_sealed, 1, 3) = X'020478'"}[place.engine]
    place.sql(drop, f"ALTER TABLE customers ADD CONSTRAINT old CHECK ({old})")
    assert codes(place) == ["accept-no-cell", "check-other"]
    place.sql("ALTER TABLE customers DROP CONSTRAINT old")
    place.ok("init")
    assert codes(place) == ["accept-no-cell"]


def test_mariadb_puts_a_column_outside_of_a_row_that_is_full(maria):
    maria.sql("ALTER TABLE customers ADD COLUMN wide VARBINARY(64000)")
    printed = maria.ok("init", "--print").decode()
    assert "`userid_sealed` VARBINARY(" in printed and "`pin_sealed` BLOB," in printed
    ready(maria)
    maria.ok("put", "customer", "account=1", "userid=ada", "pin=7")
    assert json.loads(maria.ok("get", "customer", "account=1", "--json"))["pin"] == 7
    assert codes(maria) == [] and maria.ok("init").startswith(b"0 statements")


def test_mariadb_puts_all_columns_outside_of_the_row_when_told_so(maria):
    printed = maria.ok("init", "--blob").decode()
    assert "VARBINARY" not in printed and printed.count("BLOB,") == 2
    maria.ok("put", "customer", "account=1", "userid=ada")
    assert codes(maria) == []


@pytest.mark.parametrize("engine", ["MyISAM", "Aria"])
def test_a_table_without_transactions_is_refused_before_anything_is_written(maria, engine):
    ready(maria)
    maria.ok("put", "customer", "account=1", "userid=ada")
    rows = maria.texts("SELECT hex(userid_sealed) FROM customers")
    maria.sql(f"ALTER TABLE customers ENGINE = {engine}")
    assert codes(maria) == ["table-unlogged"]
    for words in (["init"], ["put", "customer", "account=2", "userid=eve", "--dry-run"],
                  ["put", "customer", "account=1", "userid=eve", "--replace"],
                  ["heal", "customer", "--dry-run"], ["bench", "customer"]):
        done = maria.run(*words)
        assert done.returncode == 78 and b"ENGINE = InnoDB" in done.stderr, words
    assert maria.texts("SELECT hex(userid_sealed) FROM customers") == rows
    maria.sql("ALTER TABLE customers ENGINE = InnoDB")
    assert codes(maria) == [] and maria.ok("put", "customer", "account=2", "userid=eve")


def test_tables_of_our_own_have_transactions_whatever_the_servers_default_is(maria):
    maria.pair.sql("SET GLOBAL default_storage_engine = MyISAM")
    try:
        maria.ok("init")
    finally:
        maria.pair.sql("SET GLOBAL default_storage_engine = InnoDB")
    assert maria.texts("SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA"
                       " = DATABASE() AND TABLE_NAME LIKE 'sealrow%' ORDER BY 1") == [
        ["sealrow_meta", "InnoDB"], ["sealrow_probe", "InnoDB"]]
