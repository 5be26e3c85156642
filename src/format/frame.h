/* SPDX-License-Identifier: Apache-2.0
 *
 * The message body (spec: data-format/message-body.md, message-body-aad.md): frames are read and
 * written, a body that is not framed is only read.
 */
#ifndef FORMAT_FRAME_H
#define FORMAT_FRAME_H

#include "format/header.h"

enum frame_kind { FRAME_REGULAR, FRAME_FINAL, FRAME_BODY /* all of a body that is not framed */ };

enum { FRAME_IV = 12, FRAME_TAG = 16, FRAME_AAD = 96 };

struct frame {
    enum frame_kind kind;
    uint32_t sequence;
    struct srow_bytes iv;
    struct srow_bytes ciphertext;
    struct srow_bytes tag;
};

/* Where a walk over the frames is. */
struct frame_walk {
    enum header_content content;
    uint32_t frame_length;
    uint32_t sequence; /* of the frame that comes next */
    bool ended;        /* the final frame, or the one body, has been read */
};

struct frame_walk frame_walk_of(const struct header *h);

/* Reads the next frame of a walk that has not ended; its tag is not verified here. Views into the
 * reader's input. Fails with SEQUENCE (numbers must be 1, 2, 3, ...), MALFORMED (final frame longer
 * than the frame length, body longer than 2^36 - 32), TRUNCATED. */
MUST enum srow_rc frame_read(struct frame *out, struct frame_walk *walk, struct reader *r,
                             struct srow_error *e);

/* Appends what stands before the ciphertext of a frame of `len` bytes; its IV is the number. */
void frame_write_head(struct srow_buf *out, enum frame_kind kind, uint32_t sequence, uint32_t len);

/* Bytes that all frames of a plaintext take. */
uint64_t frame_all_size(uint64_t plaintext, uint32_t frame_length);

/* Frames of a plaintext: the last is full if the length is a multiple, and there is always one. */
uint64_t frame_count(uint64_t plaintext, uint32_t frame_length);

/* Fills `out` with the additional data of a frame and returns a view of it. */
struct srow_bytes frame_aad(uint8_t out[FRAME_AAD], struct srow_bytes message_id,
                            const struct frame *frame);

#endif
