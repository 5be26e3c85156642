/* SPDX-License-Identifier: Apache-2.0
 *
 * A packet holds a part of the rows: servers refuse those that are too large (max_allowed_packet).
 */
#include "db/db_mysql_many.h"

#include <stdlib.h>

#include "db/db_mysql_sql.h"
#include "db/db_mysql_stmt.h"

enum { BULK_ROWS = 1000, INSERT_ROWS = 100, PACKET = 1 << 20 };

/* The rows from `first` on that one packet takes. */
static size_t part_of(const struct db_mysql_many *m, size_t first, size_t most)
{
    size_t bytes = 0, count = 0;
    while (first + count < m->many.rows && count < most) {
        const struct db_value *row = m->many.params + (first + count) * m->many.n;
        for (size_t i = 0; i < m->many.n; i++) {
            bytes += row[i].bytes.len + sizeof(int64_t);
        }
        if (count > 0 && bytes > PACKET) {
            break;
        }
        count++;
    }
    return count;
}

/* -- bulk: a column's values beside each other -- */

union cell {
    const void *at; /* of text and bytes */
    long long integer;
    double real;
};

struct column {
    union cell *cells;
    unsigned long *lengths;
    char *indicators; /* NULL or not */
};

struct bulk {
    MYSQL_STMT *stmt;
    struct column *columns;
    MYSQL_BIND *binds;
    size_t count;
};

static void bulk_cleanup(struct bulk *b)
{
    for (size_t i = 0; b->columns != NULL && i < b->count; i++) {
        free(b->columns[i].cells);
        free(b->columns[i].lengths);
        free(b->columns[i].indicators);
    }
    free(b->columns);
    free(b->binds);
    db_mysql_stmt_close(&b->stmt);
}

static enum srow_rc bulk_init(struct bulk *b, size_t count, struct srow_error *e)
{
    b->count = count;
    b->columns = calloc(count, sizeof *b->columns);
    b->binds = calloc(count, sizeof *b->binds);
    FAIL_IF(b->columns == NULL || b->binds == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    for (size_t i = 0; i < count; i++) {
        struct column *c = &b->columns[i];
        c->cells = calloc(BULK_ROWS, sizeof *c->cells);
        c->lengths = calloc(BULK_ROWS, sizeof *c->lengths);
        c->indicators = calloc(BULK_ROWS, sizeof *c->indicators);
        FAIL_IF(c->cells == NULL || c->lengths == NULL || c->indicators == NULL, e, SROW_E_NOMEM,
                "no memory for a statement");
    }
    return SROW_OK;
}

static void fill_cell(struct column *c, size_t row, const struct db_value *v)
{
    c->indicators[row] = v->type == DB_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
    c->lengths[row] = v->bytes.len;
    switch (v->type) {
    case DB_INTEGER:
        c->cells[row].integer = v->integer;
        break;
    case DB_REAL:
        c->cells[row].real = v->real;
        break;
    default:
        c->cells[row].at = db_mysql_stmt_address(v);
        break;
    }
}

/* All rows of a column are of the type of the first that is not NULL. */
static void fill_column(struct bulk *b, size_t column, const struct db_value *first, size_t n,
                        size_t rows)
{
    struct column *c = &b->columns[column];
    enum db_type type = DB_TEXT;
    for (size_t row = 0; row < rows; row++) {
        const struct db_value *v = first + row * n;
        type = v->type == DB_NULL ? type : v->type;
        fill_cell(c, row, v);
    }
    b->binds[column] = (MYSQL_BIND){.buffer_type = db_mysql_stmt_type(type),
                                    .buffer = c->cells,
                                    .length = c->lengths,
                                    .u.indicator = c->indicators};
}

static enum srow_rc run_bulk(uint64_t *changed, const struct db_mysql_many *m,
                             const struct db_mysql_sql *sql, struct srow_error *e)
{
    AUTO(bulk_cleanup) struct bulk b = {0};
    TRY(bulk_init(&b, sql->count, e));
    TRY(db_mysql_stmt_prepare(&b.stmt, m->handle, sql, e));
    for (size_t first = 0, rows; first < m->many.rows; first += rows) {
        rows = part_of(m, first, BULK_ROWS);
        const unsigned size = (unsigned)rows;
        for (size_t i = 0; i < sql->count; i++) {
            fill_column(&b, i, m->many.params + first * m->many.n + sql->order[i], m->many.n, rows);
        }
        if (mysql_stmt_attr_set(b.stmt, STMT_ATTR_ARRAY_SIZE, &size) != 0 ||
            mysql_stmt_bind_param(b.stmt, b.binds) != 0 || mysql_stmt_execute(b.stmt) != 0) {
            return db_mysql_stmt_fail(b.stmt, e);
        }
        *changed += mysql_stmt_affected_rows(b.stmt);
    }
    return SROW_OK;
}

/* -- without bulk -- */

/* `each` rows in one statement. */
static enum srow_rc run_rows(uint64_t *changed, const struct db_mysql_many *m,
                             const struct db_mysql_sql *sql, size_t each, struct srow_error *e)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql several = {0};
    AUTO(db_mysql_stmt_close) MYSQL_STMT *stmt = NULL;
    for (size_t first = 0, rows, prepared = 0; first < m->many.rows; first += rows) {
        rows = part_of(m, first, each);
        if (rows != prepared) {
            db_mysql_stmt_close(&stmt);
            TRY(db_mysql_sql_repeat(&several, sql, m->many.n, rows, e));
            TRY(db_mysql_stmt_prepare(&stmt, m->handle, &several, e));
            prepared = rows;
        }
        TRY(db_mysql_stmt_run(stmt, &several, m->many.params + first * m->many.n, e));
        *changed += mysql_stmt_affected_rows(stmt);
    }
    return SROW_OK;
}

static bool has_bulk(const struct db_mysql_many *m)
{
    unsigned long has = 0;
    return !m->no_bulk &&
           mariadb_get_infov(m->handle, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &has) ==
               0 &&
           (has & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

enum srow_rc db_mysql_many_run(uint64_t *changed, const struct db_mysql_many *m, const char *text,
                               struct srow_error *e)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql sql = {0};
    TRY(db_mysql_sql_parse(&sql, text, m->many.n, e));
    *changed = 0;
    if (has_bulk(m)) {
        return run_bulk(changed, m, &sql, e);
    }
    size_t most = DB_MYSQL_SQL_PARAMETERS / sql.count;
    most = most > INSERT_ROWS ? INSERT_ROWS : most;
    return run_rows(changed, m, &sql, sql.group_len == 0 ? 1 : most, e);
}
