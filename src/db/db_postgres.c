/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL. Parameters take the type of the column they meet: text, numbers and dates go as text,
 * bytes as binary bytea. Results are held whole; bytea comes as hex. Each session has the settings
 * below whatever the user, the database or the server say.
 */
#include "db/db_postgres.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "db/db_postgres_connect.h"
#include "db/db_postgres_error.h"
#include "db/db_postgres_params.h"

enum {
    ANSWER_MS = 60000,
    OID_BOOL = 16,
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

/* Of one statement, or of several that have the same columns. */
struct results {
    PGresult **list;
    size_t count, room;
};

struct postgres_rows {
    struct db_rows base;
    struct results results;
    PGresult *result; /* the one that is read, which is `next` - 1 */
    size_t next;
    int at;                 /* its row; -1 before the first */
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

static void results_cleanup(struct results *r)
{
    for (size_t i = 0; i < r->count; i++) {
        PQclear(r->list[i]);
    }
    free(r->list);
    *r = (struct results){0};
}

/* Takes the result. */
static enum srow_rc results_add(struct results *r, PGresult **result, struct srow_error *e)
{
    if (r->count == r->room) {
        size_t room = 2 * r->room + 1;
        PGresult **list = realloc(r->list, room * sizeof *list);
        FAIL_IF(list == NULL, e, SROW_E_NOMEM, "no memory for a result");
        r->list = list;
        r->room = room;
    }
    r->list[r->count++] = *result;
    *result = NULL;
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

static bool has_failed(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return result != NULL && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK;
}

/* The last result of the statement, or the first that failed before it. */
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
        if (has_failed(last)) {
            PQclear(next); /* a server says nothing behind a failure */
        } else {
            PQclear(last);
            last = next;
        }
        if (PQstatus(db->conn) == CONNECTION_BAD) {
            break;
        }
    }
    if (last == NULL || has_failed(last)) {
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
    AUTO(db_postgres_params_cleanup) struct db_postgres_params p = {0};
    FAIL_IF(db->lost, e, SROW_E_CONNECT, "database: the connection was lost: try again");
    FAIL_IF(n > INT16_MAX, e, SROW_E_LIMIT, "too many parameters for a statement");
    TRY(db_postgres_params_put(&p, params, n, e));
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
static enum srow_rc collect_pipeline(struct postgres_db *db, struct results *found,
                                     struct srow_error *e)
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
        if (status == PGRES_TUPLES_OK && found != NULL) {
            TRY(results_add(found, &result, e));
        } else if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
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
    AUTO(db_postgres_params_cleanup) struct db_postgres_params p = {0};
    TRY(db_postgres_params_put(&p, params, n, e));
    if (PQsendQueryPrepared(db->conn, "", (int)n, p.values, p.lengths, p.formats, 0) == 0) {
        db->lost = true;
        return db_postgres_error_result(NULL, e);
    }
    return SROW_OK;
}

static enum srow_rc send_statement(struct postgres_db *db, const char *sql,
                                   const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(db_postgres_params_cleanup) struct db_postgres_params p = {0};
    TRY(db_postgres_params_put(&p, params, n, e));
    if (PQenterPipelineMode(db->conn) == 0 ||
        PQsendPrepare(db->conn, "", sql, (int)n, p.types) == 0) {
        db->lost = true;
        return db_postgres_error_result(NULL, e);
    }
    return SROW_OK;
}

static enum srow_rc synchronize(struct postgres_db *db, struct results *found, struct srow_error *e)
{
    if (PQpipelineSync(db->conn) == 0) {
        db->lost = true;
        return db_postgres_error_result(NULL, e);
    }
    return collect_pipeline(db, found, e);
}

static size_t bytes_of_row(const struct db_value *params, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += params[i].bytes.len;
    }
    return bytes;
}

static enum srow_rc send_rows(struct results *found, struct postgres_db *db,
                              const struct db_many *m, struct srow_error *e)
{
    size_t bytes = 0, count = 0;
    for (size_t i = 0; i < m->rows; i++) {
        TRY(send_row(db, m->params + i * m->n, m->n, e));
        bytes += bytes_of_row(m->params + i * m->n, m->n);
        count++;
        if (count == PIPELINE_ROWS || bytes >= PIPELINE_BYTES) {
            TRY(synchronize(db, found, e));
            bytes = count = 0;
        }
    }
    return count == 0 ? SROW_OK : synchronize(db, found, e);
}

/* Answers to what was sent before a row that could not be are read and dropped. */
static void leave_pipeline(struct postgres_db *db)
{
    if (!db->lost && PQexitPipelineMode(db->conn) == 0) {
        enum srow_rc rc = synchronize(db, NULL, NULL);
        (void)rc;
        db->lost |= PQexitPipelineMode(db->conn) == 0;
    }
}

/* One value of each column that has one: the statement's types come from them. */
static enum srow_rc samples_of(struct db_value **out, const struct db_many *m, struct srow_error *e)
{
    struct db_value *samples = calloc(m->n, sizeof *samples);
    FAIL_IF(samples == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    for (size_t i = 0; i < m->n * m->rows; i++) {
        samples[i % m->n] = m->params[i].type == DB_NULL ? samples[i % m->n] : m->params[i];
    }
    *out = samples;
    return SROW_OK;
}

static void values_free(struct db_value **values)
{
    free(*values);
}

/* `found` NULL: nothing is asked for. */
static enum srow_rc run_many(struct results *found, struct postgres_db *db, const char *sql,
                             const struct db_many *m, struct srow_error *e)
{
    AUTO(values_free) struct db_value *samples = NULL;
    FAIL_IF(db->lost, e, SROW_E_CONNECT, "database: the connection was lost: try again");
    FAIL_IF(m->n > INT16_MAX, e, SROW_E_LIMIT, "too many parameters for a statement");
    TRY(samples_of(&samples, m, e));
    enum srow_rc rc = send_statement(db, sql, samples, m->n, e);
    rc = rc == SROW_OK ? send_rows(found, db, m, e) : rc;
    leave_pipeline(db);
    return rc;
}

static enum srow_rc exec_many(struct db *base, const char *sql, const struct db_many *many,
                              struct srow_error *e)
{
    postgres_of(base)->changed = 0;
    return run_many(NULL, postgres_of(base), sql, many, e);
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
    for (rows->at++; rows->at >= PQntuples(rows->result); rows->at = 0) {
        if (rows->next == rows->results.count) {
            *more = false;
            return SROW_OK;
        }
        rows->result = rows->results.list[rows->next++];
    }
    const PGresult *r = rows->result;
    for (int i = 0; i < PQnfields(r); i++) {
        if (PQftype(r, i) == DB_POSTGRES_BYTEA && PQgetisnull(r, rows->at, i) == 0) {
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
    case DB_POSTGRES_BYTEA:
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
    results_cleanup(&rows->results);
    free(rows);
}

static const struct db_rows_ops rows_ops = {
    .next = next,
    .columns = columns,
    .name = column_name,
    .value = value,
    .free = rows_free,
};

/* Takes the results, of which there is one at least. */
static enum srow_rc rows_make(struct db_rows **out, struct results *results, struct srow_error *e)
{
    struct postgres_rows *rows = calloc(1, sizeof *rows);
    struct srow_buf *bytes = calloc((size_t)PQnfields(results->list[0]) + 1, sizeof *bytes);
    if (rows == NULL || bytes == NULL) {
        free(rows);
        free(bytes);
        FAIL(e, SROW_E_NOMEM, "no memory for a result");
    }
    *rows = (struct postgres_rows){.base = {.ops = &rows_ops},
                                   .results = *results,
                                   .result = results->list[0],
                                   .next = 1,
                                   .at = -1,
                                   .bytes = bytes};
    *results = (struct results){0};
    *out = &rows->base;
    return SROW_OK;
}

static enum srow_rc query(struct db_rows **out, struct db *db, const char *sql,
                          const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(result_clear) PGresult *result = NULL;
    AUTO(results_cleanup) struct results results = {0};
    TRY(run(&result, postgres_of(db), sql, params, n, e));
    TRY(results_add(&results, &result, e));
    return rows_make(out, &results, e);
}

static enum srow_rc query_many(struct db_rows **out, struct db *db, const char *sql,
                               const struct db_many *many, struct srow_error *e)
{
    AUTO(results_cleanup) struct results results = {0};
    TRY(run_many(&results, postgres_of(db), sql, many, e));
    FAIL_IF(results.count != many->rows, e, SROW_E_DB, "database: an answer is missing");
    for (size_t i = 1; i < results.count; i++) {
        FAIL_IF(PQnfields(results.list[i]) != PQnfields(results.list[0]), e, SROW_E_DB,
                "database: the server's answers to one statement have different columns");
    }
    return rows_make(out, &results, e);
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
    .query_many = query_many,
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
