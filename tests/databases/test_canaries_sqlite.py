# SPDX-License-Identifier: Apache-2.0
"""The files of SQLite have no value that went the sealed way."""
import shutil
import sqlite3

import canary
import conftest


def test_neither_file_nor_log_has_a_sealed_value(world, tmp_path):
    shutil.copytree(world.template, tmp_path, dirs_exist_ok=True)
    place = conftest.Sqlite(world, tmp_path).start()
    path = place.folder / "app.db"
    reader = sqlite3.connect(path, isolation_level=None)  # as long as it reads, the log grows
    reader.execute("PRAGMA journal_mode = WAL")
    for column in canary.COLUMNS:
        reader.execute(column.format("TEXT"))
    reader.execute("CREATE INDEX by_note ON customers (note)")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM customers").fetchall()
    said = canary.sealed_way(place)
    log = (path.parent / "app.db-wal").read_bytes()
    reader.execute("COMMIT")
    reader.execute("ANALYZE")
    assert reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall() == [(0, 0, 0)]
    reader.close()
    canary.judge({"log": log, "file": path.read_bytes()}, said)
    path.unlink()
    (place.folder / "message").unlink()
    left = {name: canary.SEALED.seen(data) for name, data in canary.files(place.folder).items()}
    assert not any(left.values()), "nor any other file of the folder"
