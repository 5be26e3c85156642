/* SPDX-License-Identifier: Apache-2.0
 *
 * The multi-keyring (spec: framework/multi-keyring.md): sequential, one keyring after the other.
 * For the keys of a key set, which are asked at the same time, there is keyring_regions.
 */
#include <stdlib.h>

#include "keys/causes.h"
#include "keys/keyring.h"

struct keyring_multi {
    struct srow_keyring keyring;
    struct srow_keyring **parts; /* owned; the generator first */
    size_t count;
    bool generates;
};

/* -- wrap -- */

/* spec: multi-keyring.md, OnEncrypt: a generator must make the data key, and without one there must
 * be a data key already */
static void check_before(const struct keyring_multi *k, struct materials *m)
{
    if (m->rc == SROW_OK && k->generates && m->data_key.len > 0) {
        materials_fail(m, SROW_E_USAGE,
                       "the materials have a data key, and this multi-keyring has a generator");
    } else if (m->rc == SROW_OK && !k->generates && m->data_key.len == 0) {
        materials_fail(m, SROW_E_USAGE,
                       "a multi-keyring without a generator cannot make a data key");
    }
}

/* A data key that was made and could not be wrapped everywhere is of no use. */
static void check_after(const struct keyring_multi *k, struct materials *m)
{
    if (m->rc == SROW_OK && m->data_key.len == 0) {
        materials_fail(m, SROW_E_INTERNAL, "the generator, a %s keyring, made no data key",
                       k->parts[0]->ops->name);
    }
    if (m->rc != SROW_OK && k->generates) {
        secret_cleanup(&m->data_key);
    }
}

static void wrap(struct srow_keyring *keyring, struct materials *m, size_t n)
{
    const struct keyring_multi *k = (const struct keyring_multi *)keyring;
    for (size_t i = 0; i < n; i++) {
        check_before(k, &m[i]);
    }
    for (size_t part = 0; part < k->count; part++) {
        keyring_wrap(k->parts[part], m, n);
        for (size_t i = 0; i < n; i++) {
            check_after(k, &m[i]);
        }
    }
}

/* -- unwrap -- */

static bool is_open(const struct materials *m)
{
    return m->rc == SROW_OK && m->data_key.len == 0;
}

/* A keyring that is not this message's says less than one that could not be asked. */
static void collect(struct causes *causes, struct materials *m)
{
    enum srow_rc rc = m->rc;
    if (rc == SROW_OK || m->data_key.len > 0) {
        return;
    }
    causes_put(causes, rc == SROW_E_NO_DATA_KEY ? SROW_OK : rc, &m->error);
    m->rc = SROW_OK;
    m->error = (struct srow_error){0};
}

/* Asks one keyring for a run of materials that are all still without a data key. */
static void ask(struct srow_keyring *part, struct materials *m, struct causes *causes, size_t n)
{
    keyring_unwrap(part, m, n);
    for (size_t i = 0; i < n; i++) {
        collect(&causes[i], &m[i]);
    }
}

/* Only those that need it are given to a keyring: materials with a data key are not its business,
 * those that had failed before are nobody's. */
static void ask_all(const struct keyring_multi *k, struct materials *m, struct causes *causes,
                    size_t n)
{
    for (size_t part = 0; part < k->count; part++) {
        for (size_t i = 0, end = 0; i < n; i = end + 1) {
            for (end = i; end < n && is_open(&m[end]); end++) {
            }
            if (end > i) {
                ask(k->parts[part], &m[i], &causes[i], end - i);
            }
        }
    }
}

static void unwrap(struct srow_keyring *keyring, struct materials *m, size_t n)
{
    const struct keyring_multi *k = (const struct keyring_multi *)keyring;
    struct causes *causes = calloc(n, sizeof *causes);
    if (causes != NULL) {
        ask_all(k, m, causes, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (is_open(&m[i]) && causes == NULL) {
            materials_fail(&m[i], SROW_E_NOMEM, "no memory for a multi-keyring");
        } else if (is_open(&m[i])) {
            enum srow_rc none = causes[i].down == SROW_OK ? SROW_E_NO_DATA_KEY : SROW_OK;
            causes_settle(&causes[i], &m[i], "no keyring opens it", none);
        }
    }
    free(causes);
}

/* -- life -- */

static void destroy(struct srow_keyring *keyring)
{
    struct keyring_multi *k = (struct keyring_multi *)keyring;
    for (size_t i = 0; i < k->count; i++) {
        keyring_free(&k->parts[i]);
    }
    free(k->parts);
    free(k);
}

static const struct keyring_ops ops = {"multi", wrap, unwrap, destroy};

static MUST enum srow_rc check_parts(const struct srow_keyring_parts *parts, struct srow_error *e)
{
    FAIL_IF(parts == NULL || (parts->generator == NULL && parts->count == 0), e, SROW_E_USAGE,
            "a multi-keyring of no keyrings");
    FAIL_IF(parts->children == NULL && parts->count > 0, e, SROW_E_USAGE,
            "a multi-keyring counts children and has none");
    for (size_t i = 0; i < parts->count; i++) {
        const struct srow_keyring *child = parts->children[i];
        FAIL_IF(child == NULL, e, SROW_E_USAGE, "child %zu of a multi-keyring is NULL", i + 1);
        bool twice = child == parts->generator;
        for (size_t before = 0; before < i; before++) {
            twice = twice || parts->children[before] == child;
        }
        FAIL_IF(twice, e, SROW_E_USAGE, "child %zu of a multi-keyring is in it twice", i + 1);
    }
    return SROW_OK;
}

enum srow_rc srow_keyring_multi_new(struct srow_keyring **out,
                                    const struct srow_keyring_parts *parts, struct srow_error *e)
{
    TRY(check_parts(parts, e));
    struct keyring_multi *k = calloc(1, sizeof *k);
    FAIL_IF(k == NULL, e, SROW_E_NOMEM, "no memory for a multi-keyring");
    k->keyring.ops = &ops;
    k->generates = parts->generator != NULL;
    k->parts = calloc(parts->count + k->generates, sizeof(struct srow_keyring *));
    if (k->parts == NULL) {
        destroy(&k->keyring);
        FAIL(e, SROW_E_NOMEM, "no memory for a multi-keyring");
    }
    if (k->generates) {
        k->parts[k->count++] = parts->generator;
    }
    for (size_t i = 0; i < parts->count; i++) {
        k->parts[k->count++] = parts->children[i];
    }
    *out = &k->keyring;
    return SROW_OK;
}
