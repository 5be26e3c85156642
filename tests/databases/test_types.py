# SPDX-License-Identifier: Apache-2.0
"""Every type on every engine: a value sealed on one opens on the others with the same meaning, and
a bound value means the same to all of them."""
import base64
import json

import pytest

import conftest
from types_table import TABLES, TYPES, export, load, prepare

VALUE = 65
FACE = "\U0001f600"
ZERO, MOST = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


def configure(place, tables):
    path = place.folder / "sealrow.yaml"
    text = path.read_text()
    path.write_text(text[:text.index("tables:")] + tables)
    return place


@pytest.fixture
def places(world, tmp_path, pg, maria):
    """The three engines side by side, with one configuration."""
    all_three = (conftest.Sqlite(world, tmp_path).start(), pg, maria)
    for place in all_three:
        configure(place, TABLES)
        prepare(place)
    return all_three


# what is put (None: NULL), and what comes out where that is not the same
ROWS = [
    {"text": "", "bytes": "", "integer": "0", "decimal": "0", "date": "0001-01-01",
     "timestamp": "0001-01-01T00:00:00Z", "boolean": "false", "uuid": ZERO, "json": "null"},
    {name: None for name in TYPES},
    {"text": None, "integer": "-9223372036854775808", "decimal": "-" + "9" * 35 + "." + "9" * 30,
     "date": "9999-12-31", "timestamp": "9999-12-31T23:59:59.999999Z", "boolean": "true",
     "uuid": MOST, "json": "-12345678901234567890.5e-3"},
    {"text": f"\u00dc {FACE}\u0301\t'\"\\%;--", "bytes": FACE, "integer": "9223372036854775807",
     "decimal": ("-0.00", "0"), "date": "2024-02-29",
     "timestamp": ("2024-02-29 23:30:00.12-00:45", "2024-03-01T00:15:00.120000Z"),
     "json": (f'{{"b": 1.0, "a": ["{FACE}", "\\u00e4\\u0000", true], "": {{}}}}',
              f'{{"":{{}},"a":["{FACE}","\u00e4\\u0000",true],"b":1.0}}')},
    {"text": "0", "decimal": ("0100.2500", "100.25"),
     "timestamp": ("2026-11-24T08:30:00.000001+14:00", "2026-11-23T18:30:00.000001Z"),
     "json": ('"\\ud83d\\ude00"', f'"{FACE}"')},
    {"text": FACE * 4000, "bytes": "\u007f" * 20000,
     "json": ("[" * 100 + " " + "]" * 100, "[" * 100 + "]" * 100)},
]


def given(value):
    return value[0] if isinstance(value, tuple) else value


def wanted(name, value):
    value = value[1] if isinstance(value, tuple) else value
    if value is None:
        return None
    if name == "integer":
        return int(value)
    if name == "bytes":
        return base64.b64encode(value.encode()).decode()
    return json.loads(value) if name == "json" else value


def put(place, number, row):
    words = ["put", "typed", f"id={number}"]
    for name, value in row.items():
        words += ["--null", name] if value is None else [f"{name}={given(value)}"]
    return place.ok(*words)


def test_a_value_sealed_on_one_engine_opens_on_the_others(places):
    for number, row in enumerate(ROWS):
        assert put(places[number % 3], number, row).startswith(b"inserted 1")
    raw = b"a\0b\xf0\x9f\x98\x80"
    sealed = {name: places[0].ok("seal", f"typed.{name}", "--bind", "id=raw", data=raw)
              for name in ("text", "bytes")}
    load(places[0], [["raw", *(sealed[name].hex() if name in sealed else "" for name in TYPES)]])
    stored = [export(place) for place in places]
    assert [len(rows) for rows in stored] == [3, 2, 2]
    for source, rows in zip(places, stored):
        for place in places:
            if place is not source:
                load(place, rows)
    every = {row[0]: [cell.lower() for cell in row] for rows in stored for row in rows}
    for place in places:
        assert {row[0]: [cell.lower() for cell in row] for row in export(place)} == every
        for number, row in enumerate(ROWS):
            got = json.loads(place.ok("get", "typed", f"id={number}", "--json"))
            for name in TYPES:
                assert got[name] == wanted(name, row.get(name)), (place.engine, number, name)
            assert put(place, number, row).startswith(b"inserted 0, already there 1")
        got = json.loads(place.ok("get", "typed", "id=raw", "--json"))
        assert got["text"].encode() == raw and base64.b64decode(got["bytes"]) == raw


def test_what_opens_is_the_canonical_text_and_a_match_is_by_meaning(places):
    place = places[0]
    message = place.folder / "message"
    for number, row in enumerate(ROWS):
        for name in TYPES:
            if row.get(name) is None:
                continue
            cell = (f"typed.{name}", "--bind", f"id={number}")
            message.write_bytes(place.ok("seal", *cell, data=given(row[name]).encode()))
            text = row[name][1] if isinstance(row[name], tuple) else row[name]
            assert place.ok("open", *cell, data=message.read_bytes()) == text.encode()
            for candidate in (given(row[name]), text):
                done = place.run("match", *cell, "--message", "message", data=candidate.encode())
                assert done.returncode == 0, (name, done.stderr)
    other = place.run("match", "typed.json", "--bind", "id=0", "--message", "message", data=b"[]")
    assert other.returncode != 0, "another row's value"


