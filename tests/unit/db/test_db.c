/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "check.h"
#include "db/db.h"
#include "scratch.h"

static struct srow_error e;

static struct db *fresh(void)
{
    struct db *db = NULL;
    unlink(path);
    if (db_create(&db, url, &e) != SROW_OK ||
        db_exec(db, "CREATE TABLE t (id TEXT NOT NULL UNIQUE, v BLOB CHECK (typeof(v)='blob'))",
                NULL, 0, &e) != SROW_OK) {
        bail_out(e.text);
    }
    return db;
}

static enum srow_rc insert(struct db *db, const char *id, struct srow_bytes v)
{
    struct db_value row[] = {db_text(id), db_bytes(v)};
    return db_exec(db, "INSERT INTO t (id, v) VALUES ($1, $2)", row, 2, &e);
}

static int64_t count(struct db *db)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    if (db_query(&rows, db, "SELECT count(*) FROM t", NULL, 0, &e) != SROW_OK ||
        db_next(&more, rows, &e) != SROW_OK || !more) {
        return -1;
    }
    return rows->ops->value(rows, 0).integer;
}

CASE(a_database_that_is_not_there_is_not_made_by_open)
{
    AUTO(db_free) struct db *db = NULL;
    unlink(path);
    CHECK_RC(db_open(&db, url, &e), SROW_E_DB_MISSING);
    CHECK(strstr(e.text, folder) == NULL);
    CHECK(access(path, F_OK) != 0);
    CHECK_RC(db_open(&db, "sqlite::memory:", &e), SROW_E_DB_MISSING);
    CHECK_RC(db_open(&db, "sqlite:file:x?mode=memory", &e), SROW_E_DB_MISSING);
    CHECK_RC(db_open(&db, "sqlite:", &e), SROW_E_USAGE);
    CHECK(db == NULL);
}

