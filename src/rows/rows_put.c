/* SPDX-License-Identifier: Apache-2.0
 *
 * A row goes in. Look, compare, seal; then one transaction: look again, write, read back, compare
 * bytes, commit. No KMS call inside the transaction, nothing sealed that will not be written.
 */
#include <stdlib.h>

#include "rows/held.h"
#include "rows/pick.h"

/* The statements' columns and parameters stand in this order: bound, other columns that are given,
 * sealed ones that are given. The look needs values for the first two alone. */
struct work {
    const struct rows *rows;
    const struct rows_put *put;
    struct pick pick;
    struct srow_sealed *messages; /* by table->columns */
    struct db_value *params;
    size_t param_count;
    size_t clear_count; /* of them bound and other columns */
    struct srow_buf look, write;
};

static void work_cleanup(struct work *w)
{
    for (size_t i = 0; w->messages != NULL && i < w->pick.table->column_count; i++) {
        srow_sealed_free(&w->messages[i]);
    }
    free(w->messages);
    free(w->params);
    pick_cleanup(&w->pick);
    buf_cleanup(&w->look);
    buf_cleanup(&w->write);
}

/* -- statements -- */

/* The I-th column of the order above. */
static const char *column_name(const struct work *w, size_t at)
{
    const struct config_table *t = w->pick.table;
    if (at < t->bind_count) {
        return t->binds[at].column;
    }
    if (at < w->clear_count) {
        return w->pick.others[at - t->bind_count]->name;
    }
    at -= w->clear_count;
    size_t i = 0;
    while (w->pick.sealed[i] == NULL || at-- > 0) {
        i++;
    }
    return t->columns[i].sealed;
}

static void put_table(struct srow_buf *sql, const struct work *w)
{
    db_put_table(sql, w->rows->db, w->pick.table->schema, w->pick.table->table);
}

static void put_where(struct srow_buf *sql, const struct work *w)
{
    for (size_t i = 0; i < w->pick.table->bind_count; i++) {
        buf_put_str(sql, i == 0 ? " WHERE " : " AND ");
        pick_put_equal(sql, &w->pick, w->rows->db, i);
    }
}

/* All columns as they are, then for each other column whether it holds what is given, compared as
 * the database converts it and without its collation. */
static void write_look(struct work *w)
{
    struct srow_buf *sql = &w->look;
    buf_put_str(sql, "SELECT ");
    for (size_t i = 0; i < w->param_count; i++) {
        buf_put_str(sql, i == 0 ? "" : ", ");
        db_put_name(sql, w->rows->db, column_name(w, i));
    }
    for (size_t i = w->pick.table->bind_count; i < w->clear_count; i++) {
        const struct live_column *c = live_column_find(&w->pick.live, column_name(w, i));
        const struct db_dialect *d = w->rows->db->ops->dialect;
        bool text = c != NULL && (c->kind == LIVE_TEXT || c->kind == LIVE_LOOSE);
        buf_put_str(sql, ", ");
        db_put_sql(sql, w->rows->db, text ? d->same_text : d->same,
                   &(struct db_words){.column = column_name(w, i), .param = i + 1});
    }
    buf_put_str(sql, " FROM ");
    put_table(sql, w);
    put_where(sql, w);
}

static void write_insert(struct work *w)
{
    struct srow_buf *sql = &w->write;
    buf_put_str(sql, "INSERT INTO ");
    put_table(sql, w);
    for (size_t i = 0; i < w->param_count; i++) {
        buf_put_str(sql, i == 0 ? " (" : ", ");
        db_put_name(sql, w->rows->db, column_name(w, i));
    }
    for (size_t i = 0; i < w->param_count; i++) {
        buf_printf(sql, "%s$%zu", i == 0 ? ") VALUES (" : ", ", i + 1);
    }
    buf_put_str(sql, ")");
}

static void write_update(struct work *w)
{
    struct srow_buf *sql = &w->write;
    size_t first = w->pick.table->bind_count;
    buf_put_str(sql, "UPDATE ");
    put_table(sql, w);
    for (size_t i = first; i < w->param_count; i++) {
        buf_put_str(sql, i == first ? " SET " : ", ");
        db_put_name(sql, w->rows->db, column_name(w, i));
        buf_printf(sql, " = $%zu", i + 1);
    }
    put_where(sql, w);
}

static enum srow_rc look(struct held_row *out, const struct work *w, struct srow_error *e)
{
    return held_row_read(out, w->rows->db, w->look.at, w->params, w->clear_count, e);
}

/* A row that is there stays as it is until the transaction ends; one that is not cannot be kept
 * away, and to lock takes a right that who only inserts need not have. */
static enum srow_rc look_and_lock(struct held_row *out, const struct work *w,
                                  const struct held_row *before, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_put(&sql, bytes_buf(&w->look));
    buf_put_str(&sql, before->there ? w->rows->db->ops->dialect->lock : "");
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    return held_row_read(out, w->rows->db, text, w->params, w->clear_count, e);
}

