/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrapping everywhere at once (spec: framework/multi-keyring.md, aws-kms/aws-kms-keyring.md,
 * OnEncrypt): GenerateDataKey for all materials, then Encrypt for all their other copies, in
 * rounds. What a Region has failed is asked for in the next one that can: a copy of a multi-Region
 * key in the key's next Region, a new data key in the next Region at all. The write requirement is
 * held against what is still possible before each round, and nothing is appended until it is met.
 */
#include <stdio.h>
#include <stdlib.h>

#include "keys/causes.h"
#include "keys/regions.h"

/* One wrapped copy of one data key. */
struct copy {
    size_t at; /* place in the order of the key that is asked, or was; order.up: none is left */
    struct srow_buf wrapped;
    bool there;
    bool left_out; /* while the requirement is met without it */
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
    struct regions_order order;
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
    regions_order_cleanup(&w->order);
}

static const struct regions_key *key_at(const struct work *w, size_t at)
{
    return &w->k->keys[w->order.keys[at]];
}

/* The next key of a target that may be asked, from `at` on; order.up: none is left. */
static size_t seek(const struct work *w, size_t target, size_t at)
{
    while (at < w->order.up && (key_at(w, at)->open_only || key_at(w, at)->target != target)) {
        at++;
    }
    return at;
}

static const struct secret *data_key_of(const struct item *item)
{
    return item->data_key.len > 0 ? &item->data_key : &item->m->data_key;
}

/* -- the write requirement -- */

static bool is_open(const struct work *w, const struct copy *copy)
{
    return !copy->there && !copy->left_out && copy->at < w->order.up;
}

/* Whether a Region will open the value: each of its keys for new values has its copy, or may yet.
 */
static bool serves(const struct work *w, const struct item *item, size_t place)
{
    bool any = false;
    for (size_t i = 0; i < w->k->count; i++) {
        const struct regions_key *key = &w->k->keys[i];
        const struct copy *copy = &item->copies[key->target];
        if (key->open_only || key->place != place) {
            continue;
        }
        if (!copy->there && !is_open(w, copy)) {
            return false;
        }
        any = true;
    }
    return any;
}

static uint32_t count_served(const struct work *w, const struct item *item)
{
    uint32_t count = 0;
    for (size_t i = 0; i < w->k->place_count; i++) {
        count += serves(w, item, i);
    }
    return count;
}

/* Whether each Region that is not declared down is served. */
static bool serves_all(const struct work *w, const struct item *item)
{
    for (size_t i = 0; i < w->k->count; i++) {
        const struct regions_key *key = &w->k->keys[i];
        if (!key->open_only && !w->order.down[key->place] && !serves(w, item, key->place)) {
            return false;
        }
    }
    return true;
}

static bool can_meet(const struct work *w, const struct item *item)
{
    uint32_t served = count_served(w, item);
    switch (w->k->require) {
    case REQUIRE_QUORUM:
        return served >= w->k->quorum;
    case REQUIRE_LOCAL:
        return w->order.down[w->k->home] ? served > 0 : serves(w, item, w->k->home);
    default:
        return served > 0 && serves_all(w, item);
    }
}

/* Whether to go on with a value. Who was left out is let in again before a write fails for it. */
static bool goes_on(struct work *w, struct item *item)
{
    if (!can_meet(w, item)) {
        for (size_t t = 0; t < w->k->targets; t++) {
            item->copies[t].left_out = false;
        }
        item->failed = !can_meet(w, item);
    }
    return !item->failed;
}

/* -- rounds -- */

