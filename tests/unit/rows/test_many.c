/* SPDX-License-Identifier: Apache-2.0
 *
 * Many rows in and out over a real client and an SQLite file, with a KMS inside the process.
 */
#include "check.h"
#include "rows/rows.h"
#include "sql_world.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {us-east-1: {}}\n"
    "keys: {default: {us-east-1: [\"" ARN(US) "\"]}}\n"
                                              "limits: {in_flight: 5}\n"
                                              "tables:\n"
                                              "  customer:\n"
                                              "    table: customers\n"
                                              "    bind: {account: {column: account_no}}\n"
                                              "    columns:\n"
                                              "      userid: {required: true}\n"
                                              "      pin: {type: integer}\n"
                                              "      photo: {type: bytes}\n"
                                              "      doc: {type: json}\n"
                                              "  counted:\n"
                                              "    bind: {id: text}\n"
                                              "    columns: {v: {version: {column: v_version}}}\n";

enum { BATCH = 5 /* 4 * in_flight / columns */, ROW_MOST = 200 };

static const char ddl[] =
    "CREATE TABLE customers (account_no TEXT NOT NULL PRIMARY KEY, balance NUMERIC, note TEXT, "
    "raw BLOB, userid_sealed BLOB(1000), pin_sealed BLOB, photo_sealed BLOB, doc_sealed BLOB)";

static struct srow_error e;

/* -- a KMS that takes its time -- */

static const char *while_sealing; /* SQL of another; NULL: none */

static void slow_call(struct kms *self, struct kms_request *requests, size_t n)
{
    (void)self;
    if (while_sealing != NULL && db_exec(db, while_sealing, NULL, 0, &e) != SROW_OK) {
        bail_out(e.text);
    }
    while_sealing = NULL;
    kms_call(kms, requests, n);
}

static const struct kms_ops slow_ops = {.name = "slow", .call = slow_call};
static struct kms slow = {&slow_ops};

static void fresh(void)
{
    world_fresh(ddl);
    fake_kms_set(kms, "us-east-1", SROW_OK);
    fake_kms_reset(kms);
}

static unsigned seals(void)
{
    return fake_kms_count(kms, "us-east-1", KMS_GENERATE);
}

/* -- in -- */

struct file {
    struct srow_bytes left;
    struct srow_buf bad; /* "line:code " */
    uint64_t batches;
    bool stops;
    bool is_full; /* of bad rows */
};

static void file_cleanup(struct file *f)
{
    buf_cleanup(&f->bad);
}

static enum srow_rc read_file(size_t *got, void *state, void *at, size_t room,
                              struct srow_error *error)
{
    struct file *f = state;
    (void)error;
    *got = f->left.len < room ? f->left.len : room;
    if (*got > 0) {
        memcpy(at, f->left.at, *got);
    }
    f->left = bytes_of((const char *)f->left.at + *got, f->left.len - *got);
    return SROW_OK;
}

static enum srow_rc note_bad(void *state, const struct rows_bad *bad, struct srow_error *error)
{
    struct file *f = state;
    FAIL_IF(f->is_full, error, SROW_E_IO, "no space left");
    buf_printf(&f->bad, "%d:%s ", (int)bad->line, srow_rc_name((enum srow_rc)bad->error->rc));
    return SROW_OK;
}

static enum srow_rc note_batch(void *state, const struct rows_counts *counts,
                               struct srow_error *error)
{
    struct file *f = state;
    (void)counts;
    f->batches++;
    return f->stops ? error_set(error, SROW_E_STOPPED, "stopped") : SROW_OK;
}

static struct rows_counts counts;

static enum srow_rc load_with(struct file *f, const char *text, struct rows_load how)
{
    struct rows rows = {config, client, db};
    f->left = srow_str(text);
    how.table = how.table == NULL ? "customer" : how.table;
    how.input = (struct rows_input){read_file, f, "rows.csv", ROW_MOST};
    how.state = f;
    how.tell = note_batch;
    return rows_load(&counts, &rows, &how, &e);
}