/* -- compare -- */

/* A cell that does not open is different when it is to be replaced; otherwise it is an error. */
static enum srow_rc compare_cell(bool *same, const struct work *w, size_t column,
                                 const struct held_value *stored, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0};
    int equal = 0;
    *same = false;
    if (stored->type == DB_NULL || w->pick.sealed[column]->null) {
        *same = stored->type == DB_NULL && w->pick.sealed[column]->null;
        return SROW_OK;
    }
    pick_put_column(&name, &w->pick, column);
    struct srow_cell cell = pick_cell(&w->pick, buf_cstr(&name), NULL);
    TRY(buf_check(&name, e));
    enum srow_rc rc = srow_cell_match(&equal, w->rows->client, &cell, bytes_buf(&stored->bytes),
                                      w->pick.sealed[column]->value, e);
    enum srow_class cls = srow_rc_class(rc);
    if (w->put->replace && (cls == SROW_CLASS_INTEGRITY || cls == SROW_CLASS_FORMAT)) {
        return SROW_OK;
    }
    *same = equal == 1;
    return rc;
}

static enum srow_rc compare(bool *same, const struct work *w, const struct held_row *row,
                            struct srow_error *e)
{
    size_t at = w->clear_count;
    for (size_t i = w->param_count; i < row->count; i++) {
        if (!bytes_equal_str(bytes_buf(&row->values[i].bytes), "1")) {
            *same = false;
            return SROW_OK;
        }
    }
    *same = true;
    for (size_t i = 0; *same && i < w->pick.table->column_count; i++) {
        if (w->pick.sealed[i] != NULL) {
            TRY(compare_cell(same, w, i, &row->values[at++], e));
        }
    }
    return SROW_OK;
}

/* -- seal -- */

static enum srow_rc seal_column(struct work *w, size_t column, struct srow_error *e)
{
    const struct config_column *c = &w->pick.table->columns[column];
    const struct live_column *live = live_column_find(&w->pick.live, c->sealed);
    AUTO(buf_cleanup) struct srow_buf name = {0};
    pick_put_column(&name, &w->pick, column);
    struct srow_cell cell = pick_cell(&w->pick, buf_cstr(&name), NULL);
    TRY(buf_check(&name, e));
    struct srow_sealed *sealed = &w->messages[column];
    TRY(srow_cell_seal(sealed, w->rows->client, &cell, w->pick.sealed[column]->value, e));
    uint64_t width = live == NULL ? 0 : live->width;
    FAIL_IF(width > 0 && sealed->message.len > width, e, SROW_E_TOO_WIDE,
            "%s: the sealed value has %zu bytes and column %s holds %llu: shorten the value, or "
            "move to a wider column",
            buf_cstr(&name), sealed->message.len, c->sealed, (unsigned long long)width);
    return SROW_OK;
}

static enum srow_rc seal_all(struct work *w, struct srow_error *e)
{
    size_t at = w->clear_count;
    for (size_t i = 0; i < w->pick.table->column_count; i++) {
        if (w->pick.sealed[i] == NULL) {
            continue;
        }
        if (w->pick.sealed[i]->null) {
            w->params[at++] = (struct db_value){.type = DB_NULL};
            continue;
        }
        TRY(seal_column(w, i, e));
        w->params[at++] = db_bytes(bytes_buf(&w->messages[i].message));
    }
    return SROW_OK;
}

/* -- write -- */

/* Binding and sealed values are in the row as they were asked for: no trigger and no column type
 * has changed them. */
static enum srow_rc read_back(const struct work *w, struct srow_error *e)
{
    AUTO(held_row_cleanup) struct held_row row = {0};
    TRY(look(&row, w, e));
    FAIL_IF(!row.there, e, SROW_E_SELF_CHECK,
            "%s: the row that was written is not found by its binding: nothing was stored",
            w->pick.table->name);
    for (size_t i = 0; i < w->param_count; i++) {
        if (i >= w->pick.table->bind_count && i < w->clear_count) {
            continue;
        }
        AUTO(held_value_cleanup) struct held_value asked = {0};
        TRY(held_value_of(&asked, &w->params[i], e));
        FAIL_IF(!bytes_equal(bytes_buf(&asked.bytes), bytes_buf(&row.values[i].bytes)), e,
                SROW_E_SELF_CHECK,
                "%s: column %s gave back something else than was written: look for a trigger or "
                "a type that converts; nothing was stored",
                w->pick.table->name, column_name(w, i));
    }
    return SROW_OK;
}