CASE(create_makes_a_file_for_its_owner_alone)
{
    AUTO(db_free) struct db *db = fresh();
    struct stat st;
    CHECK(db != NULL && stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
}

CASE(other_databases_are_refused_by_name_and_without_the_url)
{
    AUTO(db_free) struct db *db = NULL;
#ifndef TEST_WITH_POSTGRESQL
    CHECK_RC(db_open(&db, "postgresql://u:secret@127.0.0.1/d", &e), SROW_E_NOT_BUILT);
    CHECK(strstr(e.text, "-Dpostgresql") != NULL && strstr(e.text, "secret") == NULL);
#endif
#ifndef TEST_WITH_MYSQL
    CHECK_RC(db_open(&db, "mysql://u:secret@127.0.0.1/d", &e), SROW_E_NOT_BUILT);
    CHECK(strstr(e.text, "-Dmysql") != NULL && strstr(e.text, "secret") == NULL);
#endif
    CHECK_RC(db_open(&db, "oracle:secret", &e), SROW_E_USAGE);
    CHECK(strstr(e.text, "secret") == NULL);
}

CASE(a_file_that_is_no_database_is_refused_at_open)
{
    AUTO(db_free) struct db *db = NULL;
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    for (int i = 0; i < 2000; i++) {
        fputs("not a database\n", f);
    }
    fclose(f);
    CHECK_RC(db_open(&db, url, &e), SROW_E_DB);
    CHECK(db == NULL);
}

CASE(values_come_back_with_their_types_and_bytes)
{
    AUTO(db_free) struct db *db = fresh();
    struct db_value in[] = {db_text("a'\"b"),
                            db_bytes(bytes_of("\0\xFF\0", 3)),
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

CASE(parameters_go_by_their_number_and_must_be_complete)
{
    AUTO(db_free) struct db *db = fresh();
    struct db_value in[] = {db_bytes(srow_str("v")), db_text("id")};
    CHECK_OK(db_exec(db, "INSERT INTO t (id, v) VALUES ($2, $1)", in, 2, &e), e);
    CHECK(db_changed(db) == 1);
    CHECK_RC(db_exec(db, "INSERT INTO t (id, v) VALUES ($2, $1)", in, 1, &e), SROW_E_INTERNAL);
    CHECK_RC(db_exec(db, "INSERT INTO t (id, v) VALUES (?, ?)", in, 2, &e), SROW_E_INTERNAL);
    CHECK_RC(db_exec(db, "DELETE FROM t; DELETE FROM t", NULL, 0, &e), SROW_E_INTERNAL);
    CHECK(count(db) == 1);
}

CASE(a_refusal_by_the_database_names_no_value)
{
    AUTO(db_free) struct db *db = fresh();
    CHECK_OK(insert(db, "secret", srow_str("x")), e);
    CHECK_RC(insert(db, "secret", srow_str("x")), SROW_E_DB_DENIED);
    CHECK(strstr(e.text, "secret") == NULL && strstr(e.text, "t.id") != NULL);
    CHECK_RC(db_exec(db, "UPDATE t SET v = 'plain'", NULL, 0, &e), SROW_E_DB_DENIED);
    CHECK_RC(db_exec(db, "PRAGMA writable_schema = 1", NULL, 0, &e), SROW_OK);
    CHECK_RC(db_exec(db, "DELETE FROM sqlite_schema", NULL, 0, &e), SROW_E_DB);
    CHECK_RC(db_exec(db, "SELECT * FROM missing", NULL, 0, &e), SROW_E_DB);
    CHECK_RC(db_exec(db, "SELECT \"no such column\"", NULL, 0, &e), SROW_E_DB);
    CHECK_RC(db_exec(db, "PRAGMA query_only = 1", NULL, 0, &e), SROW_OK);
    CHECK_RC(insert(db, "secret", srow_str("x")), SROW_E_DB_RIGHTS);
    CHECK(strstr(e.text, "secret") == NULL);
}

static enum srow_rc ask(uint64_t *out, struct db *db, const char *text)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_put_str(&sql, text);
    return db_number(out, db, &sql, &e);
}

CASE(a_count_that_is_none_is_a_failure_and_not_zero)
{
    AUTO(db_free) struct db *db = fresh();
    uint64_t n = 7;
    CHECK_OK(ask(&n, db, "SELECT 12"), e);
    CHECK(n == 12);
    CHECK_OK(ask(&n, db, "SELECT max(id) FROM t"), e);
    CHECK(n == 0);
    CHECK_RC(ask(&n, db, "SELECT '12'"), SROW_E_DB);
    CHECK_RC(ask(&n, db, "SELECT 1.5"), SROW_E_DB);
    CHECK_RC(ask(&n, db, "SELECT -1"), SROW_E_DB);
}

CASE(what_was_not_committed_is_rolled_back)
{
    AUTO(db_free) struct db *db = fresh();
    {
        AUTO(db_rollback) struct db_work work = {0};
        CHECK_OK(db_begin(&work, db, &e), e);
        CHECK_OK(insert(db, "1", srow_str("x")), e);
    }
    CHECK(count(db) == 0);
    {
        AUTO(db_rollback) struct db_work work = {0};
        CHECK_OK(db_begin(&work, db, &e), e);
        CHECK_OK(insert(db, "1", srow_str("x")), e);
        CHECK_OK(db_commit(&work, &e), e);
    }
    CHECK(count(db) == 1);
}

CASE(a_commit_that_is_refused_has_stored_nothing_and_says_so)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(db_rollback) struct db_work work = {0};
    CHECK_OK(db_exec(db, "CREATE TABLE a (k PRIMARY KEY)", NULL, 0, &e), e);
    CHECK_OK(
        db_exec(db, "CREATE TABLE b (k REFERENCES a DEFERRABLE INITIALLY DEFERRED)", NULL, 0, &e),
        e);
    CHECK_OK(db_begin(&work, db, &e), e);
    CHECK_OK(insert(db, "1", srow_str("x")), e);
    CHECK_OK(db_exec(db, "INSERT INTO b VALUES (1)", NULL, 0, &e), e);
    CHECK_RC(db_commit(&work, &e), SROW_E_DB_DENIED);
    db_rollback(&work);
    CHECK(count(db) == 0);
}

CASE(a_database_that_another_has_locked_is_busy)
{
    AUTO(db_free) struct db *db = fresh(), *other = NULL;
    AUTO(db_rollback) struct db_work work = {0};
    CHECK_OK(db_open(&other, url, &e), e);
    CHECK_OK(db_exec(other, "PRAGMA busy_timeout = 1", NULL, 0, &e), e);
    CHECK_OK(db_begin(&work, db, &e), e);
    CHECK_RC(insert(other, "1", srow_str("x")), SROW_E_BUSY);
}

CASE(a_disk_that_is_full_is_a_resource_error_and_changes_nothing)
{
    AUTO(db_free) struct db *db = fresh();
    static const char big[100000];
    CHECK_OK(db_exec(db, "PRAGMA max_page_count = 4", NULL, 0, &e), e);
    CHECK_RC(insert(db, "1", bytes_of(big, sizeof big)), SROW_E_IO);
    CHECK(count(db) == 0);
}

CASE(a_name_is_quoted_whole)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_put_str(&sql, "CREATE TABLE ");
    db_put_name(&sql, db, "a.b\"; DROP TABLE t; --");
    buf_put_str(&sql, " (x)");
    CHECK(strcmp(buf_cstr(&sql), "CREATE TABLE \"a.b\"\"; DROP TABLE t; --\" (x)") == 0);
    CHECK_OK(db_exec(db, buf_cstr(&sql), NULL, 0, &e), e);
    CHECK(count(db) == 0);
}

int main(void)
{
    scratch_make();
    RUN(a_database_that_is_not_there_is_not_made_by_open);
    RUN(create_makes_a_file_for_its_owner_alone);
    RUN(other_databases_are_refused_by_name_and_without_the_url);
    RUN(a_file_that_is_no_database_is_refused_at_open);
    RUN(values_come_back_with_their_types_and_bytes);
    RUN(parameters_go_by_their_number_and_must_be_complete);
    RUN(a_refusal_by_the_database_names_no_value);
    RUN(a_count_that_is_none_is_a_failure_and_not_zero);
    RUN(what_was_not_committed_is_rolled_back);
    RUN(a_commit_that_is_refused_has_stored_nothing_and_says_so);
    RUN(a_database_that_another_has_locked_is_busy);
    RUN(a_disk_that_is_full_is_a_resource_error_and_changes_nothing);
    RUN(a_name_is_quoted_whole);
    scratch_remove();
    return check_done();
}
