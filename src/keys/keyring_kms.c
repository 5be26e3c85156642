/* SPDX-License-Identifier: Apache-2.0
 *
 * The strict KMS keyring: the keyring of a key set with one key, which unlike that of a whole set
 * also wraps a data key that others have made (spec: framework/aws-kms/aws-kms-keyring.md).
 */
#include "keys/keyring_kms.h"

#include "keys/regions.h"

enum srow_rc keyring_kms_new(struct keyring **out, struct kms *kms, const char *key_arn,
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
