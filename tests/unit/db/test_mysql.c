/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "check.h"
#include "db/db.h"
#include "db/db_mysql_error.h"
#include "db/db_mysql_sql.h"
#include "db/db_mysql_url.h"

static struct srow_error e;

CASE(a_url_is_taken_apart_and_decoded)
{
    AUTO(db_mysql_url_cleanup) struct db_mysql_url url = {0};
    CHECK_OK(
        db_mysql_url_parse(&url, "mysql://a%40b:p%2F%3a@db.example:3307/ba%20nk?timeout=5", &e), e);
    CHECK(strcmp(url.user, "a@b") == 0 && strcmp(url.password, "p/:") == 0);
    CHECK(strcmp(url.host, "db.example") == 0 && strcmp(url.database, "ba nk") == 0);
    CHECK(url.port == 3307 && url.timeout == 5 && url.verify && url.ssl_ca == NULL);
}

CASE(only_this_machine_may_be_without_tls)
{
    static const struct {
        const char *url;
        bool verify;
    } rows[] = {{"mysql://u@localhost/d", false},
                {"mariadb://u@127.1.2.3/d", false},
                {"mysql://u@[::1]:1/d", false},
                {"mysql://u@/d?socket=/s", false},
                {"mysql://u@127.0.0.1/d?ssl-ca=f", true},
                {"mysql://u@127.0.0.1/d?ssl-mode=VERIFY_IDENTITY", true},
                {"mysql://u@127.0.0.1.example/d", true},
                {"mysql://u@localhost.example/d", true},
                {"mysql://u@[::2]/d", true},
                {"mysql://u@10.0.0.1/d", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(db_mysql_url_cleanup) struct db_mysql_url url = {0};
        CHECK_OK(db_mysql_url_parse(&url, rows[i].url, &e), e);
        CHECK(url.verify == rows[i].verify);
    }
}

CASE(a_url_that_is_wrong_is_refused_and_not_shown)
{
    static const char *const urls[] = {
        "mysql:secret",
        "mysql://secret/d",
        "mysql://secret@/d",
        "mysql://secret@h",
        "mysql://secret@h/",
        "mysql://secret@h:0/d",
        "mysql://secret@h:65536/d",
        "mysql://secret@h:x/d",
        "mysql://secret@[::1/d",
        "mysql://secret@[::1]x/d",
        "mysql://secret%0@h/d",
        "mysql://secret%@h/d",
        "mysql://secret%zz@h/d",
        "mysql://secret%00@h/d",
        "mysql://u@h/d?secret=1",
        "mysql://u@h/d?secret",
        "mysql://u@h/d?ssl-mode=secret",
        "mysql://u@h/d?timeout=secret",
        "mysql://u@h/d?timeout=0",
        "mysql://u@h/d?socket=secret",
        "mysql://u@/d?socket=secret&ssl-ca=f",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        AUTO(db_mysql_url_cleanup) struct db_mysql_url url = {0};
        CHECK_RC(db_mysql_url_parse(&url, urls[i], &e), SROW_E_USAGE);
        CHECK(strstr(e.text, "secret") == NULL);
    }
    AUTO(db_free) struct db *db = NULL;
    CHECK_RC(db_open(&db, "mysql://u:secret@h/d?ssl-mode=DISABLED", &e), SROW_E_USAGE);
    CHECK(db == NULL && strstr(e.text, "secret") == NULL);
}

CASE(parameters_become_question_marks_outside_of_quotes)
{
    static const struct {
        const char *sql, *text, *order;
        size_t n;
    } rows[] = {
        {"SELECT $1, $2", "SELECT ?, ?", "12", 2},
        {"SELECT $2, $1, $2", "SELECT ?, ?, ?", "212", 2},
        {"SELECT '$1', \"$1\", `a``$1`, $1", "SELECT '$1', \"$1\", `a``$1`, ?", "1", 1},
        {"SELECT 'it''s $1' -- $1\n, $1 # $1", "SELECT 'it''s $1' -- $1\n, ? # $1", "1", 1},
        {"SELECT '\\', $1 /* $2 ' */ , a$2", "SELECT '\\', ? /* $2 ' */ , a$2", "1", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(db_mysql_sql_cleanup) struct db_mysql_sql sql = {0};
        CHECK_OK(db_mysql_sql_parse(&sql, rows[i].sql, rows[i].n, &e), e);
        CHECK_BYTES(bytes_buf(&sql.text), srow_str(rows[i].text));
        CHECK(sql.count == strlen(rows[i].order));
        for (size_t k = 0; k < sql.count; k++) {
            CHECK(sql.order[k] == (size_t)(rows[i].order[k] - '1'));
        }
    }
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql sql = {0};
    CHECK_RC(db_mysql_sql_parse(&sql, "SELECT $1", 2, &e), SROW_E_INTERNAL);
    CHECK_RC(db_mysql_sql_parse(&sql, "SELECT $2", 1, &e), SROW_E_INTERNAL);
    CHECK_RC(db_mysql_sql_parse(&sql, "SELECT $0", 1, &e), SROW_E_INTERNAL);
    CHECK_RC(db_mysql_sql_parse(&sql, "SELECT $", 0, &e), SROW_E_INTERNAL);
    CHECK_RC(db_mysql_sql_parse(&sql, "SELECT $99999999999999999999", 1, &e), SROW_E_INTERNAL);
    CHECK(sql.count == 0 && sql.order == NULL);
}

CASE(the_row_of_an_insert_is_repeated_and_nothing_else_is)
{
    static const struct {
        const char *in, *out; /* NULL: it takes one row at a time */
        size_t n;
    } rows[] = {
        {"INSERT INTO t (`a`) VALUES ($1)", "INSERT INTO t (`a`) VALUES (?), (?), (?)", 1},
        {"insert into `values ($1` values (f(($2)), $1) on duplicate key update a = VALUES(a)",
         "insert into `values ($1` values (f((?)), ?), (f((?)), ?), (f((?)), ?) on duplicate key "
         "update a = VALUES(a)",
         2},
        {"INSERT INTO t VALUES ($1) ON DUPLICATE KEY UPDATE a = $1", NULL, 1},
        {"INSERT INTO t SELECT $1", NULL, 1},
        {"UPDATE t SET a = $1 WHERE b IN ($2)", NULL, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(db_mysql_sql_cleanup) struct db_mysql_sql sql = {0}, three = {0};
        CHECK_OK(db_mysql_sql_parse(&sql, rows[i].in, rows[i].n, &e), e);
        CHECK((sql.group_len > 0) == (rows[i].out != NULL));
        if (rows[i].out != NULL) {
            CHECK_OK(db_mysql_sql_repeat(&three, &sql, rows[i].n, 3, &e), e);
            CHECK(strcmp(three.text.at, rows[i].out) == 0 && three.count == 3 * sql.count);
            CHECK(three.order[0] == sql.order[0] &&
                  three.order[three.count - 1] == sql.order[sql.count - 1] + 2 * rows[i].n);
        }
    }
}

CASE(a_number_says_what_a_caller_can_do)
{
    static const struct {
        unsigned code;
        enum srow_rc rc;
    } rows[] = {
        {1213, SROW_E_BUSY},      {1205, SROW_E_BUSY},       {1290, SROW_E_DB},
        {1047, SROW_E_DB},        {2006, SROW_E_CONNECT},    {2013, SROW_E_CONNECT},
        {2026, SROW_E_TLS},       {1969, SROW_E_TIMEOUT},    {4025, SROW_E_DB_DENIED},
        {3819, SROW_E_DB_DENIED}, {1062, SROW_E_DB_DENIED},  {1045, SROW_E_DB_DENIED},
        {1142, SROW_E_DB_DENIED}, {1049, SROW_E_DB_MISSING}, {1153, SROW_E_LIMIT},
        {1114, SROW_E_IO},        {2008, SROW_E_NOMEM},      {9999, SROW_E_DB},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_RC(db_mysql_error_fail(rows[i].code, &e), rows[i].rc);
    }
}

int main(void)
{
    RUN(a_url_is_taken_apart_and_decoded);
    RUN(only_this_machine_may_be_without_tls);
    RUN(a_url_that_is_wrong_is_refused_and_not_shown);
    RUN(parameters_become_question_marks_outside_of_quotes);
    RUN(the_row_of_an_insert_is_repeated_and_nothing_else_is);
    RUN(a_number_says_what_a_caller_can_do);
    return check_done();
}
