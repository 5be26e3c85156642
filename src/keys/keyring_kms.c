/* SPDX-License-Identifier: Apache-2.0
 *
 * The strict KMS keyring: the keyring of a key set with one key, which unlike that of a whole set
 * also wraps a data key that others have made (spec: framework/aws-kms/aws-kms-keyring.md).
 */
#include "keys/keyring_kms.h"

#include "keys/regions.h"
#include "kms/kms_own.h"

enum { ATTEMPT_MS = 1000 };

/* The keyring of a program's own functions owns its way to KMS. */
enum srow_rc srow_keyring_kms_new(struct srow_keyring **out, const struct srow_kms_ops *functions,
                                  const char *key_arn, uint32_t attempt_ms, struct srow_error *e)
{
    AUTO(kms_free) struct kms *kms = NULL;
    FAIL_IF(functions == NULL || key_arn == NULL, e, SROW_E_USAGE,
            "a KMS keyring needs functions and a key ARN");
    TRY(kms_own_new(&kms, functions, attempt_ms == 0 ? ATTEMPT_MS : attempt_ms, e));
    TRY(keyring_kms_new(out, kms, key_arn, e));
    ((struct regions *)*out)->owned = kms;
    kms = NULL;
    return SROW_OK;
}

enum srow_rc keyring_kms_new(struct srow_keyring **out, struct kms *kms, const char *key_arn,
                             struct srow_error *e)
{
    AUTO(str_free) char *region = NULL;
    TRY(bytes_dup_str(&region, kms_key_region(srow_str(key_arn)), e));
    struct keyring_regions_key key = {region, key_arn, false};
    struct keyring_regions_options options = {.keys = &key, .count = 1};
    TRY(keyring_regions_new(out, kms, &options, e));
    ((struct regions *)*out)->takes_data_key = true;
    return SROW_OK;
}
