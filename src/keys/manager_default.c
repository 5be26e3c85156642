/* SPDX-License-Identifier: Apache-2.0
 *
 * The default materials manager (spec: framework/default-cmm.md).
 */
#include <stdlib.h>

#include "keys/manager.h"

struct manager_default {
    struct manager manager;
    struct srow_keyring *keyring;
};

static struct srow_keyring *keyring_of(struct manager *m)
{
    return ((struct manager_default *)m)->keyring;
}

/* spec: default-cmm.md, both operations: the signer's key belongs to signed suites alone */
static MUST enum srow_rc check_unsigned(const struct materials *m, struct srow_error *e)
{
    FAIL_IF(context_get(m->context, signer_key_name) != NULL, e, SROW_E_MALFORMED,
            "the encryption context of an unsigned message has the key %s", signer_key_name);
    return SROW_OK;
}

static MUST enum srow_rc make_signer(struct materials *m, struct srow_error *e)
{
    if (!m->suite->is_signed) {
        return check_unsigned(m, e);
    }
    TRY(signer_make(&m->signer, m->context, e));
    m->context = &m->signer.context;
    return SROW_OK;
}

static MUST enum srow_rc find_signer(struct materials *m, struct srow_error *e)
{
    return m->suite->is_signed ? signer_find(&m->signer, m->context, e) : check_unsigned(m, e);
}

/* A data key of another length, or none, must not reach the cipher. */
static void check_data_key(struct materials *m, const struct srow_keyring *keyring)
{
    if (m->rc == SROW_OK && m->data_key.len != m->suite->data_key_bytes) {
        materials_fail(m, SROW_E_INTERNAL, "the %s keyring gave a data key of %zu bytes, not %u",
                       keyring->ops->name, m->data_key.len, m->suite->data_key_bytes);
        secret_cleanup(&m->data_key);
    }
}

static void encrypt(struct manager *manager, struct materials *items, size_t n)
{
    struct srow_keyring *keyring = keyring_of(manager);
    for (size_t i = 0; i < n; i++) {
        if (items[i].rc == SROW_OK) {
            items[i].rc = make_signer(&items[i], &items[i].error);
        }
    }
    keyring_wrap(keyring, items, n);
    for (size_t i = 0; i < n; i++) {
        check_data_key(&items[i], keyring);
        if (items[i].rc == SROW_OK && items[i].edks.count == 0) {
            materials_fail(&items[i], SROW_E_INTERNAL,
                           "the %s keyring wrapped the data key nowhere", keyring->ops->name);
        }
    }
}

static void decrypt(struct manager *manager, struct materials *items, size_t n)
{
    struct srow_keyring *keyring = keyring_of(manager);
    for (size_t i = 0; i < n; i++) {
        if (items[i].rc == SROW_OK) {
            items[i].rc = find_signer(&items[i], &items[i].error);
        }
    }
    keyring_unwrap(keyring, items, n);
    for (size_t i = 0; i < n; i++) {
        check_data_key(&items[i], keyring);
    }
}

static void destroy(struct manager *manager)
{
    free(manager);
}

static const struct manager_ops ops = {"default", encrypt, decrypt, destroy};

enum srow_rc manager_default_new(struct manager **out, struct srow_keyring *keyring,
                                 struct srow_error *e)
{
    struct manager_default *m = calloc(1, sizeof *m);
    FAIL_IF(m == NULL, e, SROW_E_NOMEM, "no memory for a materials manager");
    m->manager.ops = &ops;
    m->keyring = keyring;
    *out = &m->manager;
    return SROW_OK;
}
