# SPDX-License-Identifier: Apache-2.0
"""estimate and bench: what was told beforehand is what it comes to, byte for byte and request for
request. The same on PostgreSQL and MariaDB: tests/databases/test_estimate.py."""
import json

from estimates import SCHEMAS, check, check_all, configure, estimate
from world import EU, US

USAGE, DATA, CONFIG_78, NOT_FOUND = 2, 65, 78, 66


def test_estimated_and_measured_differ_by_nothing(place):
    check_all(place, SCHEMAS)


def test_estimate_asks_no_kms_and_needs_no_keys(place):
    before = place.world.kmsd.total()
    del place.env["AWS_SECRET_ACCESS_KEY"]
    del place.env["AWS_REGION"]
    text = place.ok("estimate", "--writes-per-second", "100", "--reads-per-second", "1000").decode()
    assert place.world.kmsd.total() == before
    assert "as no local Region is named" in text and "No KMS was asked." in text
    assert "no two rows have one binding" in text and "branch keys (not built yet)" in text


def test_before_init_what_is_assumed_is_said(place):
    place.sql("DROP TABLE customers", "DROP TABLE sealrow_probe",
              "CREATE TABLE customers (account_no TEXT NOT NULL PRIMARY KEY)")
    text = place.ok("estimate", "customer").decode()
    assert text.count("assumed: none is there yet") == 2 and "customer: 0 rows" in text
    assert text.count("184 bytes of it for each key, assumed: init stores") == 2
    columns = estimate(place, "customer")["columns"]
    assert [c["assumed"] for c in columns] == [True, True]
    assert [c["values"]["most"] for c in columns] == [128, 20]
    assert columns[0]["messages"]["count"] == 0 and columns[0]["messages"]["most"] > 128 + 2 * 184
    done = place.run("bench", "customer")
    assert done.returncode == CONFIG_78 and b"run sealrow init" in done.stderr


def test_plaintext_that_is_there_is_told_to_the_byte_before_it_is_sealed(place):
    place.sql("CREATE TABLE people (account_no TEXT NOT NULL PRIMARY KEY, userid TEXT, "
              "revision INTEGER)")
    values = {"1": "a", "23": "\u00e4bc", "456": None, "7": "x" * 300}
    for account, value in values.items():
        text = "NULL" if value is None else f"'{value}'"
        place.sql(f"INSERT INTO people VALUES ('{account}', {text}, {len(account)})")
    configure(place, """tables:
  customer:
    table: people
    bind: {account: {column: account_no}}
    columns:
      userid: {sealed: userid_sealed, plain: userid, stage: dual, until: 2099-01-01,
               version: {column: revision}}
""")
    told = estimate(place, "customer")["columns"][0]
    assert (told["plain"], told["sealed"], told["null"]) == (3, 0, 1)
    assert told["ciphertext_assumed"] is False, "the probe is there"
    place.ok("init")
    did = json.loads(place.ok("bench", "customer", "--json"))["tables"][0]
    assert (did["rows"], did["sealed"], did["opened"]) == (4, 3, 0)
    assert did["bytes"]["estimated"] == did["bytes"]["measured"] == told["messages"]["total"]
    assert place.sql("SELECT count(userid_sealed) FROM people") == [(0,)]
    for account, value in values.items():
        if value is not None:
            place.ok("put", "customer", f"account={account}", f"userid={value}", "--replace")
    stored = json.loads(place.ok("status", "customer", "--json"))["tables"][0]["columns"][0]
    assert (stored["sealed"], stored["bytes"]) == (3, told["messages"]["total"])


def test_a_signed_value_has_at_most_what_is_told(place):
    place.config(("{sealed: userid_sealed,", "{sealed: userid_sealed, signed: true,"))
    place.sql("DROP TABLE customers",
              "CREATE TABLE customers (account_no TEXT NOT NULL PRIMARY KEY)")
    place.ok("init")
    place.ok("put", "customer", "account=1", "userid=abc")
    told = estimate(place, "customer")["columns"][0]
    stored = json.loads(place.ok("status", "customer", "--json"))["tables"][0]["columns"][0]
    assert 0 <= told["messages"]["total"] - stored["bytes"] <= 4
    assert b"at most, as a signature" in place.ok("estimate")


def test_a_multi_region_key_is_one_wrapped_key_and_one_request(place):
    two = estimate(place, "customer")["columns"][0]
    key = "arn:aws:kms:{}:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    place.config(us_key=key.format(US), eu_key=key.format(EU))
    one = estimate(place, "customer")["columns"][0]
    assert one["messages"]["total"] == one["modes"][0]["bytes"]["total"]
    assert [r["requests_a_write"] for r in two["regions"]] == [1, 1]
    assert [r["requests_a_write"] for r in one["regions"]] == [1, 0]
    wrapped = 2 + 7 + 2 + len(key.format(EU)) + 2 + one["ciphertext"]
    assert two["messages"]["total"] - one["messages"]["total"] == wrapped
    for told in (one, two):  # side by side they are the same, whichever is configured
        assert [(m["mode"], m["keys"], m["requests_a_write"], m["requests_a_read"])
                for m in told["modes"][1:]] == [("a key for each Region", 2, 2, 1),
                                                ("one multi-Region key", 2, 1, 1),
                                                ("branch keys", 2, 0, 0)]
        assert told["modes"][2]["bytes"]["total"] == one["messages"]["total"]
        assert told["modes"][1]["bytes"]["total"] == two["messages"]["total"]


