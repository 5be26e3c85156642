/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a table as estimate and bench look at them: for each cell what it holds, wherever
 * that stands now, and how long it is. Nothing is opened and no KMS is asked.
 */
#ifndef JOBS_SCAN_H
#define JOBS_SCAN_H

#include "config/config.h"
#include "db/walk.h"
#include "schema/live.h"

/* Where a cell's columns stand in a row of the walk; 0: the table has none. */
struct scan_place {
    size_t sealed, plain, version;
};

struct scan {
    const struct config_table *table;
    struct live_table live;
    struct walk_column *columns; /* keys, bound columns, then of each cell what is there */
    size_t column_count;
    struct scan_place *places; /* by table->columns */
    uint64_t rows;             /* that were there when it began */
    struct walk walk;
};

struct scan_ask {
    const struct srow_config *config;
    const char *table;  /* logical */
    uint64_t sample;    /* of a table with more rows so many, evenly in the order of its key; 0: all
                           rows */
    uint64_t page_rows; /* 0: as a walk's; counts where there is no sample */
};

/* The table needs its bound columns and nothing of ours. Fails with COLUMN (not in the
 * configuration), SCHEMA, the errors of db, NOMEM. */
MUST enum srow_rc scan_open(struct scan *out, const struct scan_ask *ask, struct db *db,
                            struct srow_error *e);
void scan_cleanup(struct scan *scan);

/* The next rows, none at the end. Fails as walk_next. */
MUST enum srow_rc scan_next(struct walk_page *page, struct scan *scan, struct srow_error *e);

/* A bound value of a row, as the database gave it. */
const struct db_value *scan_bound(const struct scan *scan, const struct walk_row *row, size_t bind);

/* Appends the canonical text of a value that the database holds; bytes as they are. Fails with
 * VALUE, NOMEM. */
MUST enum srow_rc scan_put_text(struct srow_buf *out, enum srow_type type,
                                const struct db_value *value, struct srow_error *e);

/* Bytes that a row's bound values have in the context. One that is none of its type counts as it
 * is. Fails with NOMEM. */
MUST enum srow_rc scan_bound_bytes(uint64_t *out, const struct scan *scan,
                                   const struct walk_row *row, struct srow_error *e);

enum scan_source {
    SCAN_NONE,   /* NULL, or nothing is there yet */
    SCAN_SEALED, /* a message */
    SCAN_PLAIN,  /* plaintext beside it */
};

struct scan_cell {
    enum scan_source source;
    const struct db_value *held; /* the message, or the plaintext */
    uint64_t version;            /* 0: none */
    uint64_t value;              /* bytes of what is encrypted, with its padding */
    uint64_t ciphertext;         /* of a message: of the first wrapped key of KMS; 0: it has none */
};

/* A message goes before plaintext; what is in its place and is none counts as nothing. NOMEM. */
MUST enum srow_rc scan_cell(struct scan_cell *out, const struct scan *scan,
                            const struct walk_row *row, size_t column, struct srow_error *e);

/* A value's length with its padding. */
uint64_t scan_padded(const struct config_column *column, uint64_t len);

#endif
