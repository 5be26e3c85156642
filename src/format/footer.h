/* SPDX-License-Identifier: Apache-2.0
 *
 * The footer of a signed message (spec: data-format/message-footer.md): a length and the signature
 * of all bytes before the footer.
 */
#ifndef FORMAT_FOOTER_H
#define FORMAT_FOOTER_H

#include "base/bytes.h"

enum { FOOTER_LENGTH = 2 };

/* Reads a footer; the signature is a view into the reader's input and not verified here. `max` is
 * the length of the suite's longest one. Fails with MALFORMED (longer than that), TRUNCATED. */
MUST enum srow_rc footer_read(struct srow_bytes *signature, struct reader *r, size_t max,
                              struct srow_error *e);

/* Appends a footer; the signature is at most 65,535 bytes. */
void footer_write(struct srow_buf *out, struct srow_bytes signature);

#endif
