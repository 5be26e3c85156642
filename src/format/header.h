/* SPDX-License-Identifier: Apache-2.0
 *
 * The message header (spec: data-format/message-header.md). Version 2 is read and written.
 */
#ifndef FORMAT_HEADER_H
#define FORMAT_HEADER_H

#include "format/context.h"
#include "format/edk.h"
#include "format/suite.h"

enum header_content { HEADER_NONFRAMED = 1, HEADER_FRAMED = 2 };

enum { HEADER_TAG = 16, HEADER_COMMITMENT = 32, HEADER_MESSAGE_ID = 32 };

/* Views, but for context and edks, which own their arrays. */
struct header {
    const struct suite *suite; /* its version is the message's */
    struct srow_bytes message_id;
    struct context context;
    struct edk_list edks;
    enum header_content content;
    uint32_t frame_length; /* 0 if and only if not framed */
    struct srow_bytes commitment;

    /* of a header that was read */
    struct srow_bytes authenticated; /* all that the tag covers */
    struct srow_bytes tag;
};

/* Reads a header with its tag, which is not verified here. Views into the reader's input.
 * `max_edks` 0: no limit. Fails with NOT_MESSAGE (text, base64 or hex of a message), UNSUPPORTED
 * (version, suite), TRUNCATED, MALFORMED, EDK_LIMIT, NOMEM. */
MUST enum srow_rc header_read(struct header *out, struct reader *r, size_t max_edks,
                              struct srow_error *e);

/* Appends what the tag covers: the header without its tag. Lengths have been checked when context
 * and list were built. */
void header_write(struct srow_buf *out, const struct header *h);

/* Bytes of the header with its tag. */
size_t header_size(const struct header *h);

void header_cleanup(struct header *h);
struct header header_take(struct header *h);

#endif
