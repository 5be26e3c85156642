/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/batch_made.h"

#include <inttypes.h>
#include <stdlib.h>

#include "client/client.h"
#include "schema/sequence.h"

static void values_free(int64_t **values)
{
    free(*values);
}

static bool lacks(const struct batch_row *row, size_t bind)
{
    return row->pick.binds[bind].name == NULL;
}

static enum srow_rc give(const struct batch *b, struct batch_row *row, size_t bind,
                         const struct srow_buf *text, struct srow_error *e)
{
    if (row->made == NULL) {
        row->made = calloc(b->table.table->bind_count, sizeof *row->made);
        FAIL_IF(row->made == NULL, e, SROW_E_NOMEM, "no memory for a row");
    }
    TRY(pick_give(&row->pick, bind, bytes_buf(text), e));
    row->params[bind] = row->pick.bound[bind];
    row->made[row->made_count++] = row->pick.binds[bind];
    return SROW_OK;
}

static enum srow_rc make(struct srow_buf *out, const struct config_bind *bind, int64_t value,
                         struct srow_error *e)
{
    if (bind->made == CONFIG_MADE_UUID) {
        return client_uuid_make(out, e);
    }
    buf_printf(out, "%" PRId64, value);
    return buf_check(out, e);
}

static enum srow_rc fill_bind(const struct batch *b, size_t at, struct srow_error *e)
{
    const struct config_bind *bind = &b->table.table->binds[at];
    AUTO(values_free) int64_t *values = calloc(b->count + 1, sizeof *values);
    size_t n = 0;
    FAIL_IF(values == NULL, e, SROW_E_NOMEM, "no memory for keys");
    for (size_t i = 0; i < b->count; i++) {
        n += lacks(b->list[i], at);
    }
    if (n > 0 && bind->made == CONFIG_MADE_SEQUENCE) {
        enum srow_rc rc = sequence_take(values, n, b->rows->db, bind, e);
        if (rc != SROW_OK) {
            return error_wrap(e, rc, "%s.%s", b->table.table->name, bind->name);
        }
    }
    for (size_t i = 0, next = 0; i < b->count; i++) {
        AUTO(buf_cleanup) struct srow_buf text = {0};
        if (lacks(b->list[i], at)) {
            TRY(make(&text, bind, values[next++], e));
            TRY(give(b, b->list[i], at, &text, e));
        }
    }
    return SROW_OK;
}

enum srow_rc batch_made_fill(const struct batch *b, struct srow_error *e)
{
    for (size_t i = 0; i < b->table.table->bind_count; i++) {
        if (b->table.table->binds[i].made != CONFIG_MADE_NOT) {
            TRY(fill_bind(b, i, e));
        }
    }
    return SROW_OK;
}
