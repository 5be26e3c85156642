/* SPDX-License-Identifier: Apache-2.0
 *
 * The room db against a running MariaDB: mysql-face open URL says how a connection fails;
 * mysql-face test URL prints TAP. Run by test_mysql.py.
 */
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "db/db.h"

static struct srow_error e;
static const char *url;

static struct db *fresh(void)
{
    struct db *db = NULL;
    if (db_open(&db, url, &e) != SROW_OK ||
        db_exec(db, "DROP TABLE IF EXISTS face", NULL, 0, &e) != SROW_OK ||
        db_exec(db,
                "CREATE TABLE face (id INTEGER NOT NULL PRIMARY KEY, t VARCHAR(4) CHARACTER SET "
                "latin1, v VARBINARY(8) CHECK (substr(v, 1, 1) = X'02'), w VARBINARY(8))",
                NULL, 0, &e) != SROW_OK) {
        printf("Bail out! %s\n", e.text);
        exit(1);
    }
    return db;
}

static enum srow_rc insert(struct db *db, int64_t id, const char *t, struct srow_bytes v)
{
    struct db_value row[] = {db_integer(id), db_text(t), db_bytes(v)};
    return db_exec(db, "INSERT INTO face (id, t, v) VALUES ($1, $2, $3)", row, 3, &e);
}

static int64_t count(struct db *db)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    if (db_query(&rows, db, "SELECT count(*) FROM face", NULL, 0, &e) != SROW_OK ||
        db_next(&more, rows, &e) != SROW_OK || !more) {
        return -1;
    }
    return rows->ops->value(rows, 0).integer;
}

CASE(values_come_back_with_their_types_and_bytes)
{
    AUTO(db_free) struct db *db = fresh();
    struct db_value in[] = {db_text("a'\"b\\\xF0\x9F\x98\x80"),
                            db_bytes(bytes_of("\0\xFF\0'\\", 5)),
                            db_integer(INT64_MIN),
                            {.type = DB_REAL, .real = 1.5},
                            {.type = DB_NULL},
                            db_bytes(bytes_of(NULL, 0)),
                            db_text("")};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    CHECK_OK(db_query(&rows, db, "SELECT $1 AS a, $2, $3, $4, $5, $6, $7", in, 7, &e), e);
    bool more = false;
    CHECK_OK(db_next(&more, rows, &e), e);
    CHECK(more && rows->ops->columns(rows) == 7);
    CHECK(strcmp(rows->ops->name(rows, 0), "a") == 0);
    for (size_t i = 0; i < 7; i++) {
        struct db_value v = rows->ops->value(rows, i);
        CHECK(v.type == in[i].type && v.integer == in[i].integer && v.real == in[i].real);
        CHECK_BYTES(v.bytes, in[i].bytes);
    }
    CHECK_OK(db_next(&more, rows, &e), e);
    CHECK(!more);
}

CASE(decimals_dates_and_large_numbers_come_as_text)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    static const char *const texts[] = {"1.50", "2024-02-29", "2024-02-29 01:02:03.000004",
                                        "18446744073709551615"};
    bool more = false;
    CHECK_OK(db_query(&rows, db,
                      "SELECT CAST('1.5' AS DECIMAL(9, 2)), DATE '2024-02-29', "
                      "TIMESTAMP '2024-02-29 01:02:03.000004', "
                      "CAST(18446744073709551615 AS UNSIGNED), CAST(7 AS UNSIGNED)",
                      NULL, 0, &e),
             e);
    CHECK_OK(db_next(&more, rows, &e), e);
    for (size_t i = 0; i < 4; i++) {
        struct db_value v = rows->ops->value(rows, i);
        CHECK(v.type == DB_TEXT);
        CHECK_BYTES(v.bytes, srow_str(texts[i]));
    }
    CHECK(rows->ops->value(rows, 4).type == DB_INTEGER);
    CHECK(rows->ops->value(rows, 4).integer == 7);
}

