/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one table that go in together. All are looked up at once, those that are there are
 * compared, the others sealed, with all requests of the batch in flight at once; then they are
 * written in one transaction, which reads back what it wrote. A transaction that has to give way is
 * run again with the same sealed bytes. No KMS call inside it, nothing sealed that will not be
 * written.
 */
#ifndef ROWS_BATCH_H
#define ROWS_BATCH_H

#include "rows/held.h"
#include "rows/pick.h"

/* The statements' columns and parameters stand in this order: bound, other columns that are given,
 * sealed ones that are given, then their versions. */
struct batch_row {
    struct pick pick;
    struct srow_sealed *messages; /* by table->columns; empty until sealed */
    uint64_t *versions;           /* what they were sealed with, by table->columns; 0: not yet */
    struct srow_bind *made;       /* of its bindings, those that were made for it; may be NULL */
    size_t made_count;
    struct db_value *params;
    struct held_row before; /* as it was when it was looked up */
    bool writes;            /* it is to be stored */
    bool settled;           /* stored, or already there: `done` says which */
    enum rows_done done;
    struct srow_error error; /* rc 0: nothing is wrong with this row */
};

struct batch {
    const struct rows *rows;
    struct pick_table table;
    struct batch_row **list; /* all with the same columns, each with a binding of its own */
    size_t count, room;
    size_t param_count, clear_count; /* parameters of a row; of them bound and other columns */
    bool replace;                    /* overwrite what is there */
    bool dry_run;                    /* everything but the commit */
    bool makes;                      /* bindings that can be made may be missing */
    bool stop_at_bad;                /* nothing behind the first bad row is stored */
};

/* Rows of a batch, in its order; borrowed. */
struct batch_part {
    struct batch_row **at;
    size_t count;
};

/* A batch over a table, without rows. `rows` is borrowed. Fails as pick_table_find. */
MUST enum srow_rc batch_open(struct batch *out, const struct rows *rows, const char *table,
                             struct srow_error *e);
/* Forgets the rows, keeps the table. */
void batch_clear(struct batch *b);
void batch_cleanup(struct batch *b);

/* Adds a row; what is given is borrowed until the batch is cleared. *fits false: it has other
 * columns than the rows that are there, or the binding of one of them, and was not added. Fails as
 * pick_names. */
MUST enum srow_rc batch_add(bool *fits, struct batch *b, const struct rows_given *given, size_t n,
                            struct srow_error *e);

/* Stores the rows that can be stored; each row says what became of it. Fails where it is not one
 * row that is wrong: NOMEM, the database or KMS is not to be had; then rows that are not settled
 * are not stored. */
MUST enum srow_rc batch_run(struct batch *b, struct srow_error *e);

/* Whether a failure is one row's, so that others may do better. */
bool batch_is_rows_own(enum srow_rc rc);

#endif
