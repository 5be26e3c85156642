# SPDX-License-Identifier: Apache-2.0
"""What estimate tells is what it comes to, on servers; SQLite: tests/cli/test_estimate.py."""
import pytest

from estimates import SCHEMAS, check_all, estimate


@pytest.fixture(params=["pg", "maria"])
def server(request):
    return request.getfixturevalue(request.param)


def test_estimated_and_measured_differ_by_nothing(server):
    check_all(server, SCHEMAS)


def test_limits_are_the_engine_s(server):
    server.ok("init")
    told, text = estimate(server, "customer"), server.ok("estimate").decode()
    if server.engine == "mariadb":
        assert told["row_most"] == 65535 > told["row_bytes"] > 64 * 4 + 900
        assert "share 65,535 bytes" in text and "this table's take" in text
    else:
        assert told["row_bytes"] == 0 and "TOAST" in text and "this table's take" not in text


def test_bench_leaves_rows_and_their_locks_as_they_were(server):
    server.ok("init")
    for account in ("1", "2"):
        server.ok("put", "customer", f"account={account}", "userid=abc", "pin=4")
    column = server.hex.format("userid_sealed")
    before = server.texts(f"SELECT account_no, {column} FROM customers ORDER BY account_no")
    assert b"2 rows, 4 cells sealed, 4 opened; all of it rolled back" in server.ok("bench")
    assert server.texts(f"SELECT account_no, {column} FROM customers ORDER BY account_no") == before
    server.ok("put", "customer", "account=1", "userid=abd", "--replace")
