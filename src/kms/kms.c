/* SPDX-License-Identifier: Apache-2.0
 *
 * What every way to KMS shares.
 */
#include "kms/kms.h"

#include <sealrow/kms.h>

#include "aws/arn.h"
#include "kms/wire_error.h"

const char *kms_op_name(enum kms_op op)
{
    static const char *const names[] = {[KMS_GENERATE] = "GenerateDataKey",
                                        [KMS_ENCRYPT] = "Encrypt",
                                        [KMS_DECRYPT] = "Decrypt",
                                        [KMS_DESCRIBE] = "DescribeKey"};
    return names[op];
}

void kms_request_cleanup(struct kms_request *request)
{
    secret_cleanup(&request->data_key);
    buf_cleanup(&request->wrapped);
}

void kms_free(struct kms **kms)
{
    if (*kms != NULL) {
        (*kms)->ops->free(*kms);
    }
    *kms = NULL;
}

bool kms_is_well(struct kms *kms, const char *region)
{
    return kms->ops->is_well == NULL || kms->ops->is_well(kms, region);
}

bool kms_is_refusal(enum srow_rc rc)
{
    return rc == SROW_E_KMS_DENIED || rc == SROW_E_KMS_DISABLED || rc == SROW_E_KMS_NOT_FOUND ||
           rc == SROW_E_KMS_CIPHERTEXT || rc == SROW_E_KMS_AUTH;
}

bool kms_is_key_arn(struct srow_bytes text)
{
    struct arn arn;
    return arn_parse_key(&arn, text, NULL) == SROW_OK;
}

bool kms_key_matches(struct srow_bytes key, struct srow_bytes arn)
{
    struct arn a, b;
    return arn_parse_key(&a, key, NULL) == SROW_OK && arn_parse_key(&b, arn, NULL) == SROW_OK &&
           arn_matches(&a, &b);
}

struct srow_bytes kms_key_region(struct srow_bytes arn)
{
    struct arn parsed;
    bool good = arn_parse_key(&parsed, arn, NULL) == SROW_OK;
    return good ? parsed.region : bytes_of(NULL, 0);
}

enum srow_rc srow_kms_error_code(const char *aws_error)
{
    return wire_error_code(srow_str(aws_error));
}