static enum srow_rc load(const char *text)
{
    AUTO(file_cleanup) struct file f = {0};
    return load_with(&f, text, (struct rows_load){0});
}

static bool counts_are(uint64_t inserted, uint64_t there, uint64_t replaced)
{
    return counts.inserted == inserted && counts.already_there == there &&
           counts.replaced == replaced;
}

/* -- out -- */

struct list {
    struct srow_buf text; /* "name=value " of each row, and "!CODE " */
    bool found_head;
};

static void list_cleanup(struct list *l)
{
    buf_cleanup(&l->text);
}

static enum srow_rc list_head(void *state, const struct rows_row *row, struct srow_error *error)
{
    struct list *l = state;
    (void)error;
    l->found_head = row->count == 8 && row->fields[0].type == DB_NULL;
    return SROW_OK;
}

static enum srow_rc list_row(void *state, const struct rows_row *row, struct srow_error *error)
{
    struct list *l = state;
    for (size_t i = 0; i < row->count; i++) {
        const struct rows_field *f = &row->fields[i];
        if (f->type != DB_NULL && strcmp(f->name, "balance") != 0) {
            buf_printf(&l->text, "%s%.*s", i == 0 ? "" : ",", (int)f->value.len,
                       f->value.len == 0 ? "" : (const char *)f->value.at);
        }
    }
    buf_put_str(&l->text, " ");
    return buf_check(&l->text, error);
}

static enum srow_rc list_bad(void *state, const struct rows_row *row, const struct srow_error *bad,
                             struct srow_error *error)
{
    struct list *l = state;
    for (size_t i = 1; i < row->count; i++) { /* no value of a row of which one is wrong */
        buf_put_str(&l->text, row->fields[i].value.len > 0 ? row->fields[i].name : "");
    }
    buf_printf(&l->text, "%.*s!%s ", (int)row->fields[0].value.len,
               (const char *)row->fields[0].value.at, srow_rc_name((enum srow_rc)bad->rc));
    return buf_check(&l->text, error);
}

static enum srow_rc list_all(struct list *l, uint64_t limit)
{
    struct rows rows = {config, client, db};
    struct rows_list how = {.table = "customer",
                            .limit = limit,
                            .state = l,
                            .head = list_head,
                            .row = list_row,
                            .bad = list_bad};
    return rows_list(&rows, &how, &e);
}

static bool lists(const char *want)
{
    AUTO(list_cleanup) struct list l = {0};
    return list_all(&l, 0) == SROW_OK && l.found_head && strcmp(buf_cstr(&l.text), want) == 0;
}

/* -- cases -- */

CASE(csv_goes_in_and_comes_out_in_the_order_of_the_key)
{
    fresh();
    CHECK_OK(load("\xEF\xBB\xBF"
                  "account,userid,pin,note,photo,raw\r\n"
                  "b,\"two\nlines\",42,,AP8=,\r\n"
                  "a,\"\",,\"\",,/w==\r\n"),
             e);
    CHECK(counts_are(2, 0, 0) && counts.bad == 0);
    CHECK(number("SELECT count(*) FROM customers WHERE note IS NULL AND account_no = 'b'") == 1);
    CHECK(number("SELECT count(*) FROM customers WHERE note = '' AND pin_sealed IS NULL AND "
                 "photo_sealed IS NULL AND raw = X'FF' AND account_no = 'a'") == 1);
    AUTO(list_cleanup) struct list l = {0};
    CHECK_OK(list_all(&l, 1), e);
    CHECK(strcmp(buf_cstr(&l.text), "a,,,\xFF ") == 0);
}

CASE(json_lines_go_in)
{
    fresh();
    CHECK_OK(load("{\"account\": \"1\", \"userid\": \"a\", \"balance\": 1.5, \"note\": true}\n\n"
                  "{\"account\": \"2\", \"userid\": \"b\", \"pin\": 7, \"balance\": null}\n"
                  "{\"userid\": \"c\", \"account\": \"3\"}\n"
                  "{\"account\": \"4\", \"userid\": \"d\", \"doc\": {\"b\": [1, \"x\"]}}\n"
                  "{\"account\": \"5\", \"userid\": \"e\", \"doc\": \"text\"}"),
             e);
    CHECK(counts_are(5, 0, 0));
    CHECK(lists("1,a,1 2,b,7 3,c 4,d,{\"b\":[1,\"x\"]} 5,e,\"text\" "));
    CHECK(number("SELECT count(*) FROM customers WHERE balance = 1.5 AND account_no = '1'") == 1);
}

