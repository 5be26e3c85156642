/* SPDX-License-Identifier: Apache-2.0
 *
 * MariaDB and MySQL by libmariadb. Values travel as bound parameters and binary results, never in a
 * statement's text. A connection sends its password to nobody but the server whose certificate it
 * has verified (or over loopback), gives no local file to anybody, and has strict types: the server
 * refuses what it would otherwise cut off or convert.
 */
#include "db/db_mysql.h"

#include <errmsg.h>
#include <errno.h>
#include <inttypes.h>
#include <mysql.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/db_attempt.h"
#include "db/db_mysql_error.h"
#include "db/db_mysql_many.h"
#include "db/db_mysql_stmt.h"
#include "db/db_mysql_url.h"

enum {
    CONNECT_SECONDS = 10,
    ANSWER_MAX = 64 << 20, /* bytes of one packet: no server makes us hold more */
    BINARY = 63,           /* the character set of columns without one */
};

struct mysql_db {
    struct db base;
    MYSQL *handle;
    uint64_t changed;
    bool no_bulk; /* as with a server that has no bulk operations */
};

struct field {
    char *name;
    enum db_type type;
    int64_t integer;
    double real;
    unsigned long len;
    struct srow_buf bytes;
};

struct mysql_rows {
    struct db_rows base;
    MYSQL_STMT *stmt;
    struct field *fields;
    MYSQL_BIND *binds;
    size_t count;
};

static struct mysql_db *self_of(const struct db *db)
{
    return (struct mysql_db *)db;
}

/* Some statements without values (START TRANSACTION) cannot be prepared on every server. */
static enum srow_rc run_text(struct mysql_db *self, const struct db_mysql_sql *sql,
                             struct srow_error *e)
{
    if (mysql_real_query(self->handle, sql->text.at, sql->text.len) != 0) {
        return db_mysql_stmt_fail_at(self->handle, e);
    }
    self->changed = mysql_affected_rows(self->handle);
    mysql_free_result(mysql_store_result(self->handle));
    return SROW_OK;
}

static enum srow_rc exec(struct db *db, const char *text, const struct db_value *params, size_t n,
                         struct srow_error *e)
{
    struct mysql_db *self = self_of(db);
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql sql = {0};
    AUTO(db_mysql_stmt_close) MYSQL_STMT *stmt = NULL;
    TRY(db_mysql_sql_parse(&sql, text, n, e));
    if (n == 0) {
        return run_text(self, &sql, e);
    }
    TRY(db_mysql_stmt_prepare(&stmt, self->handle, &sql, e));
    TRY(db_mysql_stmt_run(stmt, &sql, params, e));
    self->changed = mysql_stmt_affected_rows(stmt);
    return SROW_OK;
}

static enum srow_rc exec_many(struct db *db, const char *text, const struct db_many *many,
                              struct srow_error *e)
{
    struct mysql_db *self = self_of(db);
    struct db_mysql_many how = {self->handle, *many, self->no_bulk};
    return db_mysql_many_run(&self->changed, &how, text, e);
}

/* -- rows -- */

static struct mysql_rows *rows_of(const struct db_rows *rows)
{
    return (struct mysql_rows *)rows;
}

/* Texts and bytes come in a second step, when their length is known. */
static enum srow_rc fetch_bytes(struct mysql_rows *self, size_t i, struct srow_error *e)
{
    struct field *f = &self->fields[i];
    MYSQL_BIND bind = {.buffer_type = self->binds[i].buffer_type, .length = &f->len};
    size_t len = f->len;
    bind.buffer_length = len;
    bind.buffer = buf_room(&f->bytes, len);
    FAIL_IF(bind.buffer == NULL, e, SROW_E_NOMEM, "no memory for a value");
    if (mysql_stmt_fetch_column(self->stmt, &bind, (unsigned)i, 0) != 0) {
        return db_mysql_stmt_fail(self->stmt, e);
    }
    buf_grew(&f->bytes, len);
    return SROW_OK;
}

static enum srow_rc fetch_field(struct mysql_rows *self, size_t i, struct srow_error *e)
{
    struct field *f = &self->fields[i];
    const MYSQL_BIND *bind = &self->binds[i];
    buf_clear(&f->bytes);
    if (bind->is_null_value != 0) {
        return SROW_OK;
    }
    if (f->type == DB_INTEGER && bind->is_unsigned != 0 && f->integer < 0) {
        buf_printf(&f->bytes, "%" PRIu64, (uint64_t)f->integer); /* above 2^63: text */
        return buf_check(&f->bytes, e);
    }
    bool is_long = f->type == DB_TEXT || f->type == DB_BYTES;
    return is_long && f->len > 0 ? fetch_bytes(self, i, e) : SROW_OK;
}

