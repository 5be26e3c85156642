/* SPDX-License-Identifier: Apache-2.0
 *
 * The keyring of a key set: one or more KMS keys in each of several Regions. Wraps everywhere at
 * once, unwraps in the local Region first. Its messages are those of a multi-keyring of strict KMS
 * keyrings; only the requests differ.
 */
#ifndef KEYS_KEYRING_REGIONS_H
#define KEYS_KEYRING_REGIONS_H

#include "keys/keyring.h"
#include "kms/kms.h"

struct keyring_regions_key {
    const char *region;
    const char *arn;
    bool open_only; /* unwraps, and is not used for new values */
};

/* Who knows which Regions are declared down, and hears what a write lacks. Called by any thread. */
struct keyring_outage {
    /* Once for each call of a keyring: sets down[i] for each of n names. */
    void (*ask)(struct keyring_outage *outage, bool *down, const char *const *regions, size_t n);
    /* Once for each value that was wrapped for fewer Regions than promised: those it lacks. */
    void (*owe)(struct keyring_outage *outage, const char *const *regions, size_t n);
};

/* Where a new value must be wrapped; what it is not wrapped for beyond that is debt. */
enum keyring_require {
    REQUIRE_ALL,    /* each Region that is not declared down */
    REQUIRE_QUORUM, /* as many Regions as `quorum` says, whatever is declared down */
    REQUIRE_LOCAL,  /* the local Region; any if that is declared down */
};

struct keyring_regions_options {
    const struct keyring_regions_key
        *keys; /* copied; in the order of failover: local Region first */
    size_t count;
    const char *local; /* copied; NULL: the first key's Region */
    enum { FAILOVER_ANY, FAILOVER_UNAVAILABLE, FAILOVER_NONE } failover;
    enum keyring_require require;
    uint32_t quorum;
    struct keyring_outage *outage; /* borrowed; NULL: nothing is ever declared down */
};

/* Wrapping: GenerateDataKey under the first key for new values, then Encrypt under all others at
 * the same time. A Region that is declared down is not asked. Where a Region fails and the
 * requirement can still be met, the next one generates and the failed one is counted as missing; a
 * Region has a value when each of its keys for new values opens it. Where the requirement cannot be
 * met, nothing more is asked and nothing is appended: REGIONS, or the code of the first cause that
 * is no unavailability; REGION for REQUIRE_LOCAL where the local Region has no key for new values.
 * A Region that has not answered of late (kms_is_well) is left out only where
 * the requirement is met without it. Materials that hold a data key are refused: USAGE.
 * Unwrapping: one Region after the other in the order of the keys, first those that are well, then
 * those that have not answered of late, then those that are declared down; a Region that does not
 * answer is left alone for the rest of that value; FAILOVER_UNAVAILABLE stops at a refusal,
 * FAILOVER_NONE asks the local Region alone: REGION where that has no key. A wrapped key whose ARN
 * is not configured causes no request. Keys of the same `mrk-` id in several Regions are one: one
 * wrapped key is written, under the first of them whose Region answers, and any of its Regions
 * opens it. Borrows `kms`. Fails with USAGE (no key ARN, another Region's, listed twice, none),
 * CONFIG (a quorum of none, or of more Regions than have keys for new values), NOMEM. */
MUST enum srow_rc keyring_regions_new(struct srow_keyring **out, struct kms *kms,
                                      const struct keyring_regions_options *options,
                                      struct srow_error *e);

#endif
