/* SPDX-License-Identifier: Apache-2.0
 *
 * AES-GCM with 12-byte IV and 16-byte tag, on contexts that are kept per thread.
 */
#ifndef CRYPTO_GCM_H
#define CRYPTO_GCM_H

#include "base/secret.h"

enum { GCM_IV = 12, GCM_TAG = 16 };

struct gcm_input {
    const struct secret *key; /* 16, 24 or 32 bytes */
    const uint8_t *iv;        /* GCM_IV bytes */
    struct srow_bytes aad;
    struct srow_bytes text; /* plaintext, or ciphertext without its tag; at most 2^36 - 32 bytes */
};

/* Writes text.len bytes to `out` (may be NULL when 0) and GCM_TAG to `tag`. Fails with CRYPTO. */
MUST enum srow_rc gcm_encrypt(uint8_t *out, uint8_t *tag, const struct gcm_input *in,
                              struct srow_error *e);

/* The reverse. Fails with BODY_TAG when the tag is wrong, and wipes `out` then: the caller gives
 * the failure the code of what it was checking. */
MUST enum srow_rc gcm_decrypt(uint8_t *out, const uint8_t *tag, const struct gcm_input *in,
                              struct srow_error *e);

/* Overwrites the key schedules that this thread's contexts still hold. Called once at the end of an
 * operation: keys do not stay in memory that is neither locked nor outside core dumps. */
void gcm_forget(void);

#endif
