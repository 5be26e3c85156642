/* SPDX-License-Identifier: Apache-2.0
 *
 * A column's part of the page of a status. Every chart stands beside its numbers, so that neither
 * colour nor sight is needed to read it.
 */
#ifndef ROWS_STATUS_COLUMN_H
#define ROWS_STATUS_COLUMN_H

#include "rows/rows_status.h"

/* Appends the part. */
void status_column_put(struct srow_buf *out, const struct rows_status *s,
                       const struct rows_status_column *c);

/* Keys that values were found wrapped under and that are not configured. */
uint64_t status_column_strangers(const struct rows_status_column *c);

#endif