/* Nothing of a document is read as a double and written again. */
CASE(json_lines_have_documents_with_each_digit)
{
    fresh();
    CHECK_OK(load("{\"account\": \"1\", \"doc\": {\"b}\\\"\": [0.1, 1.10], \"a\": "
                  "3.14159265358979323846264}, \"userid\" : \"a,\"}\n"
                  "{\"doc\":-0.0 , \"account\": \"2\", \"userid\": \"b\"}\n"),
             e);
    CHECK(counts_are(2, 0, 0));
    CHECK(lists("1,a,,{\"a\":3.14159265358979323846264,\"b}\\\"\":[0.1,1.10]} 2,b,-0.0 "));
}

CASE(a_number_of_another_column_comes_with_each_digit)
{
    fresh();
    CHECK_OK(load("{\"account\": \"1\", \"userid\": \"a\", \"note\" : 12345678901234567.25\t}\n"
                  "{\"account\": \"2\", \"userid\": \"b\", \"note\":-0.10, \"balance\": 1e2}\n"
                  "{\"note\": 0.10000000000000000000001,\"account\": \"3\", \"userid\": \"c\"}\n"),
             e);
    CHECK(lists("1,a,12345678901234567.25 2,b,-0.10 3,c,0.10000000000000000000001 "));
    CHECK(number("SELECT balance FROM customers WHERE account_no = '2'") == 100);
}

static const char ten[] = "account,userid,pin\n"
                          "0,u,0\n1,u,1\n2,u,2\n3,u,3\n4,u,4\n5,u,5\n6,u,6\n7,u,7\n8,u,8\n9,u,9\n";

CASE(a_batch_has_all_its_requests_in_flight_and_a_transaction_each)
{
    AUTO(file_cleanup) struct file f = {0};
    fresh();
    CHECK_OK(load_with(&f, ten, (struct rows_load){0}), e);
    CHECK(counts_are(10, 0, 0) && f.batches == 3 && seals() == 20);
    CHECK(fake_kms_widest(kms) == 2 * BATCH);
}

CASE(the_same_again_seals_nothing_and_what_is_missing_is_completed)
{
    fresh();
    CHECK_OK(load(ten), e);
    CHECK(run("DELETE FROM customers WHERE account_no IN ('2', '8')"));
    fake_kms_reset(kms);
    CHECK_OK(load(ten), e);
    CHECK(counts_are(2, 8, 0) && seals() == 4);
    CHECK(number("SELECT count(*) FROM customers") == 10);
}

CASE(a_stop_between_batches_leaves_what_is_stored_and_is_gone_on_from)
{
    AUTO(file_cleanup) struct file f = {.stops = true};
    fresh();
    CHECK_RC(load_with(&f, ten, (struct rows_load){0}), SROW_E_STOPPED);
    CHECK(counts_are(BATCH, 0, 0) && number("SELECT count(*) FROM customers") == BATCH);
    CHECK_OK(load(ten), e);
    CHECK(counts_are(10 - BATCH, BATCH, 0));
}

CASE(the_first_bad_row_ends_the_load_and_is_named)
{
    static const struct {
        const char *row;
        enum srow_rc rc;
    } bad[] = {
        {"7,u,07", SROW_E_VALUE},    {",u,7", SROW_E_BINDING},       {"7,,7", SROW_E_USAGE},
        {"7,u", SROW_E_MALFORMED},   {"7,u\"u,7", SROW_E_MALFORMED}, {"1,v,1", SROW_E_CONFLICT},
        {"7,u,seven", SROW_E_VALUE},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf text = {0};
        fresh();
        buf_printf(&text,
                   "account,userid,pin\n1,u,1\n2,u,2\n3,u,3\n4,u,4\n5,u,5\n6,u,6\n%s\n8,u,8\n",
                   bad[i].row);
        CHECK_RC(load(buf_cstr(&text)), bad[i].rc);
        CHECK(strncmp(e.text, "rows.csv, line 8: ", 18) == 0);
        CHECK(counts_are(6, 0, 0) && counts.bad == 1);
        CHECK(number("SELECT count(*) FROM customers") == 6);
    }
}

