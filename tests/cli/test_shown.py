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
