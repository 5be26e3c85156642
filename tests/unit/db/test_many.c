/* SPDX-License-Identifier: Apache-2.0
 *
 * One statement for many rows, on a file of SQLite; with a URL as argument on that database
 * (tests/databases/test_faces.py).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "check.h"
#include "db/db.h"

enum { ROWS = 2345 };

static struct srow_error e;
static struct db *db;

static bool run(const char *sql)
{
    if (db_exec(db, sql, NULL, 0, &e) != SROW_OK) {
        printf("# %s: %s\n", sql, e.text);
        return false;
    }
    return true;
}

static int64_t number(const char *sql)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    if (db_query(&rows, db, sql, NULL, 0, &e) != SROW_OK || db_next(&more, rows, &e) != SROW_OK ||
        !more) {
        printf("# %s: %s\n", sql, e.text);
        return -1;
    }
    struct db_value v = rows->ops->value(rows, 0);
    int64_t n = v.integer;
    if (v.type == DB_TEXT && text_parse_integer(&n, v.bytes, &e) != SROW_OK) { /* a decimal sum */
        return -1;
    }
    return n;
}

static bool fresh(void)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    const char *name = db->ops->dialect->name;
    buf_printf(&sql,
               "CREATE TABLE many (id BIGINT NOT NULL PRIMARY KEY, t VARCHAR(20), v %s, r DOUBLE "
               "PRECISION, "
               "CHECK (id <> 1000))",
               strcmp(name, "mysql") == 0 ? "LONGBLOB" : db->ops->dialect->blob_any);
    return run("DROP TABLE IF EXISTS many") && run(buf_cstr(&sql));
}

/* Row I: id I, t NULL or "tI", v empty, NULL or bytes, r I/2. */
static char texts[ROWS][20], bytes[ROWS][5];
static struct db_value values[ROWS * 4];

static void fill(int64_t first_id)
{
    for (int i = 0; i < ROWS; i++) {
        struct db_value *row = &values[i * 4];
        snprintf(texts[i], sizeof texts[i], "t%d", i);
        memcpy(bytes[i], "\0\2'\xFF", 4);
        bytes[i][4] = (char)i;
        row[0] = db_integer(first_id + i);
        row[1] = i % 7 == 0 ? (struct db_value){.type = DB_NULL} : db_text(texts[i]);
        row[2] = i % 5 == 0   ? (struct db_value){.type = DB_NULL}
                 : i % 5 == 1 ? db_bytes(bytes_of(NULL, 0))
                              : db_bytes(bytes_of(bytes[i], 5));
        row[3] = (struct db_value){.type = DB_REAL, .real = i / 2.0};
    }
}

static const char insert[] = "INSERT INTO many (r, id, t, v) VALUES ($4, $1, $2, $3)";

static uint64_t changed; /* by the last store */

static enum srow_rc store(const char *sql, size_t n, size_t rows)
{
    AUTO(db_rollback) struct db_work work = {0};
    TRY(db_begin(&work, db, &e));
    TRY(db_exec_many(db, sql, &(struct db_many){values, n, rows}, &e));
    changed = db_changed(db);
    return db_commit(&work, &e);
}

static bool same(struct db_value a, struct db_value b)
{
    return a.type == b.type && a.integer == b.integer && a.real == b.real &&
           bytes_equal(a.bytes, b.bytes);
}

CASE(every_row_is_there_as_it_was_given)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    CHECK(fresh());
    fill(10000);
    CHECK_OK(store(insert, 4, ROWS), e);
    CHECK(changed == ROWS);
    CHECK_OK(db_query(&rows, db, "SELECT id, t, v, r FROM many ORDER BY id", NULL, 0, &e), e);
    for (int i = 0; i < ROWS * 4; i++) {
        if (i % 4 == 0) {
            CHECK_OK(db_next(&more, rows, &e), e);
            CHECK(more);
        }
        CHECK(same(rows->ops->value(rows, (size_t)i % 4), values[i]));
    }
    CHECK_OK(db_next(&more, rows, &e), e);
    CHECK(!more);
}

CASE(rows_are_changed_and_deleted_and_counted)
{
    CHECK(fresh());
    fill(10000);
    CHECK_OK(store(insert, 4, ROWS), e);
    for (int i = 0; i < ROWS; i++) { /* each second one has another id than any row */
        values[i * 2] = db_integer(i % 2 == 0 ? 10000 + i : -1 - i);
        values[i * 2 + 1] = db_text(i % 4 == 0 ? "four" : "two");
    }
    CHECK_OK(store("UPDATE many SET r = $1, t = $2 WHERE id = $1", 2, ROWS), e);
    CHECK(changed == (ROWS + 1) / 2);
    CHECK(number("SELECT count(*) FROM many WHERE t = 'four' AND r = id") == (ROWS + 3) / 4);
    CHECK_OK(store("UPDATE many SET r = $1, t = $2 WHERE id = $1", 2, ROWS), e);
    CHECK(changed == (ROWS + 1) / 2); /* found, though they were so already */
    for (int i = 0; i < ROWS; i++) {
        values[i] = db_integer(10000 + i);
    }
    CHECK_OK(store("DELETE FROM many WHERE id = $1 AND t = 'two'", 1, ROWS), e);
    CHECK(changed == ROWS / 4 + (ROWS % 4 > 2));
}

