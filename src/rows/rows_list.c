/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows come out, a page at a time: all cells of a page are opened together.
 */
#include <stdlib.h>

#include "client/client.h"
#include "db/walk.h"
#include "rows/batch.h"
#include "rows/fields.h"

/* A row of the page, as far as its cells need it. */
struct listed {
    struct rows_given *given; /* its binding, as text */
    struct srow_buf *texts;
    struct pick pick;
    struct srow_error error;
};

struct listing {
    const struct rows *rows;
    const struct rows_list *list;
    struct pick_table table;
    struct rows_row row;         /* made once, filled again and again */
    size_t shown;                /* of its fields; behind them are versions, which put makes */
    struct walk_column *columns; /* keys, then the fields that are none */
    size_t key_count, column_count;
    size_t *places; /* of a field among the walk's values */
    struct walk walk;
    uint64_t number;
};

static void listing_cleanup(struct listing *l)
{
    walk_cleanup(&l->walk);
    free(l->columns);
    free(l->places);
    rows_row_cleanup(&l->row);
    pick_table_cleanup(&l->table);
}

/* -- what is walked over -- */

static enum srow_rc add_keys(struct listing *l, struct srow_error *e)
{
    const struct config_table *t = l->table.table;
    TRY(live_walk_fit(&l->table.live, l->rows->db, t, e));
    for (size_t i = 0; i < t->key_count; i++) {
        l->columns[l->key_count++] = live_walk_column(&l->table.live, t->key[i]);
    }
    l->column_count = l->key_count;
    return SROW_OK;
}

static size_t place_of(struct listing *l, const char *name)
{
    for (size_t i = 0; i < l->key_count; i++) {
        if (live_same_name(&l->table.live, l->columns[i].name, name)) {
            return i;
        }
    }
    l->columns[l->column_count] = live_walk_column(&l->table.live, name);
    return l->column_count++;
}

static void put_versions_last(struct listing *l)
{
    struct rows_field *f = l->row.fields;
    l->shown = l->row.count;
    for (size_t c = 0; c < l->table.table->column_count; c++) {
        size_t at = fields_version(&l->row, &l->table, c);
        if (at < l->shown) {
            struct rows_field version = f[at];
            l->shown--;
            memmove(&f[at], &f[at + 1], (l->shown - at) * sizeof *f);
            f[l->shown] = version;
        }
    }
}

static struct rows_row shown(const struct listing *l)
{
    return (struct rows_row){l->row.fields, l->shown};
}

static enum srow_rc begin(struct listing *l, struct srow_error *e)
{
    TRY(pick_table_find(&l->table, l->rows, l->list->table, e));
    const struct config_table *t = l->table.table;
    TRY(fields_make(&l->row, &l->table, e));
    put_versions_last(l);
    l->columns = calloc(t->key_count + l->row.count + 1, sizeof *l->columns);
    l->places = calloc(l->row.count + 1, sizeof *l->places);
    FAIL_IF(l->columns == NULL || l->places == NULL, e, SROW_E_NOMEM,
            "no memory for a list of rows");
    TRY(add_keys(l, e));
    for (size_t i = 0; i < l->row.count; i++) {
        l->places[i] = place_of(l, fields_column(&l->table, &l->row.fields[i]));
    }
    struct walk_plan plan = {.schema = t->schema,
                             .table = t->table,
                             .keys = l->columns,
                             .key_count = l->key_count,
                             .columns = l->columns + l->key_count,
                             .column_count = l->column_count - l->key_count,
                             .page_rows = pick_page(l->rows->config, t)};
    return walk_init(&l->walk, l->rows->db, &plan, e);
}

/* -- a page -- */

struct page {
    struct walk_page walk;
    struct listed *rows;
    struct srow_item *items; /* the cells that are not NULL, row by row */
    struct srow_result *results;
    size_t count, binds;
};

static void page_cleanup(struct page *p)
{
    for (size_t i = 0; p->rows != NULL && i < p->walk.count; i++) {
        struct listed *row = &p->rows[i];
        for (size_t k = 0; row->texts != NULL && k < p->binds; k++) {
            buf_cleanup(&row->texts[k]);
        }
        free(row->texts);
        free(row->given);
        pick_cleanup(&row->pick);
    }
    free(p->rows);
    srow_cells_free(p->results, p->count);
    free(p->results);
    free(p->items);
    walk_page_cleanup(&p->walk);
    *p = (struct page){0};
}

static const struct db_value *value_of(const struct listing *l, const struct page *p, size_t row,
                                       size_t field)
{
    return &p->walk.rows[row].values[l->places[field]];
}

/* A field that is not sealed, out of the page. */
static enum srow_rc set_field(struct rows_field *field, const struct listing *l,
                              const struct db_value *v, struct srow_error *e)
{
    AUTO(held_value_cleanup) struct held_value held = {0};
    TRY(held_value_of(&held, v, e));
    return fields_set(field, &l->table, &held, e);
}

