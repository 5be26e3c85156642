/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch and the client: cells that are stored are compared, those that are given sealed, all of a
 * part's in flight at once.
 */
#ifndef ROWS_BATCH_CELLS_H
#define ROWS_BATCH_CELLS_H

#include "rows/batch.h"

/* Settles the rows that are there as given. What is wrong with a row stands in it; fails where
 * nothing is even begun, as cells_match. */
MUST enum srow_rc batch_cells_compare(const struct batch *b, struct batch_part part,
                                      struct srow_error *e);

/* Seals what the rows that are to be written lack, and fills their parameters. A row that fails is
 * not written. Fails as batch_cells_compare. */
MUST enum srow_rc batch_cells_seal(const struct batch *b, struct batch_part part,
                                   struct srow_error *e);

/* What the version column of a column that is given holds; 0 if there is no row or no version. */
uint64_t batch_cells_version(const struct batch *b, const struct batch_row *row, size_t column);

#endif
