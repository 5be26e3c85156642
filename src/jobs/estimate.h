/* SPDX-License-Identifier: Apache-2.0
 *
 * What sealing a table comes to, before anything is sealed: bytes by the formula of docs/format.md
 * over the lengths that the table's own bindings and values have, and KMS requests by the
 * configuration. It reads the database and asks no KMS.
 *
 * Exact is all of it but for what is said to be assumed: the value of a column that has none yet,
 * and KMS's ciphertext where no message of ours tells how long that is. A signature counts with its
 * longest form.
 */
#ifndef JOBS_ESTIMATE_H
#define JOBS_ESTIMATE_H

#include "jobs/scan.h"

/* Lengths of many. With count 0 the least and the most are what one would be. */
struct estimate_sum {
    uint64_t count, least, most, total;
};

/* Ways to wrap a column's data keys, side by side. */
enum estimate_mode {
    ESTIMATE_CONFIGURED, /* as the key set says */
    ESTIMATE_REGIONS,    /* a key for each Region */
    ESTIMATE_MULTI,      /* one multi-Region key */
    ESTIMATE_BRANCH,     /* branch keys; not built yet */
    ESTIMATE_MODES
};

struct estimate_wrap {
    uint64_t wrapped;       /* bytes of all wrapped keys of a message */
    uint32_t keys;          /* of KMS */
    uint32_t writes, reads; /* KMS requests to seal a cell, to open one */
};

/* KMS requests of one cell in one Region. */
struct estimate_region {
    const char *name;
    uint32_t writes, reads;
};

struct estimate_column {
    const struct config_column *column;
    uint64_t sealed, plain,
        nulls;                  /* cells: lengths from a message, from plaintext; nothing there */
    bool assumed;               /* nothing is there at all: each row gets a value as long as the
                                   type's longest, of text, bytes and json DDL_ROOM_VALUE */
    struct estimate_sum values; /* what is encrypted, padding included */
    struct estimate_sum bare;   /* messages without their wrapped keys */
    uint64_t ciphertext;        /* of a data key, KMS's */
    bool ciphertext_assumed;
    uint64_t width; /* the most bytes the sealed column takes, or that init gives it; 0: any */
    bool there;     /* the sealed column is in the table */
    struct estimate_wrap wraps[ESTIMATE_MODES];
    struct estimate_region *regions; /* as configured */
    size_t region_count;
};

struct estimate {
    const struct config_table *table;
    const char *domain;
    const struct db_dialect *dialect;
    uint64_t rows, looked; /* looked < rows: a sample, whose totals are multiplied */
    uint64_t bindings;     /* that are different, of `rows`: what a data-key cache could hit */
    uint64_t row_bytes;    /* ddl_plan_row_bytes */
    struct estimate_column *columns;
    size_t column_count;
};

/* What AWS KMS gave in 2026 for a data key of 32 bytes; it does not publish a length. */
enum { ESTIMATE_CIPHERTEXT = 184, ESTIMATE_SAMPLE = 10000 };

struct estimate_ask {
    const struct srow_config *config;
    const char *table;
    const char *local_region; /* NULL: the first of the configuration */
    uint64_t sample;          /* as in scan_ask */
};

/* Fails as scan_open. */
MUST enum srow_rc estimate_read(struct estimate *out, const struct estimate_ask *ask, struct db *db,
                                struct srow_error *e);
void estimate_cleanup(struct estimate *estimate);

/* Messages in one mode: with their wrapped keys, and of all rows if it was a sample. */
struct estimate_sum estimate_messages(const struct estimate *estimate,
                                      const struct estimate_column *c, enum estimate_mode mode);

/* Bytes of one message as configured: of a cell with `bound` bytes of bound values, this version
 * and so many bytes of value. */
uint64_t estimate_message(const struct estimate *estimate, const struct estimate_column *c,
                          uint64_t bound, uint64_t version, uint64_t value);

#endif
