# SPDX-License-Identifier: Apache-2.0
"""SQLite alone: the copy by its own tool that is a replica."""
import json
import os
import sqlite3
import subprocess

import pytest

import world as worlds
from test_engines import ready

ROWS = 500
# What a file may hold that does more than keep rows: who opens it must not run it.
HOSTILE = [
    "CREATE TRIGGER t AFTER INSERT ON customers BEGIN "
    "INSERT INTO seen SELECT file FROM pragma_database_list; END",
    "CREATE TRIGGER t AFTER INSERT ON customers BEGIN "
    "INSERT INTO seen SELECT load_extension('x'); END",
    "CREATE TRIGGER t AFTER INSERT ON customers BEGIN "
    "INSERT INTO seen SELECT \"no such column\"; END",
]


@pytest.mark.parametrize("trigger", HOSTILE)
def test_a_schema_that_does_more_than_keep_rows_is_not_trusted(lite, trigger):
    """D18: the tool that made it would run it."""
    ready(lite).sql("CREATE TABLE seen (x)", trigger)
    done = lite.run("put", "customer", "account=1", "userid=ada")
    assert done.returncode == 69 and not done.stdout, done
    assert lite.texts("SELECT (SELECT count(*) FROM customers), count(*) FROM seen") == [["0", "0"]]
    lite.sql("DROP TRIGGER t")
    lite.ok("put", "customer", "account=1", "userid=ada")


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_copy_is_whole_while_another_writes_and_opens_in_the_other_region(lite, mode):
    """As docs/databases.md says."""
    ready(lite).sql(f"PRAGMA journal_mode = {mode}")
    rows = "".join(f'{{"account": "{i}", "userid": "user {i}"}}\n' for i in range(ROWS))
    (lite.folder / "rows").write_text(rows)
    with subprocess.Popen([worlds.SEALROW, "put", "customer", "--from", "rows"], cwd=lite.folder,
                          env=lite.env, stdout=subprocess.PIPE) as put:
        counts, ended = [], False
        while not ended:
            ended = put.poll() is not None
            subprocess.run(["sqlite3", "app.db", ".timeout 5000", ".backup copy.db"], check=True,
                           cwd=lite.folder, timeout=60)
            with sqlite3.connect(lite.folder / "copy.db") as copy:
                assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                counts += copy.execute("SELECT count(*) FROM customers").fetchone()
        assert put.returncode == 0
    assert counts == sorted(counts) and counts[-1] == ROWS and len(set(counts)) > 2
    os.rename(lite.folder / "app.db", lite.folder / "lost.db")
    lite.env.update(DATABASE_URL="sqlite:copy.db", AWS_REGION=worlds.EU)
    listed = lite.ok("get", "customer", "--list", "--format", "jsonl").decode().splitlines()
    assert len(listed) == ROWS and json.loads(listed[7])["userid"].startswith("user ")


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_a_file_of_any_encoding_is_one_as_any_other(lite, encoding):
    (lite.folder / "app.db").unlink()
    lite.sql(f"PRAGMA encoding = '{encoding}'", worlds.TABLE.replace(")", ", \"n\u00f6te\" TEXT)"))
    ready(lite)
    rows = [{"account": f"{i}\u00fc\U0001d11e", "userid": f"u{i}\u00e4", "n\u00f6te": "\u00f6" * i,
             "balance": i} for i in range(30)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    for want in ("inserted 30, already there 0", "inserted 0, already there 30"):
        assert lite.ok("put", "customer", "--from", "-", data=data).decode().startswith(want)
    listed = lite.ok("get", "customer", "--list", "--format", "jsonl").decode().splitlines()
    got = sorted(({k: v for k, v in json.loads(line).items() if k != "pin"} for line in listed),
                 key=lambda row: row["balance"])
    assert got == rows
    assert json.loads(lite.run("check", "--json").stdout)["findings"] == []
