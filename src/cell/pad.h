/* SPDX-License-Identifier: Apache-2.0
 *
 * Padding of a value, for columns with `pad: N`: one byte 80, then zeros up to the next multiple of
 * N (ISO/IEC 7816-4). It is part of what is encrypted: another reader sees it and takes it off.
 */
#ifndef CELL_PAD_H
#define CELL_PAD_H

#include "base/bytes.h"

/* Appends the value and its padding: at least one byte, at most `n`. Fails with NOMEM. */
MUST enum srow_rc pad_put(struct srow_buf *out, struct srow_bytes value, uint32_t n,
                          struct srow_error *e);

/* Takes off exactly what pad_put with the same `n` appends. Fails with VALUE: it is not there. */
MUST enum srow_rc pad_strip(struct srow_buf *value, uint32_t n, struct srow_error *e);

/* The length of a value of `len` bytes with its padding. */
uint64_t pad_size(uint64_t len, uint32_t n);

#endif
