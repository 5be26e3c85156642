# SPDX-License-Identifier: Apache-2.0
"""A reader at the replica waits for what was written at the primary."""
import subprocess

import world as worlds


def ask(*args):
    done = subprocess.run([worlds.BUILD / "tests" / "db-position", *args], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout.rstrip("\n")


def holds(place, prefix, stop, go_on):
    """`stop` and `go_on` are statements at the replica."""
    pair, first = place.pair, place.env["DATABASE_URL"]
    place.sql("CREATE TABLE moved (n INTEGER PRIMARY KEY)")
    code, before = ask("position", first).split(" ", 1)
    assert code == "OK" and before.startswith(prefix)
    second = pair.url(place.database, at=2)
    assert ask("wait", second, before, "30000") == "OK "
    pair.sql(stop, at=2)
    try:
        place.sql("INSERT INTO moved VALUES (1)")
        after = ask("position", first).split(" ", 1)[1]
        assert ask("wait", first, after, "0") == "OK ", "the primary itself has it"
        assert ask("wait", second, before, "0") == "OK "
        assert ask("wait", second, after, "100").startswith("TIMEOUT database: ")
        other = "mariadb:0-1-1" if prefix != "mariadb:" else "postgresql:0/1"
        assert ask("wait", second, other, "0").startswith("USAGE a position of ")
    finally:
        pair.sql(go_on, at=2)
    assert ask("wait", second, after, "30000") == "OK "
    assert pair.sql("SELECT n FROM moved", at=2, database=place.database) == [["1"]]


def test_a_standby_of_postgresql_comes_to_a_position(pg):
    holds(pg, "postgresql:", "SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()")


def test_a_replica_of_mariadb_comes_to_a_position(maria):
    holds(maria, "mariadb:", "STOP SLAVE SQL_THREAD", "START SLAVE SQL_THREAD")