def test_a_match_tells_numbers_and_documents_apart(places):
    place = places[0]
    for name, sealed, same, other in (
            ("decimal", b"1.50", b"001.5", b"1.51"), ("json", b'{"a":1,"b":2}', b'{"b":2, "a":1}',
                                                      b'{"a":1.0,"b":2}'),
            ("timestamp", b"2026-11-24T08:30:00Z", b"2026-11-24 10:30:00+02",
             b"2026-11-24T08:30:00.000001Z")):
        cell = (f"typed.{name}", "--bind", "id=1", "--message", "m")
        (place.folder / "m").write_bytes(place.ok("seal", *cell[:3], data=sealed))
        assert place.run("match", *cell, data=same).returncode == 0
        assert place.run("match", *cell, data=other).returncode == 1
        assert place.run("match", *cell, data=b"nonsense").returncode == VALUE


REFUSED = [("text", b"\xff"), ("text", b"\xed\xa0\x80"), ("integer", b"9223372036854775808"),
           ("integer", b"007"), ("integer", b""), ("decimal", b"1e3"), ("decimal", b"NaN"),
           ("decimal", b"Infinity"), ("decimal", b"1" * 36), ("decimal", b"0." + b"1" * 31),
           ("decimal", b""), ("date", b"2023-02-29"), ("date", b"0000-01-01"),
           ("timestamp", b"2026-11-24T08:30:00"), ("timestamp", b"2016-12-31T23:59:60Z"),
           ("timestamp", b"0001-01-01T00:00:00+00:01"), ("boolean", b"yes"), ("boolean", b"1"),
           ("uuid", MOST.upper().encode()), ("json", b'{"a":1,"a":2}'), ("json", b"{'a':1}"),
           ("json", b""), ("json", b"[1e400]"), ("json", b"[" * 101 + b"]" * 101)]


def test_what_is_no_value_of_the_type_is_refused_before_it_is_stored(place):
    configure(place, TABLES)
    prepare(place)
    for name, value in REFUSED:
        done = place.run("put", "typed", "id=1", name.encode() + b"=" + value)
        assert done.returncode == VALUE, (name, value, done.stderr)
        assert not value or value not in done.stderr
    assert export(place) == []


# -- what is bound --

BOUND = """tables:
  prices:
    bind:
      price: {column: price, type: decimal}
      since: {column: since, type: timestamp}
      device: {column: device, type: uuid}
      day: {column: "day", type: date}
    columns:
      note: {}
"""
COLUMNS = {"sqlite": ("TEXT", "TEXT", "TEXT", "TEXT", "BLOB"),
           "postgresql": ("numeric(20,4)", "timestamptz", "uuid", "date", "bytea"),
           "mariadb": ("decimal(20,4)", "timestamp(6)", "uuid", "date", "blob")}
SINCE = {"sqlite": "2026-11-24T06:30:00.120000Z", "postgresql": "2026-11-24 07:30:00.12+01",
         "mariadb": "2026-11-24 06:30:00.120000"}


def bound(place):
    configure(place, BOUND)
    columns = zip(("price", "since", "device", "day", "note_sealed"), COLUMNS[place.engine])
    place.sql("CREATE TABLE prices (" + ", ".join(
        f"{name} {kind}{' NOT NULL' if name != 'note_sealed' else ''}" for name, kind in columns)
        + ", PRIMARY KEY (price, since, device, day))")
    place.ok("init")
    return place


def key(price="1.50", since="2026-11-24T08:30:00.12+02:00"):
    return f"price={price}", f"since={since}", f"device={MOST}", "day=2024-02-29"


def test_a_bound_value_is_compared_by_its_meaning(place):
    bound(place)
    row = (*key(), "note=a")
    assert place.ok("put", "prices", *row).startswith(b"inserted 1")
    again = (*key("01.5000", "2026-11-24 06:30:00.120Z"), "note=a")
    assert place.ok("put", "prices", *again).startswith(b"inserted 0, already there 1")
    found = place.texts("SELECT count(*) FROM prices WHERE "
                        + ("price = '1.5'" if place.engine == "sqlite" else "price = 1.5")
                        + f" AND since = '{SINCE[place.engine]}'")
    assert found == [["1"]], "the engine holds another number or moment"
    got = json.loads(place.ok("get", "prices", *again[:4], "--json"))
    assert got == {"price": "1.5", "since": "2026-11-24T06:30:00.120000Z", "device": MOST,
                   "day": "2024-02-29", "note": "a"}
    for other in (key("1.5001"), key(since="2026-11-24T08:30:00.120001+02:00"),
                  key(since="2026-11-24T08:30:00.12+03:00")):
        assert place.run("get", "prices", *other).returncode == 66


