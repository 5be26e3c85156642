/* SPDX-License-Identifier: Apache-2.0 */
#include "format/header.h"

#include "check.h"
#include "hex.h"

static const uint8_t id[HEADER_MESSAGE_ID] = {1}, commitment[HEADER_COMMITMENT] = {2};

static void borrow(struct header *h)
{
    context_cleanup(&h->context);
}

/* A header of one pair and one encrypted data key, with a tag behind it. */
static MUST enum srow_rc make(struct srow_buf *out, struct header *h, struct srow_error *e)
{
    static struct edk edk;
    edk = (struct edk){srow_str("ns"), srow_str("name"), srow_str("wrapped"), {0}};
    *h = (struct header){
        .suite = suite_find(0x0478),
        .message_id = bytes_of(id, sizeof id),
        .edks = {&edk, 1},
        .content = HEADER_FRAMED,
        .frame_length = 4096,
        .commitment = bytes_of(commitment, sizeof commitment),
    };
    TRY(context_add(&h->context, (struct srow_pair){srow_str("k"), srow_str("v")}, e));
    header_write(out, h);
    buf_put(out, bytes_of("0123456789abcdef", HEADER_TAG));
    return buf_check(out, e);
}

CASE(what_is_written_is_read)
{
    AUTO(buf_cleanup) struct srow_buf wire = {0};
    AUTO(borrow) struct header h = {0};
    AUTO(header_cleanup) struct header back = {0};
    struct srow_error e = {0};
    CHECK_OK(make(&wire, &h, &e), e);
    CHECK(wire.len == header_size(&h));
    struct reader r = reader_of(bytes_buf(&wire));
    CHECK_OK(header_read(&back, &r, 1, &e), e);
    CHECK(r.left == 0 && back.suite == h.suite && back.frame_length == 4096);
    CHECK(back.content == HEADER_FRAMED && context_equal(&back.context, &h.context));
    CHECK(edk_list_equal(&back.edks, &h.edks));
    CHECK_BYTES(back.message_id, h.message_id);
    CHECK_BYTES(back.commitment, h.commitment);
    CHECK(back.authenticated.at == wire.at && back.authenticated.len == wire.len - HEADER_TAG);
    CHECK(bytes_equal_str(back.tag, "0123456789abcdef"));
}

CASE(every_beginning_of_a_header_is_truncated)
{
    AUTO(buf_cleanup) struct srow_buf wire = {0};
    AUTO(borrow) struct header h = {0};
    struct srow_error e = {0};
    CHECK_OK(make(&wire, &h, &e), e);
    for (size_t n = 0; n < wire.len; n++) {
        AUTO(header_cleanup) struct header back = {0};
        struct reader r = reader_of(bytes_of(wire.at, n));
        CHECK_RC(header_read(&back, &r, 0, &e), SROW_E_TRUNCATED);
        CHECK(back.suite == NULL && back.edks.edk == NULL && back.context.pairs == NULL);
    }
}

CASE(fields_with_other_values_are_refused)
{
    AUTO(buf_cleanup) struct srow_buf wire = {0};
    AUTO(borrow) struct header h = {0};
    struct srow_error e = {0};
    CHECK_OK(make(&wire, &h, &e), e);
    size_t content = wire.len - HEADER_TAG - HEADER_COMMITMENT - 5;
    const struct {
        size_t at;
        const char *bytes;
        enum srow_rc rc;
    } table[] = {
        {0, "00", SROW_E_UNSUPPORTED},
        {0, "01", SROW_E_UNSUPPORTED},
        {0, "03", SROW_E_UNSUPPORTED},
        {0, "ff", SROW_E_UNSUPPORTED},
        {1, "0000", SROW_E_UNSUPPORTED},
        {1, "0178", SROW_E_UNSUPPORTED},
        {1, "6700", SROW_E_UNSUPPORTED},
        {1, "0070", SROW_E_UNSUPPORTED},
        {content, "00", SROW_E_MALFORMED},
        {content, "03", SROW_E_MALFORMED},
        {content, "0200000000", SROW_E_MALFORMED}, /* framed, frame length 0 */
        {content, "0100001000", SROW_E_MALFORMED}, /* not framed, with one */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(buf_cleanup) struct srow_buf copy = {0};
        AUTO(header_cleanup) struct header back = {0};
        buf_put(&copy, bytes_buf(&wire));
        hex((uint8_t *)copy.at + table[i].at, table[i].bytes);
        struct reader r = reader_of(bytes_buf(&copy));
        CHECK_RC(header_read(&back, &r, 0, &e), table[i].rc);
    }
}

CASE(what_is_no_message_is_named)
{
    static const struct {
        const char *text, *says;
        enum srow_rc rc;
    } table[] = {
        {"AgR4AAAAAAAA", "base64", SROW_E_NOT_MESSAGE},
        {"AgV4AAAAAAAA", "base64", SROW_E_NOT_MESSAGE},
        {"AYABeAAAAAAA", "base64", SROW_E_NOT_MESSAGE},
        {"020478000000", "hex", SROW_E_NOT_MESSAGE},
        {"\\x020478", "hex", SROW_E_NOT_MESSAGE},
        {"4111 1111 1111 1111", "text", SROW_E_NOT_MESSAGE},
        {"\xC3\xA4rger", "text", SROW_E_NOT_MESSAGE},
        {"\x01\x80", "version 1", SROW_E_UNSUPPORTED},
        {"\x7F\x01", "0x7f", SROW_E_UNSUPPORTED},
        {"", "no bytes", SROW_E_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct header h;
        struct srow_error e = {0};
        struct reader r = reader_of(srow_str(table[i].text));
        CHECK_RC(header_read(&h, &r, 0, &e), table[i].rc);
        CHECK(strstr(e.text, table[i].says) != NULL);
    }
}

int main(void)
{
    RUN(what_is_written_is_read);
    RUN(every_beginning_of_a_header_is_truncated);
    RUN(fields_with_other_values_are_refused);
    RUN(what_is_no_message_is_named);
    return check_done();
}
