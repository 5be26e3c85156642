/* SPDX-License-Identifier: Apache-2.0
 *
 * Unwrapping, one Region after the other (spec: framework/multi-keyring.md and
 * aws-kms/aws-kms-keyring.md, OnDecrypt). All materials of a call are asked for together in each
 * round, each at its own next key. Order: keys as configured, then encrypted data keys as offered.
 */
#include <stdlib.h>

#include "keys/causes.h"
#include "keys/regions.h"

/* The next pair of key and encrypted data key to try; the key by its place in the order. */
struct item {
    struct materials *m;
    const struct regions_order *order;
    size_t key, edk;
    bool asked, done;
    struct causes causes;
};

struct work {
    const struct regions *k;
    struct regions_order first, rest; /* the first value's order, and that of all others */
    struct item *items;
    struct kms_request *requests;
    size_t items_count, requests_count;
};

static void work_cleanup(struct work *w)
{
    free(w->items);
    free(w->requests);
    regions_order_cleanup(&w->first);
    regions_order_cleanup(&w->rest);
}

static const struct regions_key *key_of(const struct regions *k, const struct item *item)
{
    return &k->keys[item->order->keys[item->key]];
}

static bool is_kms(const struct edk *edk)
{
    return bytes_equal_str(edk->provider, "aws-kms");
}

/* The one Region that may be asked; NULL: any. */
static const char *only_region(const struct regions *k, const struct materials *m)
{
    return m->via != NULL ? m->via : k->failover == FAILOVER_NONE ? k->local : NULL;
}

static bool fits(const struct regions *k, const struct item *item)
{
    const char *only = only_region(k, item->m);
    const struct regions_key *key = key_of(k, item);
    const struct edk *edk = &item->m->offered->edk[item->edk];
    return (only == NULL || strcmp(only, key->region) == 0) && is_kms(edk) &&
           kms_key_matches(srow_str(key->arn), edk->info);
}

/* Moves to the next pair that fits, this one included; false: none is left. */
static bool seek(const struct regions *k, struct item *item)
{
    for (; item->key < k->count; item->key++, item->edk = 0) {
        for (; item->edk < item->m->offered->count; item->edk++) {
            if (fits(k, item)) {
                return true;
            }
        }
    }
    return false;
}

/* After a failure. A Region that does not answer is not asked for the same materials again. */
static void advance(const struct regions *k, struct item *item, enum srow_rc rc)
{
    size_t place = key_of(k, item)->place;
    item->edk++;
    if (srow_rc_class(rc) == SROW_CLASS_UNAVAILABLE) {
        while (item->key < k->count && key_of(k, item)->place == place) {
            item->key++;
            item->edk = 0;
        }
    }
    item->done = k->failover == FAILOVER_UNAVAILABLE && kms_is_refusal(rc);
}

/* -- nothing to ask -- */

static void tell_strangers(const struct materials *m)
{
    for (size_t i = 0; i < m->offered->count; i++) {
        struct key_event event = {SROW_E_NO_DATA_KEY, "", m->offered->edk[i].info,
                                  "wrapped under a key that is not configured"};
        materials_tell(m, &event);
    }
}

/* Whether any configured key, whatever its Region, could open it. */
static bool is_known(const struct regions *k, const struct materials *m)
{
    for (size_t i = 0; i < m->offered->count; i++) {
        for (size_t j = 0; is_kms(&m->offered->edk[i]) && j < k->count; j++) {
            if (kms_key_matches(srow_str(k->keys[j].arn), m->offered->edk[i].info)) {
                return true;
            }
        }
    }
    return false;
}

static bool has_region(const struct regions *k, const char *region)
{
    for (size_t i = 0; i < k->count; i++) {
        if (strcmp(k->keys[i].region, region) == 0) {
            return true;
        }
    }
    return false;
}

