/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/batch.h"

#include <stdlib.h>

#include "client/client.h"
#include "rows/batch_made.h"
#include "rows/batch_store.h"

/* -- a batch and its rows -- */

static void row_free(struct batch_row *row)
{
    for (size_t i = 0; row->messages != NULL && i < row->pick.table->column_count; i++) {
        srow_sealed_free(&row->messages[i]);
    }
    free(row->messages);
    free(row->versions);
    free(row->made);
    free(row->params);
    pick_cleanup(&row->pick);
    held_row_cleanup(&row->before);
    free(row);
}

static void row_drop(struct batch_row **row)
{
    if (*row != NULL) {
        row_free(*row);
    }
}

void batch_clear(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        row_free(b->list[i]);
    }
    b->count = 0;
}

void batch_cleanup(struct batch *b)
{
    batch_clear(b);
    free(b->list);
    for (size_t i = 0; b->names != NULL && i < b->table.table->column_count; i++) {
        buf_cleanup(&b->names[i]);
    }
    free(b->names);
    pick_table_cleanup(&b->table);
    *b = (struct batch){0};
}

enum srow_rc batch_open(struct batch *out, const struct rows *rows, const char *table,
                        struct srow_error *e)
{
    AUTO(batch_cleanup) struct batch b = {.rows = rows};
    TRY(pick_table_find(&b.table, rows, table, e));
    size_t n = b.table.table->column_count;
    b.names = calloc(n + 1, sizeof *b.names);
    FAIL_IF(b.names == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (size_t i = 0; i < n; i++) {
        buf_printf(&b.names[i], "%s.%s", b.table.table->name, b.table.table->columns[i].name);
        buf_cstr(&b.names[i]);
        TRY(buf_check(&b.names[i], e));
    }
    *out = b;
    b = (struct batch){0};
    return SROW_OK;
}

static bool same_columns(const struct pick *a, const struct pick *b)
{
    bool same = a->other_count == b->other_count;
    for (size_t i = 0; same && i < a->other_count; i++) {
        same = strcmp(a->others[i]->name, b->others[i]->name) == 0;
    }
    for (size_t i = 0; same && i < a->table->column_count; i++) {
        same = (a->sealed[i] == NULL) == (b->sealed[i] == NULL);
    }
    return same;
}

/* What the first row has, all have. */
static void count_columns(struct batch *b, const struct pick *p)
{
    b->clear_count = p->table->bind_count + p->other_count;
    b->param_count = b->clear_count;
    for (size_t i = 0; i < p->table->column_count; i++) {
        bool versioned = p->sealed[i] != NULL && p->table->columns[i].version != NULL;
        b->param_count += (size_t)(p->sealed[i] != NULL) + (size_t)versioned;
    }
}

static enum srow_rc fill_row(struct batch_row *row, const struct batch *b, struct srow_error *e)
{
    const struct pick *p = &row->pick;
    size_t binds = p->table->bind_count;
    row->messages = calloc(p->table->column_count + 1, sizeof *row->messages);
    row->versions = calloc(p->table->column_count + 1, sizeof *row->versions);
    row->params = calloc(b->param_count + 1, sizeof *row->params);
    FAIL_IF(row->messages == NULL || row->versions == NULL || row->params == NULL, e, SROW_E_NOMEM,
            "no memory for a row");
    memcpy(row->params, p->bound, binds * sizeof *row->params);
    for (size_t i = 0; i < p->other_count; i++) {
        const struct rows_given *g = p->others[i];
        enum db_type type = g->null ? DB_NULL : g->binary ? DB_BYTES : DB_TEXT;
        row->params[binds + i] = (struct db_value){.type = type};
        row->params[binds + i].bytes = g->null ? bytes_of(NULL, 0) : g->value;
    }
    return SROW_OK;
}

static enum srow_rc make_room(struct batch *b, struct srow_error *e)
{
    if (b->count < b->room) {
        return SROW_OK;
    }
    size_t room = b->room == 0 ? 1 : b->room * 2;
    struct batch_row **list = realloc(b->list, room * sizeof *list);
    FAIL_IF(list == NULL, e, SROW_E_NOMEM, "no memory for a row");
    b->list = list;
    b->room = room;
    return SROW_OK;
}

enum srow_rc batch_add(bool *fits, struct batch *b, const struct rows_given *given, size_t n,
                       struct srow_error *e)
{
    AUTO(row_drop) struct batch_row *row = calloc(1, sizeof *row);
    FAIL_IF(row == NULL, e, SROW_E_NOMEM, "no memory for a row");
    row->pick.table = b->table.table;
    const struct pick_given what = {.list = given, .count = n, .write = true, .makes = b->makes};
    TRY(pick_names(&row->pick, &b->table, &what, e));
    if (b->count > 0 && !same_columns(&b->list[0]->pick, &row->pick)) {
        *fits = false;
        return SROW_OK;
    }
    TRY(make_room(b, e));
    if (b->count == 0) {
        count_columns(b, &row->pick);
    }
    TRY(fill_row(row, b, e));
    b->list[b->count++] = row;
    row = NULL;
    *fits = true;
    return SROW_OK;
}

bool batch_is_rows_own(enum srow_rc rc)
{
    switch (srow_rc_class(rc)) {
    case SROW_CLASS_USAGE:
    case SROW_CLASS_FORMAT:
    case SROW_CLASS_LIMIT:
        return true;
    case SROW_CLASS_CONFLICT:
        return rc != SROW_E_STOPPED;
    case SROW_CLASS_INTEGRITY: /* a KMS that answers wrongly does so for all */
        return rc != SROW_E_KMS_KEY_ID && rc != SROW_E_KMS_DATA_KEY;
    default:
        return rc == SROW_E_DB_DENIED || rc == SROW_E_SCHEMA;
    }
}

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

/* What the version column of a column that is given holds; 0 if there is no row or no version. */
static uint64_t version_of(const struct batch *b, const struct batch_row *row, size_t column)
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

static void page_add(struct page *p, const struct batch *b, struct batch_row *row, size_t column,
                     struct srow_bytes in)
{
    p->items[p->count] =
        (struct srow_item){pick_cell(&row->pick, b->names[column].at, NULL), .in = in};
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
            page_add(p, b, row, i, bytes_buf(&stored->bytes));
            p->items[p->count - 1].cell.version = version_of(b, row, i);
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

/* Rows that are there as given are settled. */
static enum srow_rc compare(const struct batch *b, struct batch_part part, struct srow_error *e)
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

/* -- decide -- */

static enum srow_rc check_required(const struct pick *p, struct srow_error *e)
{
    for (size_t i = 0; i < p->table->column_count; i++) {
        const struct config_column *c = &p->table->columns[i];
        FAIL_IF(c->required && !pick_has(p, i), e, SROW_E_USAGE,
                "%s.%s: the column is required: give %s=VALUE", p->table->name, c->name, c->name);
    }
    return SROW_OK;
}

/* What was sealed already was sealed for the row as it was then. */
static enum srow_rc check_versions(const struct batch_row *row, const struct batch *b,
                                   struct srow_error *e)
{
    for (size_t i = 0; i < row->pick.table->column_count; i++) {
        uint64_t next = version_of(b, row, i) + 1;
        FAIL_IF(row->versions[i] != 0 && row->versions[i] != next, e, SROW_E_CONFLICT,
                "%s: somebody else has changed the row meanwhile: try again", b->table.table->name);
        FAIL_IF(next > INT64_MAX, e, SROW_E_LIMIT, "%s: no version is left: set its column back",
                (const char *)b->names[i].at);
    }
    return SROW_OK;
}

static enum srow_rc decide(struct batch_row *row, const struct batch *b, struct srow_error *e)
{
    row->done = row->settled        ? ROWS_ALREADY_THERE
                : row->before.there ? ROWS_REPLACED
                                    : ROWS_INSERTED;
    FAIL_IF(row->made_count > 0 && row->before.there, e, SROW_E_CONFLICT,
            "%s: a row has the key already that was made for this one: set the sequence behind the "
            "greatest key",
            b->table.table->name);
    if (row->settled) {
        return SROW_OK;
    }
    TRY(row->before.there ? SROW_OK : check_required(&row->pick, e));
    FAIL_IF(row->before.there && !b->replace, e, SROW_E_CONFLICT,
            "%s: the row is there with another value: nothing was stored: say --replace to "
            "overwrite it",
            b->table.table->name);
    TRY(check_versions(row, b, e));
    row->writes = true;
    return SROW_OK;
}

static enum srow_rc look_and_decide(const struct batch *b, struct batch_part part,
                                    struct srow_error *e)
{
    TRY(batch_store_look(b, part, e));
    TRY(compare(b, part, e));
    for (size_t i = 0; i < part.count; i++) {
        struct batch_row *row = part.at[i];
        row->writes = false;
        if (row->error.rc == 0) {
            enum srow_rc rc = decide(row, b, &row->error);
            (void)rc; /* stands in the row's error */
        }
    }
    return SROW_OK;
}

/* Up to the first row that fails, where nothing behind it is to be stored. */
static struct batch_part until_bad(const struct batch *b, struct batch_part part)
{
    for (size_t i = 0; b->stop_at_bad && i < part.count; i++) {
        if (part.at[i]->error.rc != 0) {
            part.count = i;
        }
    }
    return part;
}

/* -- seal -- */

static enum srow_rc take_message(struct batch_row *row, const struct batch *b, size_t column,
                                 struct srow_result *result, struct srow_error *e)
{
    const char *name = b->table.table->columns[column].sealed;
    const struct live_column *live = live_column_find(&b->table.live, name);
    struct srow_sealed *sealed = &row->messages[column];
    *sealed = result->sealed;
    result->sealed = (struct srow_sealed){0};
    uint64_t width = live == NULL ? 0 : live->width;
    FAIL_IF(width > 0 && sealed->message.len > width, e, SROW_E_TOO_WIDE,
            "%s: the sealed value has %zu bytes and column %s holds %llu: shorten the value, or "
            "move to a wider column",
            (const char *)b->names[column].at, sealed->message.len, name,
            (unsigned long long)width);
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

static enum srow_rc seal(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    AUTO(page_cleanup) struct page p = {0};
    TRY(page_make(&p, part.count * b->param_count, e));
    for (size_t i = 0; i < part.count; i++) {
        struct batch_row *row = part.at[i];
        for (size_t c = 0; row->writes && c < row->pick.table->column_count; c++) {
            const struct rows_given *given = row->pick.sealed[c];
            bool versioned = row->pick.table->columns[c].version != NULL;
            row->versions[c] = versioned ? version_of(b, row, c) + 1 : 0;
            if (given != NULL && !given->null) {
                page_add(&p, b, row, c, given->value);
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

/* -- store -- */

static void settle(struct batch_part part)
{
    for (size_t i = 0; i < part.count; i++) {
        part.at[i]->settled = part.at[i]->settled || part.at[i]->writes;
        part.at[i]->writes = false;
    }
}

static enum srow_rc write_one(const struct batch *b, struct batch_part one, struct srow_error *e)
{
    struct batch_row *row = one.at[0];
    enum srow_rc rc = batch_store_write(b, one, &row->error);
    if (rc == SROW_OK) {
        settle(one);
        return SROW_OK;
    }
    row->writes = false;
    FAIL_IF(!batch_is_rows_own(rc), e, rc, "%s", row->error.text);
    return SROW_OK;
}

/* A refusal of an INSERT may mean that the row has come since the look, from somebody else or from
 * this batch: what counts then is what is there now. */
static enum srow_rc store_one(const struct batch *b, struct batch_part one, struct srow_error *e)
{
    struct batch_row *row = one.at[0];
    bool inserts = !row->before.there;
    TRY(write_one(b, one, e));
    if (!inserts || row->error.rc != SROW_E_DB_DENIED) {
        return SROW_OK;
    }
    struct srow_error refused = row->error;
    row->error = (struct srow_error){0};
    TRY(look_and_decide(b, one, e));
    if (!row->before.there && row->error.rc == 0) {
        row->writes = false;
        row->error = refused;
    }
    return row->writes ? write_one(b, one, e) : SROW_OK;
}

/* All at once; if a row of them is at fault, one by one, to know which. */
static enum srow_rc store(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    if (part.count != 1) {
        enum srow_rc rc = batch_store_write(b, part, e);
        if (rc == SROW_OK) {
            settle(part);
        }
        if (!batch_is_rows_own(rc)) {
            return rc;
        }
    }
    for (size_t i = 0; i < part.count; i++) {
        struct batch_part one = {part.at + i, 1};
        if (part.at[i]->writes) {
            TRY(store_one(b, one, e));
        }
        if (b->stop_at_bad && part.at[i]->error.rc != 0) {
            break;
        }
    }
    return SROW_OK;
}

enum srow_rc batch_run(struct batch *b, struct srow_error *e)
{
    struct batch_part all = {b->list, b->count};
    TRY(batch_made_fill(b, e));
    TRY(look_and_decide(b, all, e));
    struct batch_part good = until_bad(b, all);
    TRY(seal(b, good, e));
    return store(b, until_bad(b, good), e);
}
