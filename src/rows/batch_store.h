/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch and the database: what is there, and what is written.
 */
#ifndef ROWS_BATCH_STORE_H
#define ROWS_BATCH_STORE_H

#include "rows/batch.h"

/* How the rows are in the database now, into each one's `before`; behind the columns, whether each
 * other column holds what is given. A binding that two rows have is an error (SCHEMA) of its row.
 * Fails with the errors of db, NOMEM. */
MUST enum srow_rc batch_store_look(const struct batch *b, struct batch_part part,
                                   struct srow_error *e);

/* The row was found, its other columns hold what is given, and NULL is where NULL is given: what is
 * left is to match its cells. */
bool batch_store_is_clear_same(const struct batch *b, const struct batch_row *row);

/* Writes the rows of a part that are to be written, all in one transaction: what is replaced is as
 * it was when it was looked up (CONFLICT), and what was written reads back (SELF_CHECK). Run again
 * while it has to give way to others, and once more when the answer to its COMMIT is lost. Fails
 * also with the errors of db; then nothing is stored, but with COMMIT_UNKNOWN, which says so. */
MUST enum srow_rc batch_store_write(const struct batch *b, struct batch_part part,
                                    struct srow_error *e);

#endif