static enum srow_rc store_once(const struct work *w, const struct held_row *before,
                               struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    AUTO(held_row_cleanup) struct held_row now = {0};
    TRY(db_begin(&work, w->rows->db, e));
    TRY(look_and_lock(&now, w, before, e));
    FAIL_IF(!held_row_equal(before, &now, w->param_count), e, SROW_E_CONFLICT,
            "%s: somebody else has changed the row meanwhile: try again", w->pick.table->name);
    TRY(db_exec(w->rows->db, w->write.at, w->params, w->param_count, e));
    TRY(read_back(w, e));
    return w->put->dry_run ? SROW_OK : db_commit(&work, e);
}

/* A transaction that had to give way to another is run again, with the same sealed bytes. */
static enum srow_rc store(const struct work *w, const struct held_row *before, struct srow_error *e)
{
    int left = w->rows->db->ops->dialect->attempts;
    enum srow_rc rc;
    do {
        rc = store_once(w, before, e);
    } while (rc == SROW_E_BUSY && --left > 0);
    return rc;
}

/* -- put -- */

static enum srow_rc prepare(struct work *w, struct srow_error *e)
{
    const struct pick *p = &w->pick;
    size_t binds = p->table->bind_count;
    w->clear_count = binds + p->other_count;
    w->param_count = w->clear_count;
    for (size_t i = 0; i < p->table->column_count; i++) {
        w->param_count += p->sealed[i] != NULL;
    }
    w->messages = calloc(p->table->column_count + 1, sizeof *w->messages);
    w->params = calloc(w->param_count + 1, sizeof *w->params);
    FAIL_IF(w->messages == NULL || w->params == NULL, e, SROW_E_NOMEM, "no memory for a row");
    memcpy(w->params, p->bound, binds * sizeof *w->params);
    for (size_t i = 0; i < p->other_count; i++) {
        w->params[binds + i] = (struct db_value){.type = DB_TEXT, .bytes = p->others[i]->value};
        if (p->others[i]->null) {
            w->params[binds + i] = (struct db_value){.type = DB_NULL};
        }
    }
    write_look(w);
    buf_cstr(&w->look);
    return buf_check(&w->look, e);
}

static enum srow_rc check_required(const struct pick *p, struct srow_error *e)
{
    for (size_t i = 0; i < p->table->column_count; i++) {
        const struct config_column *c = &p->table->columns[i];
        FAIL_IF(c->required && p->sealed[i] == NULL, e, SROW_E_USAGE,
                "%s.%s: the column is required: give %s=VALUE", p->table->name, c->name, c->name);
    }
    return SROW_OK;
}

static enum srow_rc decide(enum rows_done *out, bool *done, const struct work *w,
                           const struct held_row *before, struct srow_error *e)
{
    bool same = false;
    *out = before->there ? ROWS_REPLACED : ROWS_INSERTED;
    *done = false;
    if (!before->there) {
        return check_required(&w->pick, e);
    }
    TRY(compare(&same, w, before, e));
    FAIL_IF(!same && !w->put->replace, e, SROW_E_CONFLICT,
            "%s: the row is there with another value: nothing was stored: say --replace to "
            "overwrite it",
            w->pick.table->name);
    if (same) {
        *out = ROWS_ALREADY_THERE;
        *done = true;
    }
    return SROW_OK;
}

/* A refusal of an INSERT may mean that another was first since the look: what counts then is what
 * is there now. */
static enum srow_rc look_again(enum rows_done *out, const struct work *w,
                               const struct srow_error *refused, struct srow_error *e)
{
    AUTO(held_row_cleanup) struct held_row now = {0};
    struct srow_error why = {0};
    bool done = false;
    if (refused->rc != SROW_E_DB_DENIED || look(&now, w, &why) != SROW_OK || !now.there) {
        FAIL(e, (enum srow_rc)refused->rc, "%s", refused->text);
    }
    TRY(decide(out, &done, w, &now, e));
    FAIL_IF(!done, e, SROW_E_CONFLICT, "%s: somebody else has stored the row meanwhile: try again",
            w->pick.table->name);
    return SROW_OK;
}

enum srow_rc rows_put(enum rows_done *out, const struct rows *rows, const struct rows_put *put,
                      struct srow_error *e)
{
    AUTO(work_cleanup) struct work w = {.rows = rows, .put = put};
    AUTO(held_row_cleanup) struct held_row before = {0};
    enum rows_done kind = ROWS_INSERTED;
    bool done = false;
    TRY(pick_names(&w.pick, rows, put, true, e));
    TRY(prepare(&w, e));
    TRY(look(&before, &w, e));
    TRY(decide(&kind, &done, &w, &before, e));
    if (!done) {
        TRY(seal_all(&w, e));
        (before.there ? write_update : write_insert)(&w);
        buf_cstr(&w.write);
        TRY(buf_check(&w.write, e));
        struct srow_error refused = {0};
        if (before.there) {
            TRY(store(&w, &before, e));
        } else if (store(&w, &before, &refused) != SROW_OK) {
            TRY(look_again(&kind, &w, &refused, e));
        }
    }
    *out = kind;
    return SROW_OK;
}