def test_the_context_has_the_canonical_text(place):
    bound(place)
    row = key("-0012.500", "2026-01-01 00:30:00+01")
    binds = [word for pair in row for word in ("--bind", pair)]
    message = place.ok("seal", "prices.note", *binds, data=b"x")
    assert b"\x00\x05price\x00\x05-12.5" in message
    assert b"\x00\x05since\x00\x142025-12-31T23:30:00Z" in message
    place.ok("put", "prices", *row, "note=y")
    stored = place.texts("SELECT hex(note_sealed) FROM prices" if place.engine != "postgresql"
                         else "SELECT encode(note_sealed, 'hex') FROM prices")
    assert bytes.fromhex(stored[0][0]).count(b"\x00\x05price\x00\x05-12.5") == 1


def test_numbers_that_are_one_as_doubles_are_two_rows(place):
    bound(place)
    for price in ("9007199254740993.0001", "9007199254740993.0002"):
        assert place.ok("put", "prices", *key(price), f"note={price}").startswith(b"inserted 1")
    for price in ("9007199254740993.0001", "9007199254740993.0002"):
        assert json.loads(place.ok("get", "prices", *key(price), "--json"))["note"] == price


def test_a_number_that_the_column_would_round_is_not_stored(place):
    bound(place)
    done = place.run("put", "prices", *key("1.00005"), "note=a")
    if place.engine == "sqlite":
        assert done.returncode == 0, "a text holds it"
        return
    assert done.returncode != 0
    assert place.texts("SELECT count(*) FROM prices") == [["0"]]


# -- what check says of a bound column: its type, the binding's, the finding --

COMMON = [("double precision", "integer", "bind-inexact"), ("bigint", "decimal", "bind-inexact"),
          ("bigint", "integer", ""), ("decimal(20,4)", "integer", ""),
          ("date", "timestamp", "bind-inexact"), ("date", "text", "bind-converted"),
          ("date", "date", "")]
FOUND = {
    "postgresql": [
        *COMMON, ("real", "decimal", "bind-inexact"), ("money", "decimal", "bind-inexact"),
        ("numeric", "decimal", ""), ("numeric", "text", "bind-converted"),
        ("timestamptz", "timestamp", ""), ("timestamptz(3)", "timestamp", "bind-inexact"),
        ("timestamp", "timestamp", "bind-zoneless"), ("timestamp(0)", "timestamp", "bind-inexact"),
        ("jsonb", "text", "bind-converted"), ("json", "text", "bind-loose"),
        ("uuid", "text", "bind-converted"), ("uuid", "uuid", ""), ("boolean", "boolean", ""),
        ("char(36)", "text", "bind-loose"), ("text", "timestamp", ""), ("text", "decimal", "")],
    "mariadb": [
        *COMMON, ("float", "decimal", "bind-inexact"), ("decimal(20,4)", "decimal", ""),
        ("decimal(20,4)", "text", "bind-converted"), ("timestamp(6)", "timestamp", ""),
        ("timestamp", "timestamp", "bind-inexact"), ("datetime(6)", "timestamp", "bind-zoneless"),
        ("datetime(3)", "timestamp", "bind-inexact"), ("uuid", "uuid", ""),
        ("uuid", "text", "bind-converted"), ("json", "text", "bind-loose"),
        ("boolean", "boolean", ""), ("char(36)", "text", "bind-loose"),
        ("varchar(40)", "timestamp", ""), ("varchar(80)", "decimal", ""),
        ("varchar(40) COLLATE utf8mb4_general_ci", "text", "bind-loose")],
    "sqlite": [
        ("REAL", "integer", "bind-inexact"), ("DOUBLE", "text", "bind-inexact"),
        ("INTEGER", "decimal", "bind-inexact"), ("DECIMAL(20,4)", "decimal", "bind-inexact"),
        ("TEXT", "decimal", ""), ("DATETIME", "timestamp", ""), ("DATE", "date", ""),
        ("NUMERIC", "text", "bind-converted"), ("TEXT", "timestamp", ""),
        ("BOOLEAN", "boolean", "")],
}


def test_check_says_which_types_cannot_be_bound(place):
    rows = FOUND[place.engine]
    configure(place, "tables:\n" + "".join(
        f"  t{n}: {{bind: {{k: {bind}}}, columns: {{c: {{}}}}}}\n"
        for n, (_, bind, _) in enumerate(rows)))
    for number, (kind, _, _) in enumerate(rows):
        unique = "" if kind == "json" else ", UNIQUE (k)"
        place.sql(f"CREATE TABLE t{number} (k {kind} NOT NULL{unique})")
    place.ok("init")
    found = {}
    for finding in json.loads(place.run("check", "--json").stdout)["findings"]:
        if finding["code"] != "bind-not-unique":
            found.setdefault(finding["where"], []).append(finding["code"])
    for number, (kind, bind, code) in enumerate(rows):
        assert found.pop(f"t{number}.k", []) == ([code] if code else []), (kind, bind)
    assert found == {}
    accepted = json.loads(place.run("check", "--json", "--accept", "bind-zoneless").stdout)
    assert all(f["accepted"] == (f["code"] == "bind-zoneless") for f in accepted["findings"])
