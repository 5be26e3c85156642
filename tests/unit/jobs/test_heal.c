/* SPDX-License-Identifier: Apache-2.0
 *
 * heal over a real client and SQLite, with a KMS inside the process during whose requests somebody
 * else may change the database. Debt is made as it comes about: by writing while a Region is
 * declared down.
 */
#include "jobs/heal.h"

#include <inttypes.h>

#include "check.h"
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
                    "write: {require: local}\n"
                    "tables:\n"
                    "  customer:\n"
                    "    table: customers\n"
                    "    bind: {account: {column: account_no}, tenant: {column: tenant_id, type: "
                    "integer}}\n"
                    "    columns:\n"
                    "      userid: {sealed: userid_sealed}\n"
                    "      pin: {sealed: pin_sealed, keys: wide}\n"
                    "  counted:\n"
                    "    bind: {id: {type: integer}}\n"
                    "    columns:\n"
                    "      name: {sealed: name_sealed, version: {column: name_version}}\n";

static const char ddl[] = "CREATE TABLE customers (account_no TEXT, tenant_id INTEGER, "
                          "userid_sealed BLOB, pin_sealed BLOB, UNIQUE (account_no, tenant_id))";

static struct srow_error e;
static struct heal_report report;

/* -- a KMS that takes its time -- */

static const char *meanwhile; /* SQL that another runs, once, ... */
static bool ends;             /* or no Region answers any more ... */
static enum kms_op during;    /* ... while this is asked for a batch of 8 */

static void slow_call(struct kms *self, struct kms_request *requests, size_t n)
{
    (void)self;
    for (size_t i = 0; ends && requests[0].op == during && n >= 8 && i < config->region_count;
         i++) {
        fake_kms_set(kms, config->regions[i].name, SROW_E_CONNECT);
    }
    if (meanwhile != NULL && requests[0].op == during && n >= 8) {
        if (db_exec(db, meanwhile, NULL, 0, &e) != SROW_OK) {
            bail_out(e.text);
        }
        meanwhile = NULL;
    }
    kms_call(kms, requests, n);
}

static const struct kms_ops slow_ops = {.name = "slow", .call = slow_call};
static struct kms slow = {&slow_ops};

/* -- tools -- */

static enum srow_rc connect_again(struct db **out, void *state, struct srow_error *error)
{
    (void)state;
    return db_open(out, url, error);
}

static void down(const char *region)
{
    const char *const regions[] = {region, NULL};
    CHECK_OK(srow_client_while_down(client, regions, &e), e);
}

static void fresh(void)
{
    meanwhile = NULL;
    ends = false;
    down(NULL);
    for (size_t i = 0; i < config->region_count; i++) {
        fake_kms_set(kms, config->regions[i].name, SROW_OK);
    }
    world_fresh(ddl);
}

static struct srow_cell cell_of(const char *column, struct srow_bind binds[2], int64_t account)
{
    static char text[24];
    snprintf(text, sizeof text, "%" PRId64, account);
    binds[0] = (struct srow_bind){"account", srow_text(text)};
    binds[1] = (struct srow_bind){"tenant", srow_integer(7)};
    return (struct srow_cell){.column = column, .bind = binds, .bind_count = 2};
}

/* A row with both values. */
static void put(int64_t account, const char *value)
{
    static const char *const columns[] = {"customer.userid", "customer.pin"};
    struct srow_bind binds[2];
    struct srow_sealed sealed[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        struct srow_cell cell = cell_of(columns[i], binds, account);
        CHECK_OK(srow_cell_seal(&sealed[i], client, &cell, srow_str(value), &e), e);
    }
    struct db_value values[] = {binds[0].value.bytes.at == NULL
                                    ? (struct db_value){0}
                                    : (struct db_value){DB_TEXT, 0, 0, binds[0].value.bytes},
                                db_integer(7), db_bytes(bytes_buf(&sealed[0].message)),
                                db_bytes(bytes_buf(&sealed[1].message))};
    CHECK_OK(db_exec(db, "INSERT INTO customers VALUES ($1, $2, $3, $4)", values, 4, &e), e);
    srow_sealed_free(&sealed[0]);
    srow_sealed_free(&sealed[1]);
}

