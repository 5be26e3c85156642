/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL. Parameters take the type of the column they meet: text, numbers and dates go as text,
 * bytes as binary bytea. Results are held whole; bytea comes as hex. Each session has the settings
 * below whatever the user, the database or the server say.
 */
#include "db/db_postgres.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "db/db_postgres_connect.h"
#include "db/db_postgres_error.h"

enum {
    ANSWER_MS = 60000,
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_OID = 26,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
};

/* A search path that the URL itself names (options=-csearch_path=...) stays. */
static const char settings[] =
    "SELECT CASE WHEN v.name = 'search_path' AND s.source = 'client' THEN '' "
    "ELSE pg_catalog.set_config(v.name, v.value, false) END FROM (VALUES "
    "('search_path', 'public, pg_temp'), ('standard_conforming_strings', 'on'), "
    "('bytea_output', 'hex'), ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'), "
    "('timezone', 'UTC'), ('extra_float_digits', '1'), ('lock_timeout', '5s')) v (name, value) "
    "LEFT JOIN pg_catalog.pg_settings s ON s.name = v.name";

struct postgres_db {
    struct db base;
    PGconn *conn;
    uint64_t changed;
    bool lost; /* an answer is outstanding that nobody waits for */
};

struct postgres_rows {
    struct db_rows base;
    PGresult *result;
    int at;                 /* the row; -1 before the first */
    struct srow_buf *bytes; /* by column: the row's bytea */
};

static struct postgres_db *postgres_of(struct db *db)
{
    return (struct postgres_db *)db;
}

static void result_clear(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}

/* -- parameters -- */

struct parameters {
    Oid *types;
    const char **values;
    int *lengths, *formats;
    struct srow_buf *texts; /* a text must end with NUL */
    size_t count;
};

static void parameters_cleanup(struct parameters *p)
{
    for (size_t i = 0; p->texts != NULL && i < p->count; i++) {
        buf_cleanup(&p->texts[i]);
    }
    free(p->types);
    free(p->values);
    free(p->lengths);
    free(p->formats);
    free(p->texts);
    *p = (struct parameters){0};
}

static enum srow_rc put_one(struct parameters *p, size_t i, const struct db_value *v,
                            struct srow_error *e)
{
    struct srow_buf *text = &p->texts[i];
    switch (v->type) {
    case DB_NULL:
        return SROW_OK;
    case DB_BYTES:
        FAIL_IF(v->bytes.len > INT32_MAX, e, SROW_E_LIMIT, "a value is too large for PostgreSQL");
        p->types[i] = OID_BYTEA;
        p->formats[i] = 1;
        p->lengths[i] = (int)v->bytes.len;
        p->values[i] = v->bytes.len == 0 ? "" : v->bytes.at;
        return SROW_OK;
    case DB_INTEGER:
        buf_printf(text, "%" PRId64, v->integer);
        break;
    case DB_REAL:
        buf_printf(text, "%.17g", v->real);
        break;
    case DB_TEXT:
        FAIL_IF(v->bytes.len > 0 && memchr(v->bytes.at, '\0', v->bytes.len) != NULL, e,
                SROW_E_VALUE, "a text holds a NUL, which PostgreSQL does not store: take it out");
        buf_put(text, v->bytes);
        break;
    }
    p->values[i] = buf_cstr(text);
    return buf_check(text, e);
}

static enum srow_rc put_all(struct parameters *p, const struct db_value *params, size_t n,
                            struct srow_error *e)
{
    p->types = calloc(n + 1, sizeof *p->types);
    p->values = calloc(n + 1, sizeof *p->values);
    p->lengths = calloc(n + 1, sizeof *p->lengths);
    p->formats = calloc(n + 1, sizeof *p->formats);
    p->texts = calloc(n + 1, sizeof *p->texts);
    FAIL_IF(p->types == NULL || p->values == NULL || p->lengths == NULL || p->formats == NULL ||
                p->texts == NULL,
            e, SROW_E_NOMEM, "no memory for a statement");
    p->count = n;
    for (size_t i = 0; i < n; i++) {
        TRY(put_one(p, i, &params[i], e));
    }
    return SROW_OK;
}

/* -- statements -- */

/* Changes to a table may take as long as the table is large. */
static int patience(const char *sql)
{
    return strncmp(sql, "ALTER ", 6) == 0 || strncmp(sql, "CREATE ", 7) == 0 ? -1 : ANSWER_MS;
}

