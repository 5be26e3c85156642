/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS through functions of the program's own (sealrow/kms.h): one request after the other, in the
 * caller's thread.
 */
#ifndef KMS_KMS_OWN_H
#define KMS_KMS_OWN_H

#include <sealrow/kms.h>

#include "kms/kms.h"

/* Copies the table; its state is borrowed. `attempt_ms`: the longest one call may take. Fails with
 * USAGE (generate, encrypt or decrypt is missing), NOMEM. */
MUST enum srow_rc kms_own_new(struct kms **out, const struct srow_kms_ops *functions,
                              uint32_t attempt_ms, struct srow_error *e);

#endif