CASE(what_the_database_refuses_is_found_within_its_batch)
{
    fresh();
    CHECK(run("CREATE TRIGGER t BEFORE INSERT ON customers WHEN NEW.account_no = '3' BEGIN "
              "SELECT RAISE(ABORT, 'no'); END"));
    CHECK_RC(load(ten), SROW_E_DB_DENIED);
    CHECK(strncmp(e.text, "rows.csv, line 5: ", 18) == 0);
    CHECK(counts_are(3, 0, 0) &&
          number("SELECT CAST(max(account_no) AS INTEGER) FROM customers") == 2);
    AUTO(file_cleanup) struct file f = {0};
    fake_kms_reset(kms);
    CHECK_OK(load_with(&f, ten, (struct rows_load){.bad = note_bad}), e);
    CHECK(counts_are(6, 3, 0) && strcmp(buf_cstr(&f.bad), "5:DB_DENIED ") == 0);
    CHECK(seals() == 14); /* each value once, whatever was tried again */
}

/* No fault of a row, so nothing is tried again row by row. */
CASE(a_batch_is_stored_whole_or_not_at_all)
{
    static const char *const kinds[] = {"UPDATE", "INSERT"};
    static const char *const files[] = {"account,userid,pin\n0,v,0\n1,v,1\n2,v,2\n",
                                        "account,userid,pin\n0,v,0\n8,v,8\n2,v,2\n"};
    for (size_t i = 0; i < 2; i++) {
        AUTO(file_cleanup) struct file f = {0};
        AUTO(buf_cleanup) struct srow_buf sql = {0};
        fresh();
        CHECK_OK(load(i == 0 ? "account,userid,pin\n0,u,0\n1,u,1\n2,u,2\n"
                             : "account,userid,pin\n0,u,0\n"),
                 e);
        buf_printf(&sql,
                   "CREATE TRIGGER t BEFORE %s ON customers WHEN NEW.account_no = '2' BEGIN "
                   "SELECT abs(-9223372036854775807 - 1); END",
                   kinds[i]);
        CHECK(run(buf_cstr(&sql)));
        CHECK_RC(load_with(&f, files[i], (struct rows_load){.bad = note_bad, .replace = true}),
                 SROW_E_DB);
        CHECK(counts_are(0, 0, 0) && f.bad.len == 0);
        CHECK(lists(i == 0 ? "0,u,0 1,u,1 2,u,2 " : "0,u,0 "));
    }
}

CASE(a_missing_right_is_no_fault_of_a_row)
{
    AUTO(file_cleanup) struct file f = {0};
    fresh();
    CHECK(run("PRAGMA query_only = 1"));
    CHECK_RC(load_with(&f, ten, (struct rows_load){.bad = note_bad}), SROW_E_DB_RIGHTS);
    CHECK(counts_are(0, 0, 0) && counts.bad == 0 && f.bad.len == 0);
    CHECK_RC(load_with(&f, "account,userid\n1,u\n", (struct rows_load){.bad = note_bad}),
             SROW_E_DB_RIGHTS);
    CHECK(counts_are(0, 0, 0) && counts.bad == 0 && f.bad.len == 0);
    CHECK(run("PRAGMA query_only = 0"));
}

