/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/batch_sql.h"

#include <strings.h>

enum { ROWS = PICK_PAGE / 2, PARAMETERS = 8000 }; /* under every engine's limits */

static const struct pick *shape(const struct batch *b)
{
    return &b->list[0]->pick;
}

size_t batch_sql_most(size_t params)
{
    size_t most = PARAMETERS / (params + 1);
    return most > ROWS ? ROWS : most == 0 ? 1 : most;
}

const char *batch_sql_column(const struct batch *b, size_t at)
{
    const struct pick *p = shape(b);
    const struct config_table *t = p->table;
    if (at < t->bind_count) {
        return t->binds[at].column;
    }
    if (at < b->clear_count) {
        return p->others[at - t->bind_count]->name;
    }
    at -= b->clear_count;
    for (size_t i = 0; i < t->column_count; i++) {
        if (p->sealed[i] != NULL && at-- == 0) {
            return t->columns[i].sealed;
        }
    }
    size_t i = 0;
    while (p->sealed[i] == NULL || t->columns[i].version == NULL || at-- > 0) {
        i++;
    }
    return t->columns[i].version;
}

static void put_table(struct srow_buf *sql, const struct batch *b)
{
    db_put_table(sql, b->rows->db, b->table.table->schema, b->table.table->table);
}

static void put_columns(struct srow_buf *sql, const struct batch *b, const char *before)
{
    for (size_t i = 0; i < b->param_count; i++) {
        buf_put_str(sql, i == 0 ? before : ", ");
        db_put_name(sql, b->rows->db, batch_sql_column(b, i));
    }
}

static const char *same_of(const struct db_dialect *d, const struct live_column *c)
{
    if (live_column_is_text(c)) {
        return d->same_text;
    }
    if (c->kind == LIVE_DECIMAL) {
        return d->same_decimal;
    }
    return strncasecmp(c->type, "float", 5) == 0 ? d->same_float : d->same;
}

/* Whether each other column holds what is given, without its collation. */
static void put_same(struct srow_buf *sql, const struct batch *b)
{
    const struct db_dialect *d = b->rows->db->ops->dialect;
    for (size_t i = b->table.table->bind_count; i < b->clear_count; i++) {
        const char *name = batch_sql_column(b, i);
        const struct live_column *c = live_column_find(&b->table.live, name);
        buf_put_str(sql, ", ");
        db_put_sql(sql, b->rows->db, c == NULL ? d->same : same_of(d, c),
                   &(struct db_words){.column = name, .param = i + 1});
    }
}

void batch_sql_look(struct srow_buf *out, const struct batch *b, enum batch_sql_look what)
{
    put_columns(out, b, "SELECT ");
    if (what == BATCH_SQL_COMPARE) {
        put_same(out, b);
    }
    buf_put_str(out, " FROM ");
    put_table(out, b);
    pick_put_where(out, shape(b), b->rows->db, 0);
}

void batch_sql_insert(struct srow_buf *out, const struct batch *b)
{
    buf_put_str(out, "INSERT INTO ");
    put_table(out, b);
    put_columns(out, b, " (");
    for (size_t i = 0; i < b->param_count; i++) {
        buf_printf(out, "%s$%zu", i == 0 ? ") VALUES (" : ", ", i + 1);
    }
    buf_put_str(out, ")");
}

void batch_sql_update(struct srow_buf *out, const struct batch *b)
{
    size_t first = b->table.table->bind_count;
    buf_put_str(out, "UPDATE ");
    put_table(out, b);
    for (size_t i = first; i < b->param_count; i++) {
        buf_put_str(out, i == first ? " SET " : ", ");
        db_put_name(out, b->rows->db, batch_sql_column(b, i));
        buf_printf(out, " = $%zu", i + 1);
    }
    pick_put_where(out, shape(b), b->rows->db, 0);
}
