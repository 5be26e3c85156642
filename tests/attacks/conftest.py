# SPDX-License-Identifier: Apache-2.0
"""A bank in SQLite and a KMS of two Regions; each attack has a folder of its own."""
import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import world as worlds  # noqa: E402

TABLES = """tables:
  customer:
    table: customers
    bind:
      account: {column: account_no}
    columns:
      userid: {sealed: userid_sealed, required: true}
      note: {sealed: note_sealed, type: bytes}
  archive:
    bind:
      account: {column: account_no}
    columns:
      userid: {sealed: userid_sealed}
  ledger:
    bind:
      a: {column: a}
      b: {column: b}
      tenant: {column: tenant, type: integer}
    columns:
      entry: {}
"""
SCHEMA = ("DROP TABLE customers",
          "CREATE TABLE customers (account_no TEXT NOT NULL PRIMARY KEY)",
          "CREATE TABLE archive (account_no TEXT NOT NULL PRIMARY KEY)",
          "CREATE TABLE ledger (a TEXT NOT NULL, b TEXT NOT NULL, tenant INTEGER NOT NULL, "
          "PRIMARY KEY (a, b, tenant))")


class Bank(worlds.Place):
    """A place with three tables, in which an attacker writes SQL."""

    def configure(self, *changes):
        text = worlds.CONFIG.format(**self.world.values)
        text = text[:text.index("tables:")] + TABLES
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / "sealrow.yaml").write_text(text)

    def refuses(self, code, *args, data=b"", exit=65):
        """Nothing comes out, and the code is in the event (integrity, format) or the exit code."""
        done = self.run(*args, data=data)
        lines = done.stderr.decode().splitlines()
        assert done.returncode == exit and not done.stdout, lines
        events = [json.loads(line)["code"] for line in lines if line.startswith("{")]
        assert events == ([code] if code else []), lines
        return lines[-1]

    def decrypts(self):
        """How many times the KMS was asked to decrypt."""
        return self.world.kmsd.total("--operation", "Decrypt")


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    made = worlds.World(tmp_path_factory.mktemp("attacks"))
    yield made
    made.close()


@pytest.fixture
def bank(world, tmp_path):
    worlds.copy(world, tmp_path)
    made = Bank(world, tmp_path)
    made.configure()
    made.sql(*SCHEMA)
    made.ok("init")
    for account, name in (("1", "ada"), ("2", "bob")):
        made.ok("put", "customer", f"account={account}", f"userid={name}", f"note=n-{name}")
    return made