static void ask(struct work *w, struct item *item, struct copy *copy)
{
    const struct materials *m = item->m;
    const struct regions_key *key = key_at(w, copy->at);
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

/* Whose Region generates: the first in order of those that may be asked; NULL: none. */
static struct copy *generator_of(const struct work *w, const struct item *item)
{
    struct copy *first = NULL;
    for (size_t t = 0; t < w->k->targets; t++) {
        struct copy *copy = &item->copies[t];
        if (is_open(w, copy) && (first == NULL || copy->at < first->at)) {
            first = copy;
        }
    }
    return first;
}

static void ask_all(struct work *w, struct item *item)
{
    if (data_key_of(item)->len == 0) {
        ask(w, item, generator_of(w, item)); /* there is one, since the requirement can be met */
        return;
    }
    for (size_t t = 0; t < w->k->targets; t++) {
        if (is_open(w, &item->copies[t])) {
            ask(w, item, &item->copies[t]);
        }
    }
}

static void take_answer(struct work *w, struct kms_request *r, struct copy *copy, struct item *item)
{
    if (r->rc != SROW_OK) {
        causes_add(&item->causes, item->m, r);
        copy->at = seek(w, key_at(w, copy->at)->target, copy->at + 1);
        return;
    }
    if (r->op == KMS_GENERATE) {
        item->data_key = secret_take(&r->data_key);
    }
    copy->wrapped = buf_take(&r->wrapped);
    copy->there = true;
}

/* Asks for all copies that may be had, until they are there or no key is left for one. */
static void run_rounds(struct work *w)
{
    do {
        w->requests_count = 0;
        for (size_t i = 0; i < w->items_count; i++) {
            if (goes_on(w, &w->items[i])) {
                ask_all(w, &w->items[i]);
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

/* -- results -- */

/* Appends all copies, or none. */
static MUST enum srow_rc append(struct materials *m, const struct work *w, const struct item *item,
                                struct srow_error *e)
{
    AUTO(edk_list_cleanup) struct edk_list all = {0};
    for (size_t i = 0; i < m->edks.count; i++) {
        TRY(edk_list_add(&all, &m->edks.edk[i], e));
    }
    for (size_t t = 0; t < w->k->targets; t++) {
        const struct copy *copy = &item->copies[t];
        if (!copy->there) {
            continue;
        }
        struct edk edk = {.provider = srow_str("aws-kms"),
                          .info = srow_str(key_at(w, copy->at)->arn),
                          .ciphertext = bytes_buf(&copy->wrapped)};
        TRY(edk_list_add(&all, &edk, e));
    }
    edk_list_cleanup(&m->edks);
    m->edks = edk_list_take(&all);
    return SROW_OK;
}

static void fail(const struct work *w, struct item *item)
{
    char what[80] = "not wrapped in every Region that the write requires";
    if (w->k->require == REQUIRE_QUORUM) {
        snprintf(what, sizeof what, "not wrapped in %u Region%s, as the write requires",
                 w->k->quorum, w->k->quorum == 1 ? "" : "s");
    }
    for (size_t i = 0; i < w->k->place_count; i++) {
        if (w->order.down[i]) {
            causes_add_down(&item->causes, w->k->places[i]);
        }
    }
    causes_settle(&item->causes, item->m, what, w->k->takes_data_key ? SROW_OK : SROW_E_REGIONS);
    causes_advise(&item->causes, item->m,
                  "try again; declare a lost Region down (write.while_down), or let "
                  "write.require ask for fewer");
}

/* Tells which of the promised Regions do not have the value. */
static void tell_missing(const struct work *w, const struct item *item, size_t count)
{
    const char **missing = calloc(count, sizeof(const char *));
    size_t n = 0;
    for (size_t i = 0; missing != NULL && i < w->k->place_count; i++) {
        if (regions_is_promised(w->k, i) && !serves(w, item, i)) {
            missing[n++] = w->k->places[i];
        }
    }
    w->k->outage->owe(w->k->outage, missing, n);
    free(missing);
}

static void settle(struct work *w, struct item *item)
{
    struct materials *m = item->m;
    if (item->failed) {
        fail(w, item);
        return;
    }
    m->rc = append(m, w, item, &m->error);
    if (m->rc == SROW_OK) {
        m->data_key = m->data_key.len > 0 ? m->data_key : secret_take(&item->data_key);
        uint32_t served = count_served(w, item);
        m->wrapped += served;
        m->missing += w->k->promised - served;
        if (served < w->k->promised && w->k->outage != NULL) {
            tell_missing(w, item, w->k->promised - served);
        }
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
    } else if (k->require == REQUIRE_LOCAL && k->home == k->place_count) {
        char text[240];
        snprintf(text, sizeof text,
                 "write.require: local, but the key set has no key for new values in the local "
                 "Region %s: add one, write in a Region with one, or require all or quorum:N",
                 k->local);
        materials_fail(m, SROW_E_REGION, "%s", text);
    } else if (m->data_key.len > 0 && !k->takes_data_key) {
        /* spec: multi-keyring.md, OnEncrypt, with a generator */
        materials_fail(m, SROW_E_USAGE, "the materials hold a data key already");
    }
    return m->rc == SROW_OK;
}

static bool work_start(struct work *w, struct materials *m, size_t n)
{
    size_t copies = n * w->k->targets;
    if (regions_order_read(&w->order, w->k, NULL) != SROW_OK) {
        return false;
    }
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
            item->copies[t].at = seek(w, t, 0);
            item->copies[t].left_out = item->copies[t].at >= w->order.well;
        }
    }
    return true;
}

void regions_wrap(struct srow_keyring *keyring, struct materials *m, size_t n)
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
    run_rounds(&w);
    for (size_t i = 0; i < w.items_count; i++) {
        settle(&w, &w.items[i]);
    }
}
