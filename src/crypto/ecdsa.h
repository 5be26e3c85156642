/* SPDX-License-Identifier: Apache-2.0
 *
 * ECDSA on P-384 with SHA-384: the signature of suites that sign. Signatures are DER, written and
 * read in its one form; public keys are compressed points (SEC 1, 2.3.3).
 */
#ifndef CRYPTO_ECDSA_H
#define CRYPTO_ECDSA_H

#include "crypto/hash.h"

enum {
    ECDSA_KEY = 48,        /* a private key: big-endian, 1 to n - 1 */
    ECDSA_POINT = 49,      /* 02 or 03, then x */
    ECDSA_SIGNATURE = 104, /* the longest one */
};

/* A new key pair. Fails with CRYPTO, NOMEM. */
MUST enum srow_rc ecdsa_generate(struct secret *key, uint8_t point[ECDSA_POINT],
                                 struct srow_error *e);

/* Appends the signature of a hash. Fails with CRYPTO, NOMEM. */
MUST enum srow_rc ecdsa_sign(struct srow_buf *out, const struct secret *key,
                             const uint8_t hash[HASH_SHA384], struct srow_error *e);

/* Fails with SIGNATURE: not the signature of this hash under this key, or not its one DER form
 * (shortest, positive, both numbers 1 to n - 1, nothing behind); MALFORMED: no compressed point of
 * the curve. CRYPTO, NOMEM. */
MUST enum srow_rc ecdsa_verify(struct srow_bytes point, const uint8_t hash[HASH_SHA384],
                               struct srow_bytes signature, struct srow_error *e);

/* Only the form of a signature. Fails with SIGNATURE. */
MUST enum srow_rc ecdsa_check_form(struct srow_bytes signature, struct srow_error *e);

/* Only the form of a point: its length and first byte. Fails with MALFORMED. */
MUST enum srow_rc ecdsa_check_point(struct srow_bytes point, struct srow_error *e);

#endif
