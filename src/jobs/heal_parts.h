/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of heal: values in debt, gathered until they are worth a round of KMS requests and a
 * transaction.
 */
#ifndef JOBS_HEAL_PARTS_H
#define JOBS_HEAL_PARTS_H

#include "jobs/heal.h"
#include "schema/live.h"

enum { HEAL_BATCH = 64, HEAL_BATCH_BYTES = 8 << 20 };

enum heal_fate { HEAL_PENDING, HEAL_HEALED, HEAL_CHANGED, HEAL_FAILED };

/* One value that is to be healed. */
struct heal_cell {
    size_t column;           /* of the table's columns */
    struct db_value *bound;  /* its row as the database named it, by the table's binds */
    struct srow_buf owned;   /* what these point to */
    struct srow_bind *binds; /* the same as the library takes them */
    struct srow_buf *texts;  /* of those that are written otherwise */
    size_t bind_count;
    uint64_t version;            /* the old one says so, and the new one keeps it; 0: none */
    struct srow_buf old, sealed; /* `sealed` is empty before it is sealed */
    enum heal_fate fate;
    struct srow_error error; /* of a failed one */
};

/* What is the same for all values of a run. */
struct heal_work {
    const struct heal *h;
    const struct heal_options *options;
    struct heal_report *report;
    const struct config_table *table;
    struct live_table live;
    struct db *reader; /* where the rows come from */
    struct db *writer; /* NULL: the connection was lost */
    struct heal_cell cells[HEAL_BATCH];
    size_t count, bytes;
    uint64_t sealed; /* values since the start, for the sample that is proven */
};

/* -- heal_cell.c -- */

/* A value of a row, which has the bound columns and then the sealed ones: copied. NOMEM. */
MUST enum srow_rc heal_cell_make(struct heal_cell *out, const struct heal_work *w, size_t column,
                                 const struct db_value *row, struct srow_error *e);
void heal_cell_cleanup(struct heal_cell *cell);

/* What is to be done with a stored message. Fails as srow_message_inspect. */
enum heal_state {
    HEAL_WHOLE,
    HEAL_DUE,
    HEAL_WAITING, /* a Region declared down has it, and would lose it or is the only one to open it
                   */
};
MUST enum srow_rc heal_cell_state(enum heal_state *out, const struct heal_work *w, size_t column,
                                  struct srow_bytes message, struct srow_error *e);

/* Takes a value's failure; false: it is none of the value's, and ends the job. */
bool heal_cell_fail(struct heal_cell *cell, const struct srow_error *error);

/* Whether what was sealed serves every Region that it should. Fails with REGIONS. */
MUST enum srow_rc heal_cell_check(const struct heal_cell *cell, const struct heal_work *w,
                                  struct srow_error *e);

/* -- heal_batch.c -- */

/* Opens, seals and proves what is gathered: each value is pending, with its new message, or has
 * failed. Fails with what is no failure of a value. */
MUST enum srow_rc heal_batch_seal(struct heal_work *w, struct srow_error *e);

/* -- heal_store.c -- */

/* Puts the pending ones in the place of the old: each is healed or changed then. One transaction,
 * run again with the same bytes where the database asks for it or was lost: what a COMMIT without
 * an answer has done is read from the bytes. Fails with SELF_CHECK, SCHEMA, the errors of db. */
MUST enum srow_rc heal_store_batch(struct heal_work *w, struct srow_error *e);

#endif
