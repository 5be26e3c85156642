#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: dev/golden.py      (over the programs in build/)

Writes tests/golden/VERSION: what this version stored, which every later one must open
(tests/system/test_golden.py). Done once for a version, when what it writes is final; never again.
"""
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "system"))
sys.dont_write_bytecode = True

from golden import GOLDEN, SEALROW, Server  # noqa: E402 (its folder is named above)

TABLES = """\
version: 1
domain: bank
regions:
  us-east-1: {endpoint: "ADDRESS us-east-1"}
  eu-west-1: {endpoint: "ADDRESS eu-west-1"}
keys:
  default:
    us-east-1: ["KEY us-east-1"]
    eu-west-1: ["KEY eu-west-1"]
tables:
  customer:
    table: customers
    bind:
      account: {column: account_no, type: text}
      branch: {column: branch_no, type: integer}
    columns:
      name: {type: text, required: true}
      credit: {type: integer, sealed: credit_sealed}
      scan: {type: bytes}
      active: {type: boolean}
      born: {type: date}
      device: {type: uuid}
      rate: {type: decimal}
      seen: {type: timestamp}
      profile: {type: json}
      note: {type: text, signed: true, pad: 64}
"""
DDL = """CREATE TABLE customers (account_no TEXT NOT NULL, branch_no INTEGER NOT NULL, city TEXT,
         PRIMARY KEY (account_no, branch_no))"""
ROWS = [
    {"account": "1001", "branch": 7, "name": "Ada Lovelace", "credit": 250000, "city": "London",
     "active": "true", "born": "1815-12-10", "device": "00112233-4455-6677-8899-aabbccddeeff",
     "rate": "-12.5", "seen": "2026-11-24T08:30:00.120000Z", "profile": {"a": 1.0, "b": ["\u00e4"]},
     "note": "a signed value"},
    {"account": "1002", "branch": 7, "name": "", "credit": -9223372036854775808, "city": "",
     "active": "false", "born": "0001-01-01", "note": ""},
    {"account": "K\u00f6ln \U0001F600 'x'", "branch": -1, "name": "\u0141ukasz \u2603 " * 12,
     "credit": 9223372036854775807, "city": None, "born": "9999-12-31"},
    {"account": "1001", "branch": 8, "name": "no credit", "credit": None, "city": "Paris"},
]


def version():
    return re.search(r"version: '([0-9.]+)'", (ROOT / "meson.build").read_text()).group(1)


def put(server, row):
    words, values = ["put", "customer"], dict(row)
    for name in [n for n, v in values.items() if v is None]:
        words += ["--null", name]
        del values[name]
    for name in [n for n, v in values.items() if isinstance(v, dict)]:
        values[name] = json.dumps(values[name])
    server.sealrow(*words, *(f"{n}={v}" for n, v in values.items()))


def write(folder):
    (folder / "sealrow.yaml").write_text(TABLES)
    with Server(folder) as server:
        for region in server.regions:
            text = (folder / "sealrow.yaml").read_text()
            (folder / "sealrow.yaml").write_text(
                text.replace(f"KEY {region}", server.kmsd.client(region).create()))
        server.configure()
        with sqlite3.connect(folder / "bank.db") as db:
            db.execute(DDL)
        db.close()
        server.sealrow("init")
        for row in ROWS:
            put(server, row)
        scan = bytes(range(256)) * 40
        (folder / "scan.bin").write_bytes(scan)
        bind = ["--bind", "account=1001", "--bind", "branch=7"]
        (folder / "scan.sealed").write_bytes(
            server.sealrow("seal", "customer.scan", *bind, input=scan))
        for suite in ("0478", "0578"):
            (folder / f"file-{suite}.sealed").write_bytes(server.sealrow(
                "encrypt", "--key-set", "default", "--suite", suite,
                "--context", "purpose=golden", input=scan))
    (folder / "kms" / "lock").unlink()
    (folder / "rows.json").write_text(json.dumps(ROWS, indent=1, ensure_ascii=False) + "\n")
    subprocess.run([SEALROW.parent.parent / "tests/write-vectors", folder / "messages", "24", "1"],
                   check=True, stdout=subprocess.DEVNULL)


def main():
    folder = GOLDEN / version()
    if folder.exists():
        sys.exit(f"{folder} is there: what a version stored is written once")
    folder.mkdir(parents=True)
    try:
        write(folder)
    except BaseException:
        shutil.rmtree(folder)
        raise


main()