static enum srow_rc next(bool *more, struct db_rows *rows, struct srow_error *e)
{
    struct mysql_rows *self = rows_of(rows);
    int code = mysql_stmt_fetch(self->stmt);
    if (code == MYSQL_NO_DATA) {
        *more = false;
        return SROW_OK;
    }
    if (code != 0 && code != MYSQL_DATA_TRUNCATED) {
        return db_mysql_stmt_fail(self->stmt, e);
    }
    for (size_t i = 0; i < self->count; i++) {
        TRY(fetch_field(self, i, e));
    }
    *more = true;
    return SROW_OK;
}

static size_t columns(const struct db_rows *rows)
{
    return rows_of(rows)->count;
}

static const char *column_name(const struct db_rows *rows, size_t column)
{
    return column < rows_of(rows)->count ? rows_of(rows)->fields[column].name : "";
}

static struct db_value value(const struct db_rows *rows, size_t column)
{
    const struct mysql_rows *self = rows_of(rows);
    if (column >= self->count || self->binds[column].is_null_value != 0) {
        return (struct db_value){.type = DB_NULL};
    }
    const struct field *f = &self->fields[column];
    if (f->type == DB_INTEGER && f->bytes.len == 0) {
        return db_integer(f->integer);
    }
    if (f->type == DB_REAL) {
        return (struct db_value){.type = DB_REAL, .real = f->real};
    }
    enum db_type type = f->type == DB_BYTES ? DB_BYTES : DB_TEXT;
    return (struct db_value){.type = type, .bytes = bytes_buf(&f->bytes)};
}

static void rows_free(struct db_rows *rows)
{
    struct mysql_rows *self = rows_of(rows);
    db_mysql_stmt_close(&self->stmt);
    for (size_t i = 0; self->fields != NULL && i < self->count; i++) {
        str_free(&self->fields[i].name);
        buf_cleanup(&self->fields[i].bytes);
    }
    free(self->fields);
    free(self->binds);
    free(self);
}

static const struct db_rows_ops rows_ops = {
    .next = next,
    .columns = columns,
    .name = column_name,
    .value = value,
    .free = rows_free,
};

/* Decimals and dates are text, as the server writes them. */
static enum db_type type_of(const MYSQL_FIELD *field)
{
    switch (field->type) {
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_YEAR:
        return DB_INTEGER;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
        return DB_REAL;
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_STRING:
        return field->charsetnr == BINARY ? DB_BYTES : DB_TEXT;
    case MYSQL_TYPE_BIT:
    case MYSQL_TYPE_GEOMETRY:
        return DB_BYTES;
    default:
        return DB_TEXT;
    }
}

static enum srow_rc bind_field(struct mysql_rows *rows, size_t i, const MYSQL_FIELD *field,
                               struct srow_error *e)
{
    struct field *f = &rows->fields[i];
    MYSQL_BIND *bind = &rows->binds[i];
    TRY(bytes_dup_str(&f->name, bytes_of(field->name, field->name_length), e));
    f->type = type_of(field);
    bind->length = &f->len;
    bind->is_null = &bind->is_null_value;
    switch (f->type) {
    case DB_INTEGER:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &f->integer;
        bind->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
        break;
    case DB_REAL:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = &f->real;
        break;
    default:
        bind->buffer_type = f->type == DB_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        break;
    }
    return SROW_OK;
}

static void free_result(MYSQL_RES **result)
{
    mysql_free_result(*result);
    *result = NULL;
}

static void free_rows(struct mysql_rows **rows)
{
    if (*rows != NULL) {
        rows_free(&(*rows)->base);
        *rows = NULL;
    }
}

/* The whole result comes at once, so that other statements may run while it is read. */
static enum srow_rc bind_result(struct mysql_rows *rows, struct srow_error *e)
{
    FAIL_IF(mysql_stmt_field_count(rows->stmt) == 0, e, SROW_E_DB,
            "database: the server answered a query without columns");
    AUTO(free_result) MYSQL_RES *meta = mysql_stmt_result_metadata(rows->stmt);
    FAIL_IF(meta == NULL, e, SROW_E_NOMEM, "no memory for rows");
    rows->count = mysql_num_fields(meta);
    rows->fields = calloc(rows->count + 1, sizeof *rows->fields);
    rows->binds = calloc(rows->count + 1, sizeof *rows->binds);
    FAIL_IF(rows->fields == NULL || rows->binds == NULL, e, SROW_E_NOMEM, "no memory for a result");
    for (size_t i = 0; i < rows->count; i++) {
        TRY(bind_field(rows, i, mysql_fetch_field_direct(meta, (unsigned)i), e));
    }
    if (mysql_stmt_bind_result(rows->stmt, rows->binds) != 0 ||
        mysql_stmt_store_result(rows->stmt) != 0) {
        return db_mysql_stmt_fail(rows->stmt, e);
    }
    return SROW_OK;
}