/* The binding of a row is what the row says. */
static enum srow_rc bind_row(struct listed *row, const struct listing *l, const struct page *p,
                             size_t at, struct srow_error *e)
{
    row->texts = calloc(p->binds + 1, sizeof *row->texts);
    row->given = calloc(p->binds + 1, sizeof *row->given);
    FAIL_IF(row->texts == NULL || row->given == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (size_t i = 0; i < p->binds; i++) {
        struct rows_field field = {.kind = ROWS_BOUND, .place = i};
        enum srow_rc rc = set_field(&field, l, value_of(l, p, at, i), e);
        row->texts[i] = field.value;
        TRY(rc);
        row->given[i] = (struct rows_given){.name = l->row.fields[i].name,
                                            .value = bytes_buf(&row->texts[i]),
                                            .null = field.type == DB_NULL};
    }
    struct pick_given names = {.list = row->given, .count = p->binds};
    return pick_names(&row->pick, &l->table, &names, e);
}

static enum srow_rc version_of(uint64_t *out, const struct db_value *v, struct srow_error *e)
{
    AUTO(held_value_cleanup) struct held_value held = {0};
    TRY(held_value_of(&held, v, e));
    *out = held_version(&held);
    return SROW_OK;
}

static enum srow_rc add_cells(struct page *p, const struct listing *l, size_t at,
                              struct srow_error *e)
{
    struct listed *row = &p->rows[at];
    for (size_t c = 0; c < l->table.table->column_count; c++) {
        const struct db_value *stored = value_of(l, p, at, p->binds + c);
        struct srow_cell cell = pick_cell(&row->pick, c, l->list->via);
        size_t version = fields_version(&l->row, &l->table, c);
        if (fields_is_clear(&l->table, &l->row.fields[p->binds + c])) {
            continue;
        }
        if (version < l->row.count) {
            TRY(version_of(&cell.version, value_of(l, p, at, version), e));
        }
        if (stored->type == DB_NULL) {
            TRY(client_null_cell(l->rows->client, &cell, e));
        } else {
            p->items[p->count++] = (struct srow_item){cell, stored->bytes};
        }
    }
    return SROW_OK;
}

static enum srow_rc open_page(struct page *p, const struct listing *l, struct srow_error *e)
{
    size_t cells = p->walk.count * l->table.table->column_count;
    p->binds = l->table.table->bind_count;
    p->rows = calloc(p->walk.count, sizeof *p->rows);
    p->items = calloc(cells + 1, sizeof *p->items);
    p->results = calloc(cells + 1, sizeof *p->results);
    FAIL_IF(p->rows == NULL || p->items == NULL || p->results == NULL, e, SROW_E_NOMEM,
            "no memory for a page of rows");
    for (size_t i = 0; i < p->walk.count; i++) {
        struct listed *row = &p->rows[i];
        size_t before = p->count;
        enum srow_rc rc = bind_row(row, l, p, i, &row->error);
        rc = rc != SROW_OK ? rc : add_cells(p, l, i, &row->error);
        p->count = rc != SROW_OK ? before : p->count; /* what will not be shown is not opened */
        FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", row->error.text);
    }
    enum srow_rc rc = srow_cells_open(p->results, l->rows->client, p->items, p->count, e);
    for (size_t i = 0; rc != SROW_OK && i < p->count; i++) {
        rc = p->results[i].error.rc != 0 ? SROW_OK : rc; /* cells have their own */
    }
    return rc;
}

/* -- rows out -- */

static enum srow_rc fill_row(struct listing *l, struct page *p, size_t at, size_t *next,
                             struct srow_error *e)
{
    enum srow_rc rc = SROW_OK;
    for (size_t i = 0; i < l->row.count; i++) {
        struct rows_field *field = &l->row.fields[i];
        const struct db_value *v = value_of(l, p, at, i);
        if (fields_is_clear(&l->table, field)) {
            TRY(set_field(field, l, v, e));
        } else if (v->type != DB_NULL) {
            struct srow_result *result = &p->results[(*next)++];
            field->value = buf_take(&result->plaintext);
            fields_opened(field, &l->table);
            if (result->error.rc != 0 && rc == SROW_OK) {
                rc = (enum srow_rc)result->error.rc;
                *e = result->error;
            }
        }
    }
    return rc;
}

/* Nothing but the values of the binding. */
static enum srow_rc name_row(struct listing *l, struct page *p, size_t at, struct srow_error *e)
{
    fields_clear(&l->row);
    for (size_t i = 0; i < p->binds; i++) {
        TRY(set_field(&l->row.fields[i], l, value_of(l, p, at, i), e));
    }
    return SROW_OK;
}

static enum srow_rc put_row(struct listing *l, struct page *p, size_t at, size_t *next,
                            struct srow_error *e)
{
    struct srow_error error = p->rows[at].error;
    fields_clear(&l->row);
    l->number++;
    enum srow_rc rc = (enum srow_rc)error.rc;
    rc = rc != SROW_OK ? rc : fill_row(l, p, at, next, &error);
    const struct rows_row row = shown(l);
    if (rc == SROW_OK) {
        return l->list->row(l->list->state, &row, e);
    }
    FAIL_IF(!batch_is_rows_own(rc), e, rc, "%s", error.text);
    TRY(name_row(l, p, at, e));
    return l->list->bad(l->list->state, &row, &error, e);
}

static enum srow_rc put_page(struct listing *l, struct page *p, struct srow_error *e)
{
    size_t next = 0;
    for (size_t i = 0; i < p->walk.count; i++) {
        TRY(put_row(l, p, i, &next, e));
    }
    return SROW_OK;
}

enum srow_rc rows_list(const struct rows *rows, const struct rows_list *list, struct srow_error *e)
{
    AUTO(listing_cleanup) struct listing l = {.rows = rows, .list = list};
    TRY(begin(&l, e));
    const struct rows_row head = shown(&l);
    TRY(list->head(list->state, &head, e));
    size_t most = l.walk.plan.page_rows;
    while (list->limit == 0 || l.number < list->limit) {
        AUTO(page_cleanup) struct page p = {0};
        uint64_t left = list->limit - l.number;
        l.walk.plan.page_rows = list->limit > 0 && left < most ? (size_t)left : most;
        TRY(walk_next(&p.walk, &l.walk, e));
        if (p.walk.count == 0) {
            break;
        }
        TRY(open_page(&p, &l, e));
        TRY(put_page(&l, &p, e));
    }
    return SROW_OK;
}
