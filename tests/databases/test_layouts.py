# SPDX-License-Identifier: Apache-2.0
"""Where the sealed value stands: beside its plaintext, in tables of every name, with a version."""
import datetime
import json

import pytest

from test_engines import codes, events

CONTEXT, OLD_VERSION = "SROW-080", "SROW-093"
TEXT = {"sqlite": "TEXT", "postgresql": "text", "mariadb": "VARCHAR(64) COLLATE utf8mb4_general_ci"}


def quoted(place, name):
    quote = "`" if place.engine == "mariadb" else '"'
    return quote + name.replace(quote, quote * 2) + quote


def tables(place, text):
    """The configuration with other tables; booked and built."""
    place.config()
    path = place.folder / "sealrow.yaml"
    head = path.read_text()
    path.write_text(head[:head.index("tables:")] + text)


def got(place, *words):
    return json.loads(place.ok("get", *words, "--json"))


# -- beside the plaintext --

STAGED = """tables:
  person:
    bind: {{id: {{column: id}}}}
    columns:
      name: {{plain: name, sealed: name_sealed, required: true, stage: {stage}, until: {until}}}
"""


@pytest.fixture
def person(place):
    if place.engine == "mariadb":
        place.pair.sql("SET GLOBAL log_bin_trust_function_creators = 1")
    kind = "VARCHAR(20) NOT NULL" if place.engine == "mariadb" else "TEXT NOT NULL"
    place.sql(f"CREATE TABLE person (id {kind} PRIMARY KEY, name {TEXT[place.engine]}, "
              "amount INTEGER)")
    return place


def stage(place, name, until="9999-12-31"):
    tables(place, STAGED.format(stage=name, until=until))
    place.ok("init")


def sealed(place, row):
    """Whether the row has a sealed value."""
    return place.texts(f"SELECT count(name_sealed) FROM person WHERE id = '{row}'") == [["1"]]


def test_stage_plain_writes_and_reads_the_plaintext_and_asks_no_kms(person):
    stage(person, "plain")
    before = person.world.kmsd.total("--operation", "GenerateDataKey")
    assert person.ok("put", "person", "id=1", "name=Ada", "amount=5").startswith(b"inserted 1")
    assert got(person, "person", "id=1") == {"id": "1", "name": "Ada", "amount": 5}
    assert person.texts("SELECT name FROM person") == [["Ada"]] and not sealed(person, "1")
    assert person.world.kmsd.total("--operation", "GenerateDataKey") == before
    assert person.ok("put", "person", "id=1", "name=Ada").startswith(b"inserted 0, already there 1")
    assert person.run("put", "person", "id=1", "name=ada").returncode == 75, "case is a change"
    assert person.run("put", "person", "id=2").returncode == 2, "it is required"


def test_stage_dual_writes_both_and_an_old_instance_leaves_no_stale_value(person):
    stage(person, "dual")
    assert codes(person) == []
    assert person.ok("init") == b"0 statements run, 0 probes stored\n"
    person.ok("put", "person", "id=1", "name=Ada")
    assert sealed(person, "1") and got(person, "person", "id=1")["name"] == "Ada"
    person.ok("put", "person", "id=1", "name=Bob", "--replace")
    assert sealed(person, "1"), "both changed"
    for change in ("name = 'bob'", "name = 'bob '", "name = 'b\u00f3b'", "name = NULL",
                   "name = 'Bob'"):
        person.ok("put", "person", "id=1", "name=Bob", "--replace")
        person.sql("UPDATE person SET amount = 7, name = name WHERE id = '1'")
        assert sealed(person, "1"), "nothing changed"
        if change == "name = 'Bob'":
            person.sql("UPDATE person SET name = NULL WHERE id = '1'")
        person.sql(f"UPDATE person SET {change} WHERE id = '1'")
        assert not sealed(person, "1"), change


