/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/bench.h"

#include <stdlib.h>

#include <sealrow/sealrow.h>

#include "jobs/bench_parts.h"
#include "schema/ddl.h"

void bench_cleanup(struct bench *b)
{
    free(b->regions);
    *b = (struct bench){0};
}

/* -- the rows of a batch -- */

static void row_cleanup(struct bench_row *row, size_t binds)
{
    for (size_t i = 0; row->texts != NULL && i < binds; i++) {
        buf_cleanup(&row->texts[i]);
    }
    free(row->texts);
    free(row->binds);
    *row = (struct bench_row){0};
}

static void forget(struct bench_work *w)
{
    for (size_t i = 0; w->cells != NULL && i < BENCH_BATCH * w->est.column_count; i++) {
        buf_cleanup(&w->cells[i].value);
        buf_cleanup(&w->cells[i].message);
        w->cells[i] = (struct bench_cell){0};
    }
    for (size_t i = 0; i < w->row_count; i++) {
        row_cleanup(&w->rows[i], w->est.table->bind_count);
    }
    w->row_count = 0;
}

static void work_free(struct bench_work **at)
{
    struct bench_work *w = *at;
    if (w == NULL) {
        return;
    }
    forget(w);
    free(w->cells);
    scan_cleanup(&w->scan);
    estimate_cleanup(&w->est);
    free(w);
}

