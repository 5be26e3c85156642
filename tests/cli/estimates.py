# SPDX-License-Identifier: Apache-2.0
"""Three schemas, and that what estimate tells of them is what it comes to: bytes by the database,
requests by the audit of the KMS."""
import json

from world import EU, US

# name, tables of the configuration, DDL by engine's type of a short text and of bytes, rows
SCHEMAS = [
    ("one text key", """tables:
  customer:
    table: people
    bind: {account: {column: account_no}}
    columns:
      userid: {sealed: userid_sealed}
      pin: {sealed: pin_sealed, type: integer, pad: 16}
""", "CREATE TABLE people (account_no {text} NOT NULL PRIMARY KEY)",
     [["account=" + "x" * n, f"userid={'u' * (3 * n)}", *([f"pin={10 ** n}"] if n % 2 else [])]
      for n in range(1, 8)]),
    ("a key of two columns, and dates", """tables:
  visit:
    table: visits
    bind: {tenant: {column: tenant_id, type: integer}, day: {column: on_day, type: date}}
    columns:
      note: {sealed: note_sealed, type: json}
      sum: {sealed: sum_sealed, type: decimal}
""", "CREATE TABLE visits (tenant_id BIGINT NOT NULL, on_day {date} NOT NULL, "
     "PRIMARY KEY (tenant_id, on_day))",
     [[f"tenant={n}", "day=2026-11-24", 'note={"a": [1, 2]}', f"sum={n}.50"]
      for n in (-7, 9, 10, 12345678901)]),
    ("two tables of one configuration", """tables:
  first:
    table: first_ones
    bind: {id: {column: id, type: integer}}
    columns: {a: {sealed: a_sealed, type: uuid}}
  second:
    table: second_ones
    bind: {name: {column: name}}
    columns: {b: {sealed: b_sealed, type: bytes}, c: {sealed: c_sealed, type: timestamp}}
""", "CREATE TABLE first_ones (id BIGINT NOT NULL PRIMARY KEY); "
     "CREATE TABLE second_ones (name {text} NOT NULL PRIMARY KEY)",
     [["id=1", "a=123e4567-e89b-12d3-a456-426614174000"], ["id=100"],
      ["name=ä", "b=raw", "c=2026-11-24T08:30:00Z"], ["name=b", "c=2026-11-24T08:30:00.5Z"]]),
]


def configure(place, tables):
    path = place.folder / "sealrow.yaml"
    text = path.read_text()
    path.write_text(text[:text.index("tables:")] + tables)


def estimate(place, table, *more):
    said = json.loads(place.ok("estimate", table, "--json", *more))
    return said["tables"][0]


def prepare(place, tables, ddl):
    configure(place, tables)
    sqlite = getattr(place, "engine", "sqlite") == "sqlite"
    for statement in ddl.split("; "):
        place.sql(statement.format(text="TEXT" if sqlite else "VARCHAR(64)",
                                   date="TEXT" if sqlite else "DATE"))
    place.ok("init")


def table_of(tables, row):
    """The one whose binding the row begins with."""
    name = None
    for line in tables.splitlines():
        if line.startswith("  ") and line[2] != " ":
            name = line[2:-1]
        if "bind: {" + row[0].split("=")[0] + ":" in line:
            return name
    raise AssertionError(row)


def audit(place):
    return [place.world.kmsd.total("--region", region) for region in (US, EU)]


def check(place, table):
    """Estimated, stored and measured: one number."""
    told = estimate(place, table, "--all")
    stored = {c["column"]: c for c in json.loads(place.ok("status", table, "--json"))["tables"][0]
              ["columns"]}
    for column in told["columns"]:
        assert not column["ciphertext_assumed"]
        if not column["assumed"]:
            assert column["messages"]["total"] == stored[column["column"]]["bytes"], column
            assert column["messages"]["count"] == stored[column["column"]]["sealed"], column
    before = audit(place)
    did = json.loads(place.ok("bench", table, "--json"))["tables"][0]
    requests = [after - b for after, b in zip(audit(place), before)]
    assert did["bytes"]["estimated"] == did["bytes"]["measured"]
    assert did["bytes"]["measured"] == sum(c["messages"]["total"] for c in told["columns"])
    described = 1  # each key once, before anything is counted
    for region, total in zip(did["regions"], requests):
        assert region["requests"]["estimated"] == region["requests"]["measured"] > 0
        assert region["requests"]["measured"] == total - described
    return did


def check_all(place, schemas):
    for name, tables, ddl, rows in schemas:
        prepare(place, tables, ddl)
        used = []
        for row in rows:
            table = table_of(tables, row)
            place.ok("put", table, *row)
            used += [] if table in used else [table]
        for table in used:
            assert check(place, table)["rows"] > 0, name
