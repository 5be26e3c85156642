/* SPDX-License-Identifier: Apache-2.0
 *
 * The IV of a frame is read from the wire: older writers did not count it
 * (docs/decisions/0001-reading-messages.md). Its number is what orders frames, and stands in the
 * additional data.
 */
#include "format/frame.h"

enum { MARK = 4, NUMBER = 4, LENGTH = 4 };
static const uint32_t final_mark = 0xFFFFFFFF;
static const uint64_t largest_body = (UINT64_C(1) << 36) - 32;

struct frame_walk frame_walk_of(const struct header *h)
{
    return (struct frame_walk){h->content, h->frame_length, 1, false};
}

static MUST enum srow_rc check_sequence(uint32_t number, const struct frame_walk *walk,
                                        struct srow_error *e)
{
    FAIL_IF(number != walk->sequence, e, SROW_E_SEQUENCE, "frame %u where frame %u is expected",
            number, walk->sequence);
    return SROW_OK;
}

/* The fields of all kinds between number and ciphertext; gives the ciphertext's length. */
static MUST enum srow_rc read_head(struct frame *frame, size_t *len, const struct frame_walk *walk,
                                   struct reader *r, struct srow_error *e)
{
    TRY(read_bytes(&frame->iv, r, FRAME_IV, e));
    if (frame->kind == FRAME_REGULAR) {
        *len = walk->frame_length;
        return SROW_OK;
    }
    if (frame->kind == FRAME_FINAL) {
        uint32_t final;
        TRY(read_u32(&final, r, e));
        FAIL_IF(final > walk->frame_length, e, SROW_E_MALFORMED,
                "a final frame of %u bytes, longer than the frame length %u", final,
                walk->frame_length);
        *len = final;
        return SROW_OK;
    }
    uint64_t body;
    TRY(read_u64(&body, r, e));
    FAIL_IF(body > largest_body, e, SROW_E_MALFORMED, "a body of %llu bytes, more than 2^36 - 32",
            (unsigned long long)body);
    *len = (size_t)body;
    return SROW_OK;
}

static MUST enum srow_rc read_number(struct frame *frame, const struct frame_walk *walk,
                                     struct reader *r, struct srow_error *e)
{
    frame->kind = FRAME_BODY;
    frame->sequence = 1;
    if (walk->content == HEADER_NONFRAMED) {
        return SROW_OK;
    }
    TRY(read_u32(&frame->sequence, r, e));
    frame->kind = frame->sequence == final_mark ? FRAME_FINAL : FRAME_REGULAR;
    if (frame->kind == FRAME_FINAL) {
        TRY(read_u32(&frame->sequence, r, e));
    }
    return check_sequence(frame->sequence, walk, e);
}

static MUST enum srow_rc read_fields(struct frame *frame, const struct frame_walk *walk,
                                     struct reader *r, struct srow_error *e)
{
    size_t len = 0;
    TRY(read_number(frame, walk, r, e));
    TRY(read_head(frame, &len, walk, r, e));
    TRY(read_bytes(&frame->ciphertext, r, len, e));
    return read_bytes(&frame->tag, r, FRAME_TAG, e);
}

enum srow_rc frame_read(struct frame *out, struct frame_walk *walk, struct reader *r,
                        struct srow_error *e)
{
    struct frame frame = {0};
    enum srow_rc rc = read_fields(&frame, walk, r, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "message body, frame %u", walk->sequence);
    }
    walk->ended = frame.kind != FRAME_REGULAR;
    walk->sequence++;
    *out = frame;
    return SROW_OK;
}

void frame_write_head(struct srow_buf *out, enum frame_kind kind, uint32_t sequence, uint32_t len)
{
    if (kind == FRAME_FINAL) {
        buf_put_u32(out, final_mark);
    }
    buf_put_u32(out, sequence);
    buf_put_u64(out, 0);
    buf_put_u32(out, sequence);
    if (kind == FRAME_FINAL) {
        buf_put_u32(out, len);
    }
}

uint64_t frame_count(uint64_t plaintext, uint32_t frame_length)
{
    return plaintext == 0 ? 1 : (plaintext - 1) / frame_length + 1;
}

uint64_t frame_all_size(uint64_t plaintext, uint32_t frame_length)
{
    return frame_count(plaintext, frame_length) * (NUMBER + FRAME_IV + FRAME_TAG) + MARK + LENGTH +
           plaintext;
}

struct srow_bytes frame_aad(uint8_t out[FRAME_AAD], struct srow_bytes message_id,
                            const struct frame *frame)
{
    static const char *const names[] = {
        [FRAME_REGULAR] = "AWSKMSEncryptionClient Frame",
        [FRAME_FINAL] = "AWSKMSEncryptionClient Final Frame",
        [FRAME_BODY] = "AWSKMSEncryptionClient Single Block",
    };
    struct srow_bytes name = srow_str(names[frame->kind]);
    uint8_t *at = out;
    memcpy(at, message_id.at, message_id.len);
    at += message_id.len;
    memcpy(at, name.at, name.len);
    at += name.len;
    for (int shift = 24; shift >= 0; shift -= 8) {
        *at++ = (uint8_t)(frame->sequence >> shift);
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
        *at++ = (uint8_t)((uint64_t)frame->ciphertext.len >> shift);
    }
    return bytes_of(out, (size_t)(at - out));
}
