/* SPDX-License-Identifier: Apache-2.0
 *
 * Types: the canonical text of a value (docs/format.md).
 */
#ifndef CELL_TYPE_H
#define CELL_TYPE_H

#include <sealrow/sealrow.h>

#include "base/bytes.h"

/* "text", "integer", "bytes", ...; "?" for a number that is no type. */
const char *type_name(enum srow_type type);

/* Whether bytes are the canonical text of a value of the type (docs/format.md). Fails with VALUE,
 * NOMEM. */
MUST enum srow_rc type_check(enum srow_type type, struct srow_bytes value, struct srow_error *e);

/* The canonical text of a value as somebody wrote it: a view of `value`, or for decimal, timestamp
 * and json of `room`, which is empty before. Fails with VALUE, NOMEM. */
MUST enum srow_rc type_text(struct srow_bytes *out, struct srow_buf *room, enum srow_type type,
                            struct srow_bytes value, struct srow_error *e);

/* Appends the canonical text of what a database holds in a column that is bound or plaintext: its
 * booleans are 1 and 0, its times without a zone UTC. Fails with VALUE. */
MUST enum srow_rc type_put_stored(struct srow_buf *out, enum srow_type type,
                                  struct srow_bytes value, struct srow_error *e);

/* Appends the text of a bound value: as it stands in the context, never empty. All but bytes may be
 * given as text. `name` is the binding's, for errors. Fails with BINDING (NULL,
 * empty, of another type), VALUE (no such value), NOMEM. */
MUST enum srow_rc type_bind(struct srow_buf *out, enum srow_type type,
                            const struct srow_value *value, const char *name, struct srow_error *e);

#endif
