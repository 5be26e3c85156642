/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrapping everywhere at once (spec: framework/multi-keyring.md, aws-kms/aws-kms-keyring.md,
 * OnEncrypt): a round of GenerateDataKey for all materials, then a round of Encrypt for all their
 * other copies. A copy of a multi-Region key whose Region failed is asked for in the key's next
 * Region, in a further round. What fails is found out before anything is appended.
 */
#include <stdlib.h>

#include "keys/causes.h"
#include "keys/regions.h"

/* One wrapped copy of one data key. */
struct copy {
    size_t key; /* index of the key that is asked, or was */
    struct srow_buf wrapped;
    bool wanted, there;
};

struct item {
    struct materials *m;
    struct secret data_key; /* generated here; empty: the materials' own */
    struct causes causes;
    struct copy *copies; /* one a target */
    bool failed;
};

struct work {
    const struct regions *k;
    struct item *items;
    struct copy *copies;
    struct kms_request *requests;
    struct copy **asked; /* whose request it is */
    struct item **asker;
    size_t items_count, requests_count;
};

static void work_cleanup(struct work *w)
{
    for (size_t i = 0; i < w->items_count; i++) {
        secret_cleanup(&w->items[i].data_key);
    }
    for (size_t i = 0; w->copies != NULL && i < w->items_count * w->k->targets; i++) {
        buf_cleanup(&w->copies[i].wrapped);
    }
    free(w->items);
    free(w->copies);
    free(w->requests);
    free(w->asked);
    free(w->asker);
}

/* First key of a target from `from` on; k->count: none is left. */
static size_t key_of(const struct regions *k, size_t target, size_t from)
{
    while (from < k->count && (k->keys[from].open_only || k->keys[from].target != target)) {
        from++;
    }
    return from;
}

static const struct secret *data_key_of(const struct item *item)
{
    return item->data_key.len > 0 ? &item->data_key : &item->m->data_key;
}

static void ask(struct work *w, struct item *item, struct copy *copy)
{
    const struct materials *m = item->m;
    const struct regions_key *key = &w->k->keys[copy->key];
    bool generate = data_key_of(item)->len == 0;
    w->requests[w->requests_count] = (struct kms_request){
        .op = generate ? KMS_GENERATE : KMS_ENCRYPT,
        .region = key->region,
        .key_arn = key->arn,
        .context = m->context->pairs,
        .context_count = m->context->count,
        .data_key_bytes = m->suite->data_key_bytes,
        .plaintext = generate ? NULL : data_key_of(item),
        .deadline = m->deadline,
    };
    w->asked[w->requests_count] = copy;
    w->asker[w->requests_count++] = item;
}

static void take_answer(struct work *w, struct kms_request *r, struct copy *copy, struct item *item)
{
    if (r->rc != SROW_OK) {
        causes_add(&item->causes, item->m, r);
        copy->key = key_of(w->k, w->k->keys[copy->key].target, copy->key + 1);
        item->failed = item->failed || copy->key == w->k->count;
        return;
    }
    if (r->op == KMS_GENERATE) {
        item->data_key = secret_take(&r->data_key);
    }
    copy->wrapped = buf_take(&r->wrapped);
    copy->there = true;
}

/* Asks for all copies that are wanted and not there, until they are or no key is left for one. */
static void run_rounds(struct work *w)
{
    do {
        w->requests_count = 0;
        for (size_t i = 0; i < w->items_count; i++) {
            struct item *item = &w->items[i];
            for (size_t t = 0; !item->failed && t < w->k->targets; t++) {
                if (item->copies[t].wanted && !item->copies[t].there) {
                    ask(w, item, &item->copies[t]);
                }
            }
        }
        if (w->requests_count > 0) {
            kms_call(w->k->kms, w->requests, w->requests_count);
        }
        for (size_t i = 0; i < w->requests_count; i++) {
            take_answer(w, &w->requests[i], w->asked[i], w->asker[i]);
            kms_request_cleanup(&w->requests[i]);
        }
    } while (w->requests_count > 0);
}