static enum srow_rc await(struct postgres_db *db, int ms, struct srow_error *e)
{
    for (;;) {
        int left = PQflush(db->conn);
        if (left < 0 || PQconsumeInput(db->conn) == 0) {
            return SROW_OK; /* the result says what is wrong */
        }
        if (left == 0 && PQisBusy(db->conn) == 0) {
            return SROW_OK;
        }
        struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};
        p.events = (short)(p.events | (left > 0 ? POLLOUT : 0));
        int ready = poll(&p, 1, ms);
        if (ready == 0 || (ready < 0 && errno != EINTR)) {
            db->lost = true;
            FAIL(e, SROW_E_TIMEOUT, "database: no answer within %d s: try again", ANSWER_MS / 1000);
        }
    }
}

/* The last result of the statement, the first that failed before it. */
static enum srow_rc collect(PGresult **out, struct postgres_db *db, const char *sql,
                            struct srow_error *e)
{
    AUTO(result_clear) PGresult *last = NULL;
    for (;;) {
        TRY(await(db, patience(sql), e));
        PGresult *next = PQgetResult(db->conn);
        if (next == NULL) {
            break;
        }
        PQclear(last);
        last = next;
        if (PQstatus(db->conn) == CONNECTION_BAD) {
            break;
        }
    }
    ExecStatusType status = PQresultStatus(last);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        db->lost |= PQstatus(db->conn) == CONNECTION_BAD;
        return db_postgres_error_result(last, e);
    }
    *out = last;
    last = NULL;
    return SROW_OK;
}

static enum srow_rc run(PGresult **out, struct postgres_db *db, const char *sql,
                        const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(parameters_cleanup) struct parameters p = {0};
    FAIL_IF(db->lost, e, SROW_E_CONNECT, "database: the connection was lost: try again");
    FAIL_IF(n > INT16_MAX, e, SROW_E_LIMIT, "too many parameters for a statement");
    TRY(put_all(&p, params, n, e));
    if (PQsendQueryParams(db->conn, sql, (int)n, p.types, p.values, p.lengths, p.formats, 0) == 0) {
        db->lost = true;
        return db_postgres_error_result(NULL, e);
    }
    return collect(out, db, sql, e);
}

static enum srow_rc exec(struct db *base, const char *sql, const struct db_value *params, size_t n,
                         struct srow_error *e)
{
    struct postgres_db *db = postgres_of(base);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(run(&result, db, sql, params, n, e));
    /* a transaction that has failed before answers COMMIT so, and calls it a success */
    FAIL_IF(strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0, e, SROW_E_DB,
            "database: the transaction was rolled back: nothing was changed");
    db->changed = strtoull(PQcmdTuples(result), NULL, 10);
    return SROW_OK;
}

/* -- many rows: a pipeline -- */

enum { PIPELINE_ROWS = 500, PIPELINE_BYTES = 1 << 20 };

/* The results up to the next synchronization. What stands behind a failure was not run. */
static enum srow_rc collect_pipeline(struct postgres_db *db, struct srow_error *e)
{
    AUTO(result_clear) PGresult *failed = NULL;
    for (;;) {
        AUTO(result_clear) PGresult *result = NULL;
        TRY(await(db, ANSWER_MS, e));
        result = PQgetResult(db->conn);
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC) {
            return failed == NULL ? SROW_OK : db_postgres_error_result(failed, e);
        }
        if (result == NULL && PQstatus(db->conn) == CONNECTION_BAD) {
            db->lost = true;
            return db_postgres_error_result(failed, e);
        }
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            db->changed += strtoull(PQcmdTuples(result), NULL, 10);
        } else if (status == PGRES_FATAL_ERROR && failed == NULL) {
            failed = result;
            result = NULL;
        }
    }
}

static enum srow_rc send_row(struct postgres_db *db, const struct db_value *params, size_t n,
                             struct srow_error *e)
{
    AUTO(parameters_cleanup) struct parameters p = {0};
    TRY(put_all(&p, params, n, e));
    if (PQsendQueryPrepared(db->conn, "", (int)n, p.values, p.lengths, p.formats, 0) == 0) {
        db->lost = true;
        return db_postgres_error_result(NULL, e);
    }
    return SROW_OK;
}

static enum srow_rc send_statement(struct postgres_db *db, const char *sql,
                                   const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(parameters_cleanup) struct parameters p = {0};
    TRY(put_all(&p, params, n, e));
    if (PQenterPipelineMode(db->conn) == 0 ||
        PQsendPrepare(db->conn, "", sql, (int)n, p.types) == 0) {
        db->lost = true;
        return db_postgres_error_result(NULL, e);
    }
    return SROW_OK;
}