/* Whether each value of the first n rows opens in a Region to `value`. */
static bool opens(const char *column, const char *sealed, const char *region, int64_t n)
{
    bool good = true;
    for (int64_t account = 1; account <= n; account++) {
        AUTO(db_rows_free) struct db_rows *rows = NULL;
        AUTO(buf_cleanup) struct srow_buf sql = {0};
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        struct srow_bind binds[2];
        bool more = false;
        buf_printf(&sql, "SELECT %s FROM customers WHERE account_no = '%" PRId64 "'", sealed,
                   account);
        struct srow_cell cell = cell_of(column, binds, account);
        cell.via = region;
        good =
            good && db_query(&rows, db, buf_cstr(&sql), NULL, 0, &e) == SROW_OK &&
            db_next(&more, rows, &e) == SROW_OK && more &&
            srow_cell_open(&plain, client, &cell, rows->ops->value(rows, 0).bytes, &e) == SROW_OK &&
            bytes_equal_str(bytes_buf(&plain), "secret");
    }
    return good;
}

static bool all_open(int64_t n)
{
    return opens("customer.userid", "userid_sealed", US, n) &&
           opens("customer.userid", "userid_sealed", EU, n) &&
           opens("customer.pin", "pin_sealed", US, n) &&
           opens("customer.pin", "pin_sealed", EU, n) && opens("customer.pin", "pin_sealed", AP, n);
}

static char failures[400];

static void note_failure(void *state, const struct heal_failure *f)
{
    (void)state;
    struct srow_bytes account = f->binds[0].value.bytes;
    snprintf(failures + strlen(failures), sizeof failures - strlen(failures), "%s %.*s %s; ",
             f->column, (int)account.len, (const char *)account.at,
             srow_rc_name((enum srow_rc)f->why->rc));
}

static uint64_t most_rows = UINT64_MAX;

static bool go_on(void *state, const struct heal_counts *counts)
{
    (void)state;
    return counts->rows < most_rows;
}

static enum srow_rc heal_as(struct heal_options options)
{
    struct heal h = {config, client, connect_again, NULL};
    failures[0] = '\0';
    options.table = "customer";
    options.failed = note_failure;
    options.go_on = go_on;
    return heal_run(&report, &h, &options, &e);
}

#define HEAL(...) heal_as((struct heal_options){__VA_ARGS__})

static bool counts_are(uint64_t whole, uint64_t healed, uint64_t changed, uint64_t waiting,
                       uint64_t failed)
{
    struct heal_counts *c = &report.counts;
    bool good = c->whole == whole && c->healed == healed && c->changed == changed &&
                c->waiting == waiting && c->failed == failed &&
                c->scanned == whole + healed + changed + waiting + failed + c->nulls;
    if (!good) {
        printf("# whole %" PRIu64 " healed %" PRIu64 " changed %" PRIu64 " waiting %" PRIu64
               " failed %" PRIu64 " of %" PRIu64 "\n",
               c->whole, c->healed, c->changed, c->waiting, c->failed, c->scanned);
    }
    return good;
}

/* -- cases -- */

CASE(debt_is_paid_and_the_second_time_changes_nothing)
{
    fresh();
    put(1, "secret");
    down(EU);
    for (int64_t i = 2; i <= 150; i++) {
        put(i, "secret");
    }
    CHECK(run("INSERT INTO customers (account_no, tenant_id) VALUES ('none', 7)"));
    down(NULL);
    CHECK_OK(HEAL(.prove = 1), e);
    /* pin's key of several Regions was wrapped in one of them, and that is enough */
    CHECK(counts_are(151, 149, 0, 0, 0) && report.counts.nulls == 2);
    CHECK(report.counts.rows == 151 && report.counts.rows_there == 151);
    CHECK(all_open(150));
    CHECK(run("CREATE TABLE before AS SELECT * FROM customers"));
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(300, 0, 0, 0, 0));
    CHECK(number("SELECT count(*) FROM (SELECT * FROM customers EXCEPT SELECT * FROM before)") ==
          0);
}

