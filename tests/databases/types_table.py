# SPDX-License-Identifier: Apache-2.0
"""A table with a sealed column of each type on every engine, and its bytes by the engines' own
tools."""
import subprocess

TYPES = ("text", "bytes", "integer", "decimal", "date", "timestamp", "boolean", "uuid", "json")
TABLES = """tables:
  typed:
    bind: {id: {column: id}}
    columns:
""" + "".join(f"      {name}: {{type: {name}}}\n" for name in TYPES)
BLOBS = {"sqlite": "BLOB", "postgresql": "bytea", "mariadb": "MEDIUMBLOB"}
LITERALS = {"sqlite": "X'{}'", "postgresql": "'\\x{}'", "mariadb": "X'{}'"}


def create(engine):
    key = "VARCHAR(64)" if engine == "mariadb" else "TEXT"
    columns = "".join(f", {name}_sealed {BLOBS[engine]}" for name in TYPES)
    return f"CREATE TABLE typed (id {key} NOT NULL PRIMARY KEY{columns})"


def prepare(place):
    """The table, and what init adds but for its CHECKs: some values here are longer than it
    foresees."""
    place.sql(create(place.engine))
    place.ok("init")
    if place.engine != "sqlite":
        for name in TYPES:
            place.sql(f"ALTER TABLE typed DROP CONSTRAINT sealrow_typed_{name}_sealed")


def tool(place, statement):
    """The rows of a statement by the engine's own command line, as texts."""
    if place.engine != "sqlite":
        return place.sql(statement)
    done = subprocess.run(["sqlite3", "-batch", "-separator", "|", place.folder / "app.db"],
                          input=statement.encode(), capture_output=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    return [line.split("|") for line in done.stdout.decode().splitlines()]


def export(place):
    """Each row as its id and, by type, the hex of its sealed bytes, or "" for NULL."""
    hexed = "coalesce(encode({}, 'hex'), '')" if place.engine == "postgresql" else \
        "coalesce(hex({}), '')"
    wanted = ", ".join(hexed.format(f"{name}_sealed") for name in TYPES)
    return tool(place, f"SELECT id, {wanted} FROM typed ORDER BY id")


def load(place, rows):
    """Rows of export() into another engine; from a file, as they may be long."""
    literal = LITERALS[place.engine]
    values = ", ".join("('{}', {})".format(row[0], ", ".join(
        literal.format(cell) if cell else "NULL" for cell in row[1:])) for row in rows)
    statement = f"INSERT INTO typed VALUES {values}"
    if place.engine == "sqlite":
        tool(place, statement)
        return
    path = place.pair.folder / "load.sql"
    path.write_text(statement + ";\n")
    if place.engine == "mariadb":
        place.sql(f"source {path}")
        return
    place.pair.do("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", place.pair.folder, "-p",
                  place.pair.ports[1], "-U", "app", "-d", place.database, "-f", path)
