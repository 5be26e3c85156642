# SPDX-License-Identifier: Apache-2.0
"""A database in which everything stands that `status --html` has words for, under hostile names,
and what the page says of it."""
import json
import xml.etree.ElementTree as ET

from world import EU, US

EVIL = "</title><script>alert(1)</script>"
TABLE = "it's \"x\" & <b onclick='y'>\u202ez"
SEALED, PLAIN = "<i>pin's", "<u>remark"
AP = "ap-southeast-2"
BIG = 12000

TABLES = """\
tables:
  customer:
    table: customers
    bind:
      account: {column: account_no}
    columns:
      userid: {sealed: userid_sealed, required: true}
      pin: {sealed: pin_sealed, type: integer, signed: true}
  ledger:
    bind:
      entry: {column: entry}
    columns:
      remark: {plain: remark, sealed: remark_sealed, stage: dual, until: 9999-12-31}
  archive:
    bind:
      entry: {column: entry}
    columns:
      remark: {sealed: remark_sealed}
"""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def fill(place):
    """Debt, NULL, plaintext, bytes that are no message, a key that nobody configured, a sample, an
    empty table, and names that would like to be markup."""
    place.sql("CREATE TABLE ledger (entry TEXT NOT NULL PRIMARY KEY, remark TEXT)",
              "CREATE TABLE archive (entry TEXT NOT NULL PRIMARY KEY)")
    configure(place)
    place.ok("init", "--rebook")
    for number in range(2, 9):
        place.ok("put", "customer", f"account={number}", f"userid=user {number}", f"pin={number}")
    place.ok("put", "ledger", "entry=a", "remark=paid at the counter")
    place.env["SEALROW_WHILE_DOWN"] = EU
    for number in range(9, 12):
        place.ok("put", "customer", f"account={number}", f"userid=user {number}")
    del place.env["SEALROW_WHILE_DOWN"]
    arn = place.world.keys[EU].encode()
    evil = f"arn:aws:kms:x:1:{EVIL}".encode().ljust(len(arn), b"'")
    (message,), = place.sql("SELECT userid_sealed FROM customers WHERE account_no = '2'")
    db = place.connect()
    with db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE customers SET userid_sealed = ? WHERE account_no = '2'",
                   [message.replace(arn, evil)])
        db.execute("UPDATE customers SET pin_sealed = CAST('4711' AS BLOB) WHERE account_no = '3'")
        db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                   "INSERT INTO ledger (entry, remark_sealed) SELECT printf('%05d', i), "
                   "CASE WHEN i % 3 THEN remark_sealed END FROM n, ledger WHERE entry = 'a'", [BIG])
        db.execute(f"ALTER TABLE customers RENAME pin_sealed TO {quoted(SEALED)}")
        db.execute(f"ALTER TABLE ledger RENAME remark TO {quoted(PLAIN)}")
        db.execute(f"ALTER TABLE customers RENAME TO {quoted(TABLE)}")
    db.close()
    configure(place, evil=True)
    return evil.decode()


def configure(place, evil=False):
    place.config()
    path = place.folder / "sealrow.yaml"
    text = path.read_text()
    text = text[:text.index("tables:")] + TABLES
    text = text.replace("keys:\n", f"  {AP}: {{}}\nkeys:\n", 1)
    if evil:
        for word, name in (("table: customers", TABLE), ("sealed: pin_sealed", SEALED),
                           ("plain: remark", PLAIN)):
            text = text.replace(word, word.split()[0] + " " + json.dumps(name, ensure_ascii=False))
    path.write_text(text)


# -- what a page says --

def words(element):
    """The text of an element, in one line."""
    return " ".join("".join(element.itertext()).split())


def number(text):
    return int(text.replace(",", ""))


def parse(page):
    return ET.fromstring(page)


def by_class(element, tag, name):
    return [e for e in element.iter(tag) if name in e.get("class", "").split()]


def column_of(section):
    values = by_class(section, "ul", "legend")[0]
    regions = by_class(section, "table", "regions")[0].find("tbody")
    keys = [key for found in by_class(section, "ul", "keys") for key in found]
    rows = [[words(cell) for cell in row] for row in regions]
    plain = [words(note).split()[1] for note in by_class(section, "p", "plain")]
    return {
        "column": words(section.find("h3")), "plaintext": sum(map(number, plain)),
        **dict(zip(("sealed", "not_sealed", "null"),
                   (number(words(b)) for b in values.iter("b")))),
        "regions": {row[0]: number(row[2]) for row in rows},
        "debts": {row[0]: number(row[3].split()[1]) for row in rows if "Debt" in row[3]},
        "keys": {words(key[0]): number(words(key[1]).split()[0]) for key in keys},
    }


def tables_of(page):
    """What the page says, in the shape of what --json says."""
    cards = by_class(parse(page), "section", "card")
    return {words(card.find("header/h2")): [column_of(section) for section in
                                            by_class(card, "section", "column")]
            for card in cards}


def told(status):
    """The same of --json."""
    return {table["table"]: [{
        "column": c["column"], "plaintext": c["plaintext"],
        "sealed": c["sealed"], "not_sealed": c["not_sealed"],
        "null": c["null"],
        "regions": {r["region"]: r["values"] for r in c["regions"]},
        "debts": {r["region"]: r["debt"] for r in c["regions"] if r["debt"]},
        "keys": {k["arn"]: k["values"] for k in c["keys"]},
    } for c in table["columns"]] for table in status["tables"]}
