/* SPDX-License-Identifier: Apache-2.0 */
#include "format/footer.h"

#include "check.h"

CASE(a_footer_written_is_read_back)
{
    AUTO(buf_cleanup) struct srow_buf wire = {0};
    struct srow_error e = {0};
    struct srow_bytes signature;
    footer_write(&wire, srow_str("signature"));
    buf_put_u8(&wire, 7);
    struct reader r = reader_of(bytes_buf(&wire));
    CHECK_OK(footer_read(&signature, &r, 9, &e), e);
    CHECK_BYTES(signature, srow_str("signature"));
    CHECK(r.left == 1);
}

CASE(a_footer_that_cannot_be_one_is_refused_and_nothing_is_consumed)
{
    static const struct {
        struct srow_bytes wire;
        enum srow_rc rc;
    } table[] = {
        {{"", 0}, SROW_E_TRUNCATED},
        {{"\0", 1}, SROW_E_TRUNCATED},
        {{"\0\4abc", 5}, SROW_E_TRUNCATED},
        {{"\0\5abcde", 7}, SROW_E_MALFORMED}, /* longer than allowed */
        {{"\xFF\xFF", 2}, SROW_E_MALFORMED},
        {{"\0\0", 2}, SROW_OK},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct srow_bytes signature;
        struct reader r = reader_of(table[i].wire);
        CHECK_RC(footer_read(&signature, &r, 4, NULL), table[i].rc);
        CHECK(table[i].rc == SROW_OK || r.left == table[i].wire.len);
    }
}

int main(void)
{
    RUN(a_footer_written_is_read_back);
    RUN(a_footer_that_cannot_be_one_is_refused_and_nothing_is_consumed);
    return check_done();
}
