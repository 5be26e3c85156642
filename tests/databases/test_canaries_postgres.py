# SPDX-License-Identifier: Apache-2.0
"""With all its logs on, PostgreSQL has written no value that went the sealed way."""
import re

import canary

ON = {"log_statement": "'all'", "log_min_duration_statement": "0", "log_duration": "on",
      "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1",
      "session_preload_libraries": "'auto_explain'", "auto_explain.log_min_duration": "0",
      "auto_explain.log_analyze": "on", "auto_explain.log_verbose": "on",
      "auto_explain.log_nested_statements": "on", "pg_stat_statements.track": "'all'",
      "pg_stat_statements.track_utility": "on", "track_activities": "on"}


def test_no_log_and_no_statistics_have_a_sealed_value(pg):
    pair, name = pg.pair, pg.database
    pg.sql(*(column.format("text") for column in canary.COLUMNS))
    pair.sql("CREATE EXTENSION pg_stat_statements", database=name)
    pair.sql("SELECT set_config('session_preload_libraries', 'auto_explain', false)",
             *(f"ALTER DATABASE {name} SET {key} = {value}" for key, value in ON.items()))
    before = (pair.folder / "log1").stat().st_size
    said = canary.sealed_way(pg)
    # a statement that is not normalised, as the statistics of statements keep it
    pg.sql(f"DO $$ BEGIN UPDATE customers SET note = '{canary.PLANTED.text}'; END $$", "ANALYZE")
    statements = pair.sql("SELECT query FROM pg_stat_statements", database=name)
    columns = pair.sql("SELECT attname, most_common_vals::text, histogram_bounds::text FROM "
                       "pg_stats WHERE tablename = 'customers'", database=name)
    assert any(row[0] == "userid_sealed" and "x02" in row[2] for row in columns), columns
    pair.sql("CHECKPOINT")
    pair.catch_up()
    log = (pair.folder / "log1").read_bytes()[before:]
    plans = re.findall(rb"plan:\n(?:\t.*\n)+", log)
    parameters = re.findall(rb"parameters: .*", log)
    canary.judge({
        "server log": log, "plans": b"".join(plans), "parameters": b"".join(parameters),
        "statistics of statements": repr(statements).encode(),
        "statistics of columns": repr(columns).encode(),
        "WAL": b"".join(canary.files(pair.data(1) / "pg_wal").values()),
        "tables": b"".join(canary.files(pair.data(1) / "base").values()),
        "the standby's WAL": b"".join(canary.files(pair.data(2) / "pg_wal").values())}, said)
    for path, data in canary.files(pair.data(1), pair.data(2)).items():
        assert canary.SEALED.seen(data) == [], path