static enum srow_rc run_query(struct db_rows **out, struct db *db, const struct db_mysql_sql *sql,
                              const struct db_value *params, struct srow_error *e)
{
    AUTO(free_rows) struct mysql_rows *rows = calloc(1, sizeof *rows);
    FAIL_IF(rows == NULL, e, SROW_E_NOMEM, "no memory for a result");
    rows->base.ops = &rows_ops;
    TRY(db_mysql_stmt_prepare(&rows->stmt, self_of(db)->handle, sql, e));
    TRY(db_mysql_stmt_run(rows->stmt, sql, params, e));
    TRY(bind_result(rows, e));
    *out = &rows->base;
    rows = NULL;
    return SROW_OK;
}

static enum srow_rc query(struct db_rows **out, struct db *db, const char *text,
                          const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql sql = {0};
    TRY(db_mysql_sql_parse(&sql, text, n, e));
    return run_query(out, db, &sql, params, e);
}

/* One statement, one answer: a server is asked but once. */
static enum srow_rc query_many(struct db_rows **out, struct db *db, const char *text,
                               const struct db_many *many, struct srow_error *e)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql one = {0}, all = {0};
    TRY(db_mysql_sql_parse(&one, text, many->n, e));
    TRY(db_mysql_sql_unite(&all, &one, many->n, many->rows, e));
    return run_query(out, db, &all, many->params, e);
}

/* -- the connection -- */

static uint64_t changed(const struct db *db)
{
    return self_of(db)->changed;
}

static bool in_work(const struct db *db)
{
    unsigned status = 0;
    return mariadb_get_infov(self_of(db)->handle, MARIADB_CONNECTION_SERVER_STATUS, &status) == 0 &&
           (status & SERVER_STATUS_IN_TRANS) != 0;
}

static int socket_of(const struct db *db)
{
    return mysql_get_socket(self_of(db)->handle);
}

static void swap(struct db *db, struct db *other)
{
    struct mysql_db *a = self_of(db), *b = self_of(other);
    MYSQL *had = a->handle;
    a->handle = b->handle;
    b->handle = had;
}

static void mysql_db_cleanup(struct db *db)
{
    if (self_of(db)->handle != NULL) {
        mysql_close(self_of(db)->handle);
    }
    free(db);
}

static const struct db_ops ops = {
    .dialect = &db_mysql_dialect,
    .exec = exec,
    .exec_many = exec_many,
    .query = query,
    .query_many = query_many,
    .changed = changed,
    .in_work = in_work,
    .socket = socket_of,
    .swap = swap,
    .free = mysql_db_cleanup,
};

static void start_library(void)
{
    mysql_server_init(0, NULL, NULL);
}

#define SAFE_PLUGINS "mysql_native_password,caching_sha2_password,client_ed25519,sha256_password"

