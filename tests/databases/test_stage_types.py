# SPDX-License-Identifier: Apache-2.0
"""Plaintext of each type beside its sealed value: written in its canonical form, read back as the
same value whatever the database makes of it, and no change where none was asked for."""
import base64
import json

import pytest

from test_engines import codes
from test_layouts import tables

# type: the column's types on SQLite, PostgreSQL and MariaDB; what is put; what comes out
TYPES = {
    "text": ("TEXT", "text", "VARCHAR(40)", " \u00dc 'x' ", " \u00dc 'x' "),
    "bytes": ("BLOB", "bytea", "VARBINARY(40)", "a\u00fc", base64.b64encode(b"a\xc3\xbc").decode()),
    "integer": ("INTEGER", "bigint", "BIGINT", "-42", -42),
    "decimal": ("TEXT", "numeric", "DECIMAL(60,20)", "0100.2500", "100.25"),
    "date": ("TEXT", "date", "DATE", "2024-02-29", "2024-02-29"),
    "timestamp": ("TEXT", "timestamptz", "DATETIME(6)", "2024-02-29 23:30:00.12-00:45",
                  "2024-03-01T00:15:00.120000Z"),
    "boolean": ("BOOLEAN", "boolean", "BOOLEAN", "true", "true"),
    "uuid": ("TEXT", "uuid", "UUID", "00112233-4455-6677-8899-aabbccddeeff",
             "00112233-4455-6677-8899-aabbccddeeff"),
    "json": ("TEXT", "jsonb", "JSON", '{"b": [1, "\\u00e4"], "a": 2.50}',
             {"a": 2.5, "b": [1, "\u00e4"]}),
    # the same types in other columns
    "whole": ("TEXT", "timestamp", "TIMESTAMP(6)", "2024-02-29 23:30:00-00:45",
              "2024-03-01T00:15:00Z"),
    "document": ("TEXT", "json", "LONGTEXT", "[ 1,  2 ]", [1, 2]),
    "words": ("TEXT", "text", "VARCHAR(80)", "2024-02-29 23:30:00+00:00", "2024-02-29T23:30:00Z"),
}
KINDS = {"whole": "timestamp", "document": "json", "words": "timestamp"}
ENGINES = ("sqlite", "postgresql", "mariadb")
CANONICAL = {"timestamp": "2024-03-01T00:15:00.120000Z", "decimal": "100.25", "bytes": "a\u00fc",
             "json": '{"a":2.50,"b":[1,"\u00e4"]}', "whole": "2024-03-01T00:15:00Z",
             "document": "[1,2]", "words": "2024-02-29T23:30:00Z"}


def configure(place, stage):
    tables(place, "tables:\n  staged:\n    bind: {id: {column: id}}\n    columns:\n" + "".join(
        f"      {name}: {{type: {KINDS.get(name, name)}, plain: {name}_plain, stage: {stage}, "
        "until: 9999-12-31}\n" for name in TYPES))
    place.ok("init")


@pytest.fixture
def staged(place):
    if place.engine == "mariadb":
        place.pair.sql("SET GLOBAL log_bin_trust_function_creators = 1")
    at = ENGINES.index(place.engine)
    key = "VARCHAR(20)" if place.engine == "mariadb" else "TEXT"
    place.sql(f"CREATE TABLE staged (id {key} NOT NULL PRIMARY KEY"
              + "".join(f", {name}_plain {row[at]}" for name, row in TYPES.items()) + ")")
    return place


def words(number="1", **other):
    given = {name: row[3] for name, row in TYPES.items()}
    return ["put", "staged", f"id={number}",
            *(f"{name}={value}" for name, value in {**given, **other}.items())]


def out(place, number="1"):
    row = json.loads(place.ok("get", "staged", f"id={number}", "--json"))
    return {name: row[name] for name in TYPES}


def sealed(place, number="1"):
    columns = ", ".join(place.hex.format(f"{name}_sealed") for name in TYPES)
    return dict(zip(TYPES, place.texts(f"SELECT {columns} FROM staged WHERE id = '{number}'")[0]))


WANTED = {name: row[4] for name, row in TYPES.items()}


