/* SPDX-License-Identifier: Apache-2.0
 *
 * P-384 through OpenSSL's providers, for those who must use a validated one.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "crypto/p384.h"

static MUST enum srow_rc broken(struct srow_error *e)
{
    ERR_clear_error();
    FAIL(e, SROW_E_CRYPTO, "P-384 failed in the cryptographic library");
}

static void free_pkey(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void free_number(BIGNUM **number)
{
    BN_clear_free(*number);
}

static void free_group(EC_GROUP **group)
{
    EC_GROUP_free(*group);
}

static void free_point(EC_POINT **point)
{
    EC_POINT_free(*point);
}

static void free_der(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}

static void free_bytes(unsigned char **at)
{
    OPENSSL_free(*at);
}

static void free_params(OSSL_PARAM **params)
{
    OSSL_PARAM_free(*params);
}

static void free_builder(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

/* A key of one part: the private number, or the public point. NULL if the library refuses it. */
static EVP_PKEY *load(const struct secret *key, const uint8_t *point)
{
    AUTO(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    AUTO(free_number) BIGNUM *number = NULL;
    AUTO(free_params) OSSL_PARAM *params = NULL;
    AUTO(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *out = NULL;
    bool ok =
        builder != NULL && context != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "secp384r1", 0) == 1;
    if (ok && key != NULL) {
        number = BN_secure_new();
        ok = number != NULL && BN_bin2bn(key->at, P384_SIZE, number) != NULL &&
             OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1;
    }
    if (ok && point != NULL) {
        ok = OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point,
                                              P384_POINT) == 1;
    }
    params = ok ? OSSL_PARAM_BLD_to_param(builder) : NULL;
    ok = params != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
         EVP_PKEY_fromdata(context, &out, key != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                           params) == 1;
    return ok ? out : NULL;
}

enum srow_rc p384_point(uint8_t out[P384_POINT], const struct secret *key, struct srow_error *e)
{
    AUTO(free_group) EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
    AUTO(free_point) EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
    AUTO(free_number) BIGNUM *number = BN_secure_new();
    if (point == NULL || number == NULL || BN_bin2bn(key->at, P384_SIZE, number) == NULL) {
        return broken(e);
    }
    BN_set_flags(number, BN_FLG_CONSTTIME);
    if (EC_POINT_mul(group, point, number, NULL, NULL, NULL) != 1 ||
        EC_POINT_point2oct(group, point, POINT_CONVERSION_COMPRESSED, out, P384_POINT, NULL) !=
            P384_POINT) {
        return broken(e);
    }
    return SROW_OK;
}

enum srow_rc p384_sign(struct p384_signature *out, const struct secret *key,
                       const uint8_t hash[HASH_SHA384], struct srow_error *e)
{
    AUTO(free_pkey) EVP_PKEY *pkey = load(key, NULL);
    AUTO(free_context)
    EVP_PKEY_CTX *context = pkey == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    AUTO(free_der) ECDSA_SIG *signature = NULL;
    uint8_t der[2 + 2 * (3 + P384_SIZE)];
    size_t len = sizeof der;
    if (context == NULL || EVP_PKEY_sign_init(context) != 1 ||
        EVP_PKEY_sign(context, der, &len, hash, HASH_SHA384) != 1) {
        return broken(e);
    }
    const uint8_t *at = der;
    signature = d2i_ECDSA_SIG(NULL, &at, (long)len);
    if (signature == NULL ||
        BN_bn2binpad(ECDSA_SIG_get0_r(signature), out->r, P384_SIZE) != P384_SIZE ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature), out->s, P384_SIZE) != P384_SIZE) {
        return broken(e);
    }
    return SROW_OK;
}

static MUST enum srow_rc to_der(unsigned char **out, size_t *len,
                                const struct p384_signature *numbers, struct srow_error *e)
{
    AUTO(free_der) ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(numbers->r, P384_SIZE, NULL), *s = BN_bin2bn(numbers->s, P384_SIZE, NULL);
    if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return broken(e);
    }
    int n = i2d_ECDSA_SIG(signature, out);
    if (n <= 0) {
        return broken(e);
    }
    *len = (size_t)n;
    return SROW_OK;
}

/* Whether a key that did not load lacked memory. Empties OpenSSL's queue of errors. */
static bool had_no_memory(void)
{
    bool found = false;
    for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
        found = found || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    }
    return found;
}

enum srow_rc p384_verify(const uint8_t point[P384_POINT], const uint8_t hash[HASH_SHA384],
                         const struct p384_signature *signature, struct srow_error *e)
{
    AUTO(free_bytes) unsigned char *der = NULL;
    size_t len = 0;
    TRY(to_der(&der, &len, signature, e));
    AUTO(free_pkey) EVP_PKEY *key = load(NULL, point);
    if (key == NULL) {
        FAIL_IF(had_no_memory(), e, SROW_E_NOMEM, "no memory for a public key");
        FAIL(e, SROW_E_MALFORMED, "no point of P-384");
    }
    AUTO(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (context == NULL || EVP_PKEY_verify_init(context) != 1) {
        return broken(e);
    }
    int verdict = EVP_PKEY_verify(context, der, len, hash, HASH_SHA384);
    if (verdict < 0) {
        return broken(e); /* no verdict at all */
    }
    ERR_clear_error();
    FAIL_IF(verdict == 0, e, SROW_E_SIGNATURE, "the signature is not of these bytes and this key");
    return SROW_OK;
}