def test_stage_dual_takes_rows_that_are_not_filled(person):
    stage(person, "dual")
    person.sql("INSERT INTO person (id, name) VALUES ('old', 'Ada')")
    assert got(person, "person", "id=old")["name"] == "Ada" and not sealed(person, "old")
    assert person.ok("put", "person", "id=old", "name=Ada").startswith(b"inserted 0, already")
    assert not sealed(person, "old")
    column, = json.loads(person.ok("status", "--json"))["tables"][0]["columns"]
    assert (column["plaintext"], column["sealed"], column["null"]) == (1, 0, 1)
    assert "plaintext                     1  still there, in name" in person.ok("status").decode()
    assert b"replaced 1" in person.ok("put", "person", "id=old", "name=Ada", "--replace")
    assert sealed(person, "old") and got(person, "person", "id=old")["name"] == "Ada"


def test_the_trigger_goes_when_the_plaintext_is_named_no_longer(person):
    stage(person, "dual")
    person.ok("put", "person", "id=1", "name=Ada")
    alone = STAGED.replace("plain: name, ", "").replace(", stage: {stage}, until: {until}", "")
    tables(person, alone.format())
    assert codes(person) == ["trigger-left"]
    assert b"DROP TRIGGER" in person.ok("init") and codes(person) == []
    assert person.ok("init") == b"0 statements run, 0 probes stored\n"
    person.sql("UPDATE person SET name = NULL")
    assert person.ok("get", "person", "id=1").split()[:4] == [b"id", b"1", b"name", b"Ada"]
    person.sql("ALTER TABLE person DROP COLUMN name")
    person.ok("put", "person", "id=1", "name=Bob", "--replace")
    assert got(person, "person", "id=1")["name"] == "Bob"


def test_a_trigger_that_another_column_needs_stays(person):
    stage(person, "dual")
    person.sql("ALTER TABLE person ADD COLUMN other " + TEXT[person.engine])
    both = """tables:
  a:
    {table: person, bind: {id: {column: id}}, columns: {b_c: {sealed: x_sealed}}}
  a_b:
    table: person
    bind: {id: {column: id}}
    columns: {c: {plain: other, sealed: y_sealed, stage: dual, until: 9999-12-31}}
"""
    tables(person, both)
    assert person.ok("init").count(b"CREATE TRIGGER") == 1
    assert codes(person) == []
    assert person.ok("init") == b"0 statements run, 0 probes stored\n"


def test_two_cells_in_one_column_are_refused(place):
    tables(place, """tables:
  a: {table: customers, bind: {account: {column: account_no}}, columns: {x: {sealed: x_sealed}}}
  b: {table: customers, bind: {account: {column: account_no}}, columns: {x: {sealed: x_sealed}}}
""")
    kind = "bytea" if place.engine == "postgresql" else "BLOB"
    for more in ("x_sealed", "another"):
        done = place.run("init")
        assert done.returncode == 78 and b"a.x and b.x are both sealed in column" in done.stderr
        place.sql(f"ALTER TABLE customers ADD COLUMN {more} {kind}")  # it may be there already