def test_rates_quotas_and_cost(place):
    prices = {"date": "2030-01-02", "source": "made up", "currency": "XTS", "key_month": 2,
              "requests_10000": 0.5, "free_requests_month": 1000,
              "requests_per_second": {"default": 150, US: 5000}}
    path = place.folder / "prices.json"
    path.write_text(json.dumps(prices))
    rates = ("--writes-per-second", "100", "--reads-per-second", "1000", "--prices", str(path))
    said = json.loads(place.ok("estimate", *rates, "--json"))
    # two sealed columns: each is written in both Regions and read in the local one
    assert [(r["region"], r["local"], r["requests_a_second"], r["quota"])
            for r in said["regions"]] == [(US, True, 2 * 1100, 5000), (EU, False, 200, 150)]
    months = {m["mode"]: m for m in said["month"]}
    seconds = 30 * 24 * 3600
    for mode, keys, rate in (("as configured", 2, 2400), ("a key for each Region", 2, 2400),
                             ("one multi-Region key", 2, 2200), ("branch keys", 2, 0)):
        free = max(rate * seconds - 1000, 0)
        assert (months[mode]["keys"], months[mode]["requests"]) == (keys, rate * seconds), mode
        assert abs(months[mode]["cost"] - (keys * 2 + free / 10000 * 0.5)) < 0.01, mode
    text = place.ok("estimate", *rates).decode()
    assert "by the list of 2030-01-02" in text and "XTS" in text and ": too many" in text
    built_in = place.ok("estimate", *rates[:4]).decode()
    assert "USD, by the list of 20" in built_in and "the quota of 100,000" in built_in
    path.write_text(json.dumps({**prices, "key_month": None, "requests_10000": None}))
    assert "has no prices: give --prices FILE" in place.ok("estimate", *rates).decode()


def test_latency_is_measured_and_never_made_up(place):
    said = json.loads(place.ok("estimate", "--json"))
    assert all(r["latency_ms"] is None for r in said["regions"])
    before = place.world.kmsd.total()
    said = json.loads(place.ok("estimate", "--measure", "--json"))
    assert all(isinstance(r["latency_ms"], int) for r in said["regions"])
    assert place.world.kmsd.total() - before == 4, "each key is described twice"
    assert b"a read waits for about" in place.ok("estimate", "--measure")
    place.config((f"endpoint: http://{place.world.kmsd.address[EU]}",
                  "endpoint: http://127.0.0.1:9"))
    said = place.ok("estimate", "--measure")
    assert b"does not answer" in said and b"waits for about" not in said


def test_bindings_that_are_not_unique_are_what_a_cache_could_hit(place):
    place.sql("CREATE TABLE visits (account_no TEXT NOT NULL)",
              "INSERT INTO visits VALUES ('1'), ('1'), ('1'), ('2')")
    place.config(("table: customers", "table: visits"))
    assert estimate(place, "customer")["cache_hit_rate"] == 0.5
    assert b"hit 50.0 % of the writes: 2 bindings; they must be unique" in place.ok("estimate")


def test_bench_leaves_nothing_and_says_what_it_did(place):
    before = place.sql("SELECT * FROM customers")
    text = place.ok("bench", "customer").decode()
    assert place.sql("SELECT * FROM customers") == before
    assert "1 row, 2 cells sealed, 1 opened; all of it rolled back" in text
    assert "rows a second: sealed" in text and "unsealed" in text
    place.sql("DELETE FROM customers")
    assert place.run("bench", "customer").returncode == NOT_FOUND


def test_a_value_that_does_not_open_ends_bench(place):
    place.sql("INSERT INTO customers (account_no, userid_sealed) "
              "SELECT '2', userid_sealed FROM customers")
    assert place.run("bench", "customer").returncode == DATA


def test_wrong_words(place):
    for name, text in (("none.json", None), ("bad.json", "{"), ("empty.json", "{}"),
                       ("text.json", '{"date":"d","source":"s","currency":"c","key_month":"1"}'),
                       ("minus.json", '{"date":"d","source":"s","currency":"c","key_month":-1}'),
                       ("quota.json", '{"date":"d","source":"s","currency":"c",'
                                      '"requests_per_second":{"default":0}}')):
        if text is not None:
            (place.folder / name).write_text(text)
        done = place.run("estimate", "--prices", name)
        assert done.returncode in (DATA, NOT_FOUND), (name, done.stderr)
        assert done.stderr.startswith(f"sealrow: {name}: ".encode()), done.stderr
    for args in (["estimate", "--writes-per-second", "many"], ["bench", "--rows", "0"],
                 ["bench", "--rows", "all"]):
        assert place.run(*args).returncode == USAGE, args
    assert place.run("estimate", "custmer").returncode == USAGE
    assert place.run("estimate", "--local-region", "eu-west-9").returncode == CONFIG_78
