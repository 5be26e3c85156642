/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/fields.h"

#include <stdlib.h>

#include "client/client.h"

/* A column that no line of the configuration stands for. */
static bool is_other(const struct pick_table *p, const char *column)
{
    const struct config_table *t = p->table;
    for (size_t i = 0; i < t->bind_count; i++) {
        if (live_same_name(&p->live, t->binds[i].column, column)) {
            return false;
        }
    }
    for (size_t i = 0; i < t->column_count; i++) {
        const char *plain = t->columns[i].plain;
        if (live_same_name(&p->live, t->columns[i].sealed, column) ||
            (plain != NULL && live_same_name(&p->live, plain, column))) {
            return false;
        }
    }
    return true;
}

static void add(struct rows_row *row, enum rows_kind kind, size_t place, const char *name)
{
    row->fields[row->count++] =
        (struct rows_field){.name = strdup(name), .kind = kind, .place = place};
}

enum srow_rc fields_make(struct rows_row *out, const struct pick_table *table, struct srow_error *e)
{
    const struct config_table *t = table->table;
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    row.fields =
        calloc(t->bind_count + t->column_count + table->live.column_count + 1, sizeof *row.fields);
    FAIL_IF(row.fields == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (size_t i = 0; i < t->bind_count; i++) {
        add(&row, ROWS_BOUND, i, t->binds[i].name);
    }
    for (size_t i = 0; i < t->column_count; i++) {
        add(&row, ROWS_SEALED, i, t->columns[i].name);
    }
    for (size_t i = 0; i < table->live.column_count; i++) {
        if (is_other(table, table->live.columns[i].name)) {
            add(&row, ROWS_OTHER, i, table->live.columns[i].name);
        }
    }
    for (size_t i = 0; i < row.count; i++) {
        FAIL_IF(row.fields[i].name == NULL, e, SROW_E_NOMEM, "no memory for a row");
    }
    *out = row;
    row = (struct rows_row){0};
    return SROW_OK;
}

bool fields_is_clear(const struct pick_table *table, const struct rows_field *field)
{
    return field->kind != ROWS_SEALED || table->table->columns[field->place].plain != NULL;
}

const char *fields_column(const struct pick_table *table, const struct rows_field *field)
{
    switch (field->kind) {
    case ROWS_BOUND:
        return table->table->binds[field->place].column;
    case ROWS_SEALED:
        return fields_is_clear(table, field) ? table->table->columns[field->place].plain
                                             : table->table->columns[field->place].sealed;
    case ROWS_OTHER:
        break;
    }
    return table->live.columns[field->place].name;
}

/* The database has its own way of writing these. */
static bool is_rewritten(enum srow_type type)
{
    return type == SROW_TYPE_BOOLEAN || type == SROW_TYPE_DECIMAL || type == SROW_TYPE_TIMESTAMP ||
           type == SROW_TYPE_JSON;
}

/* The plaintext of a column with a stage. What is not of its type comes out as it is: the job that
 * fills the sealed column tells of it. */
static enum srow_rc set_plain(struct rows_field *field, const struct pick_table *table,
                              struct held_value *held, struct srow_error *e)
{
    enum srow_type type = table->table->columns[field->place].type;
    field->type = DB_NULL;
    if (held->type != DB_NULL) {
        fields_opened(field, table);
    }
    if (held->type == DB_NULL || !is_rewritten(type) ||
        client_stored_text(&field->value, type, bytes_buf(&held->bytes), NULL) != SROW_OK) {
        buf_cleanup(&field->value);
        field->value = buf_take(&held->bytes);
    }
    return buf_check(&field->value, e);
}

enum srow_rc fields_set(struct rows_field *field, const struct pick_table *table,
                        struct held_value *held, struct srow_error *e)
{
    if (field->kind == ROWS_SEALED) {
        return set_plain(field, table, held, e);
    }
    const struct config_bind *bind =
        field->kind == ROWS_BOUND ? &table->table->binds[field->place] : NULL;
    field->type = held->type;
    if (bind == NULL || held->type == DB_NULL || !is_rewritten(bind->type)) {
        field->value = buf_take(&held->bytes);
        return SROW_OK;
    }
    field->type = DB_TEXT;
    enum srow_rc rc = client_stored_text(&field->value, bind->type, bytes_buf(&held->bytes), e);
    return rc == SROW_OK ? rc : error_wrap(e, rc, "%s.%s", table->table->name, bind->name);
}

void fields_opened(struct rows_field *field, const struct pick_table *table)
{
    enum srow_type type = table->table->columns[field->place].type;
    bool number = type == SROW_TYPE_INTEGER;
    field->type = number ? DB_INTEGER : type == SROW_TYPE_BYTES ? DB_BYTES : DB_TEXT;
    field->is_json = type == SROW_TYPE_JSON;
}

void fields_clear(struct rows_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        buf_cleanup(&row->fields[i].value);
        row->fields[i].type = DB_NULL;
    }
}

size_t fields_version(const struct rows_row *row, const struct pick_table *table, size_t column)
{
    const char *name = table->table->columns[column].version;
    size_t i = name == NULL ? row->count : 0;
    while (i < row->count && !(row->fields[i].kind == ROWS_OTHER &&
                               live_same_name(&table->live, row->fields[i].name, name))) {
        i++;
    }
    return i;
}
