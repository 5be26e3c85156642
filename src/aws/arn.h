/* SPDX-License-Identifier: Apache-2.0
 *
 * The room aws: speak to AWS as somebody. Key ARNs (spec: framework/aws-kms/aws-kms-key-arn.md).
 */
#ifndef AWS_ARN_H
#define AWS_ARN_H

#include "base/bytes.h"

/* Views into the text. */
struct arn {
    struct srow_bytes partition, service, region, account;
    struct srow_bytes resource_type; /* "key" or "alias" */
    struct srow_bytes resource_id;
};

/* A KMS ARN of a key or an alias. Fails with VALUE. */
MUST enum srow_rc arn_parse(struct arn *out, struct srow_bytes text, struct srow_error *e);

/* A KMS key ARN: arn_parse, and of resource type "key". Fails with VALUE. */
MUST enum srow_rc arn_parse_key(struct arn *out, struct srow_bytes text, struct srow_error *e);

/* A key whose id begins with "mrk-". */
bool arn_is_multi_region(const struct arn *arn);

/* Equal, or keys of one mrk- id that differ in the Region only
 * (spec: framework/aws-kms/aws-kms-mrk-match-for-decrypt.md). */
bool arn_matches(const struct arn *a, const struct arn *b);

#endif
