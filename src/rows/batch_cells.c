/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/batch_cells.h"

#include <stdlib.h>

#include "client/client.h"
#include "rows/batch_store.h"

/* -- a page: cells of several rows -- */

struct page {
    struct srow_item *items;
    struct srow_result *results;
    struct client_match *matches;
    struct batch_row **rows; /* whose cell it is, and of which column */
    size_t *columns;
    size_t count;
};

static void page_cleanup(struct page *p)
{
    srow_cells_free(p->results, p->count);
    free(p->items);
    free(p->results);
    free(p->matches);
    free(p->rows);
    free(p->columns);
}

static enum srow_rc page_make(struct page *p, size_t most, struct srow_error *e)
{
    p->items = calloc(most + 1, sizeof *p->items);
    p->results = calloc(most + 1, sizeof *p->results);
    p->matches = calloc(most + 1, sizeof *p->matches);
    p->rows = calloc(most + 1, sizeof *p->rows);
    p->columns = calloc(most + 1, sizeof *p->columns);
    FAIL_IF(p->items == NULL || p->results == NULL || p->matches == NULL || p->rows == NULL ||
                p->columns == NULL,
            e, SROW_E_NOMEM, "no memory for %zu cells", most);
    return SROW_OK;
}

uint64_t batch_cells_version(const struct batch *b, const struct batch_row *row, size_t column)
{
    const struct pick *p = &row->pick;
    size_t at = b->clear_count;
    for (size_t i = 0; i < p->table->column_count; i++) {
        bool given = p->sealed[i] != NULL;
        at += (size_t)given + (size_t)(given && i < column && p->table->columns[i].version != NULL);
    }
    bool there = row->before.there && p->sealed[column] != NULL;
    return there && p->table->columns[column].version != NULL
               ? held_version(&row->before.values[at])
               : 0;
}

static void page_add(struct page *p, struct batch_row *row, size_t column, struct srow_bytes in)
{
    p->items[p->count] = (struct srow_item){pick_cell(&row->pick, column, NULL), .in = in};
    p->rows[p->count] = row;
    p->columns[p->count++] = column;
}

/* A page's own failures are those of its cells; what is not even begun is the batch's. */
static enum srow_rc page_began(const struct page *p, enum srow_rc rc)
{
    for (size_t i = 0; rc != SROW_OK && i < p->count; i++) {
        rc = p->results[i].error.rc != 0 ? SROW_OK : rc;
    }
    return rc;
}

static void fail_row(struct batch_row *row, const struct srow_error *error)
{
    if (row->error.rc == 0) {
        row->error = *error;
    }
}

/* -- compare -- */

static void add_stored(struct page *p, const struct batch *b, struct batch_row *row)
{
    size_t at = b->clear_count;
    for (size_t i = 0; i < row->pick.table->column_count; i++) {
        const struct rows_given *given = row->pick.sealed[i];
        const struct held_value *stored = given == NULL ? NULL : &row->before.values[at++];
        if (stored != NULL && stored->type != DB_NULL) {
            p->matches[p->count].candidate = given->value;
            page_add(p, row, i, bytes_buf(&stored->bytes));
            p->items[p->count - 1].cell.version = batch_cells_version(b, row, i);
        }
    }
}

/* A cell that does not open is different when it is to be replaced; otherwise it is an error. So it
 * is where values have versions: nobody knows then which one was the last. */
static void take_match(const struct batch *b, const struct page *p, size_t at)
{
    struct batch_row *row = p->rows[at];
    const struct srow_result *result = &p->results[at];
    enum srow_class cls = (enum srow_class)result->error.cls;
    bool other = cls == SROW_CLASS_INTEGRITY || cls == SROW_CLASS_FORMAT;
    bool versioned = row->pick.table->columns[p->columns[at]].version != NULL;
    bool same = p->matches[at].same;
    if (result->error.rc != 0 && !(b->replace && other && !versioned)) {
        fail_row(row, &result->error);
    }
    row->settled = row->settled && same && result->error.rc == 0;
}

enum srow_rc batch_cells_compare(const struct batch *b, struct batch_part part,
                                 struct srow_error *e)
{
    AUTO(page_cleanup) struct page p = {0};
    TRY(page_make(&p, part.count * b->param_count, e));
    for (size_t i = 0; i < part.count; i++) {
        struct batch_row *row = part.at[i];
        row->settled = row->error.rc == 0 && batch_store_is_clear_same(b, row);
        if (row->settled) {
            add_stored(&p, b, row);
        }
    }
    enum srow_rc rc = cells_match(p.results, p.matches, b->rows->client, p.items, p.count, e);
    TRY(page_began(&p, rc));
    for (size_t i = 0; i < p.count; i++) {
        take_match(b, &p, i);
    }
    return SROW_OK;
}

/* -- seal -- */

static enum srow_rc take_message(struct batch_row *row, const struct batch *b, size_t column,
                                 struct srow_result *result, struct srow_error *e)
{
    const struct config_column *c = &b->table.table->columns[column];
    const struct live_column *live = live_column_find(&b->table.live, c->sealed);
    struct srow_sealed *sealed = &row->messages[column];
    *sealed = result->sealed;
    result->sealed = (struct srow_sealed){0};
    uint64_t width = live == NULL ? 0 : live->width;
    FAIL_IF(width > 0 && sealed->message.len > width, e, SROW_E_TOO_WIDE,
            "%s: the sealed value has %zu bytes and column %s holds %llu: shorten the value, or "
            "move to a wider column",
            c->full_name, sealed->message.len, c->sealed, (unsigned long long)width);
    return SROW_OK;
}

static void fill_params(struct batch_row *row, const struct batch *b)
{
    size_t at = b->clear_count;
    for (size_t i = 0; i < row->pick.table->column_count; i++) {
        const struct rows_given *given = row->pick.sealed[i];
        if (given != NULL) {
            row->params[at++] = given->null ? (struct db_value){.type = DB_NULL}
                                            : db_bytes(bytes_buf(&row->messages[i].message));
        }
    }
    for (size_t i = 0; i < row->pick.table->column_count; i++) {
        if (row->pick.sealed[i] != NULL && row->pick.table->columns[i].version != NULL) {
            row->params[at++] = db_integer((int64_t)row->versions[i]);
        }
    }
}

enum srow_rc batch_cells_seal(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    AUTO(page_cleanup) struct page p = {0};
    TRY(page_make(&p, part.count * b->param_count, e));
    for (size_t i = 0; i < part.count; i++) {
        struct batch_row *row = part.at[i];
        for (size_t c = 0; row->writes && c < row->pick.table->column_count; c++) {
            const struct rows_given *given = row->pick.sealed[c];
            bool versioned = row->pick.table->columns[c].version != NULL;
            row->versions[c] = versioned ? batch_cells_version(b, row, c) + 1 : 0;
            if (given != NULL && !given->null) {
                page_add(&p, row, c, given->value);
                p.items[p.count - 1].cell.version = row->versions[c];
            }
        }
    }
    enum srow_rc rc = srow_cells_seal(p.results, b->rows->client, p.items, p.count, e);
    TRY(page_began(&p, rc));
    for (size_t i = 0; i < p.count; i++) {
        struct srow_error error = p.results[i].error;
        if (error.rc != 0 ||
            take_message(p.rows[i], b, p.columns[i], &p.results[i], &error) != SROW_OK) {
            fail_row(p.rows[i], &error);
            p.rows[i]->writes = false;
        }
    }
    for (size_t i = 0; i < part.count; i++) {
        fill_params(part.at[i], b);
    }
    return SROW_OK;
}
