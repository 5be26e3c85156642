/* SPDX-License-Identifier: Apache-2.0
 *
 * Many rows go in: read one by one, stored batch by batch. One batch is in memory at a time.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "rows/batch.h"
#include "rows/source.h"

enum { BATCH_BYTES = 4 << 20 };

struct loading {
    const struct rows_load *load;
    struct rows_counts *counts;
    struct source source;
    struct batch batch;
    struct record records[PICK_PAGE]; /* by the batch's rows, which borrow them */
    size_t most;                      /* rows of a batch */
    size_t bytes;                     /* of the records */
};

static void forget(struct loading *l)
{
    for (size_t i = 0; i < l->batch.count; i++) {
        record_cleanup(&l->records[i]);
    }
    batch_clear(&l->batch);
    l->bytes = 0;
}

static void loading_free(struct loading **at)
{
    struct loading *l = *at;
    if (l != NULL) {
        forget(l);
        source_cleanup(&l->source);
        batch_cleanup(&l->batch);
        free(l);
    }
}

/* -- what became of a row -- */

/* A bad row's text, whole characters of it, so that the line has room for what to do. */
static int reason_length(const char *text)
{
    enum { MOST = 280 };
    size_t len = strnlen(text, MOST);
    bool cut = len == MOST;
    while (cut && len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) {
        len--;
    }
    return (int)len;
}

static enum srow_rc stop_there(const struct loading *l, const struct rows_bad *bad, const char * or,
                               struct srow_error *e)
{
    FAIL(e, (enum srow_rc)bad->error->rc,
         "%s, line %" PRIu64 ": %.*s; stopped there, rows behind it were not tried: mend it and "
         "run it again%s",
         l->load->input.name, bad->line, reason_length(bad->error->text), bad->error->text, or);
}

static enum srow_rc bad_row(struct loading *l, const struct rows_bad *bad, struct srow_error *e)
{
    l->counts->bad++;
    return l->load->bad == NULL
               ? stop_there(l, bad, ", or put bad rows aside with --skip-bad PATH", e)
               : l->load->bad(l->load->state, bad, e);
}

static bool lacks_regions(const struct batch_row *row)
{
    for (size_t i = 0; i < row->pick.table->column_count; i++) {
        if (row->messages[i].missing > 0) {
            return true;
        }
    }
    return false;
}

static void count_row(struct rows_counts *counts, const struct batch_row *row)
{
    switch (row->done) {
    case ROWS_INSERTED:
        counts->inserted++;
        break;
    case ROWS_ALREADY_THERE:
        counts->already_there++;
        return;
    case ROWS_REPLACED:
        counts->replaced++;
        break;
    }
    counts->missing += lacks_regions(row);
}

/* Up to the first bad row, if that ends the load. */
static void count_stored(struct loading *l)
{
    for (size_t i = 0; i < l->batch.count; i++) {
        const struct batch_row *row = l->batch.list[i];
        if (row->error.rc == 0 && row->settled) {
            count_row(l->counts, row);
        } else if (row->error.rc != 0 && l->load->bad == NULL) {
            return;
        }
    }
}

static enum srow_rc tell_made(struct loading *l, struct srow_error *e)
{
    for (size_t i = 0; i < l->batch.count && !l->load->dry_run; i++) {
        const struct batch_row *row = l->batch.list[i];
        const struct rows_made made = {l->records[i].line, row->made, row->made_count};
        bool is_new = row->error.rc == 0 && row->settled && made.count > 0;
        TRY(is_new ? l->load->made(l->load->state, &made, e) : SROW_OK);
    }
    return SROW_OK;
}

static enum srow_rc tell_bad(struct loading *l, struct srow_error *e)
{
    for (size_t i = 0; i < l->batch.count; i++) {
        const struct srow_error *error = &l->batch.list[i]->error;
        const struct record *record = &l->records[i];
        struct rows_bad bad = {record->line, error, bytes_buf(&record->kept)};
        FAIL_IF(error->rc != 0 && !batch_is_rows_own((enum srow_rc)error->rc), e,
                (enum srow_rc)error->rc, "%s, line %" PRIu64 ": %s", l->load->input.name,
                record->line, error->text);
        TRY(error->rc == 0 ? SROW_OK : bad_row(l, &bad, e));
    }
    return SROW_OK;
}

