/* SPDX-License-Identifier: Apache-2.0
 *
 * How a table stands: what is sealed, what is not, where it is wrapped and where it is not. Read
 * from headers alone: no key is needed, no Region is asked, and nothing of it is proven.
 */
#ifndef ROWS_ROWS_STATUS_H
#define ROWS_ROWS_STATUS_H

#include "config/config.h"
#include "db/db.h"

/* A key that values were found wrapped under. */
struct rows_status_key {
    char *arn;
    char *region;    /* of the ARN; "" if it is none */
    bool configured; /* it is of the column's key set */
    uint64_t values;
};

struct rows_status_region {
    const char *name;
    bool promised;   /* the key set has a key for new values there */
    uint64_t values; /* that it opens with each of these */
    uint64_t debt;   /* sealed values that it does not; 0 where it is not promised */
};

struct rows_status_column {
    const struct config_column *column;
    uint64_t sealed, nulls, not_sealed; /* not_sealed: bytes that are no message */
    uint64_t plaintext;                 /* still in column->plain, of all rows; 0 without one */
    uint64_t bytes, overhead;           /* of the sealed ones; overhead: beside their values */
    uint64_t unsigned_suite, signed_suite;
    uint64_t direct, other;             /* wrapped under KMS keys alone, or otherwise */
    uint64_t debt;                      /* values that lack a promised Region */
    struct rows_status_region *regions; /* of the configuration, as in it */
    size_t region_count;
    struct rows_status_key *keys;
    size_t key_count;
};

enum { ROWS_STATUS_SAMPLE = 10000 };

struct rows_status {
    const struct config_table *table;
    uint64_t rows, looked; /* looked < rows: a sample */
    struct rows_status_column *columns;
    size_t column_count;
};

struct rows_status_ask {
    const char *table; /* logical */
    uint64_t sample;   /* of a table with more rows so many are looked at, evenly in the order of
                          its key; 0: all of them */
};

/* Fails with COLUMN, SCHEMA, the errors of db, NOMEM. */
MUST enum srow_rc rows_status_read(struct rows_status *out, const struct srow_config *config,
                                   struct db *db, const struct rows_status_ask *ask,
                                   struct srow_error *e);
void rows_status_cleanup(struct rows_status *status);

/* Whether the configuration has a Region of this name. */
bool rows_status_has_region(const struct rows_status_column *column, const char *name);

#endif