CASE(bad_rows_are_told_of_and_the_others_go_in)
{
    AUTO(file_cleanup) struct file f = {0};
    fresh();
    CHECK_OK(load_with(
                 &f, "account,userid,pin\n1,u,x\n2,u,2\n3\n,u,3\n\"4\nx\"y,,\n5,u,5\n2,v,2\n6,u,\n",
                 (struct rows_load){.bad = note_bad}),
             e);
    CHECK(counts_are(3, 0, 0) && counts.bad == 5);
    CHECK(strcmp(buf_cstr(&f.bad), "2:VALUE 4:MALFORMED 5:BINDING 6:MALFORMED 9:CONFLICT ") == 0);
    AUTO(file_cleanup) struct file g = {0};
    CHECK_OK(load_with(&g,
                       "{\"account\": 1}\n{\"userid\": \"x\", \"account\": 1.5}\n[]\n{\n"
                       "{\"account\": \"7\", \"userid\": {}}\n{\"account\": \"7\", \"usrid\": 1}\n"
                       "{\"account\": \"7\", \"photo\": \"?\"}\n"
                       "{\"account\": \"7\", \"note\": {}}\n{\"account\": \"7\", \"note\": [1]}\n",
                       (struct rows_load){.bad = note_bad}),
             e);
    CHECK(strcmp(buf_cstr(&g.bad),
                 "1:USAGE 2:VALUE 3:JSON 4:JSON 5:VALUE 6:COLUMN 7:VALUE 8:VALUE 9:VALUE ") == 0);
}

CASE(what_is_stored_is_counted_whatever_is_told_of_it)
{
    AUTO(file_cleanup) struct file f = {.is_full = true};
    fresh();
    CHECK_RC(load_with(&f, "account,userid,pin\n1,u,1\n2,u,x\n3,u,3\n4,u,4\n5,u,5\n6,u,6\n",
                       (struct rows_load){.bad = note_bad}),
             SROW_E_IO);
    CHECK(counts_are(4, 0, 0) && counts.bad == 1);
    CHECK(number("SELECT count(*) FROM customers") == 4);
}

/* Where it ends is not known, so nobody says that what stands behind it was tried. */
CASE(a_row_that_is_too_long_ends_the_load_whatever_is_done_with_bad_rows)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    buf_printf(&text, "account,userid\n1,u\n2,\"u%*s\n3,u\n", ROW_MOST, "");
    AUTO(file_cleanup) struct file f = {0}, g = {0};
    fresh();
    CHECK_RC(load_with(&f, buf_cstr(&text), (struct rows_load){.bad = note_bad}), SROW_E_LIMIT);
    CHECK(counts_are(1, 0, 0) && counts.bad == 1 && strcmp(buf_cstr(&f.bad), "3:LIMIT ") == 0);
    CHECK(strncmp(e.text, "rows.csv, line 3: ", 18) == 0);
    CHECK(strstr(e.text, "behind it") != NULL && strstr(e.text, "--skip-bad") == NULL);
    CHECK_RC(load_with(&g, buf_cstr(&text), (struct rows_load){0}), SROW_E_LIMIT);
    CHECK(counts_are(0, 1, 0) && counts.bad == 1);
}

CASE(a_row_that_a_file_has_twice_is_there_the_second_time)
{
    fresh();
    CHECK_OK(load("account,userid\n1,u\n2,u\n1,u\n"), e);
    CHECK(counts_are(2, 1, 0));
    AUTO(file_cleanup) struct file f = {0};
    CHECK_OK(load_with(&f, "account,userid\n3,u\n3,v\n", (struct rows_load){.replace = true}), e);
    CHECK(counts_are(1, 0, 1) && lists("1,u 2,u 3,v "));
    CHECK_OK(load_with(&f, "account,userid\n3,w\n2,w\n3,x\n", (struct rows_load){.replace = true}),
             e);
    CHECK(counts_are(0, 0, 3) && lists("1,u 2,w 3,x "));
    CHECK_OK(load_with(&f, "account,userid\n3,x\n4,x\n3,y\n3,y\n4,y\n",
                       (struct rows_load){.replace = true}),
             e);
    CHECK(counts_are(1, 2, 2) && lists("1,u 2,w 3,y 4,y "));
}

