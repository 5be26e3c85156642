/* SPDX-License-Identifier: Apache-2.0
 *
 * A row comes out: the whole row is selected by the binding that the caller asked for, and every
 * cell is opened under that binding, whatever the row says about itself.
 */
#include "client/client.h"
#include "rows/fields.h"

struct reading {
    const struct rows *rows;
    const struct rows_get *get;
    const struct pick_table *table;
    const struct pick *pick;
};

static enum srow_rc open_cell(struct rows_field *field, const struct reading *r,
                              const struct held_row *held, size_t version, struct srow_error *e)
{
    const struct held_value *stored = &held->values[r->pick->table->bind_count + field->place];
    bool versioned = r->pick->table->columns[field->place].version != NULL;
    struct srow_cell cell = pick_cell(r->pick, field->place, r->get->via);
    cell.version = version < held->count ? held_version(&held->values[version]) : 0;
    cell.min_version = versioned ? r->get->min_version : 0;
    if (stored->type == DB_NULL) {
        return client_null_cell(r->rows->client, &cell, e);
    }
    TRY(srow_cell_open(&field->value, r->rows->client, &cell, bytes_buf(&stored->bytes), e));
    fields_opened(field, r->table);
    return SROW_OK;
}

static enum srow_rc read_row(struct held_row *out, const struct reading *r,
                             const struct rows_row *row, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    const struct config_table *t = r->pick->table;
    struct db *db = r->rows->db;
    for (size_t i = 0; i < row->count; i++) {
        buf_put_str(&sql, i == 0 ? "SELECT " : ", ");
        db_put_name(&sql, db, fields_column(r->table, &row->fields[i]));
    }
    buf_put_str(&sql, " FROM ");
    db_put_table(&sql, db, t->schema, t->table);
    pick_put_where(&sql, r->pick, db, 0);
    buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    TRY(held_row_read(out, db, sql.at, r->pick->bound, t->bind_count, e));
    TRY(held_row_check(out, row->count, e));
    FAIL_IF(!out->there, e, SROW_E_NOT_FOUND, "%s: no row has this binding: check its values",
            t->name);
    return SROW_OK;
}

static enum srow_rc fill(struct rows_row *row, const struct reading *r, struct held_row *held,
                         struct srow_error *e)
{
    for (size_t i = 0; i < row->count; i++) {
        struct rows_field *field = &row->fields[i];
        if (field->kind == ROWS_SEALED && !fields_is_clear(r->table, field)) {
            TRY(open_cell(field, r, held, fields_version(row, r->table, field->place), e));
        }
    }
    for (size_t i = 0; i < row->count; i++) {
        if (fields_is_clear(r->table, &row->fields[i])) {
            TRY(fields_set(&row->fields[i], r->table, &held->values[i], e));
        }
    }
    return SROW_OK;
}

static enum srow_rc check_min_version(const struct rows_get *get, const struct config_table *t,
                                      struct srow_error *e)
{
    bool versioned = false;
    for (size_t i = 0; i < t->column_count; i++) {
        versioned |= t->columns[i].version != NULL;
    }
    FAIL_IF(get->min_version > 0 && !versioned, e, SROW_E_USAGE,
            "%s: no column has a version: give no least one, or configure a version column",
            t->name);
    return SROW_OK;
}

enum srow_rc rows_get(struct rows_row *out, const struct rows *rows, const struct rows_get *get,
                      struct srow_error *e)
{
    AUTO(pick_table_cleanup) struct pick_table table = {0};
    AUTO(pick_cleanup) struct pick p = {0};
    AUTO(held_row_cleanup) struct held_row held = {0};
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    struct pick_given names = {.list = get->bind, .count = get->count};
    struct reading reading = {rows, get, &table, &p};
    TRY(pick_table_find(&table, rows, get->table, e));
    TRY(check_min_version(get, table.table, e));
    TRY(pick_names(&p, &table, &names, e));
    TRY(fields_make(&row, &table, e));
    TRY(read_row(&held, &reading, &row, e));
    TRY(fill(&row, &reading, &held, e));
    *out = row;
    row = (struct rows_row){0};
    return SROW_OK;
}
