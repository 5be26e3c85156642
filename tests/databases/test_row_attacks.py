# SPDX-License-Identifier: Apache-2.0
"""What somebody who writes the database tries, on every engine; each refusal by its own code. The
numbers are those of tests/attacks/test_cells.py, which has the cases that touch no database."""
import pytest

from test_engines import events

CONTEXT, NULL, OLD_VERSION = "SROW-080", "SROW-088", "SROW-093"

TABLES = """tables:
  customer:
    table: customers
    bind:
      account: {column: account_no}
    columns:
      userid: {sealed: userid_sealed, required: true}
      note: {sealed: note_sealed}
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
      entry: {version: {column: entry_version}}
"""


class Bank:
    """Three tables, in which an attacker writes SQL."""

    def __init__(self, place):
        self.place = place
        text = "VARCHAR(64)" if place.engine == "mariadb" else "TEXT"
        place.sql(f"CREATE TABLE archive (account_no {text} NOT NULL PRIMARY KEY)",
                  f"CREATE TABLE ledger (a {text} NOT NULL, b {text} NOT NULL, tenant INTEGER NOT "
                  "NULL, entry_version INTEGER, PRIMARY KEY (a, b, tenant))")
        self.configure()
        place.ok("init")
        for account, name in (("1", "ada"), ("2", "bob")):
            place.ok("put", "customer", f"account={account}", f"userid={name}", f"note=n-{name}")

    def configure(self, *changes):
        self.place.config()
        path = self.place.folder / "sealrow.yaml"
        text = path.read_text()
        text = text[:text.index("tables:")] + TABLES
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text)

    def take(self, what, of, where, to="customers", row="1"):
        """A cell goes into row `row`; MariaDB reads no table that it writes but through another."""
        self.place.sql(f"CREATE TABLE taken AS SELECT {of} AS cell FROM {where}",
                       f"UPDATE {to} SET {what} = (SELECT cell FROM taken) "
                       f"WHERE account_no = '{row}'", "DROP TABLE taken")

    def refuses(self, code, *words, exit=65):
        done = self.place.run("get", *words)
        assert done.returncode == exit and not done.stdout, done.stderr
        assert events(done) == ([code] if code else [])


@pytest.fixture
def bank(place):
    return Bank(place)


def test_x1_x2_x3_x22_cells_of_another_row_column_or_table(bank):
    bank.take("userid_sealed", "userid_sealed", "customers WHERE account_no = '2'")
    bank.refuses(CONTEXT, "customer", "account=1")
    bank.take("note_sealed", "userid_sealed", "customers WHERE account_no = '2'", row="2")
    bank.refuses(CONTEXT, "customer", "account=2")
    bank.place.ok("put", "archive", "account=3", "userid=eve")
    bank.place.ok("put", "customer", "account=3", "userid=joe", "note=n-joe")
    bank.take("userid_sealed", "userid_sealed", "archive WHERE account_no = '3'", row="3")
    bank.refuses(CONTEXT, "customer", "account=3")
    bank.place.ok("put", "customer", "account=4", "userid=tom", "note=n-tom")
    bank.place.sql("CREATE TABLE kept AS SELECT * FROM customers WHERE account_no = '4'",
                   "UPDATE customers SET userid_sealed = (SELECT note_sealed FROM kept), "
                   "note_sealed = (SELECT userid_sealed FROM kept) WHERE account_no = '4'")
    bank.refuses(CONTEXT, "customer", "account=4")


def test_x4_x10_another_tenant_and_keys_that_run_into_each_other(bank):
    bank.place.ok("put", "ledger", "a=a", "b=bc", "tenant=7", "entry=paid")
    for a, b, tenant in (("a", "bc", 8), ("ab", "c", 7), ("bc", "a", 7)):
        bank.place.sql("INSERT INTO ledger (a, b, tenant, entry_version, entry_sealed) "
                       f"SELECT '{a}', '{b}', {tenant}, entry_version, entry_sealed FROM ledger "
                       "WHERE b = 'bc' AND tenant = 7")
        bank.refuses(CONTEXT, "ledger", f"a={a}", f"b={b}", f"tenant={tenant}")
    assert b"paid" in bank.place.ok("get", "ledger", "a=a", "b=bc", "tenant=7")


def test_x5_x6_another_environment_and_a_table_of_the_same_form(bank):
    bank.configure()
    path = bank.place.folder / "sealrow.yaml"
    path.write_text(path.read_text().replace("domain: bank", "domain: staging"))
    bank.refuses(CONTEXT, "customer", "account=1")
    bank.configure(("  archive:\n", "  archive:\n    table: customers\n"))
    bank.refuses(CONTEXT, "archive", "account=1")


def test_x9_x11_a_key_that_was_changed_or_only_looks_the_same(bank):
    bank.place.sql("UPDATE customers SET account_no = '3' WHERE account_no = '1'")
    bank.refuses(CONTEXT, "customer", "account=3")
    bank.refuses(None, "customer", "account=1", exit=66)
    for other in ("02", "2 ", " 2", "2.0", "+2", "\u0662"):
        bank.refuses(None, "customer", f"account={other}", exit=66)


def test_a_query_for_one_row_is_answered_with_another_row_whole(bank):
    bank.place.sql("DELETE FROM customers WHERE account_no = '1'",
                   "UPDATE customers SET account_no = '1' WHERE account_no = '2'")
    bank.refuses(CONTEXT, "customer", "account=1")


def test_x18_null_in_place_of_a_cell_and_plaintext_the_database_refuses(bank):
    bank.place.sql("UPDATE customers SET userid_sealed = NULL WHERE account_no = '1'")
    bank.refuses(NULL, "customer", "account=1")
    for value in ("'ada'", "''", "'" + "AgR4" * 60 + "'"):
        said = bank.place.refused(f"UPDATE customers SET userid_sealed = {value}")
        assert bank.place.refused_by_check in said


def test_x20_an_older_cell_alone_and_with_its_version(bank):
    row = ("ledger", "a=1", "b=2", "tenant=3")
    bank.place.ok("put", *row, "entry=old")
    bank.place.sql("CREATE TABLE kept AS SELECT * FROM ledger")
    bank.place.ok("put", *row, "entry=new", "--replace")
    bank.place.sql("UPDATE ledger SET entry_sealed = (SELECT entry_sealed FROM kept)")
    bank.refuses(CONTEXT, *row)
    bank.place.sql("UPDATE ledger SET entry_version = (SELECT entry_version FROM kept)")
    bank.refuses(OLD_VERSION, *row, "--min-version", "2")


def test_x21_a_row_moved_to_the_archive_does_not_open_there(bank):
    bank.place.sql("INSERT INTO archive (account_no, userid_sealed) "
                   "SELECT account_no, userid_sealed FROM customers")
    bank.refuses(CONTEXT, "archive", "account=1")
    bank.place.ok("put", "archive", "account=1", "userid=ada", "--replace")
    assert b"ada" in bank.place.ok("get", "archive", "account=1")