def test_check_finds_a_trigger_that_is_gone_and_init_puts_it_back(person):
    stage(person, "plain")
    stage(person, "dual")
    drop = "DROP TRIGGER sealrow_dual_person_name"
    person.sql(drop + (" ON person" if person.engine == "postgresql" else ""))
    assert codes(person) == ["trigger-missing"]
    assert b"1 statement run" in person.ok("init") or person.engine == "postgresql"
    assert codes(person) == []
    if person.engine == "postgresql":
        person.sql("CREATE OR REPLACE FUNCTION sealrow_dual_person_name() RETURNS trigger "
                   "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        assert codes(person) == ["trigger-missing"]
        person.sql("ALTER TABLE person DISABLE TRIGGER sealrow_dual_person_name")
        person.ok("init")
        assert codes(person) == []
    person.sql("INSERT INTO person (id) VALUES ('none')")
    assert codes(person) == ["plain-null"]
    person.sql("ALTER TABLE person RENAME COLUMN name TO title")
    assert "plain-missing" in codes(person)


def test_init_revert_takes_the_trigger_with_the_column(person):
    stage(person, "dual")
    person.sql("INSERT INTO person (id, name) VALUES ('1', 'Ada')")
    person.ok("init", "--revert")
    person.sql("UPDATE person SET name = 'Bob'")
    assert person.texts("SELECT id, name FROM person") == [["1", "Bob"]]
    stage(person, "dual")
    assert codes(person) == []


def test_init_revert_takes_sealed_values_whose_plaintext_is_there(person):
    stage(person, "dual")
    person.ok("put", "person", "id=1", "name=Ada")
    person.sql("INSERT INTO person (id, name_sealed) SELECT '2', name_sealed FROM person")
    done = person.run("init", "--revert", "--discard-sealed")
    assert done.returncode == 78 and b"1 sealed value would be lost" in done.stderr
    assert b"--discard-sealed" not in done.stderr, "it was said"
    assert sealed(person, "1") and got(person, "person", "id=1")["name"] == "Ada"
    person.sql("UPDATE person SET name = 'Bob' WHERE id = '2'")
    person.ok("put", "person", "id=2", "name=Bob", "--replace")
    printed = person.ok("init", "--revert", "--discard-sealed", "--print")
    assert (b"IS NOT NULL)" in printed) == (person.engine != "sqlite")
    if person.engine != "sqlite":
        assert printed.index(b"ADD CONSTRAINT") < printed.index(b"DROP TRIGGER") < printed.index(
            b"DROP COLUMN"), "if the CHECK is refused, the trigger is still there"
    person.ok("init", "--revert", "--discard-sealed")
    assert person.texts("SELECT id, name FROM person ORDER BY id") == [["1", "Ada"], ["2", "Bob"]]
    stage(person, "dual")
    assert codes(person) == []


def test_init_revert_keeps_sealed_values_whose_plaintext_may_be_masked(person):
    stage(person, "dual")
    person.ok("put", "person", "id=1", "name=Ada")
    kept = person.texts("SELECT name_sealed FROM person")
    drop = "DROP TRIGGER sealrow_dual_person_name"
    person.sql(drop + (" ON person" if person.engine == "postgresql" else ""),
               "UPDATE person SET name = '***'")
    for words in (["--revert"], ["--revert", "--print"], ["--revert", "person"]):
        done = person.run("init", *words)
        assert done.returncode == 78 and b"1 sealed value would be lost" in done.stderr, words
        assert b"with --discard-sealed" in done.stderr
    assert person.texts("SELECT name_sealed FROM person") == kept
    assert person.run("init", "--discard-sealed").returncode == 2
    person.ok("init", "--revert", "person", "--discard-sealed")
    assert person.texts("SELECT * FROM person WHERE id = '1' AND name = '***'") != []


def test_the_guard_of_a_revert_without_discard_sealed_asks_for_an_empty_column(person):
    stage(person, "dual")
    printed = person.ok("init", "--revert", "--print").decode()
    assert "OR" not in printed.split("CHECK")[-1] and ("IS NULL)" in printed) == (
        person.engine != "sqlite")
    if person.engine == "mariadb": # stopped behind a guard that asks for less
        guard = person.ok("init", "--revert", "person", "--discard-sealed", "--print").decode()
        person.sql(guard.split(";\n")[0])
        assert "DROP CONSTRAINT" in person.ok("init", "--revert", "person").decode().split(";")[0]
        assert person.texts("SELECT count(*) FROM person") == [["0"]]


def test_two_columns_whose_triggers_would_have_one_name_are_refused(person):
    kind = "VARCHAR(20)" if person.engine == "mariadb" else "TEXT"
    person.sql(f"CREATE TABLE t1 (id {kind} NOT NULL PRIMARY KEY, name {kind})",
               f"CREATE TABLE t2 (id {kind} NOT NULL PRIMARY KEY, name {kind})")
    text = """tables:
  a: {table: t1, bind: {id: {column: id}}, columns: {b_c: {plain: name, sealed: s, required: true,
      stage: dual, until: 9999-12-31}}}
  a_b: {table: t2, bind: {id: {column: id}}, columns: {COLUMN: {plain: name, sealed: s,
      required: true, stage: dual, until: 9999-12-31}}}
"""
    tables(person, text.replace("COLUMN", "c"))
    for words in (["init"], ["init", "--print"]):
        done = person.run(*words)
        assert done.returncode == 78, words
        assert b"a.b_c and a_b.c would have one trigger, sealrow_dual_a_b_c: give" in done.stderr
    tables(person, text.replace("COLUMN", "d"))
    person.ok("init")
    assert codes(person) == []


def test_numbers_are_compared_as_they_are_written(person):
    if person.engine == "postgresql":
        person.sql("ALTER TABLE person ALTER name TYPE numeric USING name::numeric")
    elif person.engine == "mariadb":
        person.sql("ALTER TABLE person MODIFY name FLOAT")
    stage(person, "dual")
    one, other = {"postgresql": ("1.0", "1.00"), "mariadb": ("16777216", "16777218"),
                  "sqlite": ("1.0", "1.00")}[person.engine]
    person.ok("put", "person", "id=1", f"name={one}")
    assert sealed(person, "1")
    person.sql(f"UPDATE person SET name = '{other}' WHERE id = '1'")
    assert not sealed(person, "1")


def test_a_stage_that_is_over_starts_nothing(person):
    stage(person, "dual")
    tables(person, STAGED.format(stage="dual", until="2020-01-31"))
    done = person.run("get", "person", "id=1")
    assert done.returncode == 78 and b"has ended with 2020-01-31" in done.stderr
    assert "stage-over" in codes(person)
    soon = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=10)
    stage(person, "dual", until=soon)
    assert codes(person) == ["stage-ends"]
    assert person.run("check", "--accept", "stage-ends", "--accept",
                          "plain-logged").returncode == 0


