/* SPDX-License-Identifier: Apache-2.0 */
#include "listing.h"

#include <stdlib.h>

#include "io.h"
#include "rows/csv.h"
#include "value.h"

enum { MEASURED = 50, WIDEST = 40, FULL = 65536 };

enum srow_rc listing_format_read(enum listing_format *out, const char *word, bool json,
                                 struct srow_error *e)
{
    static const char *const words[] = {"table", "csv", "jsonl"};
    *out = json ? LISTING_JSONL : LISTING_TABLE;
    if (word == NULL) {
        return SROW_OK;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], word) == 0) {
            *out = (enum listing_format)i;
            return SROW_OK;
        }
    }
    FAIL(e, SROW_E_USAGE, "--format: unknown format %s: say table, csv or jsonl", word);
}

static void forget_texts(struct listing *l)
{
    for (size_t i = 0; l->texts != NULL && i < l->columns * (MEASURED + 1); i++) {
        buf_cleanup(&l->texts[i]);
    }
    free(l->texts);
    l->texts = NULL;
}

void listing_cleanup(struct listing *l)
{
    forget_texts(l);
    free(l->widths);
    buf_cleanup(&l->out);
    *l = (struct listing){0};
}

static enum srow_rc flush(struct listing *l, size_t from, struct srow_error *e)
{
    TRY(buf_check(&l->out, e));
    if (l->out.len > from) {
        TRY(io_write_buf(&l->out, e));
        buf_clear(&l->out);
    }
    return SROW_OK;
}

/* -- a table -- */

/* Characters, not bytes. */
static int width_of(struct srow_bytes text)
{
    const unsigned char *at = text.at;
    int width = 0;
    for (size_t i = 0; i < text.len; i++) {
        width += (at[i] & 0xC0) != 0x80;
    }
    return width;
}

static void put_cell(struct listing *l, size_t column, struct srow_bytes text)
{
    bool last = column + 1 == l->columns;
    buf_put(&l->out, text);
    for (int i = width_of(text); !last && i < l->widths[column] + 2; i++) {
        buf_put_u8(&l->out, ' ');
    }
    if (!last && width_of(text) >= l->widths[column] + 2) {
        buf_put_str(&l->out, "  ");
    }
    buf_put_str(&l->out, last ? "\n" : "");
}

/* The first rows are there: as wide as the widest, within bounds. */
static enum srow_rc measure(struct listing *l, struct srow_error *e)
{
    for (size_t i = 0; i < l->columns * (l->rows + 1); i++) {
        int width = width_of(bytes_buf(&l->texts[i])), *most = &l->widths[i % l->columns];
        *most = width > WIDEST ? *most : width > *most ? width : *most;
    }
    for (size_t i = 0; i < l->columns * (l->rows + 1); i++) {
        TRY(buf_check(&l->texts[i], e));
        put_cell(l, i % l->columns, bytes_buf(&l->texts[i]));
    }
    forget_texts(l);
    return SROW_OK;
}

static enum srow_rc table_row(struct listing *l, const struct rows_row *row, struct srow_error *e)
{
    if (l->texts == NULL) {
        for (size_t i = 0; i < row->count; i++) {
            AUTO(buf_cleanup) struct srow_buf text = {0};
            value_put_text(&text, &row->fields[i]);
            TRY(buf_check(&text, e));
            put_cell(l, i, bytes_buf(&text));
        }
        return SROW_OK;
    }
    l->rows++;
    for (size_t i = 0; i < row->count; i++) {
        value_put_text(&l->texts[l->rows * l->columns + i], &row->fields[i]);
    }
    return l->rows == MEASURED ? measure(l, e) : SROW_OK;
}

static enum srow_rc table_head(struct listing *l, const struct rows_row *row, struct srow_error *e)
{
    l->columns = row->count;
    l->texts = calloc(l->columns * (MEASURED + 1), sizeof *l->texts);
    l->widths = calloc(l->columns, sizeof *l->widths);
    FAIL_IF(l->texts == NULL || l->widths == NULL, e, SROW_E_NOMEM, "no memory for a table");
    for (size_t i = 0; i < l->columns; i++) {
        value_put_name(&l->texts[i], &row->fields[i]);
    }
    return SROW_OK;
}

/* -- all formats -- */

enum srow_rc listing_head(struct listing *l, const struct rows_row *row, struct srow_error *e)
{
    if (l->format == LISTING_TABLE) {
        return table_head(l, row, e);
    }
    for (size_t i = 0; l->format == LISTING_CSV && i < row->count; i++) {
        buf_put_str(&l->out, i == 0 ? "" : ",");
        csv_put(&l->out, srow_str(row->fields[i].name));
    }
    buf_put_str(&l->out, l->format == LISTING_CSV ? "\r\n" : "");
    return SROW_OK;
}

static void csv_row(struct srow_buf *out, const struct rows_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        value_put_csv(out, &row->fields[i]);
    }
    buf_put_str(out, "\r\n");
}

enum srow_rc listing_row(struct listing *l, const struct rows_row *row, struct srow_error *e)
{
    switch (l->format) {
    case LISTING_TABLE:
        TRY(table_row(l, row, e));
        break;
    case LISTING_CSV:
        csv_row(&l->out, row);
        break;
    case LISTING_JSONL:
        value_put_object(&l->out, row);
        break;
    }
    return flush(l, FULL, e);
}

enum srow_rc listing_end(struct listing *l, struct srow_error *e)
{
    if (l->texts != NULL) {
        TRY(measure(l, e));
    }
    return flush(l, 0, e);
}
