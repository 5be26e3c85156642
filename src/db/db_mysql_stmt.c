/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_mysql_stmt.h"

#include <errmsg.h>
#include <stdlib.h>

#include "db/db_mysql_error.h"

/* TLS that breaks off after it was verified is a lost connection. */
static enum srow_rc fail_code(unsigned code, struct srow_error *e)
{
    return db_mysql_error_fail(code == CR_SSL_CONNECTION_ERROR ? CR_SERVER_LOST : code, e);
}

enum srow_rc db_mysql_stmt_fail_at(MYSQL *handle, struct srow_error *e)
{
    return fail_code(mysql_errno(handle), e);
}

enum srow_rc db_mysql_stmt_fail(MYSQL_STMT *stmt, struct srow_error *e)
{
    return fail_code(mysql_stmt_errno(stmt), e);
}

void db_mysql_stmt_close(MYSQL_STMT **stmt)
{
    if (*stmt != NULL) {
        mysql_stmt_close(*stmt);
        *stmt = NULL;
    }
}

enum enum_field_types db_mysql_stmt_type(enum db_type type)
{
    switch (type) {
    case DB_INTEGER:
        return MYSQL_TYPE_LONGLONG;
    case DB_REAL:
        return MYSQL_TYPE_DOUBLE;
    case DB_TEXT:
        return MYSQL_TYPE_STRING;
    case DB_BYTES:
        return MYSQL_TYPE_BLOB;
    case DB_NULL:
        break;
    }
    return MYSQL_TYPE_NULL;
}

const void *db_mysql_stmt_address(const struct db_value *v)
{
    if (v->type == DB_INTEGER) {
        return &v->integer;
    }
    if (v->type == DB_REAL) {
        return &v->real;
    }
    return v->bytes.at == NULL ? "" : v->bytes.at; /* an empty view may have no address */
}

static void bind_value(MYSQL_BIND *bind, const struct db_value *v)
{
    bind->buffer_type = db_mysql_stmt_type(v->type);
    bind->buffer = (void *)db_mysql_stmt_address(v);
    bind->buffer_length = v->bytes.len;
    bind->length_value = v->bytes.len;
}

static void free_binds(MYSQL_BIND **binds)
{
    free(*binds);
    *binds = NULL;
}

enum srow_rc db_mysql_stmt_run(MYSQL_STMT *stmt, const struct db_mysql_sql *sql,
                               const struct db_value *params, struct srow_error *e)
{
    AUTO(free_binds) MYSQL_BIND *binds = calloc(sql->count + 1, sizeof *binds);
    FAIL_IF(binds == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    for (size_t i = 0; i < sql->count; i++) {
        bind_value(&binds[i], &params[sql->order[i]]);
    }
    if ((sql->count > 0 && mysql_stmt_bind_param(stmt, binds) != 0) ||
        mysql_stmt_execute(stmt) != 0) {
        return db_mysql_stmt_fail(stmt, e);
    }
    return SROW_OK;
}

enum srow_rc db_mysql_stmt_prepare(MYSQL_STMT **out, MYSQL *handle, const struct db_mysql_sql *sql,
                                   struct srow_error *e)
{
    AUTO(db_mysql_stmt_close) MYSQL_STMT *stmt = mysql_stmt_init(handle);
    FAIL_IF(stmt == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    if (mysql_stmt_prepare(stmt, sql->text.at, sql->text.len) != 0) {
        return db_mysql_stmt_fail(stmt, e);
    }
    FAIL_IF(mysql_stmt_param_count(stmt) != sql->count, e, SROW_E_DB,
            "database: the server finds %lu parameters in a statement of %zu",
            mysql_stmt_param_count(stmt), sql->count);
    *out = stmt;
    stmt = NULL;
    return SROW_OK;
}