static void want(struct work *w, size_t first, size_t last)
{
    for (size_t i = 0; i < w->items_count; i++) {
        for (size_t t = first; t < last; t++) {
            w->items[i].copies[t].wanted = true;
        }
    }
}

/* Appends all copies, or none. */
static MUST enum srow_rc append(struct materials *m, const struct work *w, const struct item *item,
                                struct srow_error *e)
{
    AUTO(edk_list_cleanup) struct edk_list all = {0};
    for (size_t i = 0; i < m->edks.count; i++) {
        TRY(edk_list_add(&all, &m->edks.edk[i], e));
    }
    for (size_t t = 0; t < w->k->targets; t++) {
        struct edk edk = {.provider = srow_str("aws-kms"),
                          .info = srow_str(w->k->keys[item->copies[t].key].arn),
                          .ciphertext = bytes_buf(&item->copies[t].wrapped)};
        TRY(edk_list_add(&all, &edk, e));
    }
    edk_list_cleanup(&m->edks);
    m->edks = edk_list_take(&all);
    return SROW_OK;
}

static void settle(struct work *w, struct item *item)
{
    struct materials *m = item->m;
    if (item->failed) {
        causes_settle(&item->causes, m, "not wrapped in every Region that the write requires",
                      w->k->takes_data_key ? SROW_OK : SROW_E_REGIONS);
        return;
    }
    m->rc = append(m, w, item, &m->error);
    if (m->rc == SROW_OK) {
        m->data_key = m->data_key.len > 0 ? m->data_key : secret_take(&item->data_key);
        m->wrapped += w->k->promised;
    }
}

/* Whether these materials can be wrapped at all. */
static bool admit(const struct regions *k, struct materials *m)
{
    if (m->rc != SROW_OK) {
        return false;
    }
    if (k->targets == 0) {
        materials_fail(m, SROW_E_USAGE,
                       "all keys of the set are for opening only: add one for new values");
    } else if (m->data_key.len > 0 && !k->takes_data_key) {
        /* spec: multi-keyring.md, OnEncrypt, with a generator */
        materials_fail(m, SROW_E_USAGE, "the materials hold a data key already");
    }
    return m->rc == SROW_OK;
}

static bool work_start(struct work *w, struct materials *m, size_t n)
{
    size_t copies = n * w->k->targets;
    w->items = calloc(n, sizeof *w->items);
    w->copies = calloc(copies, sizeof *w->copies);
    w->requests = calloc(copies, sizeof *w->requests);
    w->asked = calloc(copies, sizeof(struct copy *));
    w->asker = calloc(copies, sizeof(struct item *));
    if (w->items == NULL || w->copies == NULL || w->requests == NULL || w->asked == NULL ||
        w->asker == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (m[i].rc != SROW_OK) {
            continue;
        }
        struct item *item = &w->items[w->items_count];
        *item = (struct item){.m = &m[i], .copies = &w->copies[w->items_count++ * w->k->targets]};
        for (size_t t = 0; t < w->k->targets; t++) {
            item->copies[t].key = key_of(w->k, t, 0);
        }
    }
    return true;
}

void regions_wrap(struct keyring *keyring, struct materials *m, size_t n)
{
    AUTO(work_cleanup) struct work w = {.k = (const struct regions *)keyring};
    size_t admitted = 0;
    for (size_t i = 0; i < n; i++) {
        admitted += admit(w.k, &m[i]);
    }
    if (admitted == 0) {
        return;
    }
    if (!work_start(&w, m, n)) {
        for (size_t i = 0; i < n; i++) {
            if (m[i].rc == SROW_OK) {
                materials_fail(&m[i], SROW_E_NOMEM, "no memory for %zu data keys", n);
            }
        }
        return;
    }
    want(&w, 0, 1);
    run_rounds(&w);
    want(&w, 1, w.k->targets);
    run_rounds(&w);
    for (size_t i = 0; i < w.items_count; i++) {
        settle(&w, &w.items[i]);
    }
}
