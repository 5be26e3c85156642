# SPDX-License-Identifier: Apache-2.0
"""What holds on every engine."""
import json

CONTEXT = "SROW-080"


def codes(place):
    """But what MariaDB's log has of plaintext by its defaults."""
    return [f["code"] for f in json.loads(place.run("check", "--json").stdout)["findings"]
            if f["code"] not in ("config-unbooked", "plain-logged")]


def events(done):
    return [json.loads(line)["code"] for line in done.stderr.decode().splitlines()
            if line.startswith("{")]


def ready(place):
    place.ok("init")
    return place


def test_init_adds_the_columns_and_the_second_time_changes_nothing(place):
    assert codes(place) == ["column-missing", "column-missing"]
    first = place.ok("init").decode().replace("`", '"')
    assert "ADD COLUMN \"userid_sealed\"" in first and "1 probe stored" in first
    assert place.ok("init") == b"0 statements run, 0 probes stored\n"
    assert codes(place) == []
    assert place.ok("check", "--as", "reader") == b"0 findings\n"


def test_what_is_printed_is_what_init_runs(place):
    printed = place.ok("init", "--print").decode()
    assert codes(place) == ["column-missing", "column-missing"], "it was only printed"
    for statement in printed.split(";\n"):
        if statement:
            place.sql(statement)
    assert place.ok("init", "--print") == b"" and codes(place) == []


def test_a_row_comes_out_as_it_went_in(place):
    ready(place)
    values = ("account=ada' OR 1=1 --", "userid=Ünï\tcode \"1\"", "pin=-42", "balance=1200")
    assert place.ok("put", "customer", *values) == b"inserted 1, already there 0, replaced 0\n"
    row = json.loads(place.ok("get", "customer", values[0], "--json"))
    assert row == {"account": "ada' OR 1=1 --", "userid": "Ünï\tcode \"1\"", "pin": -42,
                   "balance": 1200}
    place.env["AWS_REGION"] = "eu-west-1"
    assert json.loads(place.ok("get", "customer", values[0], "--json")) == row


def test_the_same_row_again_is_there_and_another_is_a_conflict(place):
    ready(place)
    row = ("put", "customer", "account=1", "userid=ada", "balance=5")
    place.ok(*row)
    stored = place.texts("SELECT userid_sealed FROM customers")
    assert place.ok(*row) == b"inserted 0, already there 1, replaced 0\n"
    assert place.run("put", "customer", "account=1", "userid=bob").returncode == 75
    assert place.run("put", "customer", "account=1", "userid=ada", "balance=6").returncode == 75
    assert place.texts("SELECT userid_sealed FROM customers") == stored
    done = place.ok("put", "customer", "account=1", "userid=bob", "balance=6", "--replace")
    assert done == b"inserted 0, already there 0, replaced 1\n"
    assert b"bob" in place.ok("get", "customer", "account=1")
    assert place.ok("put", "customer", "account=2", "userid=x", "--dry-run")
    assert place.texts("SELECT count(*) FROM customers") == [["1"]]


def test_null_stays_null(place):
    ready(place)
    place.ok("put", "customer", "account=1", "userid=ada", "--null", "pin", "--null", "balance")
    row = json.loads(place.ok("get", "customer", "account=1", "--json"))
    assert row["pin"] is None and row["balance"] is None


def test_names_of_rows_are_compared_byte_by_byte(place):
    ready(place)
    for account in ("ada", "Ada", "ada ", "a\u0301da"):
        place.ok("put", "customer", f"account={account}", f"userid=of {account}")
    assert place.texts("SELECT count(*) FROM customers") == [["4"]]
    for account in ("ada", "Ada", "ada ", "a\u0301da"):
        row = json.loads(place.ok("get", "customer", f"account={account}", "--json"))
        assert row["userid"] == f"of {account}"
    assert place.run("get", "customer", "account=ADA").returncode == 66
    assert place.run("get", "customer", "account=\u00e1da").returncode == 66


def test_another_rows_value_or_key_is_refused(place):
    ready(place)
    for account, name in (("1", "ada"), ("2", "bob")):
        place.ok("put", "customer", f"account={account}", f"userid={name}")
    place.sql("UPDATE customers SET userid_sealed = (SELECT userid_sealed FROM customers "
              "WHERE account_no = '2') WHERE account_no = '1'")
    done = place.run("get", "customer", "account=1")
    assert done.returncode == 65 and not done.stdout and events(done) == [CONTEXT]
    place.sql("DELETE FROM customers WHERE account_no = '1'",
              "UPDATE customers SET account_no = '1' WHERE account_no = '2'")
    done = place.run("get", "customer", "account=1")
    assert done.returncode == 65 and not done.stdout and events(done) == [CONTEXT]


def test_the_database_itself_refuses_plaintext(place):
    ready(place)
    for value in ("'mallory'", "'" + "mallory" * 40 + "'"):
        said = place.refused("INSERT INTO customers (account_no, userid_sealed) "
                             f"VALUES ('9', {value})")
        assert place.refused_by_check in said
    assert place.texts("SELECT count(*) FROM customers") == [["0"]]


def test_a_value_that_does_not_fit_is_refused_before_it_is_stored(place):
    ready(place)
    done = place.run("put", "customer", "account=1", "userid=" + "x" * 4000)
    assert done.returncode == 65 and b"userid_sealed holds" in done.stderr
    assert place.texts("SELECT count(*) FROM customers") == [["0"]]


def test_a_table_or_a_database_that_is_not_there(place):
    place.sql("DROP TABLE customers")
    assert place.run("get", "customer", "account=1").returncode == 78
    assert place.run("init").returncode == 78 and codes(place) == ["table-missing"]
