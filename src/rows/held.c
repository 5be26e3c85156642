/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/held.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"

void held_value_cleanup(struct held_value *v)
{
    buf_cleanup(&v->bytes);
    *v = (struct held_value){0};
}

void held_row_cleanup(struct held_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        held_value_cleanup(&row->values[i]);
    }
    free(row->values);
    *row = (struct held_row){0};
}

enum srow_rc held_value_of(struct held_value *out, const struct db_value *v, struct srow_error *e)
{
    AUTO(held_value_cleanup) struct held_value h = {.type = v->type};
    switch (v->type) {
    case DB_INTEGER:
        buf_printf(&h.bytes, "%" PRId64, v->integer);
        break;
    case DB_REAL:
        buf_printf(&h.bytes, "%.17g", v->real);
        break;
    case DB_TEXT:
    case DB_BYTES:
        buf_put(&h.bytes, v->bytes);
        break;
    case DB_NULL:
        break;
    }
    TRY(buf_check(&h.bytes, e));
    *out = h;
    h = (struct held_value){0};
    return SROW_OK;
}

enum srow_rc held_row_take(struct held_row *out, const struct db_rows *rows, size_t from,
                           struct srow_error *e)
{
    AUTO(held_row_cleanup) struct held_row row = {.there = true};
    size_t n = rows->ops->columns(rows) - from;
    row.values = calloc(n + 1, sizeof *row.values);
    FAIL_IF(row.values == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (row.count = 0; row.count < n; row.count++) {
        struct db_value v = rows->ops->value(rows, from + row.count);
        TRY(held_value_of(&row.values[row.count], &v, e));
    }
    *out = row;
    row = (struct held_row){0};
    return SROW_OK;
}

enum srow_rc held_row_check(const struct held_row *row, size_t count, struct srow_error *e)
{
    FAIL_IF(row->there && row->count != count, e, SROW_E_DB,
            "database: an answer of other columns than were asked for");
    return SROW_OK;
}

enum srow_rc held_row_read(struct held_row *out, struct db *db, const char *sql,
                           const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(held_row_cleanup) struct held_row row = {0};
    bool more = false;
    TRY(db_query(&rows, db, sql, params, n, e));
    TRY(db_next(&more, rows, e));
    if (more) {
        TRY(held_row_take(&row, rows, 0, e));
        TRY(db_next(&more, rows, e));
        FAIL_IF(more, e, SROW_E_SCHEMA,
                "several rows have this binding: make the bound columns unique, see sealrow check");
    }
    *out = row;
    row = (struct held_row){0};
    return SROW_OK;
}

bool held_row_equal(const struct held_row *a, const struct held_row *b, size_t count)
{
    if (a->there != b->there) {
        return false;
    }
    for (size_t i = 0; a->there && i < count; i++) {
        const struct held_value *x = &a->values[i], *y = &b->values[i];
        if (x->type != y->type || !bytes_equal(bytes_buf(&x->bytes), bytes_buf(&y->bytes))) {
            return false;
        }
    }
    return true;
}

uint64_t held_version(const struct held_value *v)
{
    int64_t n = 0;
    bool number = v->type == DB_INTEGER &&
                  text_parse_integer(&n, bytes_buf(&v->bytes), NULL) == SROW_OK && n > 0;
    return number ? (uint64_t)n : 0;
}
