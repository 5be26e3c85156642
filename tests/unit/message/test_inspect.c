/* SPDX-License-Identifier: Apache-2.0 */
#include "message/inspect.h"

#include "check.h"
#include "local.h"

CASE(fields_cover_the_message_without_a_gap)
{
    static const size_t sizes[] = {0, 1, 16, 17, 100};
    AUTO(local_cleanup) struct local l = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(context_add(&l.context, (struct srow_pair){srow_str(""), srow_str("")}, &e), e);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        static const char text[100];
        AUTO(buf_cleanup) struct srow_buf message = {0};
        AUTO(message_inspected_cleanup) struct message_inspected m = {0};
        CHECK_OK(local_encrypt(&message, &l, 16, bytes_of(text, sizes[i]), &e), e);
        CHECK_OK(message_inspect(&m, bytes_buf(&message), &e), e);
        size_t offset = 0;
        for (size_t k = 0; k < m.field_count; k++) {
            CHECK(m.fields[k].offset == offset);
            offset += m.fields[k].len;
        }
        CHECK(offset == message.len && m.plaintext_len == sizes[i]);
        CHECK(m.header.context.count == 3 && m.header.edks.count == 1);
    }
}

CASE(what_is_no_whole_message_is_not_inspected)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 16, srow_str("secret"), &e), e);
    struct message_inspected m = {0};
    struct srow_bytes all = bytes_buf(&message);
    CHECK_RC(message_inspect(&m, bytes_of(all.at, all.len - 1), &e), SROW_E_TRUNCATED);
    buf_put_u8(&message, 0);
    CHECK_RC(message_inspect(&m, bytes_buf(&message), &e), SROW_E_TRAILING);
    CHECK_RC(message_inspect(&m, srow_str("AgR4AAAA"), &e), SROW_E_NOT_MESSAGE);
    CHECK(m.fields == NULL && m.header.suite == NULL);
}

int main(void)
{
    RUN(fields_cover_the_message_without_a_gap);
    RUN(what_is_no_whole_message_is_not_inspected);
    return check_done();
}