# -- names --

HOSTILE = ["select", "Mixed Case", 'a"b`c', "x'; DROP TABLE person; --", "100%s %n", "na.me",
           "\u00fcn\u00ef\u2028", "$1 @c ? \\", "[br]acket"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name(place, name):
    text = "VARCHAR(64)" if place.engine == "mariadb" else "TEXT"
    part, other = name + "2", name + "3"
    q = {n: quoted(place, n) for n in (name, part, other)}
    place.sql(f"CREATE TABLE {q[name]} ({q[name]} {text} NOT NULL, {q[part]} INTEGER NOT NULL, "
              f"{q[other]} {text}, PRIMARY KEY ({q[name]}, {q[part]}))")
    j = json.dumps
    tables(place, f"""tables:
  odd:
    table: [{j(name)}]
    key: [{j(name)}, {j(part)}]
    bind:
      a: {{column: {j(name)}}}
      b: {{column: {j(part)}, type: integer}}
    columns:
      value: {{sealed: {j(name + " sealed")}}}
""")
    place.ok("init")
    assert codes(place) == []
    assert place.ok("init") == b"0 statements run, 0 probes stored\n"
    place.ok("put", "odd", "a=x", "b=1", "value=secret", f"{other}=clear")
    place.ok("put", "odd", "a=x", "b=1", "value=other", "--replace")
    assert got(place, "odd", "a=x", "b=1") == {"a": "x", "b": 1, "value": "other", other: "clear"}
    assert place.run("get", "odd", "a=x", "b=2").returncode == 66
    assert place.texts("SELECT count(*) FROM customers") == [["0"]]


def test_renamed_tables_and_columns_and_a_copy_open_by_their_logical_names(place):
    place.ok("init")
    place.ok("put", "customer", "account=1", "userid=ada")
    text = (place.folder / "sealrow.yaml").read_text()
    place.sql("ALTER TABLE customers RENAME TO clients",
              "ALTER TABLE clients RENAME COLUMN account_no TO no",
              "ALTER TABLE clients RENAME COLUMN userid_sealed TO u",
              "CREATE TABLE restored AS SELECT * FROM clients")
    for table in ("clients", "restored"):
        place.config(("table: customers", f"table: {table}"), ("account_no", "no"),
                     ("userid_sealed", "u"))
        assert got(place, "customer", "account=1")["userid"] == "ada"
    assert text != (place.folder / "sealrow.yaml").read_text()


def test_a_table_in_another_schema(place):
    if place.engine == "sqlite":
        place.config(("table: customers", "table: main.customers"))
        place.ok("init")
        place.ok("put", "customer", "account=1", "userid=ada")
        assert got(place, "customer", "account=1")["userid"] == "ada" and codes(place) == []
        place.config(("table: customers", "table: other.customers"))
        assert codes(place) == ["table-missing"]
        return
    schema = f"{place.database}_My.Schema"
    q = quoted(place, schema)
    if place.engine == "mariadb":
        place.pair.sql(f"CREATE DATABASE {q} COLLATE utf8mb4_nopad_bin",
                       f"GRANT ALL ON {q.replace('_', chr(92) + '_')}.* TO app@localhost",
                       f"GRANT ALL ON {q.replace('_', chr(92) + '_')}.* TO app@127.0.0.1")
    else:
        place.pair.sql(f"CREATE SCHEMA {q} AUTHORIZATION app", database=place.database)
    kind = "VARCHAR(20)" if place.engine == "mariadb" else "TEXT"
    place.sql(f"CREATE TABLE {q}.customers (account_no {kind} NOT NULL PRIMARY KEY)")
    place.config(("table: customers", f"table: [{schema}, customers]"))
    assert codes(place).count("column-missing") == 2
    place.ok("init")
    assert codes(place) == []
    place.ok("put", "customer", "account=1", "userid=ada")
    assert got(place, "customer", "account=1")["userid"] == "ada"
    assert place.texts("SELECT count(*) FROM customers") == [["0"]]
    assert place.texts(f"SELECT count(*) FROM {q}.customers") == [["1"]]


# -- versions --

@pytest.fixture
def counted(place):
    place.sql("ALTER TABLE customers ADD COLUMN userid_version INTEGER")
    place.config(("required: true", "required: true, version: {column: userid_version}"))
    place.ok("init")
    place.ok("put", "customer", "account=1", "userid=ada")
    return place


def refused(place, code, *words):
    done = place.run("get", "customer", "account=1", *words)
    assert done.returncode == 65 and not done.stdout and events(done) == [code]


def test_an_older_value_put_back_alone_is_refused_and_with_its_version_by_who_knows(counted):
    version = "SELECT userid_version FROM customers"
    assert counted.texts(version) == [["1"]]
    counted.sql("CREATE TABLE kept AS SELECT * FROM customers")
    assert b"already there 1" in counted.ok("put", "customer", "account=1", "userid=ada")
    assert counted.texts(version) == [["1"]]
    counted.ok("put", "customer", "account=1", "userid=bob", "--replace")
    assert counted.texts(version) == [["2"]]
    assert got(counted, "customer", "account=1", "--min-version", "2")["userid"] == "bob"
    refused(counted, OLD_VERSION, "--min-version", "3")

    counted.sql("UPDATE customers SET userid_sealed = (SELECT userid_sealed FROM kept)")
    refused(counted, CONTEXT)
    assert counted.run("put", "customer", "account=1", "userid=eve", "--replace").returncode == 65
    counted.sql("UPDATE customers SET userid_version = (SELECT userid_version FROM kept)")
    assert got(counted, "customer", "account=1")["userid"] == "ada", "as docs/security.md says"
    refused(counted, OLD_VERSION, "--min-version", "2")
    for other in ("NULL", "0", "-1", "3"):
        counted.sql(f"UPDATE customers SET userid_version = {other}")
        refused(counted, CONTEXT)


def test_a_version_belongs_to_put_and_to_an_integer_column(counted):
    done = counted.run("put", "customer", "account=1", "userid=x", "userid_version=9", "--replace")
    assert done.returncode == 2 and b"name it userid" in done.stderr
    assert counted.run("get", "customer", "account=1", "--min-version", "x").returncode == 2
    counted.config(("required: true", "required: true, version: {column: elsewhere}"))
    assert "version-missing" in codes(counted)
    counted.config()
    assert counted.run("get", "customer", "account=1", "--min-version", "1").returncode == 2