static enum srow_rc read_row(struct bench_row *row, const struct bench_work *w,
                             const struct walk_row *at, struct srow_error *e)
{
    const struct config_table *t = w->est.table;
    row->at = at;
    row->texts = calloc(t->bind_count, sizeof *row->texts);
    row->binds = calloc(t->bind_count, sizeof *row->binds);
    FAIL_IF(row->texts == NULL || row->binds == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (size_t i = 0; i < t->bind_count; i++) {
        bool bytes = t->binds[i].type == SROW_TYPE_BYTES;
        enum srow_rc rc =
            scan_put_text(&row->texts[i], t->binds[i].type, scan_bound(&w->scan, at, i), e);
        if (rc != SROW_OK) {
            return error_wrap(e, rc, "%s: binding %s of a row", t->name, t->binds[i].name);
        }
        row->binds[i] = (struct srow_bind){
            t->binds[i].name,
            {.type = bytes ? SROW_TYPE_BYTES : SROW_TYPE_TEXT, .bytes = bytes_buf(&row->texts[i])}};
    }
    return SROW_OK;
}

/* As long as the estimate assumes: the longest of the type, or DDL_ROOM_VALUE. */
static enum srow_rc make_up(struct srow_buf *out, enum srow_type type, struct srow_error *e)
{
    static const char *const longest[] = {
        [SROW_TYPE_INTEGER] = "-9223372036854775808",
        [SROW_TYPE_BOOLEAN] = "false",
        [SROW_TYPE_DATE] = "2026-11-24",
        [SROW_TYPE_UUID] = "123e4567-e89b-12d3-a456-426614174000",
        [SROW_TYPE_DECIMAL] = "-99999999999999999999999999999999999.999999999999999999999999999999",
        [SROW_TYPE_TIMESTAMP] = "2026-11-24T08:30:00.120001Z",
        [SROW_TYPE_JSON] = NULL};
    if (longest[type] != NULL) {
        buf_put_str(out, longest[type]);
        return buf_check(out, e);
    }
    for (size_t i = 0; i < DDL_ROOM_VALUE; i++) {
        bool end = i == 0 || i == DDL_ROOM_VALUE - 1;
        buf_put_str(out, type == SROW_TYPE_JSON && end ? "\"" : "x");
    }
    return buf_check(out, e);
}

static enum srow_rc read_cell(struct bench_cell *c, const struct bench_work *w,
                              const struct bench_row *row, size_t column, struct srow_error *e)
{
    const struct estimate_column *est = &w->est.columns[column];
    struct scan_cell found;
    TRY(scan_cell(&found, &w->scan, row->at, column, e));
    c->row = found.source == SCAN_NONE && !est->assumed ? NULL : row;
    c->version = found.version;
    c->old = found.source == SCAN_SEALED ? found.held->bytes : bytes_of(NULL, 0);
    if (found.source == SCAN_PLAIN) {
        return scan_put_text(&c->value, est->column->type, found.held, e);
    }
    return est->assumed ? make_up(&c->value, est->column->type, e) : SROW_OK;
}

static enum srow_rc read_rows(struct bench_work *w, const struct walk_page *page,
                              struct srow_error *e)
{
    for (size_t i = 0; i < page->count && w->out->rows < w->ask->rows; i++) {
        struct bench_row *row = &w->rows[w->row_count++];
        TRY(read_row(row, w, &page->rows[i], e));
        for (size_t k = 0; k < w->est.column_count; k++) {
            TRY(read_cell(&w->cells[(w->row_count - 1) * w->est.column_count + k], w, row, k, e));
        }
        w->out->rows++;
    }
    return SROW_OK;
}

/* -- KMS -- */

/* Cells that are opened or sealed together. */
struct round {
    struct srow_item *items;
    struct srow_result *results;
    struct bench_cell **cells;
    size_t count;
};

static void round_free(struct round *r)
{
    if (r->results != NULL) {
        srow_cells_free(r->results, r->count);
    }
    free(r->items);
    free(r->results);
    free(r->cells);
}

static enum srow_rc round_make(struct round *r, const struct bench_work *w, struct srow_error *e)
{
    size_t room = w->row_count * w->est.column_count;
    r->items = calloc(room, sizeof *r->items);
    r->results = calloc(room, sizeof *r->results);
    r->cells = calloc(room, sizeof *r->cells);
    FAIL_IF(r->items == NULL || r->results == NULL || r->cells == NULL, e, SROW_E_NOMEM,
            "no memory for a batch");
    return SROW_OK;
}

static const struct estimate_column *column_of(const struct bench_work *w,
                                               const struct bench_cell *c)
{
    return &w->est.columns[(size_t)(c - w->cells) % w->est.column_count];
}

static void round_add(struct round *r, const struct bench_work *w, struct bench_cell *c,
                      struct srow_cell cell, struct srow_bytes in)
{
    cell.column = column_of(w, c)->column->full_name;
    cell.bind = c->row->binds;
    cell.bind_count = w->est.table->bind_count;
    r->items[r->count] = (struct srow_item){.cell = cell, .in = in};
    r->cells[r->count++] = c;
}

static enum srow_rc open_all(struct bench_work *w, struct srow_error *e)
{
    AUTO(round_free) struct round r = {0};
    TRY(round_make(&r, w, e));
    for (size_t i = 0; i < w->row_count * w->est.column_count; i++) {
        struct bench_cell *c = &w->cells[i];
        if (c->row != NULL && c->old.len > 0) {
            round_add(&r, w, c, (struct srow_cell){.version = c->version}, c->old);
        }
    }
    double began = bench_clock();
    TRY(r.count == 0 ? SROW_OK : srow_cells_open(r.results, w->ask->client, r.items, r.count, e));
    w->out->open_s += bench_clock() - began;
    w->out->opened += r.count;
    for (size_t i = 0; i < r.count; i++) {
        r.cells[i]->value = buf_take(&r.results[i].plaintext);
        for (size_t k = 0; k < w->out->region_count; k++) {
            w->out->regions[k].estimated += column_of(w, r.cells[i])->regions[k].reads;
        }
    }
    return SROW_OK;
}

static enum srow_rc count_sealed(struct bench_work *w, struct bench_cell *c, struct srow_error *e)
{
    const struct estimate_column *column = column_of(w, c);
    uint64_t bound = 0;
    TRY(scan_bound_bytes(&bound, &w->scan, c->row->at, e));
    w->out->bytes_estimated += estimate_message(&w->est, column, bound, c->version,
                                                scan_padded(column->column, c->value.len));
    w->out->bytes_measured += c->message.len;
    w->out->sealed++;
    for (size_t k = 0; k < w->out->region_count; k++) {
        w->out->regions[k].estimated += column->regions[k].writes;
    }
    return SROW_OK;
}

static enum srow_rc seal_all(struct bench_work *w, struct srow_error *e)
{
    AUTO(round_free) struct round r = {0};
    TRY(round_make(&r, w, e));
    for (size_t i = 0; i < w->row_count * w->est.column_count; i++) {
        struct bench_cell *c = &w->cells[i];
        if (c->row != NULL) {
            bool has_version = column_of(w, c)->column->version != NULL;
            uint64_t version = has_version && c->version == 0 ? 1 : c->version;
            round_add(&r, w, c, (struct srow_cell){.version = version}, bytes_buf(&c->value));
        }
    }
    double began = bench_clock();
    TRY(r.count == 0 ? SROW_OK : srow_cells_seal(r.results, w->ask->client, r.items, r.count, e));
    w->out->seal_s += bench_clock() - began;
    for (size_t i = 0; i < r.count; i++) {
        r.cells[i]->message = buf_take(&r.results[i].sealed.message);
        TRY(count_sealed(w, r.cells[i], e));
    }
    return SROW_OK;
}

/* Requests so far, by the client's own counters; `sign` 1 adds them, -1 takes them off. */
static enum srow_rc count_requests(struct bench_work *w, int sign, struct srow_error *e)
{
    static const char line[] = "sealrow_kms_requests_total{region=\"";
    AUTO(buf_cleanup) struct srow_buf text = {0};
    TRY(srow_client_metrics(&text, w->ask->client, e));
    const char *at = buf_cstr(&text);
    TRY(buf_check(&text, e));
    while ((at = strstr(at, line)) != NULL) {
        at += strlen(line);
        const char *value = strstr(at, "} ");
        for (size_t i = 0; value != NULL && i < w->out->region_count; i++) {
            struct bench_region *r = &w->out->regions[i];
            size_t len = strlen(r->name);
            if (strncmp(at, r->name, len) == 0 && at[len] == '"') {
                uint64_t n = strtoull(value + 2, NULL, 10);
                r->measured = sign > 0 ? r->measured + n : r->measured - n;
            }
        }
    }
    return SROW_OK;
}

/* -- the table -- */

static enum srow_rc make_regions(struct bench *out, const struct srow_config *config,
                                 struct srow_error *e)
{
    out->regions = calloc(config->region_count, sizeof *out->regions);
    FAIL_IF(out->regions == NULL, e, SROW_E_NOMEM, "no memory for Regions");
    for (size_t i = 0; i < config->region_count; i++) {
        out->regions[out->region_count++].name = config->regions[i].name;
    }
    return SROW_OK;
}

static enum srow_rc start(struct bench_work *w, struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    const struct estimate_ask *ask = &w->ask->estimate;
    const struct scan_ask how = {
        .config = ask->config, .table = ask->table, .page_rows = BENCH_BATCH};
    TRY(estimate_read(&w->est, ask, w->db, e));
    w->out->table = w->est.table;
    TRY(live_table_fit(&live, w->db, w->est.table, e)); /* the sealed columns are there */
    FAIL_IF(w->est.rows == 0, e, SROW_E_NOT_FOUND,
            "%s: no row is there to work with: put some first; sealrow estimate needs none",
            w->est.table->name);
    w->cells = calloc(BENCH_BATCH * w->est.column_count, sizeof *w->cells);
    FAIL_IF(w->cells == NULL, e, SROW_E_NOMEM, "no memory for a batch");
    TRY(make_regions(w->out, ask->config, e));
    return scan_open(&w->scan, &how, w->db, e);
}

static enum srow_rc run_batches(struct bench_work *w, struct srow_error *e)
{
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    do {
        TRY(scan_next(&page, &w->scan, e));
        TRY(read_rows(w, &page, e));
        if (w->row_count > 0) {
            TRY(open_all(w, e));
            TRY(seal_all(w, e));
            TRY(bench_write(w, e));
        }
        forget(w);
    } while (page.count > 0 && w->out->rows < w->ask->rows);
    return SROW_OK;
}

enum srow_rc bench_run(struct bench *out, const struct bench_ask *ask, struct db *db,
                       struct srow_error *e)
{
    AUTO(bench_cleanup) struct bench made = {0};
    AUTO(work_free) struct bench_work *w = calloc(1, sizeof *w);
    FAIL_IF(w == NULL, e, SROW_E_NOMEM, "no memory for a bench");
    w->ask = ask;
    w->out = &made;
    w->db = db;
    TRY(start(w, e));
    TRY(srow_client_warm(ask->client, 0, e)); /* connections are no part of what is measured */
    TRY(count_requests(w, -1, e));
    TRY(run_batches(w, e));
    TRY(count_requests(w, 1, e));
    *out = made;
    made = (struct bench){0};
    return SROW_OK;
}
