/* SPDX-License-Identifier: Apache-2.0
 *
 * P-384 through nettle, whose curve code is 3 to 6 times as fast as OpenSSL 3.0's. Its numbers
 * are GMP's, which live in an arena (docs/decisions/0011-p384-by-nettle-or-openssl.md).
 */
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>

#include "crypto/arena.h"
#include "crypto/p384.h"
#include "crypto/random.h"

static const char prime[] = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
                            "ffffffff0000000000000000ffffffff";
static const char coefficient[] = "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a"
                                  "c656398d8a2ed19d2a85c8edd3ec2aef";

/* -- numbers -- */

static void import(mpz_t out, const uint8_t number[P384_SIZE])
{
    mpz_import(out, P384_SIZE, 1, 1, 1, 0, number);
}

static void export(uint8_t out[P384_SIZE], const mpz_t number)
{
    size_t len = (mpz_sizeinbase(number, 2) + 7) / 8;
    memset(out, 0, P384_SIZE);
    mpz_export(out + P384_SIZE - len, NULL, 1, 1, 1, 0, number);
}

static void number_free(mpz_t *number)
{
    mpz_clear(*number);
}

static void point_free(struct ecc_point *point)
{
    ecc_point_clear(point);
}

static void signature_free(struct dsa_signature *signature)
{
    dsa_signature_clear(signature);
}

/* nettle frees without wiping. */
static void scalar_free(struct ecc_scalar *scalar)
{
    bytes_wipe(scalar->p, (P384_SIZE * 8 + GMP_NUMB_BITS - 1) / GMP_NUMB_BITS * sizeof *scalar->p);
    ecc_scalar_clear(scalar);
}

static MUST enum srow_rc load_key(struct ecc_scalar *out, const struct secret *key,
                                  struct srow_error *e)
{
    mpz_t number;
    mpz_init2(number, P384_SIZE * 8);
    import(number, key->at);
    bool ok = ecc_scalar_set(out, number) == 1;
    bytes_wipe(mpz_limbs_write(number, (mp_size_t)mpz_size(number)),
               mpz_size(number) * sizeof(mp_limb_t));
    mpz_clear(number);
    FAIL_IF(!ok, e, SROW_E_CRYPTO, "a private key of P-384 that is out of range");
    return SROW_OK;
}

/* -- key -- */

enum srow_rc p384_point(uint8_t out[P384_POINT], const struct secret *key, struct srow_error *e)
{
    AUTO(arena_end) struct arena arena = {0};
    TRY(arena_begin(&arena, e));
    AUTO(scalar_free) struct ecc_scalar scalar;
    AUTO(point_free) struct ecc_point point;
    AUTO(number_free) mpz_t x, y;
    ecc_scalar_init(&scalar, nettle_get_secp_384r1());
    ecc_point_init(&point, nettle_get_secp_384r1());
    mpz_inits(x, y, NULL);
    TRY(load_key(&scalar, key, e));
    ecc_point_mul_g(&point, &scalar);
    ecc_point_get(&point, x, y);
    out[0] = (uint8_t)(2 + mpz_tstbit(y, 0));
    export(out + 1, x);
    return SROW_OK;
}

/* -- sign -- */

/* nettle's source of nonces cannot say that it failed: it is asked afterwards. */
struct source {
    enum srow_rc rc;
    struct srow_error *e;
};

static void draw(void *state, size_t len, uint8_t *out)
{
    struct source *source = state;
    if (source->rc == SROW_OK) {
        source->rc = random_bytes(out, len, source->e);
    }
    if (source->rc != SROW_OK) {
        memset(out, 1, len); /* in range, so that nettle ends; what it makes is thrown away */
    }
}

enum srow_rc p384_sign(struct p384_signature *out, const struct secret *key,
                       const uint8_t hash[HASH_SHA384], struct srow_error *e)
{
    AUTO(arena_end) struct arena arena = {0};
    TRY(arena_begin(&arena, e));
    AUTO(scalar_free) struct ecc_scalar scalar;
    AUTO(signature_free) struct dsa_signature signature;
    struct source source = {SROW_OK, e};
    ecc_scalar_init(&scalar, nettle_get_secp_384r1());
    dsa_signature_init(&signature);
    TRY(load_key(&scalar, key, e));
    ecdsa_sign(&scalar, &source, draw, HASH_SHA384, hash, &signature);
    TRY(source.rc);
    export(out->r, signature.r);
    export(out->s, signature.s);
    return SROW_OK;
}

