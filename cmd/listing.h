/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows one after another on standard output: a table for people, whose widths its first rows give;
 * CSV with a header; JSON lines. What is held in memory does not grow with their number.
 */
#ifndef CMD_LISTING_H
#define CMD_LISTING_H

#include "rows/rows.h"

enum listing_format { LISTING_TABLE, LISTING_CSV, LISTING_JSONL };

struct listing {
    enum listing_format format;
    struct srow_buf out;    /* to be written */
    struct srow_buf *texts; /* table: the first rows, row by row */
    size_t columns, rows;   /* of them */
    int *widths;            /* known when `texts` is gone */
};

/* "table", "csv", "jsonl"; NULL: table, or JSON lines if `json`. Fails with USAGE. */
MUST enum srow_rc listing_format_read(enum listing_format *out, const char *word, bool json,
                                      struct srow_error *e);

MUST enum srow_rc listing_head(struct listing *l, const struct rows_row *row, struct srow_error *e);
MUST enum srow_rc listing_row(struct listing *l, const struct rows_row *row, struct srow_error *e);
MUST enum srow_rc listing_end(struct listing *l, struct srow_error *e);
void listing_cleanup(struct listing *l);

#endif
