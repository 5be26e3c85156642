/* SPDX-License-Identifier: Apache-2.0 */
#include "db/walk.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ROW_OVERHEAD = 64, SAMPLE_PAGES = 100 };

static void row_cleanup(struct walk_row *row)
{
    free(row->values);
    buf_cleanup(&row->bytes);
    *row = (struct walk_row){0};
}

void walk_page_cleanup(struct walk_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        row_cleanup(&page->rows[i]);
    }
    free(page->rows);
    *page = (struct walk_page){0};
}

void walk_cleanup(struct walk *walk)
{
    free(walk->params);
    row_cleanup(&walk->after);
    buf_cleanup(&walk->select);
    buf_cleanup(&walk->lengths);
    buf_cleanup(&walk->from);
    buf_cleanup(&walk->order);
    *walk = (struct walk){0};
}

/* -- rows -- */

static bool has_bytes(const struct db_value *v)
{
    return v->type == DB_TEXT || v->type == DB_BYTES;
}

/* A copy whose views are into its own bytes. */
static enum srow_rc copy_row(struct walk_row *out, const struct db_value *values, size_t n,
                             struct srow_error *e)
{
    AUTO(row_cleanup) struct walk_row row = {.values = calloc(n + 1, sizeof *row.values)};
    FAIL_IF(row.values == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (size_t i = 0; i < n; i++) {
        row.values[i] = values[i];
        buf_put(&row.bytes, has_bytes(&values[i]) ? values[i].bytes : bytes_of(NULL, 0));
    }
    TRY(buf_check(&row.bytes, e));
    const char *at = row.bytes.at;
    for (size_t i = 0; i < n; i++) {
        if (has_bytes(&row.values[i])) {
            row.values[i].bytes.at = at;
            at = at == NULL ? NULL : at + row.values[i].bytes.len;
        }
    }
    row_cleanup(out);
    *out = row;
    row = (struct walk_row){0};
    return SROW_OK;
}

static enum srow_rc read_row(struct walk_row *out, const struct db_rows *rows, size_t n,
                             struct db_value *room, struct srow_error *e)
{
    for (size_t i = 0; i < n; i++) {
        room[i] = rows->ops->value(rows, i);
    }
    return copy_row(out, room, n, e);
}

static void free_values(struct db_value **values)
{
    free(*values);
    *values = NULL;
}

static enum srow_rc read_rows(struct walk_page *out, struct db_rows *rows, size_t most, size_t n,
                              struct srow_error *e)
{
    FAIL_IF(rows->ops->columns(rows) != n, e, SROW_E_DB,
            "database: an answer of other columns than were asked for");
    AUTO(walk_page_cleanup) struct walk_page page = {.rows = calloc(most, sizeof *page.rows)};
    AUTO(free_values) struct db_value *room = calloc(n, sizeof *room);
    FAIL_IF(page.rows == NULL || room == NULL, e, SROW_E_NOMEM, "no memory for a page of rows");
    bool more = true;
    while (page.count < most) {
        TRY(db_next(&more, rows, e));
        if (!more) {
            break;
        }
        TRY(read_row(&page.rows[page.count], rows, n, room, e));
        page.count++;
    }
    walk_page_cleanup(out);
    *out = page;
    page = (struct walk_page){0};
    return SROW_OK;
}

/* -- statements -- */

static const struct db_dialect *dialect_of(const struct walk *w)
{
    return w->db->ops->dialect;
}

static void put_order(struct srow_buf *sql, const struct walk *w, size_t key)
{
    const char *name = w->plan.keys[key].name;
    bool folds = db_folds(w->db, w->plan.schema, w->plan.table, name);
    db_put_sql(sql, w->db, folds ? dialect_of(w)->exact : "@c", &(struct db_words){.column = name});
}

static void put_length(struct srow_buf *sql, const struct walk *w, const struct walk_column *c)
{
    const struct db_dialect *d = dialect_of(w);
    buf_put_str(sql, " + coalesce(");
    db_put_sql(sql, w->db, c->kind == WALK_BYTES ? d->bytes_length : d->text_length,
               &(struct db_words){.column = c->name});
    buf_put_str(sql, ", 0)");
}

static void write_parts(struct walk *w)
{
    const struct walk_plan *p = &w->plan;
    buf_put_str(&w->select, "SELECT ");
    buf_printf(&w->lengths, "SELECT %d", ROW_OVERHEAD);
    buf_put_str(&w->from, " FROM ");
    db_put_table(&w->from, w->db, p->schema, p->table);
    for (size_t i = 0; i < p->key_count + p->column_count; i++) {
        const struct walk_column *c =
            i < p->key_count ? &p->keys[i] : &p->columns[i - p->key_count];
        buf_put_str(&w->select, i == 0 ? "" : ", ");
        db_put_name(&w->select, w->db, c->name);
        put_length(&w->lengths, w, c);
    }
    for (size_t i = 0; i < p->key_count; i++) {
        buf_put_str(&w->order, i == 0 ? " ORDER BY " : ", ");
        put_order(&w->order, w, i);
    }
    if (p->where != NULL) {
        buf_printf(&w->from, " WHERE (%s)", p->where);
    }
}

/* "-12.50": its digits behind the point, or -1. */
static int scale_of(struct srow_bytes text)
{
    const char *at = text.at, *end = at + text.len;
    const char *point = text.len == 0 ? NULL : memchr(at, '.', text.len);
    size_t digits = 0;
    at += text.len > 0 && *at == '-';
    for (const char *c = at; c < end; c++) {
        digits += *c >= '0' && *c <= '9';
    }
    if (digits == 0 || digits != (size_t)(end - at) - (point != NULL)) {
        return -1;
    }
    return point == NULL ? 0 : (int)(end - point) - 1;
}

static void put_param(struct srow_buf *sql, const struct walk *w, size_t key)
{
    const struct db_value *v = &w->after.values[key];
    size_t number = w->plan.param_count + key + 1;
    bool is_text = w->plan.keys[key].kind == WALK_TEXT || v->type != DB_TEXT;
    int scale = is_text || !dialect_of(w)->cast_decimals ? -1 : scale_of(v->bytes);
    if (scale < 0) {
        buf_printf(sql, "$%zu", number);
        return;
    }
    buf_printf(sql, "CAST($%zu AS DECIMAL(65,%d))", number, scale);
}

/* (a, b) > ($1, $2) */
static void put_behind_row(struct srow_buf *sql, const struct walk *w)
{
    for (size_t i = 0; i < w->plan.key_count; i++) {
        buf_put_str(sql, i == 0 ? "(" : ", ");
        put_order(sql, w, i);
    }
    for (size_t i = 0; i < w->plan.key_count; i++) {
        buf_put_str(sql, i == 0 ? ") > (" : ", ");
        put_param(sql, w, i);
    }
    buf_put_str(sql, ")");
}

/* (a > $1) OR (a = $1 AND b > $2): ranges that an index takes one after the other */
static void put_behind_ranges(struct srow_buf *sql, const struct walk *w)
{
    for (size_t i = 0; i < w->plan.key_count; i++) {
        buf_put_str(sql, i == 0 ? "((" : " OR (");
        for (size_t k = 0; k <= i; k++) {
            buf_put_str(sql, k == 0 ? "" : " AND ");
            put_order(sql, w, k);
            buf_put_str(sql, k < i ? " = " : " > ");
            put_param(sql, w, k);
        }
        buf_put_str(sql, ")");
    }
    buf_put_str(sql, ")");
}

static enum srow_rc query(struct db_rows **out, const struct walk *w, const struct srow_buf *what,
                          size_t limit, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_put(&sql, bytes_buf(what));
    buf_put(&sql, bytes_buf(&w->from));
    if (w->has_after) {
        buf_put_str(&sql, w->plan.where == NULL ? " WHERE " : " AND ");
        (dialect_of(w)->row_order ? put_behind_row : put_behind_ranges)(&sql, w);
    }
    buf_put(&sql, bytes_buf(&w->order));
    buf_printf(&sql, " LIMIT %zu", limit);
    if (w->plan.skip > 0) {
        buf_printf(&sql, " OFFSET %" PRIu64, w->plan.skip);
    }
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    size_t n = w->plan.param_count + (w->has_after ? w->plan.key_count : 0);
    return db_query(out, w->db, text, w->params, n, e);
}

/* -- pages -- */

static enum srow_rc remember(struct walk *w, const struct db_value *key, struct srow_error *e)
{
    TRY(copy_row(&w->after, key, w->plan.key_count, e));
    memcpy(w->params + w->plan.param_count, w->after.values,
           w->plan.key_count * sizeof *w->after.values);
    w->has_after = true;
    return SROW_OK;
}

/* How many of the next rows are a page. */
static enum srow_rc measure(size_t *out, const struct walk *w, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    size_t count = 0;
    uint64_t bytes = 0;
    bool more = false;
    TRY(query(&rows, w, &w->lengths, w->plan.page_rows, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        bytes += (uint64_t)rows->ops->value(rows, 0).integer;
        if (count > 0 && bytes > w->plan.page_bytes) {
            break;
        }
        count++;
        TRY(db_next(&more, rows, e));
    }
    *out = count;
    return SROW_OK;
}

enum srow_rc walk_next(struct walk_page *page, struct walk *w, struct srow_error *e)
{
    for (;;) {
        AUTO(db_rows_free) struct db_rows *rows = NULL;
        size_t count = 0;
        TRY(measure(&count, w, e));
        if (count == 0) {
            walk_page_cleanup(page);
            return SROW_OK;
        }
        walk_page_cleanup(page); /* one page at a time in memory */
        TRY(query(&rows, w, &w->select, count, e));
        TRY(read_rows(page, rows, count, w->plan.key_count + w->plan.column_count, e));
        if (page->count > 0) {
            return remember(w, page->rows[page->count - 1].values, e);
        }
        /* somebody has deleted just these: there may be others behind them */
    }
}

void walk_plan_sample(struct walk_plan *plan, uint64_t rows, uint64_t sample)
{
    if (sample == 0 || rows <= sample) {
        return;
    }
    uint64_t pages = sample < SAMPLE_PAGES ? sample : SAMPLE_PAGES;
    plan->page_rows = sample / pages;
    plan->skip = rows / pages - plan->page_rows;
}

static enum srow_rc check_keys(const struct walk_plan *plan, struct srow_error *e)
{
    for (size_t i = 0; i < plan->key_count; i++) {
        FAIL_IF(plan->keys[i].kind == WALK_UNORDERED, e, SROW_E_SCHEMA,
                "table %s has no reliable order by %s, an ENUM, a SET or a floating-point number: "
                "name another unique column as its key",
                plan->table, plan->keys[i].name);
    }
    return SROW_OK;
}

enum srow_rc walk_init(struct walk *out, struct db *db, const struct walk_plan *plan,
                       struct srow_error *e)
{
    AUTO(walk_cleanup) struct walk w = {.db = db, .plan = *plan};
    w.plan.page_bytes = plan->page_bytes == 0 ? WALK_PAGE_BYTES : plan->page_bytes;
    w.plan.page_rows = plan->page_rows == 0 ? WALK_PAGE_ROWS : plan->page_rows;
    TRY(check_keys(plan, e));
    w.params = calloc(plan->param_count + plan->key_count, sizeof *w.params);
    FAIL_IF(w.params == NULL, e, SROW_E_NOMEM, "no memory for a walk over a table");
    if (plan->param_count > 0) {
        memcpy(w.params, plan->params, plan->param_count * sizeof *w.params);
    }
    if (plan->after != NULL) {
        TRY(remember(&w, plan->after, e));
    }
    write_parts(&w);
    TRY(buf_check(&w.select, e));
    TRY(buf_check(&w.lengths, e));
    TRY(buf_check(&w.from, e));
    TRY(buf_check(&w.order, e));
    *out = w;
    w = (struct walk){0};
    return SROW_OK;
}
