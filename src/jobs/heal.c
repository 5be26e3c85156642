/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/heal.h"

#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "base/time.h"
#include "client/client.h"
#include "client/outage.h"
#include "db/walk.h"
#include "jobs/heal_parts.h"

static void work_drop(struct heal_work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        heal_cell_cleanup(&w->cells[i]);
    }
    w->count = 0;
    w->bytes = 0;
}

static void work_free(struct heal_work **work)
{
    struct heal_work *w = *work;
    if (w == NULL) {
        return;
    }
    work_drop(w);
    live_table_cleanup(&w->live);
    db_free(&w->reader);
    db_free(&w->writer);
    free(w);
    *work = NULL;
}

/* -- before the first row -- */

static bool uses(const struct config_table *t, const char *key_set)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (strcmp(t->columns[i].keys, key_set) == 0) {
            return true;
        }
    }
    return false;
}

static void checks_free(struct client_check **checks)
{
    free(*checks);
}

/* Each key that a healed value is to be wrapped under works now, or nothing is begun. */
static enum srow_rc check_keys(const struct heal_work *w, struct srow_error *e)
{
    AUTO(checks_free) struct client_check *checks = NULL;
    size_t count = 0;
    TRY(client_check_keys(&checks, &count, w->h->client, e));
    for (size_t i = 0; i < count; i++) {
        const struct client_check *c = &checks[i];
        bool counts = !c->open_only && uses(w->table, c->key_set) &&
                      !outage_read(client_outage(w->h->client), c->region).down;
        FAIL_IF(counts && c->rc != SROW_OK, e, c->rc,
                "heal needs every Region that is not declared down: Region %s, key %s: %s",
                c->region, c->arn, c->error.text);
    }
    return SROW_OK;
}

static enum srow_rc work_new(struct heal_work **out, const struct heal *h,
                             const struct heal_options *options, struct srow_error *e)
{
    AUTO(work_free) struct heal_work *w = calloc(1, sizeof *w);
    FAIL_IF(w == NULL, e, SROW_E_NOMEM, "no memory for a job");
    w->h = h;
    w->options = options;
    TRY(config_table_named(&w->table, h->config, options->table, e));
    TRY(h->connect(&w->reader, h->state, e));
    TRY(live_table_fit(&w->live, w->reader, w->table, e));
    TRY(check_keys(w, e));
    *out = w;
    w = NULL;
    return SROW_OK;
}

/* -- values -- */

static enum srow_rc tell_failed(struct heal_work *w, const struct heal_cell *c,
                                struct srow_error *e)
{
    struct heal_failure failure = {w->table->columns[c->column].full_name, c->binds,
                                   w->table->bind_count, &c->error};
    w->report->counts.failed++;
    if (w->report->first.rc == 0) {
        w->report->first = c->error;
    }
    if (w->options->failed != NULL) {
        w->options->failed(w->options->state, &failure);
    }
    FAIL_IF(w->options->stop_at_first, e, (enum srow_rc)c->error.rc, "%s: %s",
            w->table->columns[c->column].full_name, c->error.text);
    return SROW_OK;
}

static enum srow_rc settle(struct heal_work *w, struct srow_error *e)
{
    struct heal_counts *counts = &w->report->counts;
    for (size_t i = 0; i < w->count; i++) {
        counts->healed += w->cells[i].fate == HEAL_HEALED;
        counts->changed += w->cells[i].fate == HEAL_CHANGED;
    }
    for (size_t i = 0; i < w->count; i++) {
        if (w->cells[i].fate == HEAL_FAILED) {
            TRY(tell_failed(w, &w->cells[i], e));
        }
    }
    return SROW_OK;
}

static enum srow_rc flush(struct heal_work *w, struct srow_error *e)
{
    TRY(w->count == 0 ? SROW_OK : heal_batch_seal(w, e));
    TRY(heal_store_batch(w, e));
    TRY(settle(w, e));
    work_drop(w);
    return SROW_OK;
}

static enum srow_rc add(struct heal_work *w, size_t column, const struct db_value *row,
                        struct srow_error *e)
{
    struct heal_cell *c = &w->cells[w->count];
    TRY(heal_cell_make(c, w, column, row, e));
    w->count++;
    w->bytes += c->old.len;
    return w->count == HEAL_BATCH || w->bytes >= HEAL_BATCH_BYTES ? flush(w, e) : SROW_OK;
}

/* A value that is no message. */
static enum srow_rc add_failed(struct heal_work *w, size_t column, const struct db_value *row,
                               const struct srow_error *why, struct srow_error *e)
{
    AUTO(heal_cell_cleanup) struct heal_cell c = {0};
    TRY(heal_cell_make(&c, w, column, row, e));
    FAIL_IF(!heal_cell_fail(&c, why), e, (enum srow_rc)why->rc, "%s: %s",
            w->table->columns[column].full_name, why->text);
    return tell_failed(w, &c, e);
}

