# SPDX-License-Identifier: Apache-2.0
"""What hangs on the plaintext beside a sealed column, and what keeps a table from its replicas."""
import json

import pytest

from test_engines import ready
from test_layouts import TEXT, person, stage  # noqa: F401  (a fixture)
from test_server_settings import setting


def codes(place):
    said = json.loads(place.run("check", "--json").stdout)["findings"]
    return [f["code"] for f in said]


def found(place):
    """But what MariaDB's log has of plaintext by its defaults."""
    said = json.loads(place.run("check", "--json").stdout)["findings"]
    return [(f["code"], f["text"]) for f in said if f["code"] != "plain-logged"]


def admin(pg, *statements):
    return pg.pair.sql(*statements, database=pg.database)


TRIGGERS = {
    "sqlite": ["CREATE TRIGGER g AFTER INSERT ON person BEGIN UPDATE person SET amount = 1 "
               "WHERE name = NEW.name; END"],
    "postgresql": ["CREATE FUNCTION measure() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN NEW.amount := length(NEW.name); RETURN NEW; END'",
                   "CREATE TRIGGER g BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION "
                   "measure()"],
    "mariadb": ["CREATE TRIGGER g BEFORE INSERT ON person FOR EACH ROW SET NEW.amount = "
                "length(NEW.name)"],
}
FUNCTIONS = {
    "sqlite": [],
    "postgresql": ["CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS "
                   "'SELECT count(name) FROM person'",
                   "CREATE FUNCTION other() RETURNS bigint LANGUAGE sql AS "
                   "'SELECT count(id) FROM person'"],
    # whose body another login does not see
    "mariadb": ["CREATE DEFINER = app@localhost FUNCTION f() RETURNS INT READS SQL DATA RETURN "
                "(SELECT count(name) FROM person)"],
}
HANGING = ["a foreign key with table other", "a generated column", "index i", "trigger g",
           "unique index u", "view w"]
MORE = {"sqlite": [], "mariadb": ["function f"],
        "postgresql": ["function f", "materialised view m", "publication p"]}


def test_what_hangs_on_the_plaintext_is_listed(person):  # noqa: F811
    stage(person, "dual")
    assert found(person) == []
    where = "VIRTUAL" if person.engine == "sqlite" else "STORED"
    person.sql("CREATE INDEX i ON person (name)", "CREATE UNIQUE INDEX u ON person (name)",
               "CREATE INDEX beside ON person (amount)",
               f"CREATE TABLE other (name {TEXT[person.engine]} REFERENCES person (name))",
               "ALTER TABLE person ADD COLUMN loud VARCHAR(64) GENERATED ALWAYS AS (upper(name)) " +
               where, "CREATE VIEW w AS SELECT id, name FROM person",
               "CREATE VIEW beside_it AS SELECT id, amount FROM person",
               *TRIGGERS[person.engine], *FUNCTIONS[person.engine])
    if person.engine == "postgresql":
        person.sql("CREATE MATERIALIZED VIEW m AS SELECT id, name FROM person")
        admin(person, "CREATE PUBLICATION p FOR TABLE person")
    said = found(person)
    assert {code for code, _ in said} == {"plain-used"}
    assert sorted(text.split(" hangs on the plaintext column name")[0] for _, text in said) == \
        sorted(HANGING + MORE[person.engine])
    accepted = ["--accept", "plain-used", "--accept", "plain-logged"]
    assert person.run("check", *accepted).returncode == 0


def test_mariadb_logs_plaintext_that_is_replaced(maria):
    maria.sql("CREATE TABLE person (id VARCHAR(20) PRIMARY KEY, name VARCHAR(64))")
    with setting(maria.pair, "binlog_row_image", "'MINIMAL'"), \
            setting(maria.pair, "binlog_annotate_row_events", "0"), \
            setting(maria.pair, "log_bin_trust_function_creators", "1"):
        stage(maria, "dual")
        assert codes(maria) == []
        for name, value in (("binlog_row_image", "'FULL'"), ("binlog_row_image", "'NOBLOB'"),
                            ("binlog_annotate_row_events", "1")):
            with setting(maria.pair, name, value):
                assert codes(maria) == ["plain-logged"]
                assert f"plain-logged person: {name} is " in maria.run("check").stdout.decode()
    maria.config()
    ready(maria)
    assert codes(maria) == [], "no table has plaintext"


def test_a_mariadb_table_without_transactions_is_a_finding(maria):
    ready(maria)
    maria.sql("ALTER TABLE customers ENGINE = MyISAM")
    assert codes(maria) == ["table-unlogged"]
    assert b"table-unlogged customer: its engine is MyISAM: " in maria.run("check").stdout


