/* SPDX-License-Identifier: Apache-2.0
 *
 * Materials managers (spec: framework/cmm-interface.md). The default one asks a keyring.
 */
#ifndef KEYS_MANAGER_H
#define KEYS_MANAGER_H

#include "keys/keyring.h"

struct manager;

struct manager_ops {
    const char *name;
    void (*encrypt)(struct manager *m, struct materials *items, size_t n);
    void (*decrypt)(struct manager *m, struct materials *items, size_t n);
    void (*free)(struct manager *m);
};

struct manager {
    const struct manager_ops *ops;
};

static inline void manager_encrypt(struct manager *m, struct materials *items, size_t n)
{
    m->ops->encrypt(m, items, n);
}

static inline void manager_decrypt(struct manager *m, struct materials *items, size_t n)
{
    m->ops->decrypt(m, items, n);
}

void manager_free(struct manager **m);

/* The default manager (spec: framework/default-cmm.md) over a keyring, which is borrowed. It holds
 * what the keyring answered against what was asked: data key length, at least one wrapped copy. */
MUST enum srow_rc manager_default_new(struct manager **out, struct srow_keyring *keyring,
                                      struct srow_error *e);

#endif
