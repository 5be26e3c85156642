/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes: one small message for each key set that the tables use, kept beside the data. A principal
 * that may only decrypt opens it and knows that it can.
 */
#ifndef ROWS_ROWS_PROBE_H
#define ROWS_ROWS_PROBE_H

#include "rows/rows.h"
#include "schema/finding.h"

/* Seals and stores the probes that are missing or whose keys are no longer those of the
 * configuration; counts them. The table of probes must be there. Fails with the errors of
 * client_probe_seal and of db. */
MUST enum srow_rc rows_probe_store(size_t *stored, const struct rows *rows, struct srow_error *e);

/* Opens each probe through each Region of its key set by itself. Adds `probe-missing`,
 * `probe-stale` (sealed for other keys) and `probe-refused` (that Region does not let this
 * principal open it). Fails with the errors of db, NOMEM. */
MUST enum srow_rc rows_probe_check(struct finding_list *list, const struct rows *rows,
                                   struct srow_error *e);

#endif
