/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the keyring of a key set: its keys held against each other once, so that nothing has to be
 * compared later. Wrapping is in regions_wrap.c, unwrapping in regions_unwrap.c.
 */
#include "keys/keyring_regions.h"

#include <stdlib.h>

#include "keys/regions.h"

static void destroy(struct keyring *keyring)
{
    struct regions *k = (struct regions *)keyring;
    for (size_t i = 0; i < k->count; i++) {
        free(k->keys[i].region);
        free(k->keys[i].arn);
    }
    free(k->keys);
    free(k);
}

static const struct keyring_ops ops = {"KMS", regions_wrap, regions_unwrap, destroy};

static MUST enum srow_rc check_key(const struct keyring_regions_key *key, struct srow_error *e)
{
    struct srow_bytes arn = srow_str(key->arn);
    FAIL_IF(!kms_is_key_arn(arn), e, SROW_E_USAGE,
            "\"%s\" is no key ARN: aliases and bare ids are not accepted", key->arn);
    FAIL_IF(!bytes_equal_str(kms_key_region(arn), key->region), e, SROW_E_USAGE,
            "key %s is listed under Region %s", key->arn, key->region);
    return SROW_OK;
}

/* The copy that a key's wrapping makes: an earlier key's of the same mrk- id, or a new one. */
static size_t target_of(struct regions *k, const char *arn)
{
    for (size_t i = 0; i < k->count; i++) {
        const struct regions_key *other = &k->keys[i];
        if (!other->open_only && kms_key_matches(srow_str(other->arn), srow_str(arn))) {
            return other->target;
        }
    }
    return k->targets++;
}

static bool is_promised(const struct regions *k, const char *region)
{
    for (size_t i = 0; i < k->count; i++) {
        if (!k->keys[i].open_only && strcmp(k->keys[i].region, region) == 0) {
            return true;
        }
    }
    return false;
}

static MUST enum srow_rc add_key(struct regions *k, const struct keyring_regions_key *key,
                                 struct srow_error *e)
{
    TRY(check_key(key, e));
    for (size_t i = 0; i < k->count; i++) {
        FAIL_IF(strcmp(k->keys[i].arn, key->arn) == 0, e, SROW_E_USAGE, "key %s is listed twice",
                key->arn);
    }
    struct regions_key added = {.open_only = key->open_only};
    if (!key->open_only) {
        k->promised += !is_promised(k, key->region);
        added.target = target_of(k, key->arn);
    }
    k->keys[k->count] = added;
    struct regions_key *to = &k->keys[k->count++];
    TRY(bytes_dup_str(&to->region, srow_str(key->region), e));
    return bytes_dup_str(&to->arn, srow_str(key->arn), e);
}

enum srow_rc keyring_regions_new(struct keyring **out, struct kms *kms,
                                 const struct keyring_regions_options *options,
                                 struct srow_error *e)
{
    FAIL_IF(options->count == 0, e, SROW_E_USAGE, "a key set without keys");
    AUTO(keyring_free) struct keyring *made = NULL;
    struct regions *k = calloc(1, sizeof *k);
    FAIL_IF(k == NULL, e, SROW_E_NOMEM, "no memory for a keyring");
    k->keyring.ops = &ops;
    k->kms = kms;
    k->failover = (int)options->failover;
    made = &k->keyring;
    k->keys = calloc(options->count, sizeof *k->keys);
    FAIL_IF(k->keys == NULL, e, SROW_E_NOMEM, "no memory for %zu keys", options->count);
    for (size_t i = 0; i < options->count; i++) {
        TRY(add_key(k, &options->keys[i], e));
    }
    made = NULL;
    *out = &k->keyring;
    return SROW_OK;
}
