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

struct keyring_regions_options {
    const struct keyring_regions_key
        *keys; /* copied; in the order of failover: local Region first */
    size_t count;
    enum { FAILOVER_ANY, FAILOVER_UNAVAILABLE, FAILOVER_NONE } failover;
};

/* Wrapping: GenerateDataKey under the first key for new values, then Encrypt under all others at
 * the same time; requirement `all`: any failure fails it and nothing is appended: REGIONS, or the
 * code of the first cause that is no unavailability. Materials that hold a data key are refused:
 * USAGE. Unwrapping: one Region after the other in the order of the keys; a Region that does not
 * answer is left alone for the rest of that value; FAILOVER_UNAVAILABLE stops at a refusal,
 * FAILOVER_NONE asks the first key's Region alone. A wrapped key whose ARN is not configured causes
 * no request. Keys of the same `mrk-` id in several Regions are one: one wrapped key is written,
 * under the first of them whose Region answers, and any of its Regions opens it. Borrows `kms`.
 * Fails with USAGE (no key ARN, another Region's, listed twice, none), NOMEM. */
MUST enum srow_rc keyring_regions_new(struct keyring **out, struct kms *kms,
                                      const struct keyring_regions_options *options,
                                      struct srow_error *e);

#endif
