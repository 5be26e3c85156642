/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "db/db.h"
#include "db/db_mysql_error.h"
#include "db/db_mysql_file.h"
#include "db/db_mysql_sql.h"
#include "db/db_mysql_url.h"

static struct srow_error e;
static const struct db_login none;

CASE(a_url_is_taken_apart_and_decoded)
{
    AUTO(db_mysql_url_cleanup) struct db_mysql_url url = {0};
    CHECK_OK(db_mysql_url_parse(&url, "mysql://a%40b:p%2F%3a@db.example:3307/ba%20nk?timeout=5",
                                &none, &e),
             e);
    CHECK(strcmp(url.user, "a@b") == 0 && strcmp(url.password, "p/:") == 0);
    CHECK(strcmp(url.host, "db.example") == 0 && strcmp(url.database, "ba nk") == 0);
    CHECK(url.port == 3307 && url.timeout == 5 && url.verify && url.ssl_ca == NULL);
}

/* The next piece of memory of the same size is the one that the failure has freed. It is read as a
   file is, since nobody has set it, which Valgrind minds. */
CASE(a_password_that_cannot_be_decoded_is_wiped)
{
    enum { N = 64, TEXT = 3 * N + 3 };
    char url[256] = "mysql://u:", plain[N];
    for (int i = 0; i < N; i++) {
        plain[i] = (char)('!' + i);
        snprintf(url + strlen(url), 4, "%%%02x", (unsigned)plain[i]);
    }
    strcat(url, "%zz@h/d");
    AUTO(db_mysql_url_cleanup) struct db_mysql_url parts = {0};
    CHECK_RC(db_mysql_url_parse(&parts, url, &none, &e), SROW_E_USAGE);
    char *volatile again = malloc(TEXT + 1);
    char seen[TEXT] = "";
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    CHECK(again != NULL && pread(memory, seen, TEXT, (off_t)(uintptr_t)again) == TEXT);
    CHECK(memmem(seen, TEXT, plain + N / 2, 8) == NULL);
    free(again);
    close(memory);
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
        CHECK_OK(db_mysql_url_parse(&url, rows[i].url, &none, &e), e);
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
        CHECK_RC(db_mysql_url_parse(&url, urls[i], &none, &e), SROW_E_USAGE);
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

CASE(a_select_is_united_with_itself)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql sql = {0}, two = {0};
    CHECK_OK(db_mysql_sql_parse(&sql, "SELECT $3, a FROM t WHERE b = $2 AND c = $1", 3, &e), e);
    CHECK_OK(db_mysql_sql_unite(&two, &sql, 3, 2, &e), e);
    CHECK(strcmp(two.text.at, "SELECT ?, a FROM t WHERE b = ? AND c = ? UNION ALL "
                              "SELECT ?, a FROM t WHERE b = ? AND c = ?") == 0);
    static const size_t order[] = {2, 1, 0, 5, 4, 3};
    CHECK(two.count == 6 && memcmp(two.order, order, sizeof order) == 0);
    db_mysql_sql_cleanup(&two);
    CHECK_RC(db_mysql_sql_unite(&two, &sql, 3, 30000, &e), SROW_E_LIMIT);
    CHECK(two.text.at == NULL);
}

