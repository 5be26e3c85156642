/* SPDX-License-Identifier: Apache-2.0
 *
 * One row as a file gave it: names and values, owned.
 */
#ifndef ROWS_RECORD_H
#define ROWS_RECORD_H

#include "rows/pick.h"

struct record_span {
    size_t name, value, len; /* where they begin in the text */
    bool null, binary;
};

struct record {
    struct srow_buf text; /* names with a NUL behind them, and values; wiped */
    struct record_span *spans;
    struct rows_given *list; /* made by record_end: views into the text */
    size_t count, room;
    uint64_t line;        /* where it begins, from 1 */
    struct srow_buf kept; /* the row as it stands in the file, where that is wanted */
};

void record_cleanup(struct record *r);
struct record record_take(struct record *r);

/* Adds one value. Bytes (PICK_BYTES, PICK_BINARY) are base64 in a file. Fails with VALUE (it is
 * not), NOMEM. */
MUST enum srow_rc record_add(struct record *r, const struct pick_table *table, const char *name,
                             struct srow_bytes value, struct srow_error *e);
MUST enum srow_rc record_add_null(struct record *r, const char *name, struct srow_error *e);

/* All has been added. NOMEM. */
MUST enum srow_rc record_end(struct record *r, struct srow_error *e);

#endif
