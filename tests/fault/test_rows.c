/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows in and out of an SQLite file under failing allocations, SQLite's own among them. A put that
 * failed has stored nothing, or the whole row.
 */
#include "check.h"
#include "fault/alloc.h"
#include "fault/calls.h"
#include "rows/rows.h"
#include "rows/rows_status.h"
#include "schema/finding.h"
#include "sql_world.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {us-east-1: {}}\n"
    "keys: {default: {us-east-1: [\"" ARN(US) "\"]}}\n"
                                              "tables:\n"
                                              "  customer:\n"
                                              "    table: customers\n"
                                              "    bind: {account: {column: account_no}}\n"
                                              "    columns: {userid: {sealed: userid_sealed}}\n"
                                              "  team:\n"
                                              "    table: teams\n"
                                              "    bind: {id: {type: uuid, made: uuid}}\n"
                                              "    columns: {motto: {}}\n";

static const char ddl[] = "CREATE TABLE customers (account_no TEXT NOT NULL UNIQUE, note TEXT, "
                          "userid_sealed BLOB)";

static const struct rows_given given[] = {
    {.name = "account", .value = {"4711", 4}},
    {.name = "userid", .value = {"abc123", 6}},
    {.name = "note", .value = {"hello", 5}},
};

static enum srow_rc open_database(struct srow_error *e)
{
    struct db *own = NULL;
    enum srow_rc rc = db_open(&own, url, e);
    if (rc != SROW_OK) {
        return own == NULL ? rc : fault_wrong("a database in spite of the failure");
    }
    db_free(&own);
    return SROW_OK;
}

static const char whole_rows[] =
    "SELECT count(*) FROM customers WHERE note = 'hello' AND userid_sealed > x''";

static enum srow_rc put_into(struct db *own, struct srow_error *e)
{
    struct rows rows = {config, client, own};
    struct rows_put put = {.table = "customer", .given = given, .count = 3};
    enum rows_done done = ROWS_REPLACED;
    enum srow_rc rc = rows_put(&done, &rows, &put, e);
    if (rc == SROW_OK && done != ROWS_INSERTED) {
        return fault_wrong("another row was there");
    }
    return rc;
}

static enum srow_rc put(struct srow_error *e)
{
    AUTO(db_free) struct db *own = NULL;
    enum srow_rc rc = fake_db_open(&own, url, &broken, e);
    if (rc == SROW_OK) {
        rc = put_into(own, e);
    }
    db_free(&own);
    alloc_exempt(true);
    int64_t all = number("SELECT count(*) FROM customers");
    int64_t whole = number(whole_rows);
    bool cleared = run("DELETE FROM customers");
    alloc_exempt(false);
    if (all < 0 || !cleared || all != whole || (rc == SROW_OK && all != 1)) {
        return fault_wrong("half a row, or no row");
    }
    return rc;
}

/* What check finds, of which nothing may be left out: the sealed column has no CHECK, and more. */
static size_t known; /* by the first run, in which nothing fails */

static enum srow_rc find(struct srow_error *e)
{
    AUTO(db_free) struct db *own = NULL;
    struct finding_list list = {0};
    TRY(fake_db_open(&own, url, &broken, e));
    enum srow_rc rc = finding_schema(&list, config, own, e);
    rc = rc == SROW_OK ? finding_config(&list, config, e) : rc;
    size_t found = finding_open(&list);
    known = known == 0 ? found : known;
    finding_list_cleanup(&list);
    return rc != SROW_OK || (found > 0 && found == known) ? rc : fault_wrong("less was found");
}

static bool holds(const struct rows_row *row, const char *name, const char *value)
{
    for (size_t i = 0; i < row->count; i++) {
        if (strcmp(row->fields[i].name, name) == 0) {
            return bytes_equal_str(bytes_buf(&row->fields[i].value), value);
        }
    }
    return false;
}

