/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the KMS keyrings: keyring_regions, and keyring_kms as its case of one key.
 */
#ifndef KEYS_REGIONS_H
#define KEYS_REGIONS_H

#include "keys/keyring_regions.h"

struct regions_key {
    char *region;
    char *arn;
    bool open_only;
    size_t target; /* which wrapped copy is this key's; keys of one mrk- id share it */
    size_t place;  /* which of the Regions is its */
};

struct regions {
    struct srow_keyring keyring;
    struct kms *kms;   /* borrowed */
    struct kms *owned; /* the same, or NULL */
    struct regions_key *keys;
    size_t count;
    size_t targets;      /* wrapped copies of a new data key */
    const char **places; /* names of the Regions, views into the keys */
    size_t place_count;
    uint32_t promised; /* Regions that can open a new value */
    size_t home;       /* place of the local Region among them; place_count: it is none */
    char *local;       /* also the one Region of FAILOVER_NONE */
    int failover;
    enum keyring_require require;
    uint32_t quorum;
    struct keyring_outage *outage; /* borrowed, may be NULL */
    bool takes_data_key; /* strict: wraps a data key that is there; else that is refused */
};

/* Whether a Region has a key for new values. */
static inline bool regions_is_promised(const struct regions *k, size_t place)
{
    for (size_t i = 0; i < k->count; i++) {
        if (!k->keys[i].open_only && k->keys[i].place == place) {
            return true;
        }
    }
    return false;
}

/* In which order the keys are asked now: indices of keys, first of Regions that are well (`well` of
 * them), then, up to `up`, of those that have not answered of late, then of those declared down. */
struct regions_order {
    size_t *keys;
    size_t well, up;
    bool *down; /* by place */
};

/* NOMEM. */
MUST enum srow_rc regions_order_read(struct regions_order *out, const struct regions *k,
                                     struct srow_error *e);
void regions_order_cleanup(struct regions_order *order);

void regions_wrap(struct srow_keyring *keyring, struct materials *m, size_t n);
void regions_unwrap(struct srow_keyring *keyring, struct materials *m, size_t n);

#endif
