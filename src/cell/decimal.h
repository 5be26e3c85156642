/* SPDX-License-Identifier: Apache-2.0
 *
 * The canonical text of a decimal number (docs/format.md).
 */
#ifndef CELL_DECIMAL_H
#define CELL_DECIMAL_H

#include "base/bytes.h"

/* What DECIMAL(65,30) holds, so that no engine rounds. */
enum { DECIMAL_WHOLE = 35, DECIMAL_FRACTION = 30 };

/* Appends it: no zeros in front or at the end, no point behind which nothing stands, no "-0".
 * Fails with VALUE: no such number, or more digits than the above. */
MUST enum srow_rc decimal_put(struct srow_buf *out, struct srow_bytes text, struct srow_error *e);

#endif