static enum srow_rc synchronize(struct postgres_db *db, struct srow_error *e)
{
    if (PQpipelineSync(db->conn) == 0) {
        db->lost = true;
        return db_postgres_error_result(NULL, e);
    }
    return collect_pipeline(db, e);
}

static size_t bytes_of_row(const struct db_value *params, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += params[i].bytes.len;
    }
    return bytes;
}

static enum srow_rc send_rows(struct postgres_db *db, const struct db_value *params, size_t n,
                              size_t rows, struct srow_error *e)
{
    size_t bytes = 0, count = 0;
    for (size_t i = 0; i < rows; i++) {
        TRY(send_row(db, params + i * n, n, e));
        bytes += bytes_of_row(params + i * n, n);
        count++;
        if (count == PIPELINE_ROWS || bytes >= PIPELINE_BYTES) {
            TRY(synchronize(db, e));
            bytes = count = 0;
        }
    }
    return count == 0 ? SROW_OK : synchronize(db, e);
}

/* Answers to what was sent before a row that could not be are read and dropped. */
static void leave_pipeline(struct postgres_db *db)
{
    if (!db->lost && PQexitPipelineMode(db->conn) == 0) {
        enum srow_rc rc = synchronize(db, NULL);
        (void)rc;
        db->lost |= PQexitPipelineMode(db->conn) == 0;
    }
}

