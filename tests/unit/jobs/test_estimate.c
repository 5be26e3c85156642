/* SPDX-License-Identifier: Apache-2.0
 *
 * estimate and bench over a real client and SQLite, with a KMS inside the process that counts: what
 * tests/cli/test_estimate.py cannot have: multi-Region keys, each type, samples of large tables.
 */
#include "jobs/estimate.h"

#include "check.h"
#include "jobs/bench.h"
#include "jobs/prices.h"
#include "sql_world.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {" US ": {}, " EU ": {}, " AP ": {}}\n"
    "keys:\n"
    "  default: {" US ": [\"" ARN(US) "\"], " EU ": [\"" ARN(EU) "\"], " AP ": [{arn: \"" ARN(
        AP) "\", use: open}]}\n"
            "  wide: {" US ": [\"" MRK(US) "\"], " EU ": [\"" MRK(EU) "\"], " AP ": [\"" ARN(
                AP) "\"]}\n"
                    "tables:\n"
                    "  one:\n"
                    "    table: ones\n"
                    "    bind: {id: {column: id, type: integer}, raw: {column: raw, type: bytes}}\n"
                    "    columns:\n"
                    "      t: {sealed: t}\n"
                    "      b: {sealed: b, type: bytes, keys: wide}\n"
                    "      i: {sealed: i, type: integer, pad: 16}\n"
                    "      y: {sealed: y, type: boolean}\n"
                    "      d: {sealed: d, type: date}\n"
                    "      u: {sealed: u, type: uuid, keys: wide}\n"
                    "      n: {sealed: n, type: decimal}\n"
                    "      m: {sealed: m, type: timestamp}\n"
                    "      j: {sealed: j, type: json}\n";

static const char ddl[] = "CREATE TABLE ones (id INTEGER NOT NULL, raw BLOB NOT NULL, t BLOB, "
                          "b BLOB, i BLOB, y BLOB, d BLOB, u BLOB, n BLOB, m BLOB, j BLOB, "
                          "UNIQUE (id, raw))";

static struct srow_error e;

