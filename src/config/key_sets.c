/* SPDX-License-Identifier: Apache-2.0
 *
 * Key sets. Here an ARN is looked at as a configuration's value: a key, not an
 * alias, of the Region it stands under. The room aws reads it in full.
 */
#include "config/key_sets.h"

enum { ARN_PARTS = 6 };

/* arn:aws:kms:us-east-1:111122223333:key/ID */
static enum srow_rc check_arn(const char *arn, const char *region, const struct node *n,
                              struct srow_error *e)
{
    struct srow_bytes part[ARN_PARTS];
    const char *at = arn;
    size_t count = 0;
    for (; count < ARN_PARTS; count++) {
        size_t len = count + 1 < ARN_PARTS ? strcspn(at, ":") : strlen(at);
        part[count] = bytes_of(at, len);
        if (len == 0 || (count + 1 < ARN_PARTS && at[len] == '\0')) {
            break;
        }
        at += len + 1;
    }
    if (strncmp(arn, "alias/", 6) == 0 ||
        (count == ARN_PARTS && strncmp(part[5].at, "alias/", 6) == 0)) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "an alias can be pointed elsewhere: write the key's ARN");
    }
    bool good = count == ARN_PARTS && bytes_equal_str(part[0], "arn") &&
                bytes_equal_str(part[2], "kms") && part[4].len == 12 &&
                strspn(part[4].at, "0123456789") == 12 && strncmp(part[5].at, "key/", 4) == 0 &&
                part[5].len > 4 && strpbrk(arn, " \t") == NULL;
    if (!good) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "not a key's ARN: arn:aws:kms:REGION:ACCOUNT:key/ID is expected");
    }
    if (!bytes_equal_str(part[3], region)) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "this key belongs to another Region than the one it stands under");
    }
    return SROW_OK;
}

static const struct binder_word uses[] = {{"seal", 0}, {"open", 1}, {NULL, 0}};

/* A key's mapping, before its place in the set. */
struct entry {
    char *arn;
    int open_only;
};

const struct binder_field key_sets_fields[] = {
    {"arn", binder_text, offsetof(struct entry, arn), NULL, true},
    {"use", binder_word, offsetof(struct entry, open_only), uses, false},
    {0},
};

static enum srow_rc check_doubled(const struct config_key_set *set, const char *arn,
                                  const struct node *n, struct srow_error *e)
{
    for (size_t i = 0; i + 1 < set->count; i++) {
        if (strcmp(set->keys[i].arn, arn) == 0) {
            return node_fail(e, SROW_E_CONFIG, n, "this key is in the set already");
        }
    }
    return SROW_OK;
}

static enum srow_rc read_key(struct srow_config *c, struct config_key_set *set, const char *region,
                             const struct node *n, struct srow_error *e)
{
    void *grown = NULL;
    TRY(binder_grow(&grown, set->keys, set->count, sizeof *set->keys, e));
    set->keys = grown;
    struct config_key *key = &set->keys[set->count++];
    TRY(bytes_dup_str(&key->region, srow_str(region), e));
    const struct node *arn = n->kind == NODE_MAPPING ? node_find(n, "arn") : n;
    struct entry entry = {0};
    enum srow_rc rc = n->kind == NODE_MAPPING ? binder_fields(c, &entry, key_sets_fields, n, e)
                                              : binder_text(c, &entry, &key_sets_fields[0], n, e);
    key->arn = entry.arn;
    key->open_only = entry.open_only != 0;
    TRY(rc);
    TRY(check_arn(key->arn, region, arn, e));
    return check_doubled(set, key->arn, arn, e);
}

static enum srow_rc read_set(struct srow_config *c, void *element, const struct node *n,
                             struct srow_error *e)
{
    struct config_key_set *set = element;
    bool seals = false;
    for (const struct node *region = n->first; region != NULL; region = region->next) {
        if (config_region_find(c, region->key) == NULL) {
            return node_fail_key(e, SROW_E_CONFIG, region, "this Region is not under \"regions\"");
        }
        TRY(binder_expect(region, NODE_SEQUENCE, e));
        for (const struct node *key = region->first; key != NULL; key = key->next) {
            TRY(read_key(c, set, region->key, key, e));
            seals = seals || !set->keys[set->count - 1].open_only;
        }
    }
    return seals ? SROW_OK
                 : node_fail_key(e, SROW_E_CONFIG, n, "the set has no key that new values use");
}

static enum srow_rc add_key(const struct srow_config *c, struct config_key_set *set,
                            const struct config_key *key, struct srow_error *e)
{
    void *grown = NULL;
    FAIL_IF(config_region_find(c, key->region) == NULL, e, SROW_E_REGION,
            "%s: the configuration has no Region %s: add it under regions", key->arn, key->region);
    TRY(binder_grow(&grown, set->keys, set->count, sizeof *set->keys, e));
    set->keys = grown;
    struct config_key *to = &set->keys[set->count++];
    TRY(bytes_dup_str(&to->region, srow_str(key->region), e));
    to->open_only = key->open_only;
    return bytes_dup_str(&to->arn, srow_str(key->arn), e);
}

enum srow_rc key_sets_add(struct srow_config *c, const char *name, const struct config_key *keys,
                          size_t count, struct srow_error *e)
{
    void *grown = NULL;
    TRY(binder_grow(&grown, c->key_sets, c->key_set_count, sizeof *c->key_sets, e));
    c->key_sets = grown;
    struct config_key_set *set = &c->key_sets[c->key_set_count++];
    TRY(bytes_dup_str(&set->name, srow_str(name), e));
    for (size_t i = 0; i < count; i++) {
        TRY(add_key(c, set, &keys[i], e));
    }
    return SROW_OK;
}

const struct binder_shape key_sets_shape = {
    .size = sizeof(struct config_key_set),
    .count_offset = offsetof(struct srow_config, key_set_count),
    .fields = NULL, /* its keys are Regions: read_set */
    .finish = read_set,
};
