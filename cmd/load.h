/* SPDX-License-Identifier: Apache-2.0
 *
 * `put --from`: many rows of a file.
 */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include "program.h"

/* Stores the rows; *counts is written also on failure. *status is 1 if rows were skipped. Fails
 * with USAGE, NOT_FOUND, IO, CONFLICT (the file of bad rows is there), STOPPED (by a signal), as
 * rows_load. */
MUST enum srow_rc load_run(struct rows_counts *counts, int *status, const struct program *p,
                           const struct args *args, struct srow_error *e);

#endif