/* Two values of one version could be put in each other's place. */
CASE(a_version_is_given_once_whoever_writes_meanwhile)
{
    static const char twice[] = "id,v\n1,u\n1,w\n";
    static const struct rows_load how = {.table = "counted", .replace = true};
    AUTO(file_cleanup) struct file f = {0};
    fresh();
    CHECK(run("CREATE TABLE counted (id TEXT NOT NULL PRIMARY KEY, v_sealed BLOB, "
              "v_version INTEGER)"));
    CHECK_OK(load_with(&f, twice, how), e);
    CHECK(counts_are(1, 0, 1) && number("SELECT v_version FROM counted") == 2);
    CHECK_OK(load_with(&f, twice, how), e);
    CHECK(counts_are(0, 0, 2) && number("SELECT v_version FROM counted") == 4);
    while_sealing = "INSERT INTO counted (id, v_version) VALUES ('2', 5)";
    CHECK_RC(load_with(&f, "id,v\n2,u\n", how), SROW_E_CONFLICT);
    CHECK(number("SELECT v_version FROM counted WHERE v_sealed IS NULL") == 5);
    while_sealing = "UPDATE counted SET v_version = v_version + 1 WHERE id = '1'";
    CHECK_RC(load_with(&f, "id,v\n1,z\n", how), SROW_E_CONFLICT);
    CHECK(number("SELECT v_version FROM counted WHERE id = '1'") == 5);
    CHECK(run("UPDATE counted SET v_sealed = NULL, v_version = 9223372036854775807"));
    CHECK_RC(load_with(&f, twice, how), SROW_E_LIMIT);
}

CASE(rows_are_replaced_only_if_so_asked)
{
    AUTO(file_cleanup) struct file f = {0};
    fresh();
    CHECK_OK(load("account,userid,balance\n1,u,1\n2,u,2\n3,u,3\n"), e);
    CHECK_RC(load("account,userid,balance\n1,u,1\n2,v,2\n"), SROW_E_CONFLICT);
    CHECK_OK(load_with(&f, "account,userid,balance\n1,u,1\n2,v,2\n3,u,4\n4,u,4\n",
                       (struct rows_load){.replace = true}),
             e);
    CHECK(counts_are(1, 1, 2) && lists("1,u 2,v 3,u 4,u "));
}

CASE(a_dry_run_of_many_stores_nothing)
{
    AUTO(file_cleanup) struct file f = {0};
    fresh();
    CHECK_OK(load_with(&f, ten, (struct rows_load){.dry_run = true}), e);
    CHECK(counts_are(10, 0, 0) && number("SELECT count(*) FROM customers") == 0);
}

CASE(a_header_that_cannot_be_used_is_refused)
{
    static const char *const headers[] = {"", "account,,pin\n", "account,pin,account\n",
                                          "\xEF\xBB\naccount,userid\n1,u\n"};
    fresh();
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        CHECK_RC(load(headers[i]), SROW_E_MALFORMED);
        CHECK(strncmp(e.text, "rows.csv, line 1: ", 18) == 0);
    }
}

