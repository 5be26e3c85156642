# SPDX-License-Identifier: Apache-2.0
"""What check says of the server's settings, each of which is really set."""
import contextlib
import json

import pytest

from test_engines import codes, ready

POSTGRESQL = [
    ("log_statement", "'all'"), ("log_statement", "'mod'"), ("log_min_duration_statement", "'0'"),
    ("log_min_duration_sample", "'100'"), ("log_transaction_sample_rate", "'0.5'"),
    ("log_parameter_max_length_on_error", "'64'"),
]


@pytest.mark.parametrize("name,value", POSTGRESQL, ids=[f"{n}={v}" for n, v in POSTGRESQL])
def test_postgresql_logs_statements(pg, name, value):
    ready(pg)
    pg.pair.sql(f"ALTER DATABASE {pg.database} SET {name} = {value}")
    assert codes(pg) == ["log-statements"]
    assert f"log-statements {name}: " in pg.run("check").stdout.decode()
    assert pg.run("check", "--accept", "log-statements").returncode == 0


def test_postgresql_explains_or_counts_statements(pg):
    ready(pg)
    for off in ("log_statement = 'none'", "log_min_duration_statement = -1"):
        pg.pair.sql(f"ALTER DATABASE {pg.database} SET {off}")
    assert codes(pg) == []
    pg.pair.sql(f"ALTER DATABASE {pg.database} SET session_preload_libraries = 'auto_explain'",
                f"ALTER DATABASE {pg.database} SET auto_explain.log_min_duration = '1s'")
    assert codes(pg) == ["log-statements"]
    assert b"auto_explain.log_min_duration: it is 1000" in pg.run("check").stdout
    pg.pair.sql(f"ALTER DATABASE {pg.database} RESET ALL")
    pg.pair.sql("CREATE EXTENSION pg_stat_statements", database=pg.database)
    assert codes(pg) == ["log-statements"]


@contextlib.contextmanager
def setting(pair, name, value, at=1):
    """A setting of the whole server, for a while."""
    before = pair.sql(f"SELECT @@GLOBAL.{name}", at=at)[0][0]
    pair.sql(f"SET GLOBAL {name} = {value}", at=at)
    try:
        yield
    finally:
        back = before if before.replace(".", "").isdigit() else f"'{before}'"
        pair.sql(f"SET GLOBAL {name} = {back}", at=at)


MARIADB = [("general_log", "1", "log-statements"), ("slow_query_log", "1", "log-statements"),
           ("binlog_format", "'MIXED'", "binlog-statements"),
           ("check_constraint_checks", "0", "check-unenforced")]


@pytest.mark.parametrize("name,value,code", MARIADB, ids=[m[0] for m in MARIADB])
def test_mariadb_shows_values_or_ignores_checks(maria, name, value, code):
    ready(maria)
    assert codes(maria) == []
    with setting(maria.pair, name, value):
        assert codes(maria) == [code]
        accepted = maria.run("check", "--accept", code).returncode
        assert accepted == (2 if code == "check-unenforced" else 0)


def test_a_mariadb_replica_that_leaves_tables_out(maria):
    ready(maria)
    maria.pair.catch_up()
    maria.env["DATABASE_URL"] = maria.pair.url(maria.database, at=2)
    assert codes(maria) == []
    maria.pair.sql("STOP SLAVE", at=2)
    try:
        with setting(maria.pair, "replicate_ignore_table", f"'{maria.database}.x'", at=2):
            assert codes(maria) == ["replica-filtered"]
    finally:
        maria.pair.sql("START SLAVE", at=2)


# -- what a connection is set to, whatever the server says: D14 and D15 --

ROW = ("account=b\\'x\"", "userid=\u00dcn\u00ef \\x41 '", "pin=-7", "balance=5")


def test_settings_of_a_postgresql_database_change_nothing(pg):
    ready(pg).ok("put", "customer", "account=1", "userid=ada")
    pg.pair.sql("CREATE SCHEMA other", "CREATE TABLE other.customers (account_no text)",
                "GRANT ALL ON SCHEMA other TO app", "GRANT ALL ON other.customers TO app",
                database=pg.database)
    for setting_ in ("bytea_output = 'escape'", "standard_conforming_strings = off",
                     "datestyle = 'SQL, DMY'", "search_path = other, public",
                     "client_encoding = 'latin1'", "timezone = 'Asia/Tokyo'",
                     "extra_float_digits = -15", "backslash_quote = on"):
        pg.pair.sql(f"ALTER DATABASE {pg.database} SET {setting_}")
    round_trip(pg)


def test_modes_of_a_mariadb_server_change_nothing(maria):
    ready(maria).ok("put", "customer", "account=1", "userid=ada")
    modes = "'ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH,PIPES_AS_CONCAT'"
    with setting(maria.pair, "sql_mode", modes), \
            setting(maria.pair, "character_set_server", "latin1"), \
            setting(maria.pair, "time_zone", "'+09:00'"):
        round_trip(maria)


def round_trip(place):
    assert json.loads(place.ok("get", "customer", "account=1", "--json"))["userid"] == "ada"
    assert place.ok("put", "customer", *ROW).startswith(b"inserted 1")
    got = json.loads(place.ok("get", "customer", ROW[0], "--json"))
    assert got == {"account": ROW[0][8:], "userid": ROW[1][7:], "pin": -7, "balance": 5}
    assert codes(place) == []
