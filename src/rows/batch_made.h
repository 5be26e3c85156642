/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys that are made for rows which were given none, before anything is sealed under them.
 */
#ifndef ROWS_BATCH_MADE_H
#define ROWS_BATCH_MADE_H

#include "rows/batch.h"

/* Gives each row the bindings that it lacks (bind.NAME.made): all values of a sequence in one
 * statement. Fails with SCHEMA (no such sequence), CRYPTO, NOMEM, the errors of db. */
MUST enum srow_rc batch_made_fill(const struct batch *b, struct srow_error *e);

#endif