CASE(a_healed_value_is_a_new_message)
{
    fresh();
    down(EU);
    put(1, "secret");
    down(NULL);
    CHECK(run("CREATE TABLE before AS SELECT * FROM customers"));
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(number("SELECT substr(c.userid_sealed, 4, 32) <> substr(b.userid_sealed, 4, 32) "
                 "FROM customers c, before b") == 1);
    CHECK(number("SELECT substr(c.userid_sealed, -16) <> substr(b.userid_sealed, -16) "
                 "FROM customers c, before b") == 1);
}

CASE(what_somebody_changes_meanwhile_is_left_alone)
{
    static const struct {
        const char *sql;
        uint64_t changed;
    } rows[] = {
        {"UPDATE customers SET userid_sealed = (SELECT x FROM spare) WHERE account_no = '2'", 1},
        {"UPDATE customers SET userid_sealed = NULL WHERE account_no = '2'", 1},
        {"DELETE FROM customers WHERE account_no = '2'", 1},
        {"UPDATE customers SET account_no = '2 ' WHERE account_no = '2'", 1},
        {"UPDATE customers SET pin_sealed = NULL WHERE account_no = '2'", 0},
    };
    static const enum kms_op when[] = {KMS_DECRYPT, KMS_GENERATE};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        fresh();
        put(2, "newer");
        CHECK(run("CREATE TABLE spare AS SELECT userid_sealed x FROM customers"));
        CHECK(run("DELETE FROM customers"));
        down(EU);
        for (int64_t k = 1; k <= 8; k++) {
            put(k, "secret");
        }
        down(NULL);
        meanwhile = rows[i / 2].sql;
        during = when[i % 2];
        CHECK_OK(HEAL(.prove = 1), e);
        CHECK(meanwhile == NULL);
        CHECK(counts_are(8, 8 - rows[i / 2].changed, rows[i / 2].changed, 0, 0));
        CHECK(opens("customer.userid", "userid_sealed", EU, 1));
        if (i / 2 == 0) {
            CHECK(number("SELECT userid_sealed = x FROM customers, spare WHERE account_no = '2'") ==
                  1);
        }
    }
}

CASE(values_that_do_not_open_are_named_and_the_rest_goes_on)
{
    fresh();
    down(EU);
    for (int64_t i = 1; i <= 6; i++) {
        put(i, "secret");
    }
    down(NULL);
    CHECK(run("UPDATE customers SET userid_sealed = (SELECT o.userid_sealed FROM customers o "
              "WHERE o.account_no = '3') WHERE account_no = '2'"));
    CHECK(run("UPDATE customers SET userid_sealed = CAST('plain' AS BLOB) WHERE account_no = '4'"));
    CHECK(
        run("UPDATE customers SET userid_sealed = userid_sealed || X'00' WHERE account_no = '5'"));
    CHECK(run("UPDATE customers SET account_no = NULL WHERE account_no = '6'"));
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(6, 2, 0, 0, 4));
    CHECK(strstr(failures, "customer.userid 2 CONTEXT; ") != NULL);
    CHECK(strstr(failures, "customer.userid 4 NOT_MESSAGE; ") != NULL);
    CHECK(strstr(failures, "customer.userid 5 ") != NULL);
    CHECK(strstr(failures, "customer.userid  VALUE; ") != NULL);
    CHECK(report.first.cls == SROW_CLASS_FORMAT);
    CHECK(opens("customer.userid", "userid_sealed", EU, 1));
    CHECK_RC(HEAL(.prove = 1, .stop_at_first = true), SROW_E_NOT_MESSAGE);
    CHECK(report.counts.failed == 1);
}

CASE(a_value_that_would_not_fit_stays_as_it_is)
{
    fresh();
    down(EU);
    put(1, "secret");
    down(NULL);
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_printf(&sql,
               "CREATE TABLE narrow (account_no TEXT, tenant_id INTEGER, userid_sealed "
               "BLOB(%" PRId64 "), pin_sealed BLOB, UNIQUE (account_no, tenant_id))",
               number("SELECT length(userid_sealed) FROM customers"));
    CHECK(run(buf_cstr(&sql)) && run("INSERT INTO narrow SELECT * FROM customers"));
    CHECK(run("DROP TABLE customers") && run("ALTER TABLE narrow RENAME TO customers"));
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(1, 0, 0, 0, 1) && report.first.rc == SROW_E_TOO_WIDE);
    CHECK(opens("customer.userid", "userid_sealed", US, 1));
}

