/* SPDX-License-Identifier: Apache-2.0
 *
 * Types: the canonical text of a value (docs/format.md).
 */
#ifndef CELL_TYPE_H
#define CELL_TYPE_H

#include <sealrow/sealrow.h>

#include "base/bytes.h"

/* "text", "integer", "bytes", "boolean", "date", "uuid", "null"; "?" for a number that is no type.
 */
const char *type_name(enum srow_type type);

/* Whether bytes are the canonical text of a value of the type (docs/format.md). Fails with VALUE.
 */
MUST enum srow_rc type_check(enum srow_type type, struct srow_bytes value, struct srow_error *e);

/* Appends the text of a bound value: as it stands in the context, never empty. All but bytes may be
 * given as their canonical text. `name` is the binding's, for errors. Fails with BINDING (NULL,
 * empty, of another type), VALUE (not canonical), NOMEM. */
MUST enum srow_rc type_bind(struct srow_buf *out, enum srow_type type,
                            const struct srow_value *value, const char *name, struct srow_error *e);

#endif
