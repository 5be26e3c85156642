/* SPDX-License-Identifier: Apache-2.0
 *
 * The self-check of a writer: what was written is parsed and held against what was asked. A value
 * that cannot be opened again is found before it is stored.
 */
#ifndef MESSAGE_CHECK_H
#define MESSAGE_CHECK_H

#include "format/frame.h"

/* `asked` is the header as it should be, `plaintext` the length of what was encrypted. Fails with
 * SELF_CHECK, NOMEM. */
MUST enum srow_rc check_written(struct srow_bytes written, const struct header *asked,
                                uint64_t plaintext, struct srow_error *e);

#endif