CASE(a_header_with_a_wrong_name_is_refused_once_and_no_row_is_bad)
{
    static const struct {
        const char *rows;
        enum srow_rc rc;
        const char *begins;
    } cases[] = {
        {"account,usrid\n1,u\n2,u\n", SROW_E_COLUMN, "rows.csv, line 1: customer.usrid: "},
        {"\n\naccount,usrid\n", SROW_E_COLUMN, "rows.csv, line 3: customer.usrid: "},
        {"userid\nu\n", SROW_E_BINDING, "rows.csv, line 1: customer.account: "},
        {"account_no,userid\n1,u\n", SROW_E_USAGE, "rows.csv, line 1: customer.account_no: "},
        {"account,note,NOTE\n1,a,b\n", SROW_E_USAGE, "rows.csv, line 1: customer.NOTE: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO(file_cleanup) struct file f = {0};
        fresh();
        CHECK_RC(load_with(&f, cases[i].rows, (struct rows_load){.bad = note_bad}), cases[i].rc);
        CHECK(strncmp(e.text, cases[i].begins, strlen(cases[i].begins)) == 0);
        CHECK(f.bad.len == 0 && counts_are(0, 0, 0));
    }
}

CASE(kms_that_is_gone_is_no_bad_row)
{
    AUTO(file_cleanup) struct file f = {0};
    fresh();
    fake_kms_set(kms, "us-east-1", SROW_E_CONNECT);
    CHECK(load_with(&f, ten, (struct rows_load){.bad = note_bad}) != SROW_OK);
    CHECK(srow_rc_class((enum srow_rc)e.rc) == SROW_CLASS_UNAVAILABLE);
    CHECK(counts.bad == 0 && f.bad.len == 0 && number("SELECT count(*) FROM customers") == 0);
    AUTO(list_cleanup) struct list l = {0};
    fake_kms_set(kms, US, SROW_OK);
    CHECK_OK(load("account,userid\n1,u\n"), e);
    fake_kms_set(kms, US, SROW_E_CONNECT);
    CHECK(list_all(&l, 0) != SROW_OK && l.text.len == 0);
    CHECK(srow_rc_class((enum srow_rc)e.rc) == SROW_CLASS_UNAVAILABLE);
}

CASE(an_altered_row_does_not_hide_the_others)
{
    fresh();
    CHECK_OK(load(ten), e);
    CHECK(run("UPDATE customers SET userid_sealed = (SELECT userid_sealed FROM customers WHERE "
              "account_no = '3') WHERE account_no = '1'"));
    CHECK(run("UPDATE customers SET userid_sealed = NULL WHERE account_no = '4'"));
    CHECK(run("UPDATE customers SET pin_sealed = 'plain' WHERE account_no = '9'"));
    CHECK(lists("0,u,0 1!CONTEXT 2,u,2 3,u,3 4!NULL_CELL 5,u,5 6,u,6 7,u,7 8,u,8 "
                "9!NOT_MESSAGE "));
    CHECK(client_events(client, SROW_E_CONTEXT) == 1);
    AUTO(list_cleanup) struct list l = {0};
    fake_kms_reset(kms);
    CHECK_OK(list_all(&l, 3), e);
    CHECK(strcmp(buf_cstr(&l.text), "0,u,0 1!CONTEXT 2,u,2 ") == 0);
    CHECK(fake_kms_total(kms, "us-east-1") == 5); /* what is not listed is not opened */
}

int main(void)
{
    world_open(yaml, &slow);
    RUN(csv_goes_in_and_comes_out_in_the_order_of_the_key);
    RUN(json_lines_go_in);
    RUN(json_lines_have_documents_with_each_digit);
    RUN(a_number_of_another_column_comes_with_each_digit);
    RUN(a_batch_has_all_its_requests_in_flight_and_a_transaction_each);
    RUN(the_same_again_seals_nothing_and_what_is_missing_is_completed);
    RUN(a_stop_between_batches_leaves_what_is_stored_and_is_gone_on_from);
    RUN(the_first_bad_row_ends_the_load_and_is_named);
    RUN(what_the_database_refuses_is_found_within_its_batch);
    RUN(a_batch_is_stored_whole_or_not_at_all);
    RUN(a_missing_right_is_no_fault_of_a_row);
    RUN(bad_rows_are_told_of_and_the_others_go_in);
    RUN(what_is_stored_is_counted_whatever_is_told_of_it);
    RUN(a_row_that_is_too_long_ends_the_load_whatever_is_done_with_bad_rows);
    RUN(a_row_that_a_file_has_twice_is_there_the_second_time);
    RUN(a_version_is_given_once_whoever_writes_meanwhile);
    RUN(rows_are_replaced_only_if_so_asked);
    RUN(a_dry_run_of_many_stores_nothing);
    RUN(a_header_that_cannot_be_used_is_refused);
    RUN(a_header_with_a_wrong_name_is_refused_once_and_no_row_is_bad);
    RUN(kms_that_is_gone_is_no_bad_row);
    RUN(an_altered_row_does_not_hide_the_others);
    world_close();
    return check_done();
}
