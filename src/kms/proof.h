/* SPDX-License-Identifier: Apache-2.0
 *
 * What an answer must prove before it is believed, however it came (spec:
 * framework/aws-kms/aws-kms-keyring.md): the key that was asked, and the lengths.
 */
#ifndef KMS_PROOF_H
#define KMS_PROOF_H

#include "kms/kms.h"

enum { PROOF_LARGEST_DATA_KEY = 64, PROOF_LARGEST_WRAPPED = 6144 };

/* The KeyId is the ARN that was asked, byte for byte. Fails with KMS_KEY_ID. */
MUST enum srow_rc proof_key_id(const struct kms_request *r, struct srow_bytes key_id,
                               struct srow_error *e);

/* The length that was asked can be one. Fails with INTERNAL. */
MUST enum srow_rc proof_asked(const struct kms_request *r, struct srow_error *e);

/* A data key of the length that was asked, not all zero. Fails with KMS_DATA_KEY. */
MUST enum srow_rc proof_data_key(const struct kms_request *r, struct srow_bytes data_key,
                                 struct srow_error *e);

/* A wrapped key, of 1 to 6,144 bytes: as one to ask for, KMS_CIPHERTEXT; as an answer, KMS_REPLY.
 */
MUST enum srow_rc proof_wrapped_in(const struct kms_request *r, struct srow_error *e);
MUST enum srow_rc proof_wrapped(struct srow_bytes wrapped, struct srow_error *e);

/* Puts Region, operation and key in front of a failure's text, and what to do behind it. */
void proof_explain(struct kms_request *r, uint32_t retry_after_ms);

#endif
