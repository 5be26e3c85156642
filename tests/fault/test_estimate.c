/* SPDX-License-Identifier: Apache-2.0
 *
 * estimate and bench under failing allocations: the right numbers or none, and the table as it was.
 */
#include "check.h"
#include "fault/alloc.h"
#include "fault/calls.h"
#include "jobs/bench.h"
#include "jobs/prices.h"
#include "sql_world.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {" US ": {}, " EU ": {}}\n"
    "keys: {default: {" US
    ": [\"" ARN(US) "\"], " EU
                    ": [\"" ARN(EU) "\"]}}\n"
                                    "tables:\n"
                                    "  customer:\n"
                                    "    table: customers\n"
                                    "    bind: {account: {column: account_no}}\n"
                                    "    columns:\n"
                                    "      userid: {sealed: userid_sealed, plain: userid,"
                                    " stage: dual, until: 2099-01-01}\n"
                                    "      pin: {sealed: pin_sealed, type: integer}\n";

static const char ddl[] = "CREATE TABLE customers (account_no TEXT NOT NULL UNIQUE, userid TEXT, "
                          "userid_sealed BLOB, pin_sealed BLOB)";

static const char list[] = "{\"date\":\"2030-01-02\",\"source\":\"s\",\"currency\":\"XTS\","
                           "\"key_month\":1,\"requests_per_second\":{\"default\":10}}";

static struct estimate_ask ask_of(void)
{
    return (struct estimate_ask){.config = config, .table = "customer", .local_region = US};
}

static enum srow_rc estimate(struct srow_error *e)
{
    AUTO(estimate_cleanup) struct estimate est = {0};
    AUTO(db_free) struct db *own = NULL;
    struct estimate_ask ask = ask_of();
    TRY(fake_db_open(&own, url, &broken, e));
    enum srow_rc rc = estimate_read(&est, &ask, own, e);
    if (rc == SROW_OK &&
        (est.columns[0].plain != 1 || est.columns[0].values.total != 3 || !est.columns[1].assumed ||
         est.columns[1].bare.count != 2 || est.columns[1].ciphertext_assumed)) {
        return fault_wrong("another estimate");
    }
    return rc;
}

static bool is_untouched(void)
{
    return number("SELECT count(*) - count(userid_sealed) - count(pin_sealed) FROM customers") == 2;
}

static enum srow_rc bench(struct srow_error *e)
{
    AUTO(bench_cleanup) struct bench b = {0};
    struct bench_ask ask = {.estimate = ask_of(), .client = client, .rows = 2};
    AUTO(db_free) struct db *own = NULL; /* a ROLLBACK needs memory too: closing does it */
    TRY(fake_db_open(&own, url, &broken, e));
    enum srow_rc rc = bench_run(&b, &ask, own, e);
    alloc_exempt(true);
    bool untouched = is_untouched();
    alloc_exempt(false);
    if (!untouched || (rc == SROW_OK && (b.rows != 2 || b.sealed != 3))) {
        return fault_wrong("something was left, or another bench");
    }
    return rc;
}

static enum srow_rc read_prices(struct srow_error *e)
{
    AUTO(prices_cleanup) struct prices p = {0};
    enum srow_rc rc = prices_parse(&p, srow_str(list), e);
    return rc == SROW_OK && prices_quota(&p, US) != 10 ? fault_wrong("another quota") : rc;
}

/* As init does, so that KMS's ciphertext is known. */
static void store_probe(void)
{
    AUTO(srow_sealed_free) struct srow_sealed sealed = {0};
    struct srow_error e = {0};
    struct srow_bind bind = {"account", {.type = SROW_TYPE_TEXT, .bytes = srow_str("p")}};
    struct srow_cell cell = {.column = "customer.pin", .bind = &bind, .bind_count = 1};
    if (!run("CREATE TABLE sealrow_probe (key_set TEXT, message BLOB)") ||
        srow_cell_seal(&sealed, client, &cell, srow_str("1"), &e) != SROW_OK) {
        bail_out(e.text);
    }
    struct db_value message = db_bytes(bytes_buf(&sealed.message));
    if (db_exec(db, "INSERT INTO sealrow_probe VALUES ('default', $1)", &message, 1, &e) !=
        SROW_OK) {
        bail_out(e.text);
    }
}

static void set_up(void)
{
    world_open(yaml, NULL);
    world_fresh(ddl);
    if (!run("INSERT INTO customers (account_no, userid) VALUES ('4711', 'abc'), ('12', NULL)")) {
        bail_out("no rows");
    }
    store_probe();
}

int main(void)
{
    /* what SQLite cannot name is a failure of the database, or of its file */
    static const enum srow_rc others[] = {SROW_E_DB, SROW_E_IO, SROW_OK};
    static const enum srow_rc no_json[] = {SROW_E_JSON, SROW_OK};
    static const struct fault_case cases[] = {{.name = "an estimate is right or there is none",
                                               .run = estimate,
                                               .others = others,
                                               .survives = true,
                                               .stride = 7},
                                              {.name = "bench leaves the table as it was",
                                               .run = bench,
                                               .others = others,
                                               .survives = true,
                                               .stride = 41},
                                              {.name = "a price list is read whole or not",
                                               .run = read_prices,
                                               .others = no_json,
                                               .survives = true}};
    set_up();
    calls_run_too(&cases[0]);
    calls_run_too(&cases[1]);
    fault_run(&cases[2]);
    world_close();
    return check_done();
}
