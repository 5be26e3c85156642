/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the keyring of a key set: its keys held against each other once, so that nothing has to be
 * compared later. Wrapping is in regions_wrap.c, unwrapping in regions_unwrap.c.
 */
#include "keys/keyring_regions.h"

#include <stdlib.h>

#include "keys/regions.h"

static void destroy(struct srow_keyring *keyring)
{
    struct regions *k = (struct regions *)keyring;
    for (size_t i = 0; i < k->count; i++) {
        free(k->keys[i].region);
        free(k->keys[i].arn);
    }
    free(k->keys);
    free(k->places);
    free(k->local);
    kms_free(&k->owned);
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

static size_t place_of(struct regions *k, const char *region)
{
    size_t i = 0;
    while (i < k->place_count && strcmp(k->places[i], region) != 0) {
        i++;
    }
    if (i == k->place_count) {
        k->places[k->place_count++] = region;
    }
    return i;
}

static MUST enum srow_rc add_key(struct regions *k, const struct keyring_regions_key *key,
                                 struct srow_error *e)
{
    TRY(check_key(key, e));
    for (size_t i = 0; i < k->count; i++) {
        FAIL_IF(strcmp(k->keys[i].arn, key->arn) == 0, e, SROW_E_USAGE,
                "key %s is listed twice: list it once", key->arn);
    }
    struct regions_key added = {.open_only = key->open_only};
    TRY(bytes_dup_str(&added.region, srow_str(key->region), e));
    added.place = place_of(k, added.region);
    if (!key->open_only) {
        k->promised += !regions_is_promised(k, added.place);
        added.target = target_of(k, key->arn);
    }
    k->keys[k->count] = added;
    return bytes_dup_str(&k->keys[k->count++].arn, srow_str(key->arn), e);
}

/* Where REQUIRE_LOCAL writes. A program may read where it cannot write: no failure yet. */
static size_t find_home(const struct regions *k)
{
    for (size_t i = 0; i < k->place_count; i++) {
        if (strcmp(k->places[i], k->local) == 0 && regions_is_promised(k, i)) {
            return i;
        }
    }
    return k->place_count;
}

static MUST enum srow_rc check_quorum(const struct regions *k, struct srow_error *e)
{
    FAIL_IF(k->require == REQUIRE_QUORUM && (k->quorum == 0 || k->quorum > k->promised), e,
            SROW_E_CONFIG,
            "write.require: quorum:%u, but new values are wrapped for %u Region%s: ask for 1 to "
            "%u",
            k->quorum, k->promised, k->promised == 1 ? "" : "s", k->promised);
    return SROW_OK;
}

enum srow_rc keyring_regions_new(struct srow_keyring **out, struct kms *kms,
                                 const struct keyring_regions_options *options,
                                 struct srow_error *e)
{
    FAIL_IF(options->count == 0, e, SROW_E_USAGE, "a key set without keys");
    AUTO(keyring_free) struct srow_keyring *made = NULL;
    struct regions *k = calloc(1, sizeof *k);
    FAIL_IF(k == NULL, e, SROW_E_NOMEM, "no memory for a keyring");
    k->keyring.ops = &ops;
    k->kms = kms;
    k->failover = (int)options->failover;
    k->require = options->require;
    k->quorum = options->quorum;
    k->outage = options->outage;
    made = &k->keyring;
    k->keys = calloc(options->count, sizeof *k->keys);
    k->places = calloc(options->count, sizeof(const char *));
    FAIL_IF(k->keys == NULL || k->places == NULL, e, SROW_E_NOMEM, "no memory for %zu keys",
            options->count);
    const char *local = options->local == NULL ? options->keys[0].region : options->local;
    TRY(bytes_dup_str(&k->local, srow_str(local), e));
    for (size_t i = 0; i < options->count; i++) {
        TRY(add_key(k, &options->keys[i], e));
    }
    k->home = find_home(k);
    TRY(check_quorum(k, e));
    made = NULL;
    *out = &k->keyring;
    return SROW_OK;
}
