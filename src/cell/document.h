/* SPDX-License-Identifier: Apache-2.0
 *
 * The canonical text of a JSON document (docs/format.md, docs/decisions/0014).
 */
#ifndef CELL_DOCUMENT_H
#define CELL_DOCUMENT_H

#include "base/bytes.h"

/* What every engine reads; MySQL has the least. */
enum { DOCUMENT_DEPTH = 100 };

/* Appends it: members by their names' bytes, no white space, one way to write a string; numbers as
 * they were written. Fails with VALUE (no JSON, a doubled member, a number beyond a double's range,
 * too deep), NOMEM. */
MUST enum srow_rc document_put(struct srow_buf *out, struct srow_bytes text, struct srow_error *e);

#endif
