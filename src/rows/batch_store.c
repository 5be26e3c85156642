/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/batch_store.h"

#include <stdlib.h>

#include "rows/batch_sql.h"

/* A statement with the parameters of its rows. */
struct statement {
    struct srow_buf sql;
    struct db_value *params;
};

static void statement_cleanup(struct statement *s)
{
    buf_cleanup(&s->sql);
    free(s->params);
}

/* The first `width` parameters of each row. */
static enum srow_rc gather(struct statement *s, struct batch_part part, size_t width,
                           struct srow_error *e)
{
    buf_cstr(&s->sql);
    TRY(buf_check(&s->sql, e));
    s->params = calloc(part.count * width + 1, sizeof *s->params);
    FAIL_IF(s->params == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    for (size_t i = 0; i < part.count; i++) {
        memcpy(&s->params[i * width], part.at[i]->params, width * sizeof *s->params);
    }
    return SROW_OK;
}

static struct batch_part part_of(struct batch_part part, size_t from, size_t most)
{
    size_t left = part.count - from;
    return (struct batch_part){part.at + from, left > most ? most : left};
}

/* -- look -- */

static void rows_free(struct held_row **rows)
{
    free(*rows);
}

/* `columns` of each row, behind its number. */
static enum srow_rc take_rows(struct held_row *out, size_t n, struct db_rows *rows, size_t columns,
                              struct srow_error *e)
{
    bool more = false;
    TRY(db_next(&more, rows, e));
    while (more) {
        struct db_value number = rows->ops->value(rows, 0);
        FAIL_IF(number.type != DB_INTEGER || (uint64_t)number.integer >= n, e, SROW_E_DB,
                "the database answered with a row that was not asked for");
        struct held_row *row = &out[number.integer];
        if (row->there) {
            row->twice = true;
        } else {
            TRY(held_row_take(row, rows, 1, e));
            TRY(held_row_check(row, columns, e));
        }
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

/* Looks at rows together. The caller cleans `out` up. */
static enum srow_rc look(struct held_row *out, const struct batch *b, struct batch_part part,
                         enum batch_sql_look what, struct srow_error *e)
{
    AUTO(statement_cleanup) struct statement s = {0};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    size_t width = what == BATCH_SQL_COMPARE ? b->clear_count : b->table.table->bind_count;
    batch_sql_look(&s.sql, b, what);
    TRY(gather(&s, part, width, e));
    const struct db_many many = {s.params, width, part.count};
    TRY(db_query_many(&rows, b->rows->db, s.sql.at, &many, e));
    size_t compared = what == BATCH_SQL_COMPARE ? b->clear_count - b->table.table->bind_count : 0;
    return take_rows(out, part.count, rows, b->param_count + compared, e);
}

enum srow_rc batch_store_look(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    size_t most = batch_sql_most(b->clear_count);
    for (size_t from = 0; from < part.count; from += most) {
        struct batch_part some = part_of(part, from, most);
        AUTO(rows_free) struct held_row *found = calloc(some.count, sizeof *found);
        FAIL_IF(found == NULL, e, SROW_E_NOMEM, "no memory for rows");
        enum srow_rc rc = look(found, b, some, BATCH_SQL_COMPARE, e);
        for (size_t i = 0; i < some.count; i++) {
            held_row_cleanup(&some.at[i]->before);
            some.at[i]->before = found[i]; /* what was found before a failure is cleaned up there */
            if (found[i].twice) {
                error_set(&some.at[i]->error, SROW_E_SCHEMA,
                          "several rows have this binding: make the bound columns unique, see "
                          "sealrow check");
            }
        }
        TRY(rc);
    }
    return SROW_OK;
}

bool batch_store_is_clear_same(const struct batch *b, const struct batch_row *row)
{
    for (size_t i = b->param_count; i < row->before.count; i++) {
        if (!bytes_equal_str(bytes_buf(&row->before.values[i].bytes), "1")) {
            return false;
        }
    }
    size_t at = b->clear_count;
    for (size_t i = 0; row->before.there && i < row->pick.table->column_count; i++) {
        const struct rows_given *given = row->pick.sealed[i];
        bool null = given != NULL && row->before.values[at++].type == DB_NULL;
        bool to_be_filled = null && !b->replace && row->pick.plains[i].name != NULL;
        if (given != NULL && null != given->null && !to_be_filled) {
            return false;
        }
    }
    return row->before.there;
}

/* -- write -- */

/* A row that is there stays as it is until the transaction ends. */
static enum srow_rc replace_row(const struct batch *b, struct batch_row *row, struct srow_error *e)
{
    AUTO(statement_cleanup) struct statement see = {0}, write = {0};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(held_row_cleanup) struct held_row now = {0};
    struct batch_part one = {&row, 1};
    size_t width = b->table.table->bind_count;
    batch_sql_look(&see.sql, b, BATCH_SQL_BOUND);
    buf_put_str(&see.sql, b->rows->db->ops->dialect->lock);
    TRY(gather(&see, one, width, e));
    const struct db_many asked = {see.params, width, 1};
    TRY(db_query_many(&rows, b->rows->db, see.sql.at, &asked, e));
    TRY(take_rows(&now, 1, rows, b->param_count, e));
    db_rows_free(&rows);
    FAIL_IF(now.twice || !held_row_equal(&row->before, &now, b->param_count), e, SROW_E_CONFLICT,
            "%s: somebody else has changed the row meanwhile: try again", b->table.table->name);
    batch_sql_update(&write.sql, b);
    TRY(gather(&write, one, b->param_count, e));
    TRY(db_exec(b->rows->db, write.sql.at, write.params, b->param_count, e));
    FAIL_IF(db_changed(b->rows->db) == 0, e, SROW_E_SELF_CHECK,
            "%s: the database did not change the row, and did not refuse to: look for a trigger; "
            "nothing was stored",
            b->table.table->name);
    return SROW_OK;
}

static enum srow_rc insert_rows(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    AUTO(statement_cleanup) struct statement s = {0};
    if (part.count == 0) {
        return SROW_OK;
    }
    batch_sql_insert(&s.sql, b);
    TRY(gather(&s, part, b->param_count, e));
    const struct db_many many = {s.params, b->param_count, part.count};
    return db_exec_many(b->rows->db, s.sql.at, &many, e);
}

/* Whether a parameter came back as it was asked for. */
static enum srow_rc compare_value(bool *same, const struct batch_row *row, size_t param,
                                  const struct held_value *back, struct srow_error *e)
{
    AUTO(held_value_cleanup) struct held_value asked = {0};
    AUTO(buf_cleanup) struct srow_buf text = {0};
    const struct pick *p = &row->pick;
    if (param < p->table->bind_count && pick_is_rewritten(p, param)) {
        TRY(pick_stored_text(&text, p, param, bytes_buf(&back->bytes), e));
        *same = bytes_equal(bytes_buf(&text), p->binds[param].value.bytes);
        return SROW_OK;
    }
    TRY(held_value_of(&asked, &row->params[param], e));
    *same = (asked.type == DB_NULL) == (back->type == DB_NULL) &&
            bytes_equal(bytes_buf(&asked.bytes), bytes_buf(&back->bytes));
    return SROW_OK;
}

/* Binding and sealed values are in the row as they were asked for: no trigger and no column type
 * has changed them. */
static enum srow_rc compare_row(const struct batch *b, const struct batch_row *row,
                                const struct held_row *now, struct srow_error *e)
{
    FAIL_IF(!now->there, e, SROW_E_SELF_CHECK,
            "%s: the row that was written is not found by its binding: nothing was stored",
            b->table.table->name);
    FAIL_IF(now->twice, e, SROW_E_SCHEMA,
            "%s: the row would be there twice: make the bound columns unique, see sealrow check; "
            "nothing was stored",
            b->table.table->name);
    for (size_t i = 0; i < b->param_count; i++) {
        if (i >= b->table.table->bind_count && i < b->clear_count) {
            continue;
        }
        bool same = false;
        TRY(compare_value(&same, row, i, &now->values[i], e));
        FAIL_IF(!same, e, SROW_E_SELF_CHECK,
                "%s: column %s gave back something else than was written: look for a trigger or "
                "a type that converts; nothing was stored",
                b->table.table->name, batch_sql_column(b, i));
    }
    return SROW_OK;
}

static enum srow_rc read_back_some(const struct batch *b, struct batch_part part,
                                   struct srow_error *e)
{
    struct held_row *now = calloc(part.count, sizeof *now);
    FAIL_IF(now == NULL, e, SROW_E_NOMEM, "no memory for rows");
    enum srow_rc rc = look(now, b, part, BATCH_SQL_BOUND, e);
    for (size_t i = 0; i < part.count; i++) {
        rc = rc != SROW_OK ? rc : compare_row(b, part.at[i], &now[i], e);
        held_row_cleanup(&now[i]);
    }
    free(now);
    return rc;
}

static enum srow_rc read_back(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    size_t most = batch_sql_most(b->table.table->bind_count);
    for (size_t from = 0; from < part.count; from += most) {
        TRY(read_back_some(b, part_of(part, from, most), e));
    }
    return SROW_OK;
}

/* `part` has the rows to be replaced first. */
static enum srow_rc write_once(const struct batch *b, struct batch_part part, size_t replaced,
                               struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    TRY(db_begin(&work, b->rows->db, e));
    for (size_t i = 0; i < replaced; i++) {
        TRY(replace_row(b, part.at[i], e));
    }
    TRY(insert_rows(b, part_of(part, replaced, part.count), e));
    TRY(read_back(b, part, e));
    return b->dry_run ? SROW_OK : db_commit(&work, e);
}

/* A transaction that has to give way to another is run again, with the same sealed bytes. */
static enum srow_rc write_all(const struct batch *b, struct batch_part part, size_t replaced,
                              struct srow_error *e)
{
    int left = b->rows->db->ops->dialect->attempts;
    enum srow_rc rc;
    do {
        rc = write_once(b, part, replaced, e);
    } while (rc == SROW_E_BUSY && --left > 0);
    return rc;
}

static bool has_message(const struct batch *b, const struct batch_row *row)
{
    size_t c = b->clear_count;
    while (c < b->param_count && row->params[c].type != DB_BYTES) {
        c++;
    }
    return c < b->param_count;
}

/* A message is made but once: whoever finds it in its row has stored it. A row without one is
 * stored when it is as it was asked for, whoever made it so. */
static bool is_stored(const struct batch *b, struct batch_part part)
{
    if (read_back(b, part, NULL) != SROW_OK || batch_store_look(b, part, NULL) != SROW_OK) {
        return false;
    }
    for (size_t i = 0; i < part.count; i++) {
        if (!has_message(b, part.at[i]) && !batch_store_is_clear_same(b, part.at[i])) {
            return false;
        }
    }
    return true;
}

/* The answer to the COMMIT was lost. The same transaction over a new connection waits until the
 * lost one has ended, and is refused if that has stored the rows. */
static enum srow_rc write_after_loss(const struct batch *b, struct batch_part part, size_t replaced,
                                     const struct srow_error *lost, struct srow_error *e)
{
    struct srow_error why = {0};
    enum srow_rc rc = db_reopen(b->rows->db, &why);
    rc = rc == SROW_OK ? write_all(b, part, replaced, &why) : rc;
    if (rc == SROW_OK || is_stored(b, part)) {
        return SROW_OK;
    }
    FAIL_IF(rc == SROW_E_CONFLICT || rc == SROW_E_DB_DENIED, e, rc, "%s", why.text);
    FAIL(e, (enum srow_rc)lost->rc, "%s", lost->text);
}

static void list_free(struct batch_row ***list)
{
    free(*list);
}

enum srow_rc batch_store_write(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    AUTO(list_free) struct batch_row **list = calloc(part.count + 1, sizeof *list);
    struct batch_part writes = {list, 0};
    FAIL_IF(list == NULL, e, SROW_E_NOMEM, "no memory for rows");
    size_t replaced = 0;
    for (int there = 1; there >= 0; there--) {
        for (size_t i = 0; i < part.count; i++) {
            if (part.at[i]->writes && part.at[i]->before.there == (there == 1)) {
                list[writes.count++] = part.at[i];
            }
        }
        replaced = there == 1 ? writes.count : replaced;
    }
    if (writes.count == 0) {
        return SROW_OK;
    }
    struct srow_error why = {0};
    enum srow_rc rc = write_all(b, writes, replaced, &why);
    if (rc == SROW_E_COMMIT_UNKNOWN) {
        return write_after_loss(b, writes, replaced, &why, e);
    }
    FAIL_IF(rc != SROW_OK, e, rc, "%s", why.text);
    return SROW_OK;
}
