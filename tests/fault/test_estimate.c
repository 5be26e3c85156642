/* SPDX-License-Identifier: Apache-2.0
 *
 * estimate and bench under failing allocations: the right numbers or none, and the table as it was.
 */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "client/client.h"
#include "fake/fake_kms.h"
#include "fault/alloc.h"
#include "fault/fault.h"
#include "jobs/bench.h"
#include "jobs/prices.h"

#define US "us-east-1"
#define EU "eu-west-1"
#define ARN(region) "arn:aws:kms:" region ":111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

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

static const char *const ddl[] = {
    "CREATE TABLE customers (account_no TEXT NOT NULL UNIQUE, userid TEXT, userid_sealed BLOB, "
    "pin_sealed BLOB)",
    "INSERT INTO customers (account_no, userid) VALUES ('4711', 'abc'), ('12', NULL)"};

static const char list[] = "{\"date\":\"2030-01-02\",\"source\":\"s\",\"currency\":\"XTS\","
                           "\"key_month\":1,\"requests_per_second\":{\"default\":10}}";

static char path[] = "/tmp/sealrow-fault-XXXXXX", url[64];
static struct srow_config *config;
static struct kms *kms;
static struct srow_client *client;
static struct db *db, *keeper; /* the second looks without faults */

static struct estimate_ask ask_of(void)
{
    return (struct estimate_ask){.config = config, .table = "customer", .local_region = US};
}

static enum srow_rc estimate(struct srow_error *e)
{
    AUTO(estimate_cleanup) struct estimate est = {0};
    struct estimate_ask ask = ask_of();
    enum srow_rc rc = estimate_read(&est, &ask, db, e);
    if (rc == SROW_OK && (est.columns[0].plain != 1 || est.columns[0].values.total != 3 ||
                          !est.columns[1].assumed || est.columns[1].bare.count != 2)) {
        return fault_wrong("another estimate");
    }
    return rc;
}

static bool is_untouched(void)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    return db_query(&rows, keeper,
                    "SELECT count(*) - count(userid_sealed) - count(pin_sealed) FROM customers",
                    NULL, 0, NULL) == SROW_OK &&
           db_next(&more, rows, NULL) == SROW_OK && more && rows->ops->value(rows, 0).integer == 2;
}

static enum srow_rc bench(struct srow_error *e)
{
    AUTO(bench_cleanup) struct bench b = {0};
    struct bench_ask ask = {.estimate = ask_of(), .client = client, .rows = 2};
    AUTO(db_free) struct db *own = NULL; /* a ROLLBACK needs memory too: closing does it */
    TRY(db_open(&own, url, e));
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

static void bail_out(const char *text)
{
    printf("Bail out! %s\n", text);
    unlink(path);
    exit(1);
}

static void set_up(void)
{
    static const char *const regions[] = {US, EU, NULL};
    struct srow_error e = {0};
    struct client_options options = {.face = {.local_region = US}};
    int fd = mkstemp(path);
    if (fd < 0) {
        bail_out("no file for a database");
    }
    close(fd);
    snprintf(url, sizeof url, "sqlite:%s", path);
    kms = fake_kms_new(regions);
    options.kms = kms;
    if (srow_config_parse(&config, srow_str(yaml), &e) != SROW_OK ||
        db_open(&keeper, url, &e) != SROW_OK ||
        client_new(&client, config, &options, &e) != SROW_OK || db_open(&db, url, &e) != SROW_OK ||
        db_exec(db, ddl[0], NULL, 0, &e) != SROW_OK ||
        db_exec(db, ddl[1], NULL, 0, &e) != SROW_OK) {
        bail_out(e.text);
    }
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
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fault_run(&cases[i]);
    }
    db_free(&keeper);
    db_free(&db);
    srow_client_free(client);
    srow_config_free(config);
    kms_free(&kms);
    unlink(path);
    return check_done();
}