CASE(parameters_go_by_their_number_as_often_as_they_like)
{
    AUTO(db_free) struct db *db = fresh();
    struct db_value in[] = {db_bytes(srow_str("\2v")), db_integer(1)};
    CHECK_OK(db_exec(db, "INSERT INTO face (id, v, w) VALUES ($2, $1, $1)", in, 2, &e), e);
    CHECK(db_changed(db) == 1);
    CHECK_OK(db_exec(db, "UPDATE face SET v = $1 WHERE id = $2", in, 2, &e), e);
    CHECK(db_changed(db) == 1); /* found, though it was so already */
    CHECK_RC(db_exec(db, "INSERT INTO face (id, v) VALUES ($2, $1)", in, 1, &e), SROW_E_INTERNAL);
    CHECK_RC(db_exec(db, "INSERT INTO face (id, v) VALUES (?, ?)", in, 2, &e), SROW_E_INTERNAL);
    CHECK_RC(db_exec(db, "DELETE FROM face WHERE id = ?", NULL, 0, &e), SROW_E_DB);
    CHECK_RC(db_exec(db, "DELETE FROM face; DELETE FROM face", NULL, 0, &e), SROW_E_DB);
    CHECK(count(db) == 1);
}

CASE(a_refusal_names_no_value)
{
    AUTO(db_free) struct db *db = fresh();
    CHECK_OK(insert(db, 1, "a", srow_str("\2x")), e);
    static const struct {
        int64_t id;
        const char *t, *v, *code;
    } rows[] = {{1, "a", "\2secret", "1062"},
                {2, "secret", "\2x", "1406"},
                {3, "a", "secret", "4025"},
                {4, "\xF0\x9F\x98\x80", "\2x", "1366"},
                {INT64_MAX, "a", "\2x", "1264"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_RC(insert(db, rows[i].id, rows[i].t, srow_str(rows[i].v)), SROW_E_DB_DENIED);
        CHECK(strstr(e.text, rows[i].code) != NULL && strstr(e.text, "secret") == NULL);
    }
    CHECK_RC(db_exec(db, "SELECT 'secret' FROM missing", NULL, 0, &e), SROW_E_DB);
    CHECK(strstr(e.text, "secret") == NULL);
    CHECK_RC(db_exec(db, "SELECT FROM 'secret'", NULL, 0, &e), SROW_E_DB);
    CHECK(strstr(e.text, "secret") == NULL);
    CHECK(count(db) == 1);
}

CASE(what_was_not_committed_is_rolled_back)
{
    AUTO(db_free) struct db *db = fresh();
    {
        AUTO(db_rollback) struct db_work work = {0};
        CHECK_OK(db_begin(&work, db, &e), e);
        CHECK_OK(insert(db, 1, "a", srow_str("\2x")), e);
        CHECK(db->ops->in_work(db));
    }
    CHECK(count(db) == 0 && !db->ops->in_work(db));
    {
        AUTO(db_rollback) struct db_work work = {0};
        CHECK_OK(db_begin(&work, db, &e), e);
        CHECK_OK(insert(db, 1, "a", srow_str("\2x")), e);
        CHECK_OK(db_commit(&work, &e), e);
    }
    CHECK(count(db) == 1);
}

CASE(a_second_result_may_be_read_beside_the_first)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    CHECK_OK(db_query(&rows, db, "SELECT 1 UNION ALL SELECT 2", NULL, 0, &e), e);
    CHECK_OK(db_next(&more, rows, &e), e);
    CHECK(count(db) == 0);
    CHECK_OK(insert(db, 1, "a", srow_str("\2x")), e);
    CHECK_OK(db_next(&more, rows, &e), e);
    CHECK(more && rows->ops->value(rows, 0).integer == 2);
}

CASE(a_database_without_strict_types_does_not_cut_values_off)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    CHECK_OK(db_query(&rows, db, "SELECT @@global.sql_mode = '', @@session.time_zone", NULL, 0, &e),
             e);
    CHECK_OK(db_next(&more, rows, &e), e);
    CHECK(rows->ops->value(rows, 0).integer == 1); /* the server of this test has none */
    CHECK_RC(insert(db, 1, "12345", srow_str("\2x")), SROW_E_DB_DENIED);
    CHECK_RC(insert(db, 1, "a", srow_str("\2xxxxxxxxxx")), SROW_E_DB_DENIED);
}

