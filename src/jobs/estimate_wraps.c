/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/estimate_wraps.h"

#include <stdlib.h>

#include "client/wrapped.h"

enum {
    EDK_KMS = 2 + 7 + 2 + 2, /* lengths, and "aws-kms" */
    /* "aws-kms-hierarchy", a branch key's id as UUID; salt, IV, version, data key, tag */
    EDK_BRANCH = 2 + 17 + 2 + 36 + 2 + 16 + 12 + 16 + 32 + 16,
};

/* Keys in the order in which they are asked. */
struct keys {
    const struct config_key **at;
    size_t count;
};

static void keys_free(struct keys *k)
{
    free(k->at);
}

static void add_region(struct keys *k, const struct config_key_set *set, const char *region)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->keys[i].region, region) == 0) {
            k->at[k->count++] = &set->keys[i];
        }
    }
}

static enum srow_rc keys_order(struct keys *out, const struct srow_config *config,
                               const struct config_key_set *set, const char *local,
                               struct srow_error *e)
{
    out->at = calloc(set->count + 1, sizeof *out->at);
    FAIL_IF(out->at == NULL, e, SROW_E_NOMEM, "no memory for keys");
    add_region(out, set, local);
    for (size_t i = 0; i < config->order_count; i++) {
        if (strcmp(config->order[i], local) != 0) {
            add_region(out, set, config->order[i]);
        }
    }
    return SROW_OK;
}

/* An earlier key's wrapping serves it too. */
static bool is_served(const struct keys *k, size_t key)
{
    for (size_t i = 0; i < key; i++) {
        if (!k->at[i]->open_only && wrapped_same(k->at[i], k->at[key])) {
            return true;
        }
    }
    return false;
}

static struct estimate_region *region_of(struct estimate_column *c, const char *name)
{
    size_t i = 0;
    while (strcmp(c->regions[i].name, name) != 0) { /* a key's Region is of the configuration */
        i++;
    }
    return &c->regions[i];
}

static uint64_t edk(const struct estimate_column *c, const struct config_key *key)
{
    return EDK_KMS + strlen(key->arn) + c->ciphertext;
}

static void as_configured(struct estimate_column *c, const struct keys *k)
{
    struct estimate_wrap *w = &c->wraps[ESTIMATE_CONFIGURED];
    *w = (struct estimate_wrap){.keys = (uint32_t)k->count, .reads = k->count > 0};
    for (size_t i = 0; i < k->count; i++) {
        if (!k->at[i]->open_only && !is_served(k, i)) {
            w->wrapped += edk(c, k->at[i]);
            w->writes++;
            region_of(c, k->at[i]->region)->writes++;
        }
    }
    if (k->count > 0) {
        region_of(c, k->at[0]->region)->reads = 1;
    }
}

/* The same Regions in other ways. */
static void otherwise(struct estimate_column *c, const struct keys *k)
{
    struct estimate_wrap regions = {.reads = 1}, multi = {.writes = 1, .reads = 1};
    const char *last = "";
    for (size_t i = 0; i < k->count; i++) {
        const struct config_key *key = k->at[i];
        if (!key->open_only && strcmp(key->region, last) != 0) {
            last = key->region;
            multi.wrapped = regions.keys == 0 ? edk(c, key) : multi.wrapped;
            regions.wrapped += edk(c, key);
            regions.keys++;
        }
    }
    regions.writes = multi.keys = regions.keys;
    c->wraps[ESTIMATE_REGIONS] = regions;
    c->wraps[ESTIMATE_MULTI] = multi;
    c->wraps[ESTIMATE_BRANCH] = (struct estimate_wrap){.wrapped = EDK_BRANCH, .keys = regions.keys};
}

enum srow_rc estimate_wraps_make(struct estimate_column *c, const struct srow_config *config,
                                 const char *local, struct srow_error *e)
{
    AUTO(keys_free) struct keys keys = {0};
    TRY(keys_order(&keys, config, config_key_set_find(config, c->column->keys), local, e));
    c->regions = calloc(config->region_count + 1, sizeof *c->regions);
    FAIL_IF(c->regions == NULL, e, SROW_E_NOMEM, "no memory for Regions");
    for (size_t i = 0; i < config->region_count; i++) {
        c->regions[c->region_count++].name = config->regions[i].name;
    }
    as_configured(c, &keys);
    otherwise(c, &keys);
    return SROW_OK;
}