static enum srow_rc look_at(struct heal_work *w, size_t column, const struct db_value *row,
                            struct srow_error *e)
{
    struct heal_counts *counts = &w->report->counts;
    const struct db_value *v = &row[w->table->bind_count + column];
    struct srow_error why = {0};
    enum heal_state state = HEAL_WHOLE;
    counts->scanned++;
    if (v->type == DB_NULL) {
        counts->nulls++;
        return SROW_OK;
    }
    if (heal_cell_state(&state, w, column, v->bytes, &why) != SROW_OK) {
        return add_failed(w, column, row, &why, e);
    }
    counts->whole += state == HEAL_WHOLE;
    counts->waiting += state == HEAL_WAITING;
    return state == HEAL_DUE ? add(w, column, row, e) : SROW_OK;
}

/* -- rows -- */

/* Waits until so many rows may have been read. A signal ends the pause. */
static void keep_pace(const struct heal_work *w, uint64_t began)
{
    uint64_t rows = w->report->counts.rows, rate = w->options->rows_per_second;
    uint64_t due = rate == 0 ? 0 : began + rows * 1000 / rate, now = time_monotonic_ms();
    if (due > now + 10) {
        struct timespec pause = {(time_t)((due - now) / 1000),
                                 (long)((due - now) % 1000) * 1000000};
        nanosleep(&pause, NULL);
    }
}

/* What is gathered is healed first, so that one that is stopped again and again gets on. */
static enum srow_rc go_on(struct heal_work *w, struct srow_error *e)
{
    const struct heal_options *o = w->options;
    if (o->go_on == NULL || o->go_on(o->state, &w->report->counts)) {
        return SROW_OK;
    }
    TRY(flush(w, e));
    FAIL(e, SROW_E_STOPPED,
         "%s: stopped after %llu row%s: run it again: it goes on with what is left", w->table->name,
         (unsigned long long)w->report->counts.rows, w->report->counts.rows == 1 ? "" : "s");
}

static enum srow_rc scan_page(struct heal_work *w, const struct walk_page *page, uint64_t began,
                              struct srow_error *e)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct db_value *row = page->rows[i].values + w->table->key_count;
        TRY(go_on(w, e));
        for (size_t column = 0; column < w->table->column_count; column++) {
            TRY(look_at(w, column, row, e));
        }
        w->report->counts.rows++;
        keep_pace(w, began);
    }
    return SROW_OK;
}

static void columns_free(struct walk_column **columns)
{
    free(*columns);
}

static enum srow_rc start(struct walk *out, struct walk_column *all, const struct heal_work *w,
                          struct srow_error *e)
{
    const struct config_table *t = w->table;
    TRY(live_walk_fit(&w->live, w->reader, t, e));
    struct walk_plan plan = {
        .schema = t->schema, .table = t->table, .keys = all, .columns = all + t->key_count};
    for (size_t i = 0; i < t->key_count; i++) {
        all[plan.key_count++] = live_walk_column(&w->live, t->key[i]);
    }
    for (size_t i = 0; i < t->bind_count; i++) {
        all[t->key_count + plan.column_count++] = live_walk_column(&w->live, t->binds[i].column);
    }
    for (size_t i = 0; i < t->column_count; i++) {
        all[t->key_count + plan.column_count++] = live_walk_column(&w->live, t->columns[i].sealed);
    }
    return walk_init(out, w->reader, &plan, e);
}

static enum srow_rc scan(struct heal_work *w, struct srow_error *e)
{
    const struct config_table *t = w->table;
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    AUTO(columns_free)
    struct walk_column *columns =
        calloc(t->key_count + t->bind_count + t->column_count, sizeof *columns);
    uint64_t began = time_monotonic_ms();
    FAIL_IF(columns == NULL, e, SROW_E_NOMEM, "no memory for a job");
    TRY(start(&walk, columns, w, e));
    do {
        TRY(walk_next(&page, &walk, e));
        TRY(scan_page(w, &page, began, e));
    } while (page.count > 0);
    return flush(w, e);
}

enum srow_rc heal_run(struct heal_report *out, const struct heal *h,
                      const struct heal_options *options, struct srow_error *e)
{
    AUTO(work_free) struct heal_work *w = NULL;
    *out = (struct heal_report){0};
    TRY(work_new(&w, h, options, e));
    w->report = out;
    TRY(db_count(&out->counts.rows_there, w->reader, w->table->schema, w->table->table, e));
    return scan(w, e);
}
