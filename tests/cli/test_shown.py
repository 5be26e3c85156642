# SPDX-License-Identifier: Apache-2.0
"""How values are shown: to people, who may sit at a terminal, and to programs."""
import csv
import io
import json

import pytest

SHOWN = [
    ("two\nlines", "E'two\\nlines'"),
    ("a\ttab, a 'quote' and a \\", "E'a\\ttab, a \\'quote\\' and a \\\\'"),
    ("red \x1b[31m", "E'red \\u001b[31m'"),
    ("an order of two bytes \u009b31m", "E'an order of two bytes \\u009b31m'"),
    ("\u00dcber 'Tr\u00fcmmer'\\n", "\u00dcber 'Tr\u00fcmmer'\\n"),
]


@pytest.mark.parametrize("text, shown", SHOWN)
def test_text_with_control_characters_is_escaped_for_people_and_kept_for_programs(
        place, text, shown):
    place.ok("put", "customer", "account=2", f"userid={text}")
    lines = place.ok("get", "customer", "account=2").decode().split("\n")
    assert [line.split(None, 1)[1] for line in lines if line.startswith("userid")] == [shown]
    assert shown in place.ok("get", "customer", "--list").decode()
    assert json.loads(place.ok("get", "customer", "account=2", "--json"))["userid"] == text
    listed = place.ok("get", "customer", "--list", "--format", "csv").decode()
    rows = list(csv.DictReader(io.StringIO(listed, newline="")))
    assert rows[1]["userid"] == text
    (place.folder / "listed").write_text(listed, newline="")
    told = place.ok("put", "customer", "--from", "listed")
    assert told == b"inserted 0, already there 2, replaced 0, bad 0\n"


def test_bytes_are_hex_for_people(place):
    place.sql("ALTER TABLE customers ADD COLUMN photo BLOB",
              "UPDATE customers SET photo = X'00ff'")
    assert b"photo    X'00ff'\n" in place.ok("get", "customer", "account=1")


EVIL = "e\x1b[2Jv\n0 findings\u009b"
SHOWN_EVIL = "e\\u001b[2Jv\\n0 findings\\u009b"


def test_names_of_the_database_give_no_orders_to_a_terminal_and_make_no_lines(place):
    place.sql(f'CREATE VIEW "{EVIL}" AS SELECT userid_sealed FROM customers',
              f'ALTER TABLE customers ADD COLUMN "{EVIL}" INTEGER')
    told = place.run("check").stdout.decode()
    assert told.splitlines()[-1] == "1 finding" and len(told.splitlines()) == 2
    assert f"E'view {SHOWN_EVIL} shows" in told
    for how in (("account=1",), ("--list",)):
        assert f"E'{SHOWN_EVIL}'" in place.ok("get", "customer", *how).decode(), how
    kept = json.loads(place.run("check", "--json").stdout)["findings"][0]["text"]
    assert EVIL in kept and EVIL in json.loads(place.ok("get", "customer", "account=1", "--json"))


def test_a_key_that_a_value_names_gives_no_orders_to_a_terminal(place):
    (message,), = place.sql("SELECT userid_sealed FROM customers")
    arn = place.world.keys["us-east-1"].encode()
    forged = message.replace(arn, (b"\x1b[2J\n" + arn)[:len(arn)])
    place.sql(f"UPDATE customers SET userid_sealed = X'{forged.hex()}'")
    assert "E'\\u001b[2J\\narn:aws:kms" in place.ok("status").decode()


def test_an_error_gives_no_orders_to_a_terminal(place):
    said = place.run("seal", "a\u009b31m.b", data=b"x").stderr.decode()
    assert "\u009b" not in said and "a??31m" in said
