/* SPDX-License-Identifier: Apache-2.0
 *
 * What every way to KMS shares.
 */
#include "kms/kms.h"

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

bool kms_is_refusal(enum srow_rc rc)
{
    return rc == SROW_E_KMS_DENIED || rc == SROW_E_KMS_DISABLED || rc == SROW_E_KMS_NOT_FOUND ||
           rc == SROW_E_KMS_CIPHERTEXT || rc == SROW_E_KMS_AUTH;
}