def stored_text(place):
    """What the plaintext columns hold, of those that keep a text as it is."""
    kind = "CHAR" if place.engine == "mariadb" else "TEXT"
    names = {"sqlite": ("decimal", "timestamp", "json", "whole", "document", "words"),
             "postgresql": ("decimal", "document", "words"),
             "mariadb": ("json", "document", "words")}[place.engine]
    columns = ", ".join(f"CAST({name}_plain AS {kind})" for name in names)
    return dict(zip(names, place.texts(f"SELECT {columns} FROM staged")[0]))


def test_both_are_one_value_whatever_reads_it(staged):
    configure(staged, "dual")
    assert codes(staged) == []
    assert staged.ok(*words()).startswith(b"inserted 1")
    assert out(staged) == WANTED
    told = stored_text(staged)
    assert told == {name: CANONICAL[name] for name in told}
    for name, stored in sealed(staged).items():
        opened = staged.ok("open", f"staged.{name}", "--bind", "id=1", data=bytes.fromhex(stored))
        assert opened.decode() == CANONICAL.get(name, TYPES[name][3]), name
    before = sealed(staged)
    for again in (words(), [*words(), "--replace"]):
        assert staged.ok(*again).startswith(b"inserted 0, already there 1"), "nothing changed"
    if staged.engine == "sqlite":
        return  # a text is what it is
    staged.sql("UPDATE staged SET "
               + ", ".join(f"{name}_plain = {name}_plain" for name in TYPES))
    assert sealed(staged) == before


def test_another_value_is_a_change_and_another_way_of_writing_it_is_none(staged):
    configure(staged, "dual")
    staged.ok(*words(decimal="9007199254740993.0001"))
    for name, same, other in (
            ("decimal", "09007199254740993.00010", "9007199254740993.0002"),
            ("timestamp", "2024-03-01T00:15:00.120Z", "2024-03-01T00:15:00.120001Z"),
            ("json", '{"a":2.50,"b":[1,"\u00e4"]}', '{"a":2.50,"b":[1,"a"]}'),
            ("boolean", "true", "false")):
        given = {"decimal": "9007199254740993.0001", name: same}
        assert staged.ok(*words(**given)).startswith(b"inserted 0, already there 1"), name
        done = staged.run(*words(**{**given, name: other}))
        assert done.returncode == 75, (name, done.stdout, done.stderr)


def test_stage_plain_too_takes_a_value_by_its_meaning(staged):
    configure(staged, "plain")
    exact = {"decimal": "9007199254740993.0001", "integer": "9007199254740993"}
    staged.ok(*words(**exact))
    assert out(staged) == {**WANTED, **exact, "integer": 9007199254740993}
    for name, other in (("decimal", "9007199254740993.0002"), ("integer", "9007199254740992")):
        assert staged.run(*words(**{**exact, name: other})).returncode == 75, name
    refused = staged.run(*words(2, timestamp="2024-02-30T00:00:00Z"))
    assert refused.returncode == 65 and staged.texts("SELECT count(*) FROM staged") == [["1"]]


def test_a_list_of_it_is_taken_again_with_its_nulls(staged):
    configure(staged, "dual")
    staged.ok(*words(1))
    nulls = [word for name in TYPES for word in ("--null", name)]
    staged.ok("put", "staged", "id=2", *nulls)
    for form in ("csv", "jsonl"):
        told = staged.ok("get", "staged", "--list", "--format", form)
        again = ("put", "staged", "--from", "-", "--format", form, "--json")
        assert json.loads(staged.ok(*again, data=told))["already_there"] == 2
        staged.sql("DELETE FROM staged")
        assert json.loads(staged.ok(*again, data=told))["inserted"] == 2
        assert "" not in sealed(staged).values()
        assert staged.ok("get", "staged", "--list", "--format", form) == told
    assert out(staged) == WANTED
    assert set(out(staged, 2).values()) == {None}
    assert staged.texts("SELECT count(*) FROM staged WHERE "
                        + " AND ".join(f"{n}_sealed IS NULL" for n in TYPES)) == [["1"]]
