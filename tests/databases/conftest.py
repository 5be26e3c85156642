# SPDX-License-Identifier: Apache-2.0
"""Every engine as a place of its own: a KMS with two Regions, and a database with one table.
Servers are started once; each test has a database of its own."""
import itertools
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import mariadb  # noqa: E402
import postgres  # noqa: E402
import world as worlds  # noqa: E402

numbers = itertools.count(1)


def need(*options):
    """Skips what this build has been told to leave out."""
    values = worlds.options()
    for name in options:
        if values[name] == "disabled":
            pytest.skip(f"this build is without -D{name}")


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    need("sqlite", "kmsd", "cli", "net")  # sealrow-kmsd has its keys in SQLite
    made = worlds.World(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_pair():
    need("postgresql")
    if postgres.programs() is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sealrow-postgres-"))
    folder.chmod(0o755)  # the server's user looks in
    pair = postgres.Postgres(folder)
    yield pair
    pair.stop()
    shutil.rmtree(folder)


class Sqlite(worlds.Place):
    engine, refused_by_check = "sqlite", "CHECK constraint failed"
    hex, loose_text = "hex({})", "TEXT COLLATE NOCASE"

    def start(self):
        self.config()
        (self.folder / "app.db").unlink()
        self.sql(worlds.TABLE)
        return self

    def refused(self, statement):
        try:
            self.sql(statement)
        except Exception as wrong:
            return str(wrong)
        raise AssertionError(f"not refused: {statement}")

    def texts(self, statement):
        return [[str(v) for v in row] for row in self.sql(statement)]


class Postgresql(worlds.Place):
    engine, refused_by_check = "postgresql", "23514"
    hex, loose_text = "encode({}, 'hex')", "text"

    def start(self, pair):
        self.config()
        self.pair, self.database = pair, f"bank{next(numbers)}"
        pair.sql(f"CREATE DATABASE {self.database} OWNER app")
        pair.sql("GRANT ALL ON SCHEMA public TO app", database=self.database)
        self.env["DATABASE_URL"] = pair.url(self.database)
        self.sql(worlds.TABLE)
        return self

    def sql(self, *statements, user="app"):
        return self.pair.sql(*statements, database=self.database, user=user)

    def texts(self, statement):
        return self.sql(statement)

    def refused(self, statement):
        """Even to the superuser."""
        return self.pair.refused(statement, database=self.database)


@pytest.fixture(scope="session")
def mariadb_pair():
    need("mysql")
    if not mariadb.is_installed():
        pytest.skip("no MariaDB server is installed")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sealrow-mariadb-"))
    folder.chmod(0o755)  # the server's user looks in
    pair = mariadb.Mariadb(folder, options=("--performance-schema",))
    yield pair
    pair.stop()
    shutil.rmtree(folder)


class MariadbPlace(worlds.Place):
    engine, refused_by_check = "mariadb", "4025"
    hex, loose_text = "hex({})", "VARCHAR(64) COLLATE utf8mb4_general_ci"

    def start(self, pair):
        self.config()
        self.pair, self.database = pair, f"bank{next(numbers)}"
        pair.sql(f"CREATE DATABASE {self.database} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
                 *(f"GRANT ALL ON {self.database}.* TO app@{host}"
                   for host in ("127.0.0.1", "localhost")))
        self.env["DATABASE_URL"] = pair.url(self.database)
        self.sql(worlds.TABLE.replace("account_no TEXT", "account_no VARCHAR(64)"))
        return self

    def sql(self, *statements):
        return self.pair.sql(*statements, database=self.database)

    def texts(self, statement):
        return self.sql(statement)

    def refused(self, statement):
        """Even to root."""
        return self.pair.refused(statement, database=self.database)


@pytest.fixture
def maria(world, tmp_path, mariadb_pair):
    shutil.copytree(world.template, tmp_path, dirs_exist_ok=True)
    return MariadbPlace(world, tmp_path).start(mariadb_pair)


@pytest.fixture
def pg(world, tmp_path, postgres_pair):
    shutil.copytree(world.template, tmp_path, dirs_exist_ok=True)
    return Postgresql(world, tmp_path).start(postgres_pair)


@pytest.fixture
def lite(world, tmp_path):
    shutil.copytree(world.template, tmp_path, dirs_exist_ok=True)
    return Sqlite(world, tmp_path).start()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def place(request, world, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("pg")
    if request.param == "mariadb":
        return request.getfixturevalue("maria")
    return request.getfixturevalue("lite")
