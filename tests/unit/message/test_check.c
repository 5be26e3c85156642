/* SPDX-License-Identifier: Apache-2.0 */
#include "message/check.h"

#include "check.h"
#include "local.h"

/* The self-check of a message whose header should have been `asked`. */
static MUST enum srow_rc check(const struct srow_buf *message, const struct header *asked,
                               uint64_t plaintext)
{
    return check_written(bytes_buf(message), asked, plaintext, NULL);
}

CASE(a_message_as_asked_passes)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    AUTO(header_cleanup) struct header h = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 4, srow_str("ten bytes."), &e), e);
    struct reader r = reader_of(bytes_buf(&message));
    CHECK_OK(header_read(&h, &r, 0, &e), e);
    CHECK_RC(check(&message, &h, 10), SROW_OK);
}

CASE(anything_else_than_asked_fires)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    AUTO(header_cleanup) struct header h = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 4, srow_str("ten bytes."), &e), e);
    struct reader r = reader_of(bytes_buf(&message));
    CHECK_OK(header_read(&h, &r, 0, &e), e);

    static const struct suite other_suite;
    static const struct context other_context;
    static const uint8_t zeros[HEADER_MESSAGE_ID];
    struct header asked[6] = {h, h, h, h, h, h};
    asked[0].suite = &other_suite;
    asked[1].message_id = bytes_of(zeros, sizeof zeros);
    asked[2].context = other_context;
    asked[3].edks.count = 0;
    asked[4].frame_length = 5;
    asked[5].commitment = bytes_of(zeros, sizeof zeros);
    for (size_t i = 0; i < 6; i++) {
        CHECK_RC(check(&message, &asked[i], 10), SROW_E_SELF_CHECK);
    }
    CHECK_RC(check(&message, &h, 9), SROW_E_SELF_CHECK);
}

CASE(bytes_that_do_not_parse_fire)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    AUTO(header_cleanup) struct header h = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 4, srow_str("ten bytes."), &e), e);
    struct reader r = reader_of(bytes_buf(&message));
    CHECK_OK(header_read(&h, &r, 0, &e), e);
    AUTO(buf_cleanup) struct srow_buf longer = {0};
    buf_put(&longer, bytes_buf(&message));
    buf_put_u8(&longer, 0);
    CHECK_RC(check(&longer, &h, 10), SROW_E_SELF_CHECK);
    message.len--;
    CHECK_RC(check(&message, &h, 10), SROW_E_SELF_CHECK);
}

CASE(a_footer_that_is_no_signature_fires)
{
    AUTO(local_cleanup) struct local l = {.suite = 0x0578};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    AUTO(header_cleanup) struct header h = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 4, srow_str("ten bytes."), &e), e);
    struct reader r = reader_of(bytes_buf(&message));
    CHECK_OK(header_read(&h, &r, 0, &e), e);
    CHECK_RC(check(&message, &h, 10), SROW_OK);
    struct frame_walk walk = frame_walk_of(&h);
    struct frame frame;
    while (!walk.ended) {
        CHECK_OK(frame_read(&frame, &walk, &r, &e), e);
    }
    uint8_t *footer = (uint8_t *)message.at + message.len - r.left;
    footer[2] ^= 1; /* the DER's first byte */
    CHECK_RC(check(&message, &h, 10), SROW_E_SELF_CHECK);
    message.len -= r.left;
    CHECK_RC(check(&message, &h, 10), SROW_E_SELF_CHECK);
}

int main(void)
{
    RUN(a_message_as_asked_passes);
    RUN(anything_else_than_asked_fires);
    RUN(bytes_that_do_not_parse_fire);
    RUN(a_footer_that_is_no_signature_fires);
    return check_done();
}