/* What the client library does and does not do, before a byte is sent. */
static enum srow_rc set_options(MYSQL *handle, const struct db_mysql_url *url, struct srow_error *e)
{
    static const unsigned off = 0;
    static const size_t packet = ANSWER_MAX;
    const unsigned answer = (unsigned)url->timeout;
    const unsigned connect = answer < CONNECT_SECONDS ? answer : CONNECT_SECONDS;
    const my_bool yes = 1;
    unsigned protocol = url->socket == NULL ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    /* dialog and the old hash are not among them; a token goes in clear, over TLS that is verified
     */
    const char *plugins = url->token ? SAFE_PLUGINS ",mysql_clear_password" : SAFE_PLUGINS;
    int failed = mysql_optionsv(handle, MYSQL_OPT_PROTOCOL, &protocol) |
                 mysql_optionsv(handle, MYSQL_OPT_LOCAL_INFILE, &off) |
                 mysql_optionsv(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect) |
                 mysql_optionsv(handle, MYSQL_OPT_READ_TIMEOUT, &answer) |
                 mysql_optionsv(handle, MYSQL_OPT_WRITE_TIMEOUT, &answer) |
                 mysql_optionsv(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet) |
                 mysql_optionsv(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4") |
                 mysql_optionsv(handle, MARIADB_OPT_RESTRICTED_AUTH, plugins);
    FAIL_IF(url->ssl_ca != NULL && access(url->ssl_ca, R_OK) != 0, e, SROW_E_CONFIG,
            "database: the file that ssl-ca names cannot be read: %s: correct DATABASE_URL",
            strerror(errno));
    if (url->verify) {
        failed |= mysql_optionsv(handle, MYSQL_OPT_SSL_ENFORCE, &yes) |
                  mysql_optionsv(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes) |
                  mysql_optionsv(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
        failed |= url->ssl_ca == NULL ? 0 : mysql_optionsv(handle, MYSQL_OPT_SSL_CA, url->ssl_ca);
    }
    FAIL_IF(failed != 0, e, SROW_E_DB, "database: the client library does not know its options");
    return SROW_OK;
}

/* What the server does, whatever its own settings are: strict types, one kind of quotes, UTC, locks
 * waited for 5 s. Rows that are read to be written are locked, so READ COMMITTED loses nothing. */
static enum srow_rc set_session(struct mysql_db *self, struct srow_error *e)
{
    TRY(exec(&self->base,
             "SET SESSION sql_mode = 'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ZERO_DATE,"
             "NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,"
             "NO_BACKSLASH_ESCAPES', time_zone = '+00:00', autocommit = 1, "
             "innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, group_concat_max_len = 1048576 "
             "/*M! , check_constraint_checks = 1 */",
             NULL, 0, e));
    return exec(&self->base, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", NULL, 0, e);
}

/* mysql_real_connect in a thread of its own, which has all it works with. */
struct dial {
    MYSQL *handle;
    const char *host;
    struct db_mysql_url url;
    bool done;
};

static void dial_free(void *what)
{
    struct dial *d = what;
    if (d->handle != NULL) {
        mysql_close(d->handle);
    }
    db_mysql_url_cleanup(&d->url);
    free(d);
}

static void dial_run(void *what)
{
    struct dial *d = what;
    const char *password = d->url.password == NULL ? "" : d->url.password;
    d->done = mysql_real_connect(d->handle, d->host, d->url.user, password, d->url.database,
                                 (unsigned)d->url.port, d->url.socket, CLIENT_FOUND_ROWS) != NULL;
    mysql_thread_end();
}

static const struct db_attempt in_time = {dial_run, dial_free};

/* Takes the handle and the URL into the attempt, and brings them back if it ends in time. */
static enum srow_rc dial_in_time(struct mysql_db *self, struct db_mysql_url *url,
                                 struct srow_error *e)
{
    struct dial *d = calloc(1, sizeof *d);
    FAIL_IF(d == NULL, e, SROW_E_NOMEM, "no memory for a database");
    *d = (struct dial){self->handle, url->socket == NULL ? url->host : NULL, *url, false};
    self->handle = NULL;
    *url = (struct db_mysql_url){0};
    uint64_t seconds = d->url.timeout < CONNECT_SECONDS ? d->url.timeout : CONNECT_SECONDS;
    void *what = d;
    TRY(db_attempt_run(&what, &in_time, (int)seconds + 1, e));
    bool done = d->done;
    self->handle = d->handle;
    *url = d->url;
    free(d);
    if (self->handle->passwd != NULL) { /* the library's own copy: it would be for reconnecting */
        explicit_bzero(self->handle->passwd, strlen(self->handle->passwd));
    }
    unsigned code = done ? 0 : mysql_errno(self->handle);
    FAIL_IF(code == CR_SERVER_LOST || code == CR_SERVER_GONE_ERROR, e, SROW_E_CONNECT,
            "database: no answer that could be used: check host and port, and the server's log "
            "(error %u)",
            code); /* nothing was sent that could be done again */
    return done ? SROW_OK : db_mysql_error_fail(code, e);
}

static enum srow_rc connect_to(struct mysql_db *self, struct db_mysql_url *url,
                               struct srow_error *e)
{
    TRY(set_options(self->handle, url, e));
    TRY(dial_in_time(self, url, e));
    FAIL_IF(url->verify && mysql_get_ssl_cipher(self->handle) == NULL, e, SROW_E_TLS,
            "database: no TLS on a connection that needs it");
    return set_session(self, e);
}

static void mysql_db_free(struct mysql_db **db)
{
    if (*db != NULL) {
        mysql_db_cleanup(&(*db)->base);
        *db = NULL;
    }
}

enum srow_rc db_mysql_open(struct db **out, const char *url, const struct db_login *login,
                           bool create, struct srow_error *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    AUTO(db_mysql_url_cleanup) struct db_mysql_url parts = {0};
    (void)create;
    TRY(db_mysql_url_parse(&parts, url, login, e));
    pthread_once(&once, start_library);
    AUTO(mysql_db_free) struct mysql_db *db = calloc(1, sizeof *db);
    FAIL_IF(db == NULL, e, SROW_E_NOMEM, "no memory for a database");
    db->base.ops = &ops;
    db->handle = mysql_init(NULL);
    FAIL_IF(db->handle == NULL, e, SROW_E_NOMEM, "no memory for a database");
    db->no_bulk = parts.no_bulk;
    TRY(connect_to(db, &parts, e));
    *out = &db->base;
    db = NULL;
    return SROW_OK;
}
