/* SPDX-License-Identifier: Apache-2.0
 *
 * The room crypto: few primitives, and the only includes of OpenSSL and nettle. Above it nobody
 * knows which library does the work.
 */
#ifndef CRYPTO_EQUAL_H
#define CRYPTO_EQUAL_H

#include "base/bytes.h"

/* Constant time for equal lengths; false at once for unequal ones. */
bool equal_bytes(struct srow_bytes a, struct srow_bytes b);

#endif
