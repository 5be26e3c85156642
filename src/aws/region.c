/* SPDX-License-Identifier: Apache-2.0
 *
 * The local Region. Instance metadata is no source yet.
 */
#include "aws/region.h"

#include <stdlib.h>

bool region_is_name(struct srow_bytes text)
{
    const char *at = text.at;
    if (text.len == 0 || text.len > 32 || at[0] == '-' || at[text.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool plain = (at[i] >= 'a' && at[i] <= 'z') || (at[i] >= '0' && at[i] <= '9');
        bool dash = at[i] == '-' && at[i - 1] != '-';
        if (!plain && !dash) {
            return false;
        }
    }
    return true;
}

enum srow_rc region_local(const char **out, struct srow_error *e)
{
    static const char *const names[] = {"SEALROW_LOCAL_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || value[0] == '\0') {
            continue;
        }
        FAIL_IF(!region_is_name(srow_str(value)), e, SROW_E_REGION,
                "%s is \"%.40s\", which is no Region's name: set it as in us-east-1", names[i],
                value);
        *out = value;
        return SROW_OK;
    }
    FAIL(
        e, SROW_E_REGION,
        "no local Region: set SEALROW_LOCAL_REGION or AWS_REGION to the Region this process is in");
}