/* One value of each column that has one: the statement's types come from them. */
static enum srow_rc samples_of(struct db_value **out, const struct db_value *params, size_t n,
                               size_t rows, struct srow_error *e)
{
    struct db_value *samples = calloc(n, sizeof *samples);
    FAIL_IF(samples == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    for (size_t i = 0; i < n * rows; i++) {
        samples[i % n] = params[i].type == DB_NULL ? samples[i % n] : params[i];
    }
    *out = samples;
    return SROW_OK;
}

static void values_free(struct db_value **values)
{
    free(*values);
}

static enum srow_rc exec_many(struct db *base, const char *sql, const struct db_value *params,
                              size_t n, size_t rows, struct srow_error *e)
{
    struct postgres_db *db = postgres_of(base);
    AUTO(values_free) struct db_value *samples = NULL;
    FAIL_IF(db->lost, e, SROW_E_CONNECT, "database: the connection was lost: try again");
    FAIL_IF(n > INT16_MAX, e, SROW_E_LIMIT, "too many parameters for a statement");
    TRY(samples_of(&samples, params, n, rows, e));
    db->changed = 0;
    enum srow_rc rc = send_statement(db, sql, samples, n, e);
    rc = rc == SROW_OK ? send_rows(db, params, n, rows, e) : rc;
    leave_pipeline(db);
    return rc;
}

/* -- rows -- */

static struct postgres_rows *rows_of(const struct db_rows *rows)
{
    return (struct postgres_rows *)(uintptr_t)rows;
}

static unsigned nibble(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

/* "\x0204" */
static enum srow_rc read_bytea(struct srow_buf *out, const char *hex, int n, struct srow_error *e)
{
    bool good = n >= 2 && n % 2 == 0 && hex[0] == '\\' && hex[1] == 'x' &&
                strspn(hex + 2, "0123456789abcdef") == (size_t)n - 2;
    FAIL_IF(!good, e, SROW_E_DB, "database: bytes came in a form that is not known");
    buf_clear(out);
    size_t len = (size_t)n / 2 - 1;
    uint8_t *to = buf_room(out, len);
    TRY(buf_check(out, e));
    for (size_t i = 0; i < len; i++) {
        to[i] = (uint8_t)(nibble(hex[2 * i + 2]) << 4 | nibble(hex[2 * i + 3]));
    }
    buf_grew(out, len);
    return SROW_OK;
}

static enum srow_rc next(bool *more, struct db_rows *base, struct srow_error *e)
{
    struct postgres_rows *rows = rows_of(base);
    const PGresult *r = rows->result;
    if (rows->at + 1 >= PQntuples(r)) {
        *more = false;
        return SROW_OK;
    }
    rows->at++;
    for (int i = 0; i < PQnfields(r); i++) {
        if (PQftype(r, i) == OID_BYTEA && PQgetisnull(r, rows->at, i) == 0) {
            TRY(read_bytea(&rows->bytes[i], PQgetvalue(r, rows->at, i), PQgetlength(r, rows->at, i),
                           e));
        }
    }
    *more = true;
    return SROW_OK;
}

static size_t columns(const struct db_rows *rows)
{
    return (size_t)PQnfields(rows_of(rows)->result);
}

static const char *column_name(const struct db_rows *rows, size_t column)
{
    return PQfname(rows_of(rows)->result, (int)column);
}

static struct db_value value(const struct db_rows *base, size_t column)
{
    const struct postgres_rows *rows = rows_of(base);
    int i = (int)column;
    if (PQgetisnull(rows->result, rows->at, i) != 0) {
        return (struct db_value){.type = DB_NULL};
    }
    const char *text = PQgetvalue(rows->result, rows->at, i);
    switch (PQftype(rows->result, i)) {
    case OID_BOOL:
        return db_integer(*text == 't');
    case OID_INT8:
    case OID_INT2:
    case OID_INT4:
    case OID_OID:
        return db_integer(strtoll(text, NULL, 10));
    case OID_FLOAT4:
    case OID_FLOAT8:
        return (struct db_value){.type = DB_REAL, .real = strtod(text, NULL)};
    case OID_BYTEA:
        return db_bytes(bytes_buf(&rows->bytes[i]));
    default:
        return (struct db_value){
            .type = DB_TEXT,
            .bytes = bytes_of(text, (size_t)PQgetlength(rows->result, rows->at, i))};
    }
}

static void rows_free(struct db_rows *base)
{
    struct postgres_rows *rows = rows_of(base);
    for (int i = 0; rows->bytes != NULL && i < PQnfields(rows->result); i++) {
        buf_cleanup(&rows->bytes[i]);
    }
    free(rows->bytes);
    PQclear(rows->result);
    free(rows);
}

static const struct db_rows_ops rows_ops = {
    .next = next,
    .columns = columns,
    .name = column_name,
    .value = value,
    .free = rows_free,
};

static enum srow_rc query(struct db_rows **out, struct db *db, const char *sql,
                          const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(result_clear) PGresult *result = NULL;
    TRY(run(&result, postgres_of(db), sql, params, n, e));
    struct postgres_rows *rows = calloc(1, sizeof *rows);
    struct srow_buf *bytes = calloc((size_t)PQnfields(result) + 1, sizeof *bytes);
    if (rows == NULL || bytes == NULL) {
        free(rows);
        free(bytes);
        FAIL(e, SROW_E_NOMEM, "no memory for a result");
    }
    *rows = (struct postgres_rows){{&rows_ops}, result, -1, bytes};
    result = NULL;
    *out = &rows->base;
    return SROW_OK;
}

/* -- the connection -- */

static uint64_t changed(const struct db *db)
{
    return ((const struct postgres_db *)db)->changed;
}

static bool in_work(const struct db *base)
{
    const struct postgres_db *db = (const struct postgres_db *)base;
    return !db->lost && PQtransactionStatus(db->conn) != PQTRANS_IDLE;
}

static int socket_of(const struct db *base)
{
    const struct postgres_db *db = (const struct postgres_db *)base;
    return db->lost ? -1 : PQsocket(db->conn);
}

static void swap(struct db *db, struct db *other)
{
    struct postgres_db *a = postgres_of(db), *b = postgres_of(other);
    PGconn *had = a->conn;
    a->conn = b->conn;
    b->conn = had;
    a->lost = false;
}

static void postgres_free(struct db *db)
{
    PQfinish(postgres_of(db)->conn);
    free(db);
}

static const struct db_ops ops = {
    .dialect = &db_postgres_dialect,
    .exec = exec,
    .exec_many = exec_many,
    .query = query,
    .changed = changed,
    .in_work = in_work,
    .socket = socket_of,
    .swap = swap,
    .free = postgres_free,
};

enum srow_rc db_postgres_open(struct db **out, const char *url, const struct db_login *login,
                              bool create, struct srow_error *e)
{
    FAIL_IF(create, e, SROW_E_USAGE, "database URL: only a database of SQLite is made here");
    struct postgres_db *made = calloc(1, sizeof *made);
    FAIL_IF(made == NULL, e, SROW_E_NOMEM, "no memory for a database");
    made->base.ops = &ops;
    AUTO(db_free) struct db *db = &made->base;
    TRY(db_postgres_connect(&made->conn, url, login, e));
    made->base.unverified = db_postgres_is_unverified(url, login);
    FAIL_IF(PQsetnonblocking(made->conn, 1) != 0, e, SROW_E_CONNECT,
            "database: the connection was lost: try again");
    TRY(exec(db, settings, NULL, 0, e));
    *out = db;
    db = NULL;
    return SROW_OK;
}
