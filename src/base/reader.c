/* SPDX-License-Identifier: Apache-2.0
 *
 * The cursor over hostile bytes. Lengths are compared by subtraction, never added to a position.
 */
#include "base/bytes.h"

enum srow_rc read_bytes(struct srow_bytes *out, struct reader *r, size_t n, struct srow_error *e)
{
    FAIL_IF(n > r->left, e, SROW_E_TRUNCATED, "it ends too early: %zu bytes wanted, %zu left", n,
            r->left);
    *out = bytes_of(r->at, n);
    r->at += n;
    r->left -= n;
    return SROW_OK;
}

/* Big-endian number of 1 to 8 bytes. */
static MUST enum srow_rc number(uint64_t *out, struct reader *r, size_t n, struct srow_error *e)
{
    struct srow_bytes b;
    TRY(read_bytes(&b, r, n, e));
    const uint8_t *at = b.at;
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v << 8 | at[i];
    }
    *out = v;
    return SROW_OK;
}

enum srow_rc read_u8(uint8_t *out, struct reader *r, struct srow_error *e)
{
    uint64_t v;
    TRY(number(&v, r, 1, e));
    *out = (uint8_t)v;
    return SROW_OK;
}

enum srow_rc read_u16(uint16_t *out, struct reader *r, struct srow_error *e)
{
    uint64_t v;
    TRY(number(&v, r, 2, e));
    *out = (uint16_t)v;
    return SROW_OK;
}

enum srow_rc read_u32(uint32_t *out, struct reader *r, struct srow_error *e)
{
    uint64_t v;
    TRY(number(&v, r, 4, e));
    *out = (uint32_t)v;
    return SROW_OK;
}

enum srow_rc read_u64(uint64_t *out, struct reader *r, struct srow_error *e)
{
    return number(out, r, 8, e);
}
