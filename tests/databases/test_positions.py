# SPDX-License-Identifier: Apache-2.0
"""A reader at the replica waits for what was written at the primary."""
import json
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


def tells_missing_from_late(place, stop, go_on):
    first, second = place.env["DATABASE_URL"], place.pair.url(place.database, at=2)
    place.ok("init")
    here = json.loads(place.ok("put", "customer", "account=1", "userid=a", "--json"))["position"]
    place.env["DATABASE_URL"] = second
    row = place.ok("get", "customer", "account=1", "--after", here, "--wait", "30s", "--json")
    assert json.loads(row)["userid"] == "a"
    assert place.run("get", "customer", "account=2", "--after", here).returncode == 66
    place.pair.sql(stop, at=2)
    try:
        place.env["DATABASE_URL"] = first
        there = json.loads(place.ok("put", "customer", "account=2", "userid=b",
                                    "--json"))["position"]
        place.env["DATABASE_URL"] = second
        late = place.run("get", "customer", "account=2", "--after", there, "--wait", "100ms")
        assert late.returncode == 69 and b"(SROW-149)" in late.stderr, late
        assert place.run("get", "customer", "account=2").returncode == 66
    finally:
        place.pair.sql(go_on, at=2)
    listed = place.ok("get", "customer", "--list", "--after", there, "--wait", "30s", "--json")
    assert [json.loads(line)["userid"] for line in listed.splitlines()] == ["a", "b"]


def test_a_row_that_is_missing_and_one_that_is_late_in_postgresql(pg):
    tells_missing_from_late(pg, "SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()")


def test_a_row_that_is_missing_and_one_that_is_late_in_mariadb(maria):
    tells_missing_from_late(maria, "STOP SLAVE SQL_THREAD", "START SLAVE SQL_THREAD")