static void refuse(const struct regions *k, struct materials *m)
{
    const char *only = only_region(k, m);
    if (only != NULL && !has_region(k, only)) {
        materials_fail(m, SROW_E_REGION,
                       "no key is configured in Region %s: name another, or add one under keys",
                       only);
    } else if (is_known(k, m)) {
        materials_fail(m, SROW_E_NO_DATA_KEY,
                       "none of its %zu encrypted data keys is for Region %s", m->offered->count,
                       only);
    } else {
        materials_fail(m, SROW_E_NO_DATA_KEY,
                       "none of its %zu encrypted data keys is under a key that is configured",
                       m->offered->count);
        tell_strangers(m);
    }
}

/* spec: aws-kms-keyring.md, OnDecrypt: the provider info must be a key's ARN, else it fails */
static bool admit(struct materials *m)
{
    if (m->rc != SROW_OK || m->data_key.len > 0) {
        return false;
    }
    for (size_t i = 0; i < m->offered->count; i++) {
        const struct edk *edk = &m->offered->edk[i];
        if (is_kms(edk) && !kms_is_key_arn(edk->info)) {
            materials_fail(m, SROW_E_MALFORMED,
                           "encrypted data key %zu is labelled aws-kms and names no key ARN",
                           i + 1);
            return false;
        }
    }
    return true;
}

/* -- rounds -- */

static void ask(struct work *w, const struct item *item)
{
    const struct materials *m = item->m;
    const struct regions_key *key = key_of(w->k, item);
    w->requests[w->requests_count++] = (struct kms_request){
        .op = KMS_DECRYPT,
        .region = key->region,
        .key_arn = key->arn,
        .context = m->context->pairs,
        .context_count = m->context->count,
        .data_key_bytes = m->suite->data_key_bytes,
        .ciphertext = m->offered->edk[item->edk].ciphertext,
        .deadline = m->deadline,
    };
}

static void take_answer(struct work *w, struct item *item, struct kms_request *r)
{
    if (r->rc == SROW_OK) {
        item->m->data_key = secret_take(&r->data_key);
        item->done = true;
    } else {
        causes_add(&item->causes, item->m, r);
        advance(w->k, item, r->rc);
    }
    kms_request_cleanup(r);
}

static bool run_round(struct work *w)
{
    w->requests_count = 0;
    for (size_t i = 0; i < w->items_count; i++) {
        struct item *item = &w->items[i];
        item->asked = !item->done && seek(w->k, item);
        if (item->asked) {
            ask(w, item);
        }
    }
    if (w->requests_count == 0) {
        return false;
    }
    kms_call(w->k->kms, w->requests, w->requests_count);
    struct kms_request *r = w->requests;
    for (size_t i = 0; i < w->items_count; i++) {
        if (w->items[i].asked) {
            take_answer(w, &w->items[i], r++);
        }
    }
    return true;
}

static void settle(const struct regions *k, const struct item *item)
{
    struct materials *m = item->m;
    if (m->data_key.len > 0) {
        return;
    }
    if (item->causes.count == 0) {
        refuse(k, m);
        return;
    }
    causes_settle(&item->causes, m, "no Region opened the data key", SROW_OK);
}

/* Where a Region's health is to be found out, the order that is read first asks it, the one read
 * after that does not: of many values one finds out. */
static bool work_start(struct work *w, size_t n)
{
    w->items = calloc(n, sizeof *w->items);
    w->requests = calloc(n, sizeof *w->requests);
    return w->items != NULL && w->requests != NULL &&
           regions_order_read(&w->first, w->k, NULL) == SROW_OK &&
           (n == 1 || regions_order_read(&w->rest, w->k, NULL) == SROW_OK);
}

void regions_unwrap(struct srow_keyring *keyring, struct materials *m, size_t n)
{
    AUTO(work_cleanup) struct work w = {.k = (const struct regions *)keyring};
    bool good = work_start(&w, n);
    for (size_t i = 0; i < n; i++) {
        bool admitted = admit(&m[i]);
        if (admitted && !good) {
            materials_fail(&m[i], SROW_E_NOMEM, "no memory for %zu data keys", n);
        } else if (admitted) {
            w.items[w.items_count] =
                (struct item){.m = &m[i], .order = w.items_count == 0 ? &w.first : &w.rest};
            w.items_count++;
        }
    }
    while (run_round(&w)) {
    }
    for (size_t i = 0; i < w.items_count; i++) {
        settle(w.k, &w.items[i]);
    }
}
