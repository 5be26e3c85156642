/* SPDX-License-Identifier: Apache-2.0
 *
 * DER of a signature (RFC 3279, 2.2.3): 30 len, then r and s, each 02 len and a positive number in
 * as few bytes as possible. A second form of a signature would be a second message that says the
 * same.
 */
#include "crypto/ecdsa.h"

#include "crypto/p384.h"
#include "crypto/random.h"

enum { SEQUENCE = 0x30, INTEGER = 0x02, SIGN = 0x80 };

enum srow_rc ecdsa_generate(struct secret *key, uint8_t point[ECDSA_POINT], struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret made = {0};
    uint8_t at[ECDSA_POINT];
    TRY(secret_new(&made, ECDSA_KEY, e));
    do { /* one of 2^190 is thrown away */
        TRY(random_bytes(made.at, made.len, e));
    } while (!p384_in_range(made.at));
    TRY(p384_point(at, &made, e));
    memcpy(point, at, ECDSA_POINT);
    *key = secret_take(&made);
    return SROW_OK;
}

/* -- DER -- */

static void put_number(struct srow_buf *out, const uint8_t number[P384_SIZE])
{
    size_t zeros = 0;
    while (zeros < P384_SIZE - 1 && number[zeros] == 0) {
        zeros++;
    }
    bool needs_zero = (number[zeros] & SIGN) != 0; /* else it would be negative */
    buf_put_u8(out, INTEGER);
    buf_put_u8(out, (uint8_t)(P384_SIZE - zeros + needs_zero));
    buf_put(out, bytes_of("", needs_zero));
    buf_put(out, bytes_of(number + zeros, P384_SIZE - zeros));
}

static MUST enum srow_rc read_number(uint8_t out[P384_SIZE], struct reader *r)
{
    uint8_t tag, len;
    struct srow_bytes b;
    TRY(read_u8(&tag, r, NULL));
    TRY(read_u8(&len, r, NULL));
    TRY(read_bytes(&b, r, len, NULL));
    const uint8_t *at = b.at;
    FAIL_IF(tag != INTEGER || len == 0 || (at[0] & SIGN) != 0, NULL, SROW_E_SIGNATURE, "form");
    if (at[0] == 0 && len > 1) {
        FAIL_IF((at[1] & SIGN) == 0, NULL, SROW_E_SIGNATURE, "not the shortest form");
        at++;
        len--;
    }
    FAIL_IF(len > P384_SIZE, NULL, SROW_E_SIGNATURE, "too large");
    memset(out, 0, P384_SIZE);
    memcpy(out + P384_SIZE - len, at, len);
    FAIL_IF(!p384_in_range(out), NULL, SROW_E_SIGNATURE, "out of range");
    return SROW_OK;
}

static MUST enum srow_rc read_numbers(struct p384_signature *out, struct srow_bytes der)
{
    struct reader r = reader_of(der);
    uint8_t tag, len;
    TRY(read_u8(&tag, &r, NULL));
    TRY(read_u8(&len, &r, NULL));
    FAIL_IF(tag != SEQUENCE || len != r.left, NULL, SROW_E_SIGNATURE, "form");
    TRY(read_number(out->r, &r));
    TRY(read_number(out->s, &r));
    FAIL_IF(r.left > 0, NULL, SROW_E_SIGNATURE, "bytes left over");
    return SROW_OK;
}

static MUST enum srow_rc parse(struct p384_signature *out, struct srow_bytes der,
                               struct srow_error *e)
{
    FAIL_IF(read_numbers(out, der) != SROW_OK, e, SROW_E_SIGNATURE,
            "%zu bytes that are no DER signature of P-384", der.len);
    return SROW_OK;
}

/* -- face -- */

enum srow_rc ecdsa_sign(struct srow_buf *out, const struct secret *key,
                        const uint8_t hash[HASH_SHA384], struct srow_error *e)
{
    struct p384_signature signature;
    AUTO(buf_cleanup) struct srow_buf numbers = {0};
    TRY(p384_sign(&signature, key, hash, e));
    put_number(&numbers, signature.r);
    put_number(&numbers, signature.s);
    TRY(buf_check(&numbers, e));
    buf_put_u8(out, SEQUENCE);
    buf_put_u8(out, (uint8_t)numbers.len);
    buf_put(out, bytes_buf(&numbers));
    return buf_check(out, e);
}

enum srow_rc ecdsa_verify(struct srow_bytes point, const uint8_t hash[HASH_SHA384],
                          struct srow_bytes signature, struct srow_error *e)
{
    struct p384_signature numbers;
    TRY(ecdsa_check_point(point, e));
    TRY(parse(&numbers, signature, e));
    return p384_verify(point.at, hash, &numbers, e);
}

enum srow_rc ecdsa_check_form(struct srow_bytes signature, struct srow_error *e)
{
    struct p384_signature numbers;
    return parse(&numbers, signature, e);
}

enum srow_rc ecdsa_check_point(struct srow_bytes point, struct srow_error *e)
{
    const uint8_t *at = point.at;
    FAIL_IF(point.len != ECDSA_POINT || (at[0] != 2 && at[0] != 3), e, SROW_E_MALFORMED,
            "%zu bytes that are no compressed point of P-384", point.len);
    return SROW_OK;
}
