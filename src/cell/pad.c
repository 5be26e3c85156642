/* SPDX-License-Identifier: Apache-2.0 */
#include "cell/pad.h"

enum { MARK = 0x80 };

uint64_t pad_size(uint64_t len, uint32_t n)
{
    return (len / n + 1) * n;
}

enum srow_rc pad_put(struct srow_buf *out, struct srow_bytes value, uint32_t n,
                     struct srow_error *e)
{
    size_t zeros = (size_t)pad_size(value.len, n) - value.len - 1;
    buf_put(out, value);
    buf_put_u8(out, MARK);
    uint8_t *to = buf_room(out, zeros);
    TRY(buf_check(out, e));
    if (zeros > 0) {
        memset(to, 0, zeros);
        buf_grew(out, zeros);
    }
    return SROW_OK;
}

enum srow_rc pad_strip(struct srow_buf *value, uint32_t n, struct srow_error *e)
{
    uint8_t *at = value->at;
    size_t len = value->len;
    while (len > 0 && value->len - len < n && at[len - 1] == 0) {
        len--;
    }
    bool is_padded =
        value->len % n == 0 && len > 0 && at[len - 1] == MARK && value->len - (len - 1) <= n;
    FAIL_IF(!is_padded, e, SROW_E_VALUE,
            "the value is not padded to a multiple of %u bytes as `pad` has it: it was sealed with "
            "another setting",
            n);
    value->len = len - 1;
    return SROW_OK;
}