CASE(a_region_that_does_not_answer_refuses_before_anything_is_read)
{
    fresh();
    down(EU);
    put(1, "secret");
    down(NULL);
    fake_kms_set(kms, EU, SROW_E_CONNECT);
    CHECK_RC(HEAL(.prove = 1), SROW_E_CONNECT);
    CHECK(strstr(e.text, "every Region") != NULL && strstr(e.text, EU) != NULL);
    CHECK(report.counts.rows == 0);
    fake_kms_set(kms, EU, SROW_OK);
    fake_kms_set(kms, AP, SROW_E_CONNECT); /* one key for opening, one of another set */
    CHECK_RC(HEAL(.prove = 1), SROW_E_CONNECT);
}

CASE(while_a_region_is_declared_down_the_others_are_healed)
{
    fresh();
    down(AP);
    put(1, "secret"); /* pin lacks AP */
    down(EU);
    put(2, "secret"); /* userid lacks EU */
    down(AP);
    fake_kms_set(kms, AP, SROW_E_CONNECT);
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(2, 1, 0, 1, 0));
    CHECK(opens("customer.userid", "userid_sealed", EU, 2));
    fake_kms_set(kms, AP, SROW_OK);
    down(NULL);
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(3, 1, 0, 0, 0) && all_open(2));
}

CASE(a_copy_in_a_region_declared_down_is_not_given_away)
{
    fresh();
    down(EU);
    put(1, "secret"); /* userid is in US alone */
    down(US);
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(1, 0, 0, 1, 0));
    down(NULL);
    CHECK(opens("customer.userid", "userid_sealed", US, 1));
    fresh();
    down(AP);
    put(1, "secret"); /* pin lacks AP, and could be opened in EU */
    down(US);
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(1, 0, 0, 1, 0));
}

CASE(a_region_lost_on_the_way_stores_nothing)
{
    fresh();
    down(EU);
    put(1, "secret");
    put(2, "secret");
    down(NULL);
    fake_kms_set_op(kms, EU, KMS_ENCRYPT, SROW_E_KMS_SERVICE); /* the probe only generates */
    CHECK_RC(HEAL(.prove = 1), SROW_E_REGIONS);
    CHECK(strstr(e.text, EU) != NULL);
    fake_kms_set_op(kms, EU, KMS_ENCRYPT, SROW_OK);
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(2, 2, 0, 0, 0));
}

CASE(new_values_are_proven_in_each_region_as_often_as_asked)
{
    static const struct {
        uint64_t prove;
        unsigned proven;
    } rows[] = {{1, 10}, {3, 4}, {0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fresh();
        down(EU);
        for (int64_t k = 1; k <= 10; k++) {
            put(k, "secret");
        }
        down(NULL);
        fake_kms_reset(kms);
        CHECK_OK(HEAL(.prove = rows[i].prove), e);
        /* 2 probes of its 2 keys for new values */
        CHECK(fake_kms_count(kms, EU, KMS_DECRYPT) == 2 + rows[i].proven);
    }
    fresh();
    down(EU);
    put(1, "secret");
    down(NULL);
    CHECK_OK(HEAL(.prove = 1, .dry_run = true), e);
    CHECK(counts_are(1, 1, 0, 0, 0));
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(1, 1, 0, 0, 0));
}

CASE(a_job_that_is_stopped_goes_on_when_it_is_run_again)
{
    fresh();
    down(EU);
    for (int64_t i = 1; i <= 150; i++) {
        put(i, "secret");
    }
    down(NULL);
    most_rows = 100;
    CHECK_RC(HEAL(.prove = 1), SROW_E_STOPPED);
    CHECK(counts_are(100, 100, 0, 0, 0)); /* not only the batch that was full */
    most_rows = 1;
    CHECK_RC(HEAL(.prove = 1), SROW_E_STOPPED);
    CHECK(counts_are(2, 0, 0, 0, 0));
    most_rows = UINT64_MAX;
    CHECK_OK(HEAL(.prove = 1), e);
    CHECK(counts_are(250, 50, 0, 0, 0) && all_open(150));
}

