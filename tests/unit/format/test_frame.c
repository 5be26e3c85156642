/* SPDX-License-Identifier: Apache-2.0 */
#include "format/frame.h"

#include "check.h"

enum { LEN = 4 }; /* frame length */

static void put(struct srow_buf *out, enum frame_kind kind, uint32_t sequence, uint32_t len)
{
    frame_write_head(out, kind, sequence, len);
    buf_put(out, bytes_of("abcdefghijklmnopqrstuvwxyz", len + FRAME_TAG));
}

/* Reads all frames; the first failure. */
static MUST enum srow_rc read_all(size_t *bytes, struct srow_bytes wire, uint32_t first)
{
    struct frame_walk walk = {HEADER_FRAMED, LEN, first, false};
    struct reader r = reader_of(wire);
    *bytes = 0;
    while (!walk.ended) {
        struct frame frame;
        TRY(frame_read(&frame, &walk, &r, NULL));
        *bytes += frame.ciphertext.len;
    }
    return r.left == 0 ? SROW_OK : SROW_E_TRAILING;
}

CASE(sizes_and_counts_are_those_of_the_frames_written)
{
    static const struct {
        uint32_t plaintext, frames;
    } table[] = {{0, 1}, {1, 1}, {3, 1}, {4, 1}, {5, 2}, {8, 2}, {9, 3}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(buf_cleanup) struct srow_buf out = {0};
        uint32_t left = table[i].plaintext, sequence = 1;
        for (; left > LEN; left -= LEN) {
            put(&out, FRAME_REGULAR, sequence++, LEN);
        }
        put(&out, FRAME_FINAL, sequence, left);
        CHECK(sequence == table[i].frames);
        CHECK(frame_count(table[i].plaintext, LEN) == sequence);
        CHECK(frame_all_size(table[i].plaintext, LEN) == out.len);
        size_t bytes;
        CHECK_RC(read_all(&bytes, bytes_buf(&out), 1), SROW_OK);
        CHECK(bytes == table[i].plaintext);
    }
}

CASE(frame_numbers_must_be_1_2_3_and_end_with_the_final_one)
{
    static const struct {
        struct {
            enum frame_kind kind;
            uint32_t sequence, len;
        } frame[4];
        size_t count;
        enum srow_rc rc;
    } table[] = {
        {{{FRAME_REGULAR, 1, 4}, {FRAME_FINAL, 2, 0}}, 2, SROW_OK}, /* an empty final frame */
        {{{FRAME_REGULAR, 1, 4}, {FRAME_FINAL, 2, 4}}, 2, SROW_OK},
        {{{FRAME_REGULAR, 0, 4}, {FRAME_FINAL, 1, 0}}, 2, SROW_E_SEQUENCE},
        {{{FRAME_REGULAR, 2, 4}, {FRAME_FINAL, 3, 0}}, 2, SROW_E_SEQUENCE},
        {{{FRAME_REGULAR, 1, 4}, {FRAME_REGULAR, 1, 4}, {FRAME_FINAL, 2, 0}}, 3, SROW_E_SEQUENCE},
        {{{FRAME_REGULAR, 1, 4}, {FRAME_REGULAR, 3, 4}, {FRAME_FINAL, 4, 0}}, 3, SROW_E_SEQUENCE},
        {{{FRAME_REGULAR, 1, 4}, {FRAME_FINAL, 1, 0}}, 2, SROW_E_SEQUENCE},
        {{{FRAME_REGULAR, 1, 4}, {FRAME_FINAL, 9, 0}}, 2, SROW_E_SEQUENCE},
        {{{FRAME_REGULAR, 0xFFFFFFFF, 4}, {FRAME_FINAL, 1, 0}}, 2, SROW_E_SEQUENCE},
        {{{FRAME_FINAL, 1, 5}}, 1, SROW_E_MALFORMED},
        {{{FRAME_REGULAR, 1, 4}}, 1, SROW_E_TRUNCATED},
        {{{FRAME_FINAL, 1, 4}, {FRAME_FINAL, 2, 4}}, 2, SROW_E_TRAILING},
        {{{FRAME_FINAL, 1, 4}, {FRAME_REGULAR, 2, 4}}, 2, SROW_E_TRAILING},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(buf_cleanup) struct srow_buf out = {0};
        for (size_t k = 0; k < table[i].count; k++) {
            put(&out, table[i].frame[k].kind, table[i].frame[k].sequence, table[i].frame[k].len);
        }
        size_t bytes;
        CHECK_RC(read_all(&bytes, bytes_buf(&out), 1), table[i].rc);
    }
}

CASE(the_last_number_of_all_is_read_and_none_follows)
{
    AUTO(buf_cleanup) struct srow_buf out = {0}, wrapped = {0};
    size_t bytes;
    put(&out, FRAME_REGULAR, 0xFFFFFFFE, LEN);
    put(&out, FRAME_FINAL, 0xFFFFFFFF, 1);
    CHECK_RC(read_all(&bytes, bytes_buf(&out), 0xFFFFFFFE), SROW_OK);
    put(&wrapped, FRAME_REGULAR, 0xFFFFFFFE, LEN);
    put(&wrapped, FRAME_FINAL, 0, 1);
    CHECK_RC(read_all(&bytes, bytes_buf(&wrapped), 0xFFFFFFFE), SROW_E_SEQUENCE);
}

CASE(a_claimed_length_is_bounded_by_the_bytes_that_are_there)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    frame_write_head(&out, FRAME_FINAL, 1, 0xFFFFFFFF);
    buf_put_str(&out, "ten bytes.");
    struct frame_walk walk = {HEADER_FRAMED, 0xFFFFFFFF, 1, false};
    struct reader r = reader_of(bytes_buf(&out));
    struct frame frame;
    CHECK_RC(frame_read(&frame, &walk, &r, NULL), SROW_E_TRUNCATED);
}

CASE(a_body_that_is_not_framed_is_read)
{
    static const struct {
        uint64_t len;
        enum srow_rc rc;
    } table[] = {
        {3, SROW_OK},
        {4, SROW_E_TRUNCATED},
        {(UINT64_C(1) << 36) - 32, SROW_E_TRUNCATED},
        {(UINT64_C(1) << 36) - 31, SROW_E_MALFORMED},
        {UINT64_MAX, SROW_E_MALFORMED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(buf_cleanup) struct srow_buf out = {0};
        buf_put_str(&out, "iviviviviviv");
        buf_put_u64(&out, table[i].len);
        buf_put_str(&out, "abc0123456789abcdef");
        struct frame_walk walk = {HEADER_NONFRAMED, 0, 1, false};
        struct reader r = reader_of(bytes_buf(&out));
        struct frame frame;
        CHECK_RC(frame_read(&frame, &walk, &r, NULL), table[i].rc);
        CHECK(table[i].rc != SROW_OK ||
              (walk.ended && frame.kind == FRAME_BODY && frame.sequence == 1 && r.left == 0));
    }
}

int main(void)
{
    RUN(sizes_and_counts_are_those_of_the_frames_written);
    RUN(frame_numbers_must_be_1_2_3_and_end_with_the_final_one);
    RUN(the_last_number_of_all_is_read_and_none_follows);
    RUN(a_claimed_length_is_bounded_by_the_bytes_that_are_there);
    RUN(a_body_that_is_not_framed_is_read);
    return check_done();
}