static enum srow_rc get(struct srow_error *e)
{
    AUTO(db_free) struct db *own = NULL;
    TRY(fake_db_open(&own, url, &broken, e));
    struct rows rows = {config, client, own};
    struct rows_get ask = {.table = "customer", .bind = given, .count = 1};
    struct rows_row row = {0};
    enum srow_rc rc = rows_get(&row, &rows, &ask, e);
    if (rc != SROW_OK) {
        return row.fields == NULL ? rc : fault_wrong("a row in spite of the failure");
    }
    bool right = holds(&row, "userid", "abc123") && holds(&row, "note", "hello");
    rows_row_cleanup(&row);
    return right ? SROW_OK : fault_wrong("another row");
}

/* -- many rows -- */

static const char csv[] = "account,userid,note\n1,\"a,1\",hello\n2,b,hello\n3,c,hello\n";
static const char jsonl[] = "{\"account\": \"1\", \"userid\": \"a\", \"note\": \"hello\"}\n"
                            "{\"account\": \"2\", \"userid\": \"b\", \"note\": \"hello\"}\n";

static enum srow_rc read_text(size_t *got, void *state, void *at, size_t room, struct srow_error *e)
{
    struct srow_bytes *left = state;
    (void)e;
    *got = left->len < room ? left->len : room;
    if (*got > 0) {
        memcpy(at, left->at, *got);
    }
    *left = bytes_of((const char *)left->at + *got, left->len - *got);
    return SROW_OK;
}

static enum srow_rc ignore_bad(void *state, const struct rows_bad *bad, struct srow_error *e)
{
    (void)state;
    return srow_rc_class((enum srow_rc)bad->error->rc) == SROW_CLASS_RESOURCE
               ? fault_wrong("a lack of memory that is a bad row")
               : error_set(e, (enum srow_rc)bad->error->rc, "%s", bad->error->text);
}

static enum srow_rc load_text(const char *text, uint64_t rows_in_it, struct srow_error *e)
{
    AUTO(db_free) struct db *own = NULL;
    struct srow_bytes left = srow_str(text);
    struct rows_counts counts = {0};
    struct rows_load load = {.table = "customer",
                             .input = {.read = read_text, .state = &left, .name = "text"},
                             .bad = ignore_bad};
    enum srow_rc rc = fake_db_open(&own, url, &broken, e);
    if (rc == SROW_OK) {
        struct rows rows = {config, client, own};
        rc = rows_load(&counts, &rows, &load, e);
    }
    db_free(&own);
    alloc_exempt(true);
    int64_t all = number("SELECT count(*) FROM customers");
    int64_t whole = number(whole_rows);
    bool cleared = run("DELETE FROM customers");
    alloc_exempt(false);
    if (all < 0 || !cleared || all != whole || counts.inserted > (uint64_t)all ||
        (rc == SROW_OK && counts.inserted != rows_in_it)) {
        return fault_wrong("half a row, or rows that are counted and not there");
    }
    return rc;
}

static enum srow_rc load_csv(struct srow_error *e)
{
    return load_text(csv, 3, e);
}

static enum srow_rc load_jsonl(struct srow_error *e)
{
    return load_text(jsonl, 2, e);
}

static enum srow_rc note_made(void *state, const struct rows_made *made, struct srow_error *e)
{
    (void)e;
    ++*(uint64_t *)state;
    return made->count == 1 && made->values[0].value.bytes.len == 36 ? SROW_OK
                                                                     : fault_wrong("another key");
}

static enum srow_rc load_made(struct srow_error *e)
{
    AUTO(db_free) struct db *own = NULL;
    struct srow_bytes left = srow_str("motto\nx\ny\n");
    struct rows_counts counts = {0};
    uint64_t told = 0;
    struct rows_load load = {.table = "team",
                             .input = {.read = read_text, .state = &left, .name = "text"},
                             .made = note_made,
                             .state = &told};
    enum srow_rc rc = fake_db_open(&own, url, &broken, e);
    if (rc == SROW_OK) {
        struct rows rows = {config, client, own};
        rc = rows_load(&counts, &rows, &load, e);
    }
    db_free(&own);
    alloc_exempt(true);
    int64_t all = number("SELECT count(*) FROM teams WHERE motto_sealed > x''");
    bool cleared = run("DELETE FROM teams");
    alloc_exempt(false);
    bool right = told == 2 && counts.inserted == 2 && all == 2;
    return cleared && told <= 2 && (right || rc != SROW_OK) ? rc : fault_wrong("another number");
}

