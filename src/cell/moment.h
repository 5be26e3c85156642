/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and moments: the canonical texts of the types date and timestamp (docs/format.md).
 */
#ifndef CELL_MOMENT_H
#define CELL_MOMENT_H

#include "base/bytes.h"

/* "2026-11-24": a day of the Gregorian calendar, years 0001 to 9999. */
bool moment_is_date(struct srow_bytes text);

/* Appends "2026-11-24T08:30:00Z" or "2026-11-24T08:30:00.120000Z" for a moment written in any zone.
 * A text without a zone is refused, or, where `utc` is set, taken as UTC: databases give such ones
 * in our sessions. Fails with VALUE. */
MUST enum srow_rc moment_put(struct srow_buf *out, struct srow_bytes text, bool utc,
                             struct srow_error *e);

#endif
