/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KEYS_KEYRING_AES_H
#define KEYS_KEYRING_AES_H

#include "keys/keyring.h"

/* Raw AES keyring (spec: framework/raw-aes-keyring.md): a wrapping key of 16, 24 or 32 bytes, which
 * is taken. The namespace must not begin with "aws-kms". Fails with USAGE, NOMEM. */
MUST enum srow_rc keyring_aes_new(struct keyring **out, const char *namespace, const char *name,
                                  struct secret *key, struct srow_error *e);

#endif