/* -- verify -- */

/* y = (x^3 - 3x + b) ^ ((p + 1) / 4), and its negative if its last bit is the other one. */
static void find_y(mpz_t y, const mpz_t x, unsigned odd)
{
    AUTO(number_free) mpz_t p, root;
    mpz_init_set_str(p, prime, 16);
    mpz_init_set_str(root, coefficient, 16);
    mpz_mul(y, x, x);
    mpz_sub_ui(y, y, 3);
    mpz_mul(y, y, x);
    mpz_add(y, y, root);
    mpz_add_ui(root, p, 1);
    mpz_fdiv_q_2exp(root, root, 2);
    mpz_powm(y, y, root, p);
    if ((unsigned)mpz_tstbit(y, 0) != odd) {
        mpz_sub(y, p, y);
    }
}

/* ecc_point_set sees that the point is on the curve and its numbers below the prime. */
static MUST enum srow_rc load_point(struct ecc_point *out, const uint8_t point[P384_POINT],
                                    struct srow_error *e)
{
    AUTO(number_free) mpz_t x, y;
    mpz_inits(x, y, NULL);
    import(x, point + 1);
    find_y(y, x, point[0] & 1);
    FAIL_IF(ecc_point_set(out, x, y) != 1, e, SROW_E_MALFORMED, "no point of P-384");
    return SROW_OK;
}

/* Coordinates of k times a point, NULL: the base point; false if k is out of range. */
static bool multiply(mpz_t x, mpz_t y, const mpz_t k, const struct ecc_point *point)
{
    AUTO(scalar_free) struct ecc_scalar scalar;
    AUTO(point_free) struct ecc_point product;
    ecc_scalar_init(&scalar, nettle_get_secp_384r1());
    ecc_point_init(&product, nettle_get_secp_384r1());
    if (ecc_scalar_set(&scalar, k) != 1) {
        return false;
    }
    if (point == NULL) {
        ecc_point_mul_g(&product, &scalar);
    } else {
        ecc_point_mul(&product, &scalar, point);
    }
    ecc_point_get(&product, x, y);
    return true;
}

/* nettle 3.8 adds the two points of a verification by a formula that does not hold for equal ones,
 * and refuses. Only a signer who wants it comes there; all the same the signature is right if its r
 * is the x of twice that point. FIPS 186-4, 6.4; SEC 1, 4.1.4 */
static bool verify_doubled(const struct ecc_point *key, const uint8_t *hash,
                           const struct dsa_signature *signature)
{
    AUTO(number_free) mpz_t n, u, v, x, y, other_x, other_y;
    mpz_inits(n, u, v, x, y, other_x, other_y, NULL);
    import(n, p384_order);
    import(u, hash);
    mpz_invert(v, signature->s, n);
    mpz_mul(u, u, v);
    mpz_mod(u, u, n);
    mpz_mul(v, v, signature->r);
    mpz_mod(v, v, n);
    if (!multiply(x, y, u, NULL) || !multiply(other_x, other_y, v, key) ||
        mpz_cmp(x, other_x) != 0 || mpz_cmp(y, other_y) != 0) {
        return false;
    }
    mpz_mul_2exp(u, u, 1);
    mpz_mod(u, u, n);
    if (!multiply(x, y, u, NULL)) {
        return false;
    }
    mpz_mod(x, x, n);
    return mpz_cmp(x, signature->r) == 0;
}

enum srow_rc p384_verify(const uint8_t point[P384_POINT], const uint8_t hash[HASH_SHA384],
                         const struct p384_signature *signature, struct srow_error *e)
{
    AUTO(arena_end) struct arena arena = {0};
    TRY(arena_begin(&arena, e));
    AUTO(point_free) struct ecc_point key;
    AUTO(signature_free) struct dsa_signature numbers;
    ecc_point_init(&key, nettle_get_secp_384r1());
    dsa_signature_init(&numbers);
    TRY(load_point(&key, point, e));
    import(numbers.r, signature->r);
    import(numbers.s, signature->s);
    FAIL_IF(ecdsa_verify(&key, HASH_SHA384, hash, &numbers) != 1 &&
                !verify_doubled(&key, hash, &numbers),
            e, SROW_E_SIGNATURE, "the signature is not of these bytes and this key");
    return SROW_OK;
}
