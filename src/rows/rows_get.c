/* SPDX-License-Identifier: Apache-2.0
 *
 * A row comes out: the whole row is selected by the binding that the caller asked for, and every
 * cell is opened under that binding, whatever the row says about itself.
 */
#include <stdlib.h>

#include "client/client.h"
#include "rows/held.h"
#include "rows/pick.h"

/* A column that no line of the configuration stands for. */
static bool is_other(const struct pick *p, const char *column)
{
    const struct config_table *t = p->table;
    for (size_t i = 0; i < t->bind_count; i++) {
        if (live_same_name(p->live, t->binds[i].column, column)) {
            return false;
        }
    }
    for (size_t i = 0; i < t->column_count; i++) {
        if (live_same_name(p->live, t->columns[i].sealed, column)) {
            return false;
        }
    }
    return true;
}

static void add_field(struct rows_row *row, enum rows_kind kind, const char *name)
{
    row->fields[row->count++] = (struct rows_field){.name = strdup(name), .kind = kind};
}

/* One field a column, in the order in which they are selected. */
static enum srow_rc make_fields(struct rows_row *row, struct srow_buf *sql, const struct pick *p,
                                const struct db *db, struct srow_error *e)
{
    const struct config_table *t = p->table;
    row->fields =
        calloc(t->bind_count + t->column_count + p->live->column_count + 1, sizeof *row->fields);
    FAIL_IF(row->fields == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (size_t i = 0; i < t->bind_count; i++) {
        buf_put_str(sql, row->count == 0 ? "SELECT " : ", ");
        db_put_name(sql, db, t->binds[i].column);
        add_field(row, ROWS_BOUND, t->binds[i].name);
    }
    for (size_t i = 0; i < t->column_count; i++) {
        buf_put_str(sql, ", ");
        db_put_name(sql, db, t->columns[i].sealed);
        add_field(row, ROWS_SEALED, t->columns[i].name);
    }
    for (size_t i = 0; i < p->live->column_count; i++) {
        if (is_other(p, p->live->columns[i].name)) {
            buf_put_str(sql, ", ");
            db_put_name(sql, db, p->live->columns[i].name);
            add_field(row, ROWS_OTHER, p->live->columns[i].name);
        }
    }
    for (size_t i = 0; i < row->count; i++) {
        FAIL_IF(row->fields[i].name == NULL, e, SROW_E_NOMEM, "no memory for a row");
    }
    return SROW_OK;
}

static enum db_type type_of(enum srow_type type)
{
    return type == SROW_TYPE_INTEGER ? DB_INTEGER : type == SROW_TYPE_BYTES ? DB_BYTES : DB_TEXT;
}

struct reading {
    const struct rows *rows;
    const struct rows_get *get;
    const struct pick *pick;
};

static enum srow_rc open_cell(struct rows_field *field, const struct reading *r, size_t column,
                              const struct held_value *stored, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0};
    pick_put_column(&name, r->pick, column);
    struct srow_cell cell = pick_cell(r->pick, buf_cstr(&name), r->get->via);
    TRY(buf_check(&name, e));
    if (stored->type == DB_NULL) {
        return client_null_cell(r->rows->client, &cell, e);
    }
    TRY(srow_cell_open(&field->value, r->rows->client, &cell, bytes_buf(&stored->bytes), e));
    field->type = type_of(r->pick->table->columns[column].type);
    field->is_json = r->pick->table->columns[column].type == SROW_TYPE_JSON;
    return SROW_OK;
}

static enum srow_rc read_row(struct held_row *out, const struct pick *p, struct srow_buf *sql,
                             struct db *db, struct srow_error *e)
{
    const struct config_table *t = p->table;
    buf_put_str(sql, " FROM ");
    db_put_table(sql, db, t->schema, t->table);
    pick_put_where(sql, p, db, 0);
    buf_cstr(sql);
    TRY(buf_check(sql, e));
    TRY(held_row_read(out, db, sql->at, p->bound, t->bind_count, e));
    FAIL_IF(!out->there, e, SROW_E_NOT_FOUND, "%s: no row has this binding: check its values",
            t->name);
    return SROW_OK;
}

static enum srow_rc fill(struct rows_row *row, const struct reading *r, struct held_row *held,
                         struct srow_error *e)
{
    size_t binds = r->pick->table->bind_count;
    for (size_t i = 0; i < row->count; i++) {
        struct rows_field *field = &row->fields[i];
        if (field->kind == ROWS_SEALED) {
            TRY(open_cell(field, r, i - binds, &held->values[i], e));
            continue;
        }
        if (i < binds &&
            (pick_is_rewritten(r->pick, i) || r->pick->table->binds[i].type == SROW_TYPE_BOOLEAN)) {
            field->type = DB_TEXT;
            TRY(pick_stored_text(&field->value, r->pick, i, bytes_buf(&held->values[i].bytes), e));
            continue;
        }
        field->type = held->values[i].type;
        field->value = buf_take(&held->values[i].bytes);
    }
    return SROW_OK;
}

enum srow_rc rows_get(struct rows_row *out, const struct rows *rows, const struct rows_get *get,
                      struct srow_error *e)
{
    AUTO(pick_table_cleanup) struct pick_table table = {0};
    AUTO(pick_cleanup) struct pick p = {0};
    AUTO(held_row_cleanup) struct held_row held = {0};
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    struct pick_given names = {.list = get->bind, .count = get->count};
    TRY(pick_table_find(&table, rows, get->table, e));
    TRY(pick_names(&p, &table, &names, e));
    TRY(make_fields(&row, &sql, &p, rows->db, e));
    TRY(read_row(&held, &p, &sql, rows->db, e));
    struct reading reading = {rows, get, &p};
    TRY(fill(&row, &reading, &held, e));
    *out = row;
    row = (struct rows_row){0};
    return SROW_OK;
}
