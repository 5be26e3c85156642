/* SPDX-License-Identifier: Apache-2.0
 *
 * The arithmetic under ecdsa.c. One of p384_nettle.c and p384_openssl.c is built, by the option
 * `p384`.
 */
#ifndef CRYPTO_P384_H
#define CRYPTO_P384_H

#include "crypto/hash.h"

enum {
    P384_SIZE = 48,  /* a number */
    P384_POINT = 49, /* compressed */
};

/* Big-endian. */
struct p384_signature {
    uint8_t r[P384_SIZE], s[P384_SIZE];
};

/* The order of the base point, big-endian. */
extern const uint8_t p384_order[P384_SIZE];

/* 1 to n - 1. Constant time is not needed: it is asked of signatures, and of random keys of which
 * a refused one is thrown away. */
bool p384_in_range(const uint8_t number[P384_SIZE]);

/* `key` has P384_SIZE bytes and is in range. Both fail with CRYPTO, NOMEM. */
MUST enum srow_rc p384_point(uint8_t out[P384_POINT], const struct secret *key,
                             struct srow_error *e);
MUST enum srow_rc p384_sign(struct p384_signature *out, const struct secret *key,
                            const uint8_t hash[HASH_SHA384], struct srow_error *e);

/* The numbers are in range, the point has the form of one. Fails with SIGNATURE, MALFORMED (not on
 * the curve), CRYPTO, NOMEM. */
MUST enum srow_rc p384_verify(const uint8_t point[P384_POINT], const uint8_t hash[HASH_SHA384],
                              const struct p384_signature *signature, struct srow_error *e);

#endif
