/* SPDX-License-Identifier: Apache-2.0
 *
 * Keyrings (spec: framework/keyring-interface.md). Implementations put `struct keyring` first.
 */
#ifndef KEYS_KEYRING_H
#define KEYS_KEYRING_H

#include "keys/materials.h"

struct keyring;

struct keyring_ops {
    const char *name;
    /* OnEncrypt: for each of n with rc OK: makes the data key if there is none, appends at least
     * one encrypted data key, or sets rc and error and leaves data key and list as they were. */
    void (*wrap)(struct keyring *k, struct materials *m, size_t n);
    /* OnDecrypt: for each of n with rc OK and no data key: sets the data key, or rc and error
     * (NO_DATA_KEY when no encrypted data key is this keyring's). */
    void (*unwrap)(struct keyring *k, struct materials *m, size_t n);
    void (*free)(struct keyring *k);
};

struct keyring {
    const struct keyring_ops *ops;
};

static inline void keyring_wrap(struct keyring *k, struct materials *m, size_t n)
{
    k->ops->wrap(k, m, n);
}

static inline void keyring_unwrap(struct keyring *k, struct materials *m, size_t n)
{
    k->ops->unwrap(k, m, n);
}

/* For AUTO and by hand: frees and clears; an empty one is legal. */
void keyring_free(struct keyring **k);

#endif
