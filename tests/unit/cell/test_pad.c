/* SPDX-License-Identifier: Apache-2.0 */
#include "cell/pad.h"
#include "check.h"

CASE(every_length_is_padded_to_a_multiple_and_comes_back)
{
    static const uint32_t steps[] = {1, 2, 7, 16, 64};
    char text[130];
    memset(text, 0x80, sizeof text); /* the worst of values: it looks like padding */
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
        for (size_t len = 0; len <= sizeof text; len++) {
            AUTO(buf_cleanup) struct srow_buf padded = {0};
            struct srow_error e = {0};
            CHECK_OK(pad_put(&padded, bytes_of(text, len), steps[s], &e), e);
            CHECK(padded.len % steps[s] == 0 && padded.len > len && padded.len <= len + steps[s]);
            CHECK(padded.len == pad_size(len, steps[s]));
            CHECK_OK(pad_strip(&padded, steps[s], &e), e);
            CHECK_BYTES(bytes_buf(&padded), bytes_of(text, len));
        }
    }
}

CASE(what_is_not_padded_so_is_refused)
{
    static const struct {
        struct srow_bytes value;
        uint32_t step;
        enum srow_rc rc;
    } rows[] = {
        {{"abc\x80", 4}, 4, SROW_OK},
        {{"ab\0\x80\0\0\0\0", 8}, 4, SROW_E_VALUE}, /* more than one step of padding */
        {{"abcd\x80\0\0\0", 8}, 4, SROW_OK},
        {{"abc\x80\0\0\0\0", 8}, 4, SROW_E_VALUE},
        {{"abcd\x80\0\0", 7}, 4, SROW_E_VALUE}, /* no multiple */
        {{"abcd", 4}, 4, SROW_E_VALUE},
        {{"abc\0", 4}, 4, SROW_E_VALUE},
        {{"\0\0\0\0", 4}, 4, SROW_E_VALUE},
        {{"", 0}, 4, SROW_E_VALUE},
        {{"\x80\0\0\0", 4}, 4, SROW_OK}, /* an empty value */
        {{"\x80\0\0\0", 4}, 2, SROW_E_VALUE},
        {{"\x80", 1}, 1, SROW_OK},
        {{"a", 1}, 1, SROW_E_VALUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf value = {0};
        buf_put(&value, rows[i].value);
        CHECK_RC(pad_strip(&value, rows[i].step, NULL), rows[i].rc);
    }
}

int main(void)
{
    RUN(every_length_is_padded_to_a_multiple_and_comes_back);
    RUN(what_is_not_padded_so_is_refused);
    return check_done();
}
