/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/batch.h"

#include <stdlib.h>

#include "rows/batch_cells.h"
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
    pick_table_cleanup(&b->table);
    *b = (struct batch){0};
}

enum srow_rc batch_open(struct batch *out, const struct rows *rows, const char *table,
                        struct srow_error *e)
{
    AUTO(batch_cleanup) struct batch b = {.rows = rows};
    TRY(pick_table_find(&b.table, rows, table, e));
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

/* One that is still to be made is like no other. */
static bool same_binding(const struct pick *a, const struct pick *b)
{
    for (size_t i = 0; i < a->table->bind_count; i++) {
        const struct db_value *x = &a->bound[i], *y = &b->bound[i];
        if (a->binds[i].name == NULL || b->binds[i].name == NULL || x->integer != y->integer ||
            !bytes_equal(x->bytes, y->bytes)) {
            return false;
        }
    }
    return true;
}

/* All rows of a batch are looked up before one of them is stored: none may be another's. */
static bool has_binding(const struct batch *b, const struct pick *p)
{
    size_t i = 0;
    while (i < b->count && !same_binding(&b->list[i]->pick, p)) {
        i++;
    }
    return i < b->count;
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
    if (b->count > 0 &&
        (!same_columns(&b->list[0]->pick, &row->pick) || has_binding(b, &row->pick))) {
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
        uint64_t next = batch_cells_version(b, row, i) + 1;
        FAIL_IF(row->versions[i] != 0 && row->versions[i] != next, e, SROW_E_CONFLICT,
                "%s: somebody else has changed the row meanwhile: try again", b->table.table->name);
        FAIL_IF(next > INT64_MAX, e, SROW_E_LIMIT, "%s: no version is left: set its column back",
                b->table.table->columns[i].full_name);
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

/* All at once; if the database does not take a value of theirs, one by one, to know whose. */
static enum srow_rc look(const struct batch *b, struct batch_part part, struct srow_error *e)
{
    struct srow_error why = {0};
    enum srow_rc rc = batch_store_look(b, part, &why);
    FAIL_IF(rc != SROW_OK && !batch_is_rows_own(rc), e, rc, "%s", why.text);
    for (size_t i = 0; rc != SROW_OK && i < part.count; i++) {
        struct batch_part one = {part.at + i, 1};
        struct srow_error *own = &part.at[i]->error;
        enum srow_rc looked = batch_store_look(b, one, own);
        FAIL_IF(looked != SROW_OK && !batch_is_rows_own(looked), e, looked, "%s", own->text);
    }
    return SROW_OK;
}

static enum srow_rc look_and_decide(const struct batch *b, struct batch_part part,
                                    struct srow_error *e)
{
    TRY(look(b, part, e));
    TRY(batch_cells_compare(b, part, e));
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

/* A refusal of an INSERT may mean that somebody else's row has come since the look: what counts
 * then is what is there now. */
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
    TRY(batch_cells_seal(b, good, e));
    return store(b, until_bad(b, good), e);
}
