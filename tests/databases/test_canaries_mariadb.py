# SPDX-License-Identifier: Apache-2.0
"""With all its logs on, MariaDB has written no value that went the sealed way."""
import contextlib

import canary
from test_server_settings import setting

ON = {"log_output": "'FILE,TABLE'", "general_log": "1", "slow_query_log": "1",
      "long_query_time": "0", "log_queries_not_using_indexes": "1"}
STATEMENTS = ("events_statements_current", "events_statements_history",
              "events_statements_history_long", "events_statements_summary_by_digest")


def test_no_log_and_no_statistics_have_a_sealed_value(maria):
    pair = maria.pair
    maria.sql(*(column.format("VARCHAR(80)") for column in canary.COLUMNS))
    assert pair.sql("SELECT @@performance_schema") == [["1"]]
    pair.sql("UPDATE performance_schema.setup_consumers SET ENABLED = 'YES'",
             *(f"TRUNCATE performance_schema.{name}" for name in STATEMENTS[1:]))
    with contextlib.ExitStack() as on:
        for name, value in ON.items():
            on.enter_context(setting(pair, name, value))
        said = canary.sealed_way(maria)
        maria.sql(f"UPDATE customers SET note = '{canary.PLANTED.text}'",
                  "ANALYZE TABLE customers PERSISTENT FOR ALL")
        statements = pair.sql(f"SELECT SQL_TEXT FROM performance_schema.{STATEMENTS[2]}")
        every = [pair.sql(f"SELECT * FROM performance_schema.{name}") for name in STATEMENTS]
    pair.sql("UPDATE performance_schema.setup_consumers SET ENABLED = 'NO' "
             "WHERE NAME LIKE 'events%history%'", "FLUSH LOGS")
    pair.catch_up()
    columns = pair.sql("SELECT column_name, min_value, max_value, histogram FROM "
                       f"mysql.column_stats WHERE db_name = '{maria.database}'")
    assert "userid_sealed" in [row[0] for row in columns]
    names = {what: pair.sql(f"SELECT @@{what}_file")[0][0]
             for what in ("general_log", "slow_query_log")}
    data = pair.folder / "data1"
    canary.judge({
        "general log": (data / names["general_log"]).read_bytes(),
        "slow log": (data / names["slow_query_log"]).read_bytes(),
        "general log's table": (data / "mysql" / "general_log.CSV").read_bytes(),
        "slow log's table": (data / "mysql" / "slow_log.CSV").read_bytes(),
        "statements": repr(statements).encode(), "statistics of columns": repr(columns).encode(),
        "binary log": b"".join(path.read_bytes() for path in data.glob("b.0*")),
        "redo log": (data / "ib_logfile0").read_bytes(),
        "the replica's binary log": b"".join(path.read_bytes() for path in
                                             (pair.folder / "data2").glob("b.0*"))}, said)
    assert canary.SEALED.seen(repr(every).encode()) == []
    for path, stored in canary.files(data, pair.folder / "data2").items():
        assert canary.SEALED.seen(stored) == [], path
