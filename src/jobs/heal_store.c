/* SPDX-License-Identifier: Apache-2.0
 *
 * The transaction of a batch. A value is swapped by comparing bytes: what has other bytes than were
 * opened is not touched, and counts as healed only where these are the bytes that were to be
 * written, by a transaction whose answer was lost.
 */
#include <stdlib.h>
#include <time.h>

#include "jobs/heal_parts.h"

enum { ATTEMPTS = 5, FIRST_PAUSE_MS = 40 };

static void put_where(struct srow_buf *sql, const struct heal_work *w)
{
    for (size_t i = 0; i < w->table->bind_count; i++) {
        buf_put_str(sql, i == 0 ? " WHERE " : " AND ");
        live_put_equal(sql, w->writer, &w->live, w->table->binds[i].column, i + 1);
    }
}

/* Parameters: the bound values, the new bytes, the old ones. */
static enum srow_rc update(uint64_t *changed, const struct heal_work *w, const struct heal_cell *c,
                           struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    size_t n = w->table->bind_count;
    const char *column = w->table->columns[c->column].sealed;
    buf_put_str(&sql, "UPDATE ");
    db_put_table(&sql, w->writer, w->table->schema, w->table->table);
    buf_put_str(&sql, " SET ");
    db_put_name(&sql, w->writer, column);
    buf_printf(&sql, " = $%zu", n + 1);
    put_where(&sql, w);
    buf_put_str(&sql, " AND ");
    db_put_name(&sql, w->writer, column);
    buf_printf(&sql, " = $%zu", n + 2);
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    struct db_value *params = calloc(n + 2, sizeof *params);
    FAIL_IF(params == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    memcpy(params, c->bound, n * sizeof *params);
    params[n] = db_bytes(bytes_buf(&c->sealed));
    params[n + 1] = db_bytes(bytes_buf(&c->old));
    enum srow_rc rc = db_exec(w->writer, text, params, n + 2, e);
    free(params);
    TRY(rc);
    *changed = db_changed(w->writer);
    FAIL_IF(*changed > 1, e, SROW_E_SCHEMA,
            "several rows have one binding: make the bound columns unique, see sealrow check");
    return SROW_OK;
}

/* Whether the row holds the new bytes. */
static enum srow_rc read_back(bool *there, const struct heal_work *w, const struct heal_cell *c,
                              struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    bool more = false;
    buf_put_str(&sql, "SELECT ");
    db_put_name(&sql, w->writer, w->table->columns[c->column].sealed);
    buf_put_str(&sql, " FROM ");
    db_put_table(&sql, w->writer, w->table->schema, w->table->table);
    put_where(&sql, w);
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    TRY(db_query(&rows, w->writer, text, c->bound, w->table->bind_count, e));
    TRY(db_next(&more, rows, e));
    struct db_value v = {0};
    if (more) {
        v = rows->ops->value(rows, 0);
    }
    *there = v.type == DB_BYTES && bytes_equal(v.bytes, bytes_buf(&c->sealed));
    return SROW_OK;
}

static enum srow_rc swap(const struct heal_work *w, struct heal_cell *c, struct srow_error *e)
{
    uint64_t changed = 0;
    bool there = false;
    TRY(update(&changed, w, c, e));
    TRY(read_back(&there, w, c, e));
    FAIL_IF(changed == 1 && !there, e, SROW_E_SELF_CHECK,
            "%s: the database gave back something else than was written: look for a trigger or a "
            "type that converts; nothing of this batch was stored",
            w->table->columns[c->column].full_name);
    c->fate = there ? HEAL_HEALED : HEAL_CHANGED;
    return SROW_OK;
}

static enum srow_rc store_once(struct heal_work *w, struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    TRY(db_begin(&work, w->writer, e));
    for (size_t i = 0; i < w->count; i++) {
        if (w->cells[i].fate != HEAL_FAILED) {
            TRY(swap(w, &w->cells[i], e));
        }
    }
    return w->options->dry_run ? SROW_OK : db_commit(&work, e);
}

static enum srow_rc attempt(struct heal_work *w, struct srow_error *e)
{
    if (w->writer == NULL) {
        TRY(w->h->connect(&w->writer, w->h->state, e));
    }
    enum srow_rc rc = store_once(w, e);
    if (srow_rc_class(rc) == SROW_CLASS_UNAVAILABLE && rc != SROW_E_BUSY) {
        db_free(&w->writer);
    }
    return rc;
}

enum srow_rc heal_store_batch(struct heal_work *w, struct srow_error *e)
{
    size_t pending = 0;
    for (size_t i = 0; i < w->count; i++) {
        pending += w->cells[i].fate == HEAL_PENDING;
    }
    if (pending == 0) {
        return SROW_OK;
    }
    struct timespec pause = {0, FIRST_PAUSE_MS * 1000000L};
    for (int left = ATTEMPTS;; pause.tv_nsec *= 2) {
        enum srow_rc rc = attempt(w, e);
        if (srow_rc_class(rc) != SROW_CLASS_UNAVAILABLE || --left == 0) {
            return rc;
        }
        nanosleep(&pause, NULL);
    }
}
