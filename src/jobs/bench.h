/* SPDX-License-Identifier: Apache-2.0
 *
 * What estimate says, confirmed on the table itself: rows that are there are opened, sealed anew
 * through every Region, written into their own row and rolled back. Beside it the same rows with
 * made-up bytes as long as the value (as short as the CHECK lets them be), which is what a write
 * without sealing costs: no plaintext goes to the database, not even into its log. Nothing stays.
 *
 * No KMS call is inside a transaction, which holds the locks of BENCH_BATCH rows for as long as
 * they take to be written twice.
 */
#ifndef JOBS_BENCH_H
#define JOBS_BENCH_H

#include "jobs/estimate.h"

enum { BENCH_BATCH = 64 };

struct bench_region {
    const char *name;
    uint64_t estimated, measured; /* KMS requests */
};

struct bench {
    const struct config_table *table;
    uint64_t rows, sealed, opened;            /* rows and cells */
    uint64_t bytes_estimated, bytes_measured; /* of the sealed cells */
    struct bench_region *regions;
    size_t region_count;
    double seal_s, open_s;                /* with KMS */
    double write_sealed_s, write_plain_s; /* the same rows, into the database */
};

struct bench_ask {
    struct estimate_ask estimate;
    struct srow_client *client;
    uint64_t rows; /* so many, or all that are there */
};

/* A cell that is NULL stays so, unless the whole column is: then it gets what the estimate assumes.
 * Fails with NOT_FOUND (no row is there), SCHEMA (init has not made the sealed columns, a binding
 * is not unique), VALUE, LIMIT, INTEGRITY of a cell that does not open, as srow_cells_seal, the
 * errors of db, NOMEM. */
MUST enum srow_rc bench_run(struct bench *out, const struct bench_ask *ask, struct db *db,
                            struct srow_error *e);
void bench_cleanup(struct bench *bench);

#endif
