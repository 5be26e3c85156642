/* SPDX-License-Identifier: Apache-2.0
 *
 * Keyrings (spec: framework/keyring-interface.md). Their makers are in sealrow/keyring.h.
 * Implementations put `struct srow_keyring` first.
 */
#ifndef KEYS_KEYRING_H
#define KEYS_KEYRING_H

#include <sealrow/keyring.h>

#include "keys/materials.h"

struct keyring_ops {
    const char *name;
    /* OnEncrypt: for each of n with rc OK: makes the data key if there is none, appends at least
     * one encrypted data key, or sets rc and error and leaves the data key as it was. */
    void (*wrap)(struct srow_keyring *k, struct materials *m, size_t n);
    /* OnDecrypt: for each of n with rc OK and no data key: sets the data key, or rc and error
     * (NO_DATA_KEY when no encrypted data key is this keyring's). */
    void (*unwrap)(struct srow_keyring *k, struct materials *m, size_t n);
    void (*free)(struct srow_keyring *k);
};

struct srow_keyring {
    const struct keyring_ops *ops;
};

static inline void keyring_wrap(struct srow_keyring *k, struct materials *m, size_t n)
{
    k->ops->wrap(k, m, n);
}

static inline void keyring_unwrap(struct srow_keyring *k, struct materials *m, size_t n)
{
    k->ops->unwrap(k, m, n);
}

/* For AUTO and by hand: frees and clears; an empty one is legal. */
void keyring_free(struct srow_keyring **k);

#endif