CASE(a_row_that_is_refused_takes_all_with_it_and_the_connection_goes_on)
{
    static const int64_t firsts[] = {1000, 500, 1001 - ROWS}; /* the first, one inside, the last */
    CHECK(fresh());
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        fill(firsts[i]);
        CHECK_RC(store(insert, 4, ROWS), SROW_E_DB_DENIED);
        CHECK(!db->ops->in_work(db) && number("SELECT count(*) FROM many") == 0);
    }
    fill(0);
    values[0] = (struct db_value){.type = DB_NULL};
    CHECK_RC(store(insert, 4, 10), SROW_E_DB_DENIED);
    CHECK_RC(store("INSERT INTO none (id, t, v, r) VALUES ($1, $2, $3, $4)", 4, 10), SROW_E_DB);
    fill(0);
    CHECK_OK(store(insert, 4, 900), e);
    CHECK(number("SELECT count(*) FROM many") == 900);
}

/* PostgreSQL ends the transaction there, and then calls COMMIT a success. */
CASE(a_commit_behind_a_refusal_says_what_is_stored)
{
    AUTO(db_rollback) struct db_work work = {0};
    CHECK(fresh());
    CHECK_OK(db_begin(&work, db, &e), e);
    CHECK(run("INSERT INTO many (id) VALUES (1)"));
    CHECK_RC(db_exec(db, "INSERT INTO many (id) VALUES (1000)", NULL, 0, &e), SROW_E_DB_DENIED);
    enum srow_rc rc = db_commit(&work, &e);
    CHECK(rc == (strcmp(db->ops->dialect->name, "postgresql") == 0 ? SROW_E_DB : SROW_OK));
    db_rollback(&work);
    CHECK(number("SELECT count(*) FROM many") == (rc == SROW_OK));
}

CASE(a_text_that_cannot_be_sent_stops_in_the_middle)
{
    CHECK(fresh());
    fill(2000);
    values[700 * 4 + 1] = (struct db_value){.type = DB_TEXT, .bytes = bytes_of("a\0b", 3)};
    enum srow_rc rc = store(insert, 4, ROWS);
    bool takes_nul = strcmp(db->ops->dialect->name, "postgresql") != 0;
    CHECK(rc == (takes_nul ? SROW_OK : SROW_E_VALUE));
    CHECK(number("SELECT count(*) FROM many") == (takes_nul ? ROWS : 0));
}

CASE(rows_of_any_size_go_in)
{
    static char big[1500000];
    CHECK(fresh());
    memset(big, 7, sizeof big);
    fill(2000);
    for (int i = 0; i < 12; i++) {
        values[i * 4 + 2] = db_bytes(bytes_of(big, i % 3 == 0 ? 1000 : sizeof big));
    }
    CHECK_OK(store(insert, 4, 12), e);
    CHECK(number("SELECT sum(length(v)) FROM many") == 4 * 1000 + 8 * (int64_t)sizeof big);
}

/* What `asked` parameters of two each find, as NUMBER:ID of each row. */
static bool find(struct srow_buf *out, const char *sql, const struct db_value *asked, size_t count)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    buf_clear(out);
    if (db_query_many(&rows, db, sql, &(struct db_many){asked, 2, count}, &e) != SROW_OK ||
        db_next(&more, rows, &e) != SROW_OK) {
        printf("# %s\n", e.text);
        return false;
    }
    while (more) {
        buf_printf(out, "%" PRId64 ":%" PRId64 " ", rows->ops->value(rows, 0).integer,
                   rows->ops->value(rows, 1).integer);
        if (db_next(&more, rows, &e) != SROW_OK) {
            return false;
        }
    }
    return rows->ops->columns(rows) == 2 && buf_cstr(out) != NULL;
}

