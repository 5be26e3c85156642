/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KEYS_KEYRING_KMS_H
#define KEYS_KEYRING_KMS_H

#include "keys/keyring.h"
#include "kms/kms.h"

/* AWS KMS keyring, strict (spec: framework/aws-kms/aws-kms-keyring.md): one key ARN in one Region.
 * Borrows `kms`. Fails with USAGE (no key ARN), NOMEM. */
MUST enum srow_rc keyring_kms_new(struct srow_keyring **out, struct kms *kms, const char *key_arn,
                                  struct srow_error *e);

#endif
