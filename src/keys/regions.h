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
};

struct regions {
    struct keyring keyring;
    struct kms *kms; /* borrowed */
    struct regions_key *keys;
    size_t count;
    size_t targets;    /* wrapped copies of a new data key */
    uint32_t promised; /* Regions that can open a new value */
    int failover;
    bool takes_data_key; /* strict: wraps a data key that is there; else that is refused */
};

void regions_wrap(struct keyring *keyring, struct materials *m, size_t n);
void regions_unwrap(struct keyring *keyring, struct materials *m, size_t n);

#endif