static enum srow_rc status(struct srow_error *e)
{
    AUTO(db_free) struct db *own = NULL;
    AUTO(rows_status_cleanup) struct rows_status s = {0};
    struct rows_status_ask ask = {.table = "customer"};
    TRY(fake_db_open(&own, url, &broken, e));
    enum srow_rc rc = rows_status_read(&s, config, own, &ask, e);
    if (rc != SROW_OK) {
        return s.columns == NULL ? rc : fault_wrong("a status in spite of the failure");
    }
    const struct rows_status_column *c = s.columns;
    return s.rows == 1 && c->sealed == 1 && c->debt == 0 && c->key_count == 1 && c->plaintext == 0
               ? SROW_OK
               : fault_wrong("another status");
}

static enum srow_rc count_head(void *state, const struct rows_row *row, struct srow_error *e)
{
    (void)state;
    (void)e;
    return row->count == 3 ? SROW_OK : fault_wrong("another row");
}

static enum srow_rc count_row(void *state, const struct rows_row *row, struct srow_error *e)
{
    (void)e;
    ++*(int *)state;
    return holds(row, "userid", "abc123") && holds(row, "note", "hello")
               ? SROW_OK
               : fault_wrong("another row");
}

static enum srow_rc count_bad(void *state, const struct rows_row *row,
                              const struct srow_error *error, struct srow_error *e)
{
    (void)state;
    (void)row;
    return error_set(e, (enum srow_rc)error->rc, "%s", error->text);
}

static enum srow_rc list(struct srow_error *e)
{
    AUTO(db_free) struct db *own = NULL;
    int listed = 0;
    TRY(fake_db_open(&own, url, &broken, e));
    struct rows rows = {config, client, own};
    struct rows_list how = {.table = "customer",
                            .state = &listed,
                            .head = count_head,
                            .row = count_row,
                            .bad = count_bad};
    TRY(rows_list(&rows, &how, e));
    return listed == 1 ? SROW_OK : fault_wrong("no row, or one twice");
}

/* What SQLite cannot name is a failure of the database, or of its file */
static const enum srow_rc database[] = {SROW_E_DB, SROW_E_IO, SROW_OK};
static const struct fault_case cases[] = {
    {.name = "a database is opened or there is no memory",
     .run = open_database,
     .others = database,
     .survives = true},
    {.name = "a row is put whole or not at all",
     .run = put,
     .others = database,
     .survives = true,
     .stride = 37},
    {.name = "a row is got whole or not at all",
     .run = get,
     .others = database,
     .survives = true,
     .stride = 5},
    {.name = "rows of CSV are put whole or not at all, and counted as they are",
     .run = load_csv,
     .others = database,
     .survives = true,
     .stride = 41},
    {.name = "JSON lines are put whole or not at all, and counted as they are",
     .run = load_jsonl,
     .others = database,
     .survives = true,
     .stride = 41},
    {.name = "rows are listed whole or not at all",
     .run = list,
     .others = database,
     .survives = true,
     .stride = 5},
    {.name = "what is wrong with a schema is found or there is no memory",
     .run = find,
     .others = database,
     .survives = true,
     .stride = 5},
    {.name = "rows get a key of their own or are not there",
     .run = load_made,
     .others = database,
     .survives = true,
     .stride = 41},
    {.name = "how a table stands is told right or not at all",
     .run = status,
     .others = database,
     .survives = true,
     .stride = 3},
};

int main(void)
{
    world_open(yaml, NULL);
    world_fresh(ddl);
    if (!run("CREATE TABLE teams (id TEXT NOT NULL PRIMARY KEY, motto_sealed BLOB)")) {
        bail_out("no second table");
    }
    struct srow_error e = {0};
    fault_run(&cases[0]);
    calls_run_too(&cases[1]);
    calls_run_too(&cases[3]);
    calls_run_too(&cases[4]);
    calls_run_too(&cases[7]);
    if (put_into(db, &e) != SROW_OK) {
        bail_out(e.text);
    }
    calls_run_too(&cases[2]);
    calls_run_too(&cases[5]);
    calls_run_too(&cases[6]);
    calls_run_too(&cases[8]);
    world_close();
    return check_done();
}
