/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64, strict and without branches or table look-ups that depend on the data: replies of KMS
 * carry data keys in it. libcrypto's decoder skips white space and nettle's accepts it too.
 */
#include "base/text.h"

/* All ones where lo <= c <= hi, else 0. */
static unsigned within(unsigned c, unsigned lo, unsigned hi)
{
    return 0U - (((lo - 1U - c) & (c - hi - 1U)) >> 31);
}

/* Six bits of a character; bit 8 is set when it is none. */
static unsigned decode(unsigned c)
{
    unsigned v = within(c, 'A', 'Z') & (c - 'A');
    v |= within(c, 'a', 'z') & (c - 'a' + 26U);
    v |= within(c, '0', '9') & (c - '0' + 52U);
    v |= within(c, '+', '+') & 62U;
    v |= within(c, '/', '/') & 63U;
    unsigned known = within(c, 'A', 'Z') | within(c, 'a', 'z') | within(c, '0', '9') |
                     within(c, '+', '+') | within(c, '/', '/');
    return v | (~known & 0x100U);
}

static uint8_t encode(unsigned v)
{
    unsigned c = within(v, 0, 25) & (v + 'A');
    c |= within(v, 26, 51) & (v - 26U + 'a');
    c |= within(v, 52, 61) & (v - 52U + '0');
    c |= within(v, 62, 62) & '+';
    c |= within(v, 63, 63) & '/';
    return (uint8_t)c;
}

void text_put_base64(struct srow_buf *out, struct srow_bytes b)
{
    const uint8_t *at = b.at;
    for (size_t i = 0; i < b.len; i += 3) {
        size_t n = b.len - i < 3 ? b.len - i : 3;
        unsigned v = (unsigned)at[i] << 16;
        v |= n > 1 ? (unsigned)at[i + 1] << 8 : 0;
        v |= n > 2 ? (unsigned)at[i + 2] : 0;
        uint8_t four[4] = {encode(v >> 18), encode(v >> 12 & 63), encode(v >> 6 & 63),
                           encode(v & 63)};
        four[2] = n > 1 ? four[2] : '=';
        four[3] = n > 2 ? four[3] : '=';
        buf_put(out, bytes_of(four, sizeof four));
    }
}

/* Of the last two characters; how much there is of it tells no more than a length. */
static size_t padding_of(const uint8_t last[2])
{
    uint8_t first = last[0] ^ '=', second = last[1] ^ '=';
    if (!bytes_is_zero(bytes_of(&second, 1))) {
        return 0;
    }
    return bytes_is_zero(bytes_of(&first, 1)) ? 2 : 1;
}

enum srow_rc text_parse_base64(struct srow_buf *out, struct srow_bytes b, struct srow_error *e)
{
    const uint8_t *at = b.at;
    FAIL_IF(b.len % 4 != 0, e, SROW_E_MALFORMED, "base64 of a length that is not a multiple of 4");
    if (b.len == 0) {
        return buf_check(out, e);
    }
    size_t padding = padding_of(at + b.len - 2);
    uint8_t *to = buf_room(out, b.len / 4 * 3);
    TRY(buf_check(out, e));
    unsigned bad = 0, v = 0;
    for (size_t i = 0; i < b.len; i += 4) {
        v = 0;
        for (size_t k = 0; k < 4; k++) {
            bool pad = i + k >= b.len - padding;
            unsigned six = pad ? 0 : decode(at[i + k]);
            bad |= six & 0x100U;
            v = v << 6 | (six & 63U);
        }
        to[i / 4 * 3] = (uint8_t)(v >> 16);
        to[i / 4 * 3 + 1] = (uint8_t)(v >> 8);
        to[i / 4 * 3 + 2] = (uint8_t)v;
    }
    bad |= padding == 0 ? 0 : v & (padding == 1 ? 0xFFU : 0xFFFFU);
    FAIL_IF(!bytes_is_zero(bytes_of(&bad, sizeof bad)), e, SROW_E_MALFORMED, "not base64");
    buf_grew(out, b.len / 4 * 3 - padding);
    return SROW_OK;
}
