/* SPDX-License-Identifier: Apache-2.0
 *
 * Text: UTF-8, decimal numbers, hex, base64, the nearest known word.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. NUL is allowed. */
bool text_is_utf8(struct srow_bytes b);

/* Length of the well-formed sequence that b begins with; 0 if it begins with none. */
size_t text_sequence(struct srow_bytes b);

/* Canonical decimal: "0", or an optional '-' and digits without a leading zero, within int64_t.
 * Fails with VALUE. */
MUST enum srow_rc text_parse_integer(int64_t *out, struct srow_bytes b, struct srow_error *e);

/* Digits only, at most `max`. Fails with VALUE. */
MUST enum srow_rc text_parse_size(uint64_t *out, struct srow_bytes b, uint64_t max,
                                  struct srow_error *e);

/* For people, appended: "1,234,567"; "512 bytes", "4.1 MiB". */
void text_put_count(struct srow_buf *out, uint64_t n);
void text_put_size(struct srow_buf *out, uint64_t bytes);

/* Lower-case hex of b, appended; without branches on the data. */
void text_put_hex(struct srow_buf *out, struct srow_bytes b);

/* Standard base64 with padding (RFC 4648 section 4), appended; without branches on the data. */
void text_put_base64(struct srow_buf *out, struct srow_bytes b);

/* Strict reading: canonical alphabet, padding compulsory, no white space, no bits left over.
 * Appends to *out, which is wiped on growth. Fails with MALFORMED, NOMEM. */
MUST enum srow_rc text_parse_base64(struct srow_buf *out, struct srow_bytes b,
                                    struct srow_error *e);

/* The word of `words` (ends with NULL) that is nearest to `wrong`, NULL if none is near. */
const char *text_nearest(struct srow_bytes wrong, const char *const *words);

#endif