/* What is stored comes first: who is told of it, or of bad rows, may fail. */
static enum srow_rc tell_batch(struct loading *l, struct srow_error *e)
{
    count_stored(l);
    TRY(tell_made(l, e));
    return tell_bad(l, e);
}

static enum srow_rc flush(struct loading *l, struct srow_error *e)
{
    struct srow_error why = {0};
    enum srow_rc rc = SROW_OK;
    if (l->batch.count > 0) {
        rc = batch_run(&l->batch, e);
    }
    enum srow_rc told = tell_batch(l, rc == SROW_OK ? e : &why);
    forget(l);
    TRY(rc);
    TRY(told);
    return l->load->tell == NULL ? SROW_OK : l->load->tell(l->load->state, l->counts, e);
}

/* -- rows in -- */

static enum srow_rc read_row(bool *more, struct loading *l, struct record *record,
                             struct srow_error *e)
{
    enum srow_rc rc = source_next(more, record, &l->source, e);
    l->counts->bytes = l->source.in.bytes;
    if ((rc != SROW_OK || *more) && l->load->bad != NULL) {
        buf_put(&record->kept, bytes_buf(&l->source.in.row));
        TRY(buf_check(&record->kept, e));
    }
    return rc;
}

/* A row that cannot be read, or has wrong names: what stands before it goes in first. */
static enum srow_rc refuse_row(struct loading *l, const struct record *record,
                               const struct srow_error *error, struct srow_error *e)
{
    struct rows_bad bad = {record->line, error, bytes_buf(&record->kept)};
    TRY(flush(l, e));
    FAIL_IF(!batch_is_rows_own((enum srow_rc)error->rc), e, (enum srow_rc)error->rc, "%s",
            error->text);
    return bad_row(l, &bad, e);
}

/* One that is too long: where it ends is not known. */
static enum srow_rc end_there(struct loading *l, const struct record *record,
                              const struct srow_error *error, struct srow_error *e)
{
    struct rows_bad bad = {record->line, error, bytes_buf(&record->kept)};
    TRY(flush(l, e));
    l->counts->bad++;
    TRY(l->load->bad == NULL ? SROW_OK : l->load->bad(l->load->state, &bad, e));
    return stop_there(l, &bad, "", e);
}

static enum srow_rc add_row(struct loading *l, struct record *record, struct srow_error *e)
{
    struct srow_error error = {0};
    bool fits = false;
    enum srow_rc rc = batch_add(&fits, &l->batch, record->list, record->count, &error);
    if (rc == SROW_OK && !fits) {
        TRY(flush(l, e));
        rc = batch_add(&fits, &l->batch, record->list, record->count, &error);
    }
    if (rc != SROW_OK) {
        return refuse_row(l, record, &error, e);
    }
    l->bytes += record->text.len;
    l->records[l->batch.count - 1] = record_take(record);
    bool full = l->batch.count >= l->most || l->bytes >= BATCH_BYTES;
    return full ? flush(l, e) : SROW_OK;
}

static enum srow_rc load_all(struct loading *l, struct srow_error *e)
{
    for (;;) {
        AUTO(record_cleanup) struct record record = {0};
        struct srow_error error = {0};
        bool more = false;
        enum srow_rc rc = read_row(&more, l, &record, &error);
        if (rc == SROW_E_LIMIT) {
            return end_there(l, &record, &error, e);
        }
        if (rc != SROW_OK) {
            TRY(refuse_row(l, &record, &error, e));
        } else if (more) {
            TRY(add_row(l, &record, e));
        } else {
            return flush(l, e);
        }
    }
}

enum srow_rc rows_load(struct rows_counts *counts, const struct rows *rows,
                       const struct rows_load *load, struct srow_error *e)
{
    AUTO(loading_free) struct loading *l = calloc(1, sizeof *l);
    *counts = (struct rows_counts){0};
    FAIL_IF(l == NULL, e, SROW_E_NOMEM, "no memory for a batch of rows");
    l->load = load;
    l->counts = counts;
    TRY(batch_open(&l->batch, rows, load->table, e));
    l->batch.replace = load->replace;
    l->batch.dry_run = load->dry_run;
    l->batch.makes = load->made != NULL;
    l->batch.stop_at_bad = load->bad == NULL;
    l->most = pick_page(rows->config, l->batch.table.table);
    TRY(source_open(&l->source, load, &l->batch.table, e));
    return load_all(l, e);
}
