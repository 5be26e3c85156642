/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of bench: a few rows and their cells.
 */
#ifndef JOBS_BENCH_PARTS_H
#define JOBS_BENCH_PARTS_H

#include "jobs/bench.h"

struct bench_row {
    const struct walk_row *at;
    struct srow_buf *texts; /* of the bound values */
    struct srow_bind *binds;
};

struct bench_cell {
    const struct bench_row *row; /* NULL: nothing is sealed here */
    uint64_t version;
    struct srow_bytes old; /* the message that is there; empty: none */
    struct srow_buf value; /* wiped */
    struct srow_buf message;
};

struct bench_work {
    const struct bench_ask *ask;
    struct bench *out;
    struct estimate est;
    struct scan scan;
    struct db *db;
    struct bench_row rows[BENCH_BATCH];
    size_t row_count;
    struct bench_cell *cells; /* row by row, each with all columns of the table */
};

/* -- bench_write.c -- */

/* Seconds of the monotonic clock. */
double bench_clock(void);

/* Writes the rows twice, each time in a transaction that is rolled back. */
MUST enum srow_rc bench_write(struct bench_work *w, struct srow_error *e);

#endif