CASE(a_number_says_what_a_caller_can_do)
{
    static const struct {
        unsigned code;
        enum srow_rc rc;
    } rows[] = {
        {1213, SROW_E_BUSY},      {1205, SROW_E_BUSY},      {1290, SROW_E_DB},
        {1047, SROW_E_DB},        {2006, SROW_E_CONNECT},   {2013, SROW_E_CONNECT},
        {2026, SROW_E_TLS},       {1969, SROW_E_TIMEOUT},   {4025, SROW_E_DB_DENIED},
        {3819, SROW_E_DB_DENIED}, {1062, SROW_E_DB_DENIED}, {1045, SROW_E_DB_RIGHTS},
        {1142, SROW_E_DB_RIGHTS}, {1419, SROW_E_DB_RIGHTS}, {1049, SROW_E_DB_MISSING},
        {1153, SROW_E_LIMIT},     {1114, SROW_E_IO},        {2008, SROW_E_NOMEM},
        {9999, SROW_E_DB},        {2000, SROW_E_CONNECT},   {2027, SROW_E_CONNECT},
        {1156, SROW_E_CONNECT},   {0, SROW_E_CONNECT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_RC(db_mysql_error_fail(rows[i].code, &e), rows[i].rc);
    }
    CHECK_RC(db_mysql_error_fail(6, &e), SROW_E_DB); /* a file was gone that was to be deleted */
    CHECK(strstr(e.text, "tmpdir") != NULL && strstr(e.text, "(error 6)") != NULL);
}

/* -- option files -- */

static char file[128];

static void write_file(const char *text, mode_t mode)
{
    FILE *f = fopen(file, "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0 || chmod(file, mode) != 0) {
        puts("Bail out! no temporary file");
        exit(1);
    }
}

static enum srow_rc parse_with_file(struct db_mysql_url *out, const char *before, const char *text)
{
    char url[256];
    snprintf(url, sizeof url, "mysql://%s/bank?defaults-file=%s", before, file);
    write_file(text, 0600);
    return db_mysql_url_parse(out, url, &none, &e);
}

CASE(an_option_file_says_who_logs_in_and_where)
{
    static const char whole[] = "# comment\n; another\n[mysql]\nuser = nobody\nlocal-infile\n"
                                "[client]\r\n  user = app\t\npassword=\"a#\\\\b\\\" c\"\n"
                                "host=db.example\nport = 3307\nssl_ca='/ca file'\n"
                                "[mysqldump]\npassword=other\n[client-server]\nhost=other\n";
    AUTO(db_mysql_url_cleanup) struct db_mysql_url url = {0}, named = {0}, local = {0};
    CHECK_OK(parse_with_file(&url, "", whole), e);
    CHECK(strcmp(url.user, "app") == 0 && strcmp(url.password, "a#\\b\" c") == 0);
    CHECK(strcmp(url.host, "db.example") == 0 && url.port == 3307 && url.verify);
    CHECK(strcmp(url.ssl_ca, "/ca file") == 0 && strcmp(url.database, "bank") == 0);

    CHECK_OK(parse_with_file(&named, "u:p@10.0.0.1", whole), e);
    CHECK(strcmp(named.user, "u") == 0 && strcmp(named.password, "p") == 0);
    CHECK(strcmp(named.host, "10.0.0.1") == 0 && named.port == 3306);

    CHECK_OK(parse_with_file(&local, "", "[client]\nuser=u\nsocket=/s\nssl-ca=/ca\n"), e);
    CHECK(strcmp(local.socket, "/s") == 0 && local.ssl_ca == NULL && !local.verify);
}

CASE(an_option_file_changes_nothing_else)
{
    static const struct {
        const char *text;
        enum srow_rc rc;
    } rows[] = {
        {"[client]\nhost=h\nuser=secret\nssl-verify-server-cert=0\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\nssl-mode=DISABLED\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\nloose-local-infile=1\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\nplugin-dir=/secret\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\ndefault-auth=mysql_clear_password\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\ninit-command=secret\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\npassword\n", SROW_E_CONFIG},
        {"!include /secret\n[client]\nhost=h\nuser=secret\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\npassword=secret#1\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\npassword=secret\\1\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\npassword='secret\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\npassword='secret'1\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\npassword=secret\\\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\nport=0\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nuser=secret\nport=x\n", SROW_E_CONFIG},
        {"[client]\nhost=h\nsocket=/secret\nuser=secret\n", SROW_E_USAGE},
        {"[client]\nuser=secret\n", SROW_E_USAGE},
        {"[client]\nhost=secret\n", SROW_E_USAGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(db_mysql_url_cleanup) struct db_mysql_url url = {0};
        printf("# %zu\n", i);
        CHECK_RC(parse_with_file(&url, "", rows[i].text), rows[i].rc);
        CHECK(strstr(e.text, "secret") == NULL);
    }
}

CASE(an_option_file_that_others_may_read_is_refused)
{
    static const char text[] = "[client]\nuser=u\nhost=h\n";
    for (unsigned bit = 1; bit < 0100; bit <<= 1) {
        AUTO(db_mysql_url_cleanup) struct db_mysql_url url = {.defaults_file = strdup(file)};
        write_file(text, 0600 | bit);
        CHECK_RC(db_mysql_file_read(&url, &e), SROW_E_PERMISSIONS);
    }
    AUTO(db_mysql_url_cleanup) struct db_mysql_url none_there = {.defaults_file = strdup("/none")};
    CHECK_RC(db_mysql_file_read(&none_there, &e), SROW_E_CONFIG);
    AUTO(db_mysql_url_cleanup) struct db_mysql_url folder = {.defaults_file = strdup("/")};
    CHECK_RC(db_mysql_file_read(&folder, &e), SROW_E_CONFIG);
    AUTO(db_mysql_url_cleanup) struct db_mysql_url huge = {.defaults_file = strdup(file)};
    CHECK(truncate(file, 70000) == 0 && chmod(file, 0600) == 0);
    CHECK_RC(db_mysql_file_read(&huge, &e), SROW_E_CONFIG);
}

CASE(a_login_counts_more_than_the_url_and_a_token_needs_tls)
{
    char user[] = "other", secret[] = "token";
    const struct db_login password = {.secret = secret}, token = {user, secret, true};
    AUTO(db_mysql_url_cleanup) struct db_mysql_url a = {0}, b = {0}, c = {0};
    CHECK_OK(db_mysql_url_parse(&a, "mysql://u:p@localhost/d", &password, &e), e);
    CHECK(strcmp(a.user, "u") == 0 && strcmp(a.password, "token") == 0 && !a.token && !a.verify);
    CHECK_OK(db_mysql_url_parse(&b, "mysql://localhost/d", &token, &e), e);
    CHECK(strcmp(b.user, "other") == 0 && strcmp(b.password, "token") == 0 && b.token && b.verify);
    CHECK_RC(db_mysql_url_parse(&c, "mysql:///d?socket=/s", &token, &e), SROW_E_CONFIG);
    CHECK(c.password == NULL);
}

int main(void)
{
    snprintf(file, sizeof file, "%s/sealrow-mysql-XXXXXX",
             getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    int fd = mkstemp(file);
    if (fd < 0) {
        return 1;
    }
    close(fd);
    RUN(a_url_is_taken_apart_and_decoded);
    RUN(a_password_that_cannot_be_decoded_is_wiped);
    RUN(only_this_machine_may_be_without_tls);
    RUN(a_url_that_is_wrong_is_refused_and_not_shown);
    RUN(parameters_become_question_marks_outside_of_quotes);
    RUN(the_row_of_an_insert_is_repeated_and_nothing_else_is);
    RUN(a_select_is_united_with_itself);
    RUN(a_number_says_what_a_caller_can_do);
    RUN(an_option_file_says_who_logs_in_and_where);
    RUN(an_option_file_changes_nothing_else);
    RUN(an_option_file_that_others_may_read_is_refused);
    RUN(a_login_counts_more_than_the_url_and_a_token_needs_tls);
    unlink(file);
    return check_done();
}
