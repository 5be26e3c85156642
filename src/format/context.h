/* SPDX-License-Identifier: Apache-2.0
 *
 * The encryption context: pairs of UTF-8 text, without duplicate keys, sorted by unsigned bytes
 * (spec: framework/structures.md, serialization).
 */
#ifndef FORMAT_CONTEXT_H
#define FORMAT_CONTEXT_H

#include "base/bytes.h"

/* Owns the array, borrows the bytes of the pairs. Sorted from the first pair on. */
struct context {
    struct srow_pair *pairs;
    size_t count;
    size_t room; /* pairs allocated */
    size_t size; /* bytes of all pairs with their lengths, without the count */
};

/* Adds one pair at its place. Fails with MALFORMED (no UTF-8, key doubled), CONTEXT_LIMIT (more
 * than 65,535 bytes serialized), NOMEM. */
MUST enum srow_rc context_add(struct context *c, struct srow_pair pair, struct srow_error *e);

enum { CONTEXT_LARGEST = 65535 }; /* its length field has 16 bits */

/* The same pairs, as sets. */
bool context_equal(const struct context *a, const struct context *b);

/* Value of a key, or NULL. */
const struct srow_bytes *context_get(const struct context *c, const char *key);

/* Bytes of the serialization: 0 for an empty context, else count and pairs. */
size_t context_size(const struct context *c);

/* Appends the serialization as it is wrapped and authenticated: nothing for an empty context. */
void context_write(struct srow_buf *out, const struct context *c);

/* Reads a header's AAD field: length, then count and pairs. Views into the reader's input. Pairs in
 * another order are accepted and sorted; a doubled key, text that is not UTF-8, a count of 0 and
 * bytes left over are refused (docs/decisions/0001-reading-messages.md).
 * Fails with TRUNCATED, MALFORMED, NOMEM. */
MUST enum srow_rc context_read(struct context *out, struct reader *r, struct srow_error *e);

void context_cleanup(struct context *c);
struct context context_take(struct context *c);

#endif