static void fresh(int rows)
{
    static const char fill[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                               "WHERE i < $1) INSERT INTO ones (id, raw) SELECT i * i, "
                               "CAST(substr('abcdefgh', 1, i % 8 + 1) AS BLOB) FROM n";
    struct db_value count = db_integer(rows);
    world_fresh(ddl);
    if (rows > 0 && db_exec(db, fill, &count, 1, &e) != SROW_OK) {
        bail_out(e.text);
    }
    fake_kms_reset(kms);
}

static struct estimate_ask ask_of(uint64_t sample)
{
    return (struct estimate_ask){
        .config = config, .table = "one", .local_region = US, .sample = sample};
}

static uint64_t requests_of(const struct bench *b, const char *region)
{
    for (size_t i = 0; i < b->region_count; i++) {
        if (strcmp(b->regions[i].name, region) == 0) {
            return b->regions[i].measured == b->regions[i].estimated ? b->regions[i].measured
                                                                     : UINT64_MAX;
        }
    }
    return UINT64_MAX;
}

CASE(made_up_values_of_each_type_are_as_long_as_was_assumed)
{
    AUTO(bench_cleanup) struct bench b = {0};
    AUTO(estimate_cleanup) struct estimate est = {0};
    fresh(70); /* more than a batch */
    struct estimate_ask ask = ask_of(0);
    CHECK_OK(estimate_read(&est, &ask, db, &e), e);
    CHECK(fake_kms_total(kms, US) + fake_kms_total(kms, EU) + fake_kms_total(kms, AP) == 0);
    struct bench_ask how = {.estimate = ask, .client = client, .rows = 1000};
    CHECK_OK(bench_run(&b, &how, db, &e), e);
    CHECK(b.rows == 70 && b.sealed == 70 * 9 && b.opened == 0);
    /* the estimate assumed AWS's ciphertext, and knows no better before something is sealed */
    uint64_t sum = 0;
    for (size_t i = 0; i < est.column_count; i++) {
        CHECK(est.columns[i].assumed && est.columns[i].ciphertext == ESTIMATE_CIPHERTEXT);
        sum += estimate_messages(&est, &est.columns[i], ESTIMATE_CONFIGURED).total;
    }
    CHECK(sum == b.bytes_estimated);
    CHECK((b.bytes_estimated - b.bytes_measured) % (70 * 9 * 2) == 0);
    CHECK(requests_of(&b, US) == 70 * 9 && requests_of(&b, EU) == 70 * 7);
    CHECK(requests_of(&b, AP) == 70 * 2);
}

CASE(what_is_stored_tells_the_length_of_the_ciphertext)
{
    AUTO(estimate_cleanup) struct estimate est = {0};
    fresh(1);
    struct srow_bind bind[2] = {{"id", srow_integer(1)}, {"raw", {.type = SROW_TYPE_BYTES}}};
    bind[1].value.bytes = srow_str("ab");
    struct srow_cell cell = {.column = "one.i", .bind = bind, .bind_count = 2};
    struct srow_sealed sealed = {0};
    CHECK_OK(srow_cell_seal(&sealed, client, &cell, srow_str("-12"), &e), e);
    struct db_value message = db_bytes(bytes_buf(&sealed.message));
    CHECK_OK(db_exec(db, "UPDATE ones SET i = $1, t = x'020478'", &message, 1, &e), e);
    struct estimate_ask ask = ask_of(0);
    CHECK_OK(estimate_read(&est, &ask, db, &e), e);
    const struct estimate_column *c = &est.columns[2];
    CHECK(!c->ciphertext_assumed && c->sealed == 1 && c->values.total == 16);
    CHECK(estimate_messages(&est, c, ESTIMATE_CONFIGURED).total == sealed.message.len);
    CHECK(est.columns[0].assumed && est.columns[0].nulls == 1); /* no message counts as none */
    srow_sealed_free(&sealed);
}

CASE(a_sample_is_multiplied_to_the_whole_table)
{
    AUTO(estimate_cleanup) struct estimate some = {0}, all = {0};
    fresh(5000);
    struct estimate_ask ask = ask_of(500), every = ask_of(0);
    CHECK_OK(estimate_read(&some, &ask, db, &e), e);
    CHECK_OK(estimate_read(&all, &every, db, &e), e);
    CHECK(some.rows == 5000 && some.looked >= 450 && some.looked <= 500 && all.looked == 5000);
    struct estimate_sum a = estimate_messages(&some, &some.columns[0], ESTIMATE_CONFIGURED);
    struct estimate_sum b = estimate_messages(&all, &all.columns[0], ESTIMATE_CONFIGURED);
    CHECK(a.count == b.count && a.total > b.total / 100 * 99 && a.total < b.total / 100 * 101);
    CHECK(some.bindings == 5000);
}

CASE(nothing_stays_and_what_fails_ends_it)
{
    AUTO(bench_cleanup) struct bench b = {0};
    fresh(3);
    struct bench_ask how = {.estimate = ask_of(0), .client = client, .rows = 2};
    CHECK_OK(bench_run(&b, &how, db, &e), e);
    CHECK(b.rows == 2);
    CHECK(number("SELECT count(*) FROM ones WHERE t IS NULL AND j IS NULL") == 3);
    fake_kms_set_op(kms, EU, KMS_ENCRYPT, SROW_E_KMS_SERVICE);
    CHECK(bench_run(&b, &how, db, &e) != SROW_OK);
    fake_kms_set_op(kms, EU, KMS_ENCRYPT, SROW_OK);
    fresh(0);
    CHECK_RC(bench_run(&b, &how, db, &e), SROW_E_NOT_FOUND);
    how.estimate.table = "two";
    CHECK_RC(bench_run(&b, &how, db, &e), SROW_E_COLUMN);
}

CASE(a_price_that_a_list_does_not_have_is_not_guessed)
{
    AUTO(prices_cleanup) struct prices p = {0};
    static const char list[] = "{\"date\":\"2030-01-02\",\"source\":\"s\",\"currency\":\"XTS\","
                               "\"key_month\":%s,\"requests_10000\":0.5,\"requests_per_second\":"
                               "{\"default\":10,\"" US "\":20}}";
    char text[400];
    snprintf(text, sizeof text, list, "null");
    CHECK_OK(prices_parse(&p, srow_str(text), &e), e);
    CHECK(!p.has_prices && prices_quota(&p, US) == 20 && prices_quota(&p, EU) == 10);
    prices_cleanup(&p);
    snprintf(text, sizeof text, list, "2");
    CHECK_OK(prices_parse(&p, srow_str(text), &e), e);
    double month = prices_month(&p, 3, 1); /* 2,592,000 requests */
    CHECK(p.has_prices && month > 135.59 && month < 135.61);
    prices_cleanup(&p);
    snprintf(text, sizeof text, list, "\"2\"");
    CHECK_RC(prices_parse(&p, srow_str(text), &e), SROW_E_VALUE);
    CHECK_RC(prices_parse(&p, srow_str("{"), &e), SROW_E_JSON);
}

int main(void)
{
    world_open(yaml, NULL);
    RUN(made_up_values_of_each_type_are_as_long_as_was_assumed);
    RUN(what_is_stored_tells_the_length_of_the_ciphertext);
    RUN(a_sample_is_multiplied_to_the_whole_table);
    RUN(nothing_stays_and_what_fails_ends_it);
    RUN(a_price_that_a_list_does_not_have_is_not_guessed);
    world_close();
    return check_done();
}