PUBLISHED = [
    ("the whole table", "CREATE PUBLICATION p FOR TABLE customers", []),
    ("all tables", "CREATE PUBLICATION p FOR ALL TABLES", []),
    ("another table", "CREATE PUBLICATION p FOR TABLE sealrow_meta", ["table-unpublished"]),
    ("without a sealed column", "CREATE PUBLICATION p FOR TABLE customers (account_no, "
     "userid_sealed)", ["publication-partial"]),
    ("some rows", "CREATE PUBLICATION p FOR TABLE customers WHERE (account_no <> '1')",
     ["publication-partial"] * 2),
]


def test_publications_bring_what_is_sealed(pg):
    ready(pg)
    for name, ddl, wanted in PUBLISHED:
        admin(pg, ddl)
        assert codes(pg) == wanted, name
        accepts = [word for code in wanted for word in ("--accept", code)]
        assert pg.run("check", *accepts).returncode == 0, name
        admin(pg, "DROP PUBLICATION p")


def test_a_partition_is_published_with_its_table(pg):
    pg.sql("DROP TABLE customers", "CREATE TABLE customers (account_no text PRIMARY KEY, balance "
           "integer) PARTITION BY HASH (account_no)", "CREATE TABLE part PARTITION OF customers "
           "FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
    ready(pg)
    admin(pg, "CREATE PUBLICATION p FOR TABLE customers")
    assert codes(pg) == []


@pytest.mark.parametrize("identity", ["NOTHING", "FULL"])
def test_the_replica_identity_of_a_published_table(pg, identity):
    pg.sql("CREATE TABLE person (id text PRIMARY KEY, name text, amount integer)")
    stage(pg, "dual")
    pg.sql(f"ALTER TABLE person REPLICA IDENTITY {identity}")
    admin(pg, "CREATE PUBLICATION p FOR TABLE person WITH (publish = 'insert')")
    full = ["plain-logged"] if identity == "FULL" else []
    assert sorted(codes(pg)) == sorted(full + ["plain-used"])
    admin(pg, "ALTER PUBLICATION p SET (publish = 'insert, update')")
    none = [] if identity == "FULL" else ["publication-identity"]
    assert sorted(codes(pg)) == sorted(full + none + ["plain-used"])
    pg.sql("INSERT INTO person VALUES ('1', 'Ada')")
    if none:
        assert "55000" in pg.refused("UPDATE person SET amount = 1")


def test_an_unlogged_table_is_a_finding(pg):
    ready(pg)
    pg.sql("ALTER TABLE customers SET UNLOGGED")
    assert codes(pg) == ["table-unlogged"]
    assert pg.run("check", "--accept", "table-unlogged").returncode == 2


def test_rows_that_this_login_does_not_see_are_told(pg):
    ready(pg)
    pg.env["SEALROW_WHILE_DOWN"] = "eu-west-1"
    for account in ("1", "2"):
        pg.ok("put", "customer", f"account={account}", "userid=ada")
    del pg.env["SEALROW_WHILE_DOWN"]
    pg.sql("CREATE POLICY own ON customers USING (account_no = '1')",
           "ALTER TABLE customers ENABLE ROW LEVEL SECURITY",
           "ALTER TABLE customers FORCE ROW LEVEL SECURITY")
    assert b"rows 1, scanned 2, whole 0, healed 1," in pg.ok("heal", "customer")
    assert codes(pg) == ["rows-hidden"]
    assert pg.run("check", "--accept", "rows-hidden").returncode == 0
    pg.sql("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    assert codes(pg) == [], "its owner sees all of them"
    assert b"rows 2, scanned 4, whole 1, healed 1," in pg.ok("heal", "customer")



def test_a_table_that_no_subscription_brings_is_a_finding(pg, world, tmp_path):
    """The subscription is there and stands still: nothing is copied."""
    ready(pg)
    source = f"{pg.database}_source"
    pg.pair.sql(f"CREATE DATABASE {source}")
    slot = f"SELECT pg_create_logical_replication_slot('{source}', 'pgoutput')"
    pg.pair.sql("CREATE TABLE sealrow_meta (number bigint PRIMARY KEY)",
                "CREATE PUBLICATION p FOR TABLE sealrow_meta", slot, database=source)
    admin(pg, f"CREATE SUBSCRIPTION {source} CONNECTION 'host={pg.pair.folder} "
          f"port={pg.pair.ports[1]} user=postgres dbname={source}' PUBLICATION p WITH "
          f"(create_slot = false, slot_name = '{source}', enabled = false)")
    try:
        assert codes(pg) == ["table-unpublished"]
        assert b"it is in no subscription" in pg.run("check").stdout
    finally:
        admin(pg, f"ALTER SUBSCRIPTION {source} SET (slot_name = NONE)",
              f"DROP SUBSCRIPTION {source}", f"SELECT pg_drop_replication_slot('{source}')")