CASE(what_the_database_changes_on_the_way_is_not_stored)
{
    fresh();
    down(EU);
    put(1, "secret");
    down(NULL);
    CHECK(run("CREATE TRIGGER t AFTER UPDATE ON customers BEGIN "
              "UPDATE customers SET userid_sealed = zeroblob(200); END"));
    CHECK_RC(HEAL(.prove = 1), SROW_E_SELF_CHECK);
    CHECK(opens("customer.userid", "userid_sealed", US, 1));
    struct heal h = {config, client, connect_again, NULL};
    CHECK_RC(heal_run(&report, &h, &(struct heal_options){.table = "custmer"}, &e), SROW_E_COLUMN);
    CHECK(run("DROP TABLE customers"));
    CHECK_RC(HEAL(.prove = 1), SROW_E_SCHEMA);
}

/* What is no message says no version. */
CASE(a_value_with_a_version_that_is_no_message_is_named_and_the_rest_goes_on)
{
    struct heal h = {config, client, connect_again, NULL};
    struct heal_options options = {
        .table = "counted", .prove = 1, .failed = note_failure, .go_on = go_on};
    struct srow_bind bind = {"id", srow_integer(2)};
    struct srow_cell cell = {
        .column = "counted.name", .bind = &bind, .bind_count = 1, .version = 5};
    struct srow_sealed sealed = {0};
    fresh();
    failures[0] = '\0';
    CHECK(run("CREATE TABLE counted (id INTEGER PRIMARY KEY, name_sealed BLOB, "
              "name_version INTEGER)"));
    down(EU);
    CHECK_OK(srow_cell_seal(&sealed, client, &cell, srow_str("secret"), &e), e);
    down(NULL);
    struct db_value message = db_bytes(bytes_buf(&sealed.message));
    CHECK(run("INSERT INTO counted VALUES (1, CAST('plain' AS BLOB), 1)"));
    CHECK_OK(db_exec(db, "INSERT INTO counted VALUES (2, $1, 5)", &message, 1, &e), e);
    srow_sealed_free(&sealed);
    CHECK_OK(heal_run(&report, &h, &options, &e), e);
    CHECK(counts_are(0, 1, 0, 0, 1));
    CHECK(strcmp(failures, "counted.name 1 NOT_MESSAGE; ") == 0);
}

/* It stands last: requests that fail make the client careful. */
CASE(kms_that_is_gone_is_no_fault_of_a_value)
{
    fresh();
    down(EU);
    for (int64_t i = 1; i <= 8; i++) {
        put(i, "secret");
    }
    down(NULL);
    ends = true;
    during = KMS_DECRYPT;
    CHECK(HEAL(.prove = 1) != SROW_OK);
    CHECK(srow_rc_class((enum srow_rc)e.rc) == SROW_CLASS_UNAVAILABLE);
    CHECK(failures[0] == '\0' && report.counts.failed == 0 && report.counts.healed == 0);
}

int main(void)
{
    world_open(yaml, &slow);
    RUN(debt_is_paid_and_the_second_time_changes_nothing);
    RUN(a_healed_value_is_a_new_message);
    RUN(what_somebody_changes_meanwhile_is_left_alone);
    RUN(values_that_do_not_open_are_named_and_the_rest_goes_on);
    RUN(a_value_with_a_version_that_is_no_message_is_named_and_the_rest_goes_on);
    RUN(a_value_that_would_not_fit_stays_as_it_is);
    RUN(a_region_that_does_not_answer_refuses_before_anything_is_read);
    RUN(while_a_region_is_declared_down_the_others_are_healed);
    RUN(a_copy_in_a_region_declared_down_is_not_given_away);
    RUN(a_region_lost_on_the_way_stores_nothing);
    RUN(new_values_are_proven_in_each_region_as_often_as_asked);
    RUN(a_job_that_is_stopped_goes_on_when_it_is_run_again);
    RUN(what_the_database_changes_on_the_way_is_not_stored);
    RUN(kms_that_is_gone_is_no_fault_of_a_value);
    world_close();
    return check_done();
}
