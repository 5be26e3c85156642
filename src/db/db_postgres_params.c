/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as libpq takes them: bytes in binary form, everything else as text of the type that the
 * statement finds for it.
 */
#include "db/db_postgres_params.h"

#include <inttypes.h>
#include <stdlib.h>

void db_postgres_params_cleanup(struct db_postgres_params *p)
{
    for (size_t i = 0; p->texts != NULL && i < p->count; i++) {
        buf_cleanup(&p->texts[i]);
    }
    free(p->types);
    free(p->values);
    free(p->lengths);
    free(p->formats);
    free(p->texts);
    *p = (struct db_postgres_params){0};
}

static enum srow_rc put_one(struct db_postgres_params *p, size_t i, const struct db_value *v,
                            struct srow_error *e)
{
    struct srow_buf *text = &p->texts[i];
    switch (v->type) {
    case DB_NULL:
        return SROW_OK;
    case DB_BYTES:
        FAIL_IF(v->bytes.len > INT32_MAX, e, SROW_E_LIMIT, "a value is too large for PostgreSQL");
        p->types[i] = DB_POSTGRES_BYTEA;
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

enum srow_rc db_postgres_params_put(struct db_postgres_params *p, const struct db_value *params,
                                    size_t n, struct srow_error *e)
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
