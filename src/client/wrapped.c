/* SPDX-License-Identifier: Apache-2.0 */
#include "client/wrapped.h"

#include "kms/kms.h"

bool wrapped_under(const struct srow_message_info *m, const struct config_key *key)
{
    for (size_t i = 0; i < m->key_count; i++) {
        if (bytes_equal_str(m->keys[i].provider, "aws-kms") &&
            kms_key_matches(srow_str(key->arn), m->keys[i].info)) {
            return true;
        }
    }
    return false;
}

bool wrapped_same(const struct config_key *a, const struct config_key *b)
{
    return kms_key_matches(srow_str(a->arn), srow_str(b->arn));
}

bool wrapped_serves(const struct srow_message_info *m, const struct config_key_set *set,
                    const char *region)
{
    bool any = false;
    for (size_t i = 0; i < set->count; i++) {
        const struct config_key *key = &set->keys[i];
        if (key->open_only || strcmp(key->region, region) != 0) {
            continue;
        }
        if (!wrapped_under(m, key)) {
            return false;
        }
        any = true;
    }
    return any;
}

uint32_t wrapped_debt(const struct srow_message_info *m, const struct srow_config *config,
                      const struct config_key_set *set)
{
    uint32_t debt = 0;
    for (size_t i = 0; i < config->region_count; i++) {
        const char *region = config->regions[i].name;
        debt += config_key_set_seals_in(set, region) && !wrapped_serves(m, set, region);
    }
    return debt;
}

struct srow_bytes wrapped_region(const struct srow_message_key *key)
{
    return kms_key_region(key->info);
}
