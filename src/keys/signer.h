/* SPDX-License-Identifier: Apache-2.0
 *
 * The signer of one message (spec: framework/default-cmm.md): a key pair made for it, whose public
 * half stands in the encryption context, so that it is bound to the data key.
 */
#ifndef KEYS_SIGNER_H
#define KEYS_SIGNER_H

#include "base/secret.h"
#include "crypto/ecdsa.h"
#include "format/context.h"

enum { SIGNER_TEXT = 68 }; /* the base64 of a point */

struct signer {
    struct secret key;      /* encrypt: the private key */
    struct context context; /* encrypt: the caller's, with the public key */
    char text[SIGNER_TEXT + 1];
    uint8_t point[ECDSA_POINT]; /* decrypt: the public key */
};

/* The public key's name in the context: "aws-crypto-public-key". */
extern const char signer_key_name[];

/* Makes a key pair and a copy of the context with its public half. The copy borrows what `context`
 * borrows, and the text in here: a signer is not moved. Fails with MALFORMED (the name is there
 * already), CONTEXT_LIMIT, CRYPTO, NOMEM. */
MUST enum srow_rc signer_make(struct signer *out, const struct context *context,
                              struct srow_error *e);

/* Takes the public key out of a context. Fails with MALFORMED: it is not there, or no base64 of a
 * compressed point in its one form. */
MUST enum srow_rc signer_find(struct signer *out, const struct context *context,
                              struct srow_error *e);

void signer_cleanup(struct signer *s);

#endif