struct task {
    struct db *db;
    enum srow_rc rc;
    struct srow_error e;
};

static void *update_second(void *arg)
{
    struct task *task = arg;
    task->rc = db_exec(task->db, "UPDATE face SET t = 'x' WHERE id = 2", NULL, 0, &task->e);
    return NULL;
}

CASE(of_two_transactions_that_wait_for_each_other_one_is_told_to_repeat)
{
    AUTO(db_free) struct db *a = fresh();
    AUTO(db_free) struct db *b = NULL;
    CHECK_OK(db_open(&b, url, &e), e);
    CHECK_OK(insert(a, 1, "a", srow_str("\2x")), e);
    CHECK_OK(insert(a, 2, "a", srow_str("\2x")), e);
    AUTO(db_rollback) struct db_work first = {0}, second = {0};
    CHECK_OK(db_begin(&first, a, &e), e);
    CHECK_OK(db_begin(&second, b, &e), e);
    CHECK_OK(db_exec(a, "UPDATE face SET t = 'a' WHERE id = 1", NULL, 0, &e), e);
    CHECK_OK(db_exec(b, "UPDATE face SET t = 'b' WHERE id = 2", NULL, 0, &e), e);
    pthread_t thread;
    struct task task = {.db = a};
    CHECK(pthread_create(&thread, NULL, update_second, &task) == 0);
    enum srow_rc rc = db_exec(b, "UPDATE face SET t = 'b' WHERE id = 1", NULL, 0, &e);
    pthread_join(thread, NULL);
    CHECK((rc == SROW_E_BUSY) != (task.rc == SROW_E_BUSY));
    CHECK(rc == SROW_OK || task.rc == SROW_OK);
    CHECK(rc == SROW_OK || (strstr(e.text, "1213") != NULL && !b->ops->in_work(b)));
}

CASE(a_connection_that_was_killed_is_lost)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(db_rollback) struct db_work work = {0};
    CHECK_OK(db_begin(&work, db, &e), e);
    enum srow_rc rc = db_exec(db, "KILL CONNECTION_ID()", NULL, 0, &e);
    CHECK(srow_rc_class(rc) == SROW_CLASS_UNAVAILABLE);
    CHECK_RC(db_exec(db, "SELECT 1", NULL, 0, &e), SROW_E_CONNECT);
    CHECK_RC(db_commit(&work, &e), SROW_E_CONNECT);
    CHECK_OK(db_reopen(db, &e), e);
    CHECK(count(db) == 0 && !db->ops->in_work(db));
}

static int say_open(void)
{
    AUTO(db_free) struct db *db = NULL;
    enum srow_rc rc = db_open(&db, url, &e);
    if (rc != SROW_OK) {
        printf("%s: %s\n", srow_rc_name(rc), e.text);
        return 0;
    }
    rc = db_exec(db, "INSERT INTO one VALUES (1)", NULL, 0, &e);
    printf("OK, and a write: %s: %s\n", srow_rc_name(rc), rc == SROW_OK ? "" : e.text);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: mysql-face open|test URL\n", stderr);
        return 2;
    }
    url = argv[2];
    if (strcmp(argv[1], "open") == 0) {
        return say_open();
    }
    RUN(values_come_back_with_their_types_and_bytes);
    RUN(decimals_dates_and_large_numbers_come_as_text);
    RUN(parameters_go_by_their_number_as_often_as_they_like);
    RUN(a_refusal_names_no_value);
    RUN(what_was_not_committed_is_rolled_back);
    RUN(a_second_result_may_be_read_beside_the_first);
    RUN(a_database_without_strict_types_does_not_cut_values_off);
    RUN(of_two_transactions_that_wait_for_each_other_one_is_told_to_repeat);
    RUN(a_connection_that_was_killed_is_lost);
    return check_done();
}
