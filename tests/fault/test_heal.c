/* SPDX-License-Identifier: Apache-2.0
 *
 * heal under failing allocations, and with connections that are lost at any call: whatever fails,
 * each value is as it was or healed, and opens.
 */
#include "check.h"
#include "fault/alloc.h"
#include "fault/calls.h"
#include "jobs/heal.h"
#include "sql_world.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {" US ": {}, " EU ": {}}\n"
    "keys: {default: {" US
    ": [\"" ARN(US) "\"], " EU ": [\"" ARN(EU) "\"]}}\n"
                                               "tables:\n"
                                               "  customer:\n"
                                               "    table: customers\n"
                                               "    bind: {account: {column: account_no}}\n"
                                               "    columns: {userid: {sealed: userid_sealed}}\n";

static const char ddl[] = "CREATE TABLE customers (account_no TEXT NOT NULL UNIQUE, "
                          "userid_sealed BLOB)";

static struct srow_buf debt;

static const struct srow_bind bind = {"account", {SROW_TYPE_TEXT, 0, 0, {"4711", 4}}};
static const struct srow_cell cell = {.column = "customer.userid", .bind = &bind, .bind_count = 1};

static enum srow_rc connect_again(struct db **out, void *state, struct srow_error *e)
{
    (void)state;
    return fake_db_open(out, url, &broken, e);
}

/* What is stored opens; 1: healed, 0: as it was, -1: neither. */
static int look(void)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    bool more = false;
    if (db_query(&rows, db, "SELECT userid_sealed FROM customers", NULL, 0, NULL) != SROW_OK ||
        db_next(&more, rows, NULL) != SROW_OK || !more) {
        return -1;
    }
    struct srow_bytes stored = rows->ops->value(rows, 0).bytes;
    if (srow_cell_open(&plain, client, &cell, stored, NULL) != SROW_OK ||
        !bytes_equal_str(bytes_buf(&plain), "abc123")) {
        return -1;
    }
    return !bytes_equal(stored, bytes_buf(&debt));
}

static bool put_back(void)
{
    struct db_value values[] = {db_text("4711"), db_bytes(bytes_buf(&debt))};
    return db_exec(db, "DELETE FROM customers", NULL, 0, NULL) == SROW_OK &&
           db_exec(db, "INSERT INTO customers VALUES ($1, $2)", values, 2, NULL) == SROW_OK;
}

static enum srow_rc heal(struct srow_error *e)
{
    struct heal h = {config, client, connect_again, NULL};
    struct heal_options options = {.table = "customer", .prove = 1};
    struct heal_report report;
    enum srow_rc rc = heal_run(&report, &h, &options, e);
    alloc_exempt(true);
    int found = look();
    bool back = put_back();
    alloc_exempt(false);
    bool counted = report.counts.healed == 1;
    if (found < 0 || !back || (counted && found != 1) ||
        (rc == SROW_OK && !counted && report.counts.failed != 1)) {
        return fault_wrong("a value that is neither the old one nor healed, or counted wrong");
    }
    return rc;
}

static void set_up(void)
{
    static const char *const down[] = {EU, NULL};
    struct srow_error e = {0};
    struct srow_sealed sealed = {0};
    world_open(yaml, NULL);
    world_fresh(ddl);
    if (srow_client_while_down(client, down, &e) != SROW_OK ||
        srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), &e) != SROW_OK ||
        srow_client_while_down(client, NULL, &e) != SROW_OK) {
        bail_out(e.text);
    }
    debt = sealed.message;
    if (!put_back()) {
        bail_out("no row");
    }
}

int main(void)
{
    /* what SQLite cannot name is a failure of the database, or of its file */
    static const enum srow_rc others[] = {SROW_E_DB, SROW_E_IO, SROW_OK};
    static const struct fault_case healing = {.name = "a value is healed or stays as it was",
                                              .run = heal,
                                              .others = others,
                                              .survives = true,
                                              .stride = 41};
    set_up();
    calls_run_too(&healing);
    buf_cleanup(&debt);
    world_close();
    return check_done();
}