CASE(rows_are_found_behind_the_number_of_what_asked_for_them)
{
    AUTO(buf_cleanup) struct srow_buf found = {0};
    static const char sql[] = "SELECT id FROM many WHERE t = $2 AND id >= $1 AND '$1' <> '' ";
    const struct db_value null = {.type = DB_NULL};
    const struct db_value asked[] = {db_integer(0),    db_text("t9"), db_integer(0), db_text("x"),
                                     db_integer(0),    null,          db_integer(7), db_text("t1"),
                                     db_integer(2001), db_text("t1")};
    CHECK(fresh());
    fill(2000);
    CHECK_OK(store(insert, 4, ROWS), e);
    CHECK(run("UPDATE many SET t = 't1' WHERE id = 2002"));
    CHECK(find(&found, sql, asked, 5));
    bool in_order = strcmp(found.at, "0:2009 3:2001 3:2002 4:2001 4:2002 ") == 0;
    CHECK(in_order || strcmp(found.at, "0:2009 3:2002 3:2001 4:2002 4:2001 ") == 0);
    CHECK(find(&found, sql, asked + 2, 2) && strcmp(found.at, "") == 0);
    CHECK(find(&found, sql, asked, 1) && strcmp(found.at, "0:2009 ") == 0);
    CHECK(number("SELECT count(*) FROM many") == ROWS); /* nothing is left open */
}

CASE(hundreds_of_rows_are_found_with_their_bytes)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    struct db_value ids[300];
    CHECK(fresh());
    fill(2000);
    CHECK_OK(store(insert, 4, ROWS), e);
    for (int i = 0; i < 300; i++) {
        ids[i] = db_integer(2299 - i);
    }
    CHECK_OK(db_query_many(&rows, db, "SELECT v FROM many WHERE id = $1",
                           &(struct db_many){ids, 1, 300}, &e),
             e);
    for (int i = 0; i < 300; i++) {
        CHECK_OK(db_next(&more, rows, &e), e);
        CHECK(more && same(rows->ops->value(rows, 0), db_integer(i)));
        CHECK(same(rows->ops->value(rows, 1), values[(299 - i) * 4 + 2]));
    }
    CHECK_OK(db_next(&more, rows, &e), e);
    CHECK(!more);
}

CASE(a_query_that_fails_fails_for_all_and_the_connection_goes_on)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    const struct db_value ids[] = {db_integer(1), db_text("2"), db_integer(3)};
    CHECK(fresh());
    CHECK_RC(db_query_many(&rows, db, "SELECT none FROM many WHERE id = $1",
                           &(struct db_many){ids, 1, 1}, &e),
             SROW_E_DB);
    CHECK_RC(db_query_many(&rows, db, "SELECT id FROM many WHERE id = $1",
                           &(struct db_many){ids, 1, 3}, &e),
             SROW_E_INTERNAL);
    CHECK_RC(db_query_many(&rows, db, "SELECT id FROM many WHERE id = $1",
                           &(struct db_many){ids, 1, 0}, &e),
             SROW_E_INTERNAL);
    CHECK_RC(db_query_many(&rows, db, "DELETE FROM many WHERE id = $1",
                           &(struct db_many){ids, 1, 1}, &e),
             SROW_E_INTERNAL);
    CHECK(rows == NULL && number("SELECT count(*) FROM many") == 0);
}

CASE(calls_that_cannot_be_are_refused)
{
    CHECK(fresh());
    fill(2000);
    CHECK_RC(db_exec_many(db, insert, &(struct db_many){values, 4, ROWS}, &e), SROW_E_INTERNAL);
    values[4 * 9] = db_text("9");
    CHECK_RC(store(insert, 4, ROWS), SROW_E_INTERNAL);
    CHECK_RC(store("DELETE FROM many", 0, ROWS), SROW_E_INTERNAL);
    CHECK_OK(store(insert, 4, 0), e);
    CHECK(number("SELECT count(*) FROM many") == 0 && run("DROP TABLE many"));
}

int main(int argc, char **argv)
{
    char file[] = "/tmp/sealrow-many-XXXXXX", url[64];
    int fd = argc > 1 ? -1 : mkstemp(file);
    snprintf(url, sizeof url, "sqlite:%s", file);
    if (db_open(&db, argc > 1 ? argv[1] : url, &e) != SROW_OK) {
        printf("Bail out! %s\n", e.text);
        return 1;
    }
    RUN(every_row_is_there_as_it_was_given);
    RUN(rows_are_changed_and_deleted_and_counted);
    RUN(a_row_that_is_refused_takes_all_with_it_and_the_connection_goes_on);
    RUN(a_commit_behind_a_refusal_says_what_is_stored);
    RUN(a_text_that_cannot_be_sent_stops_in_the_middle);
    RUN(rows_of_any_size_go_in);
    RUN(rows_are_found_behind_the_number_of_what_asked_for_them);
    RUN(hundreds_of_rows_are_found_with_their_bytes);
    RUN(a_query_that_fails_fails_for_all_and_the_connection_goes_on);
    RUN(calls_that_cannot_be_are_refused);
    db_free(&db);
    if (fd >= 0) {
        close(fd);
        unlink(file);
    }
    return check_done();
}
