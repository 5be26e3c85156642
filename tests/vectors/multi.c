/* SPDX-License-Identifier: Apache-2.0 */
#include "multi.h"

static void wrap(struct keyring *keyring, struct materials *m, size_t n)
{
    struct multi *multi = (struct multi *)keyring;
    for (size_t i = 0; i < multi->count; i++) {
        keyring_wrap(multi->part[i], m, n);
    }
}

static void unwrap(struct keyring *keyring, struct materials *m, size_t n)
{
    struct multi *multi = (struct multi *)keyring;
    for (size_t i = 0; i < n; i++) {
        if (m[i].rc != SROW_OK) {
            continue;
        }
        for (size_t k = 0; k < multi->count && m[i].data_key.len == 0; k++) {
            m[i].rc = SROW_OK;
            keyring_unwrap(multi->part[k], &m[i], 1);
        }
    }
}

static void destroy(struct keyring *keyring)
{
    multi_cleanup((struct multi *)keyring);
}

static const struct keyring_ops ops = {"multi", wrap, unwrap, destroy};

void multi_init(struct multi *m)
{
    m->keyring.ops = &ops;
    m->count = 0;
}

void multi_cleanup(struct multi *m)
{
    while (m->count > 0) {
        keyring_free(&m->part[--m->count]);
    }
}
