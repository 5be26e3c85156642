/* SPDX-License-Identifier: Apache-2.0
 *
 * A wrapped key here: "FAKE", sum of the key's name, sum of the context, the data key under a mask,
 * sum of all that. Sums are FNV-1a; a context's is the sum of its pairs', so their order is free.
 */
#include "fake/fake_kms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { REGIONS = 8, KEYS = 8, OPS = 4, HEAD = 20, TAIL = 8, MASK = 0x5A };

struct region {
    const char *name;
    enum srow_rc rc[OPS];
    unsigned requests[OPS];
};

struct fake_kms {
    struct kms base;
    pthread_mutex_t lock;
    struct region regions[REGIONS];
    struct {
        char arn[256];
        enum srow_rc rc;
    } keys[KEYS];
    size_t widest;
    bool throttle;
    uint32_t took_ms;
    uint8_t masked[32];
};

static const uint64_t FNV_START = 0xCBF29CE484222325U;

static uint64_t fnv(uint64_t h, struct srow_bytes b)
{
    const uint8_t *at = b.at;
    for (size_t i = 0; i < b.len; i++) {
        h = (h ^ at[i]) * 0x100000001B3U;
    }
    return (h ^ b.len) * 0x100000001B3U;
}

static uint64_t context_sum(const struct kms_request *r)
{
    uint64_t sum = r->context_count;
    for (size_t i = 0; i < r->context_count; i++) {
        sum += fnv(fnv(FNV_START, r->context[i].key), r->context[i].value);
    }
    return sum;
}

/* A multi-Region key counts without its Region. */
static uint64_t key_sum(const char *arn)
{
    const char *mrk = strstr(arn, ":key/mrk-");
    return fnv(FNV_START, srow_str(mrk == NULL ? arn : mrk));
}

static void wrap(struct kms_request *r, const struct secret *key)
{
    buf_put_str(&r->wrapped, "FAKE");
    buf_put_u64(&r->wrapped, key_sum(r->key_arn));
    buf_put_u64(&r->wrapped, context_sum(r));
    for (size_t i = 0; i < key->len; i++) {
        buf_put_u8(&r->wrapped, key->at[i] ^ MASK);
    }
    buf_put_u64(&r->wrapped, fnv(FNV_START, bytes_buf(&r->wrapped)));
    r->rc = buf_check(&r->wrapped, &r->error);
}

static void generate(struct fake_kms *f, struct kms_request *r)
{
    r->rc = secret_new(&r->data_key, r->data_key_bytes, &r->error);
    if (r->rc != SROW_OK) {
        return;
    }
    if (getrandom(r->data_key.at, r->data_key.len, 0) != (ssize_t)r->data_key.len) {
        abort();
    }
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < sizeof f->masked && i < r->data_key.len; i++) {
        f->masked[i] = r->data_key.at[i] ^ MASK;
    }
    pthread_mutex_unlock(&f->lock);
    wrap(r, &r->data_key);
}

static void unwrap(struct kms_request *r)
{
    size_t len = r->data_key_bytes;
    AUTO(buf_cleanup) struct srow_buf wanted = {0};
    buf_put_str(&wanted, "FAKE");
    buf_put_u64(&wanted, key_sum(r->key_arn));
    buf_put_u64(&wanted, context_sum(r));
    r->rc = buf_check(&wanted, &r->error);
    if (r->rc != SROW_OK) {
        return;
    }
    const uint8_t *at = r->ciphertext.at;
    if (r->ciphertext.len != HEAD + len + TAIL || memcmp(at, wanted.at, HEAD) != 0) {
        r->rc =
            error_set(&r->error, SROW_E_KMS_CIPHERTEXT, "Region %s: invalid ciphertext", r->region);
        return;
    }
    buf_put(&wanted, bytes_of(at + HEAD, len));
    buf_put_u64(&wanted, fnv(FNV_START, bytes_buf(&wanted)));
    r->rc = buf_check(&wanted, &r->error);
    if (r->rc != SROW_OK) {
        return;
    }
    if (!bytes_equal(bytes_buf(&wanted), r->ciphertext)) {
        r->rc =
            error_set(&r->error, SROW_E_KMS_CIPHERTEXT, "Region %s: invalid ciphertext", r->region);
        return;
    }
    r->rc = secret_new(&r->data_key, len, &r->error);
    for (size_t i = 0; r->rc == SROW_OK && i < len; i++) {
        r->data_key.at[i] = at[HEAD + i] ^ MASK;
    }
}

static struct region *find(struct fake_kms *f, const char *name)
{
    for (size_t i = 0; i < REGIONS && f->regions[i].name != NULL; i++) {
        if (strcmp(f->regions[i].name, name) == 0) {
            return &f->regions[i];
        }
    }
    return NULL;
}

/* Counts the request and says what becomes of it. Called with the lock held. */
static enum srow_rc verdict(struct fake_kms *f, const struct kms_request *r)
{
    struct region *region = find(f, r->region);
    if (region == NULL) {
        return SROW_E_REGION;
    }
    region->requests[r->op]++;
    if (region->rc[r->op] != SROW_OK) {
        return region->rc[r->op];
    }
    for (size_t i = 0; i < KEYS; i++) {
        if (f->keys[i].rc != SROW_OK && strcmp(f->keys[i].arn, r->key_arn) == 0) {
            return f->keys[i].rc;
        }
    }
    char scope[64];
    snprintf(scope, sizeof scope, ":kms:%s:", r->region);
    return strstr(r->key_arn, scope) == NULL ? SROW_E_KMS_NOT_FOUND : SROW_OK;
}

static void answer(struct fake_kms *f, struct kms_request *r)
{
    pthread_mutex_lock(&f->lock);
    enum srow_rc rc = verdict(f, r);
    r->took_ms = f->took_ms;
    pthread_mutex_unlock(&f->lock);
    r->rc = rc;
    r->throttled = f->throttle && rc == SROW_E_KMS_SERVICE;
    if (rc != SROW_OK) {
        error_set(&r->error, rc, "Region %s: %s for key %s", r->region, srow_rc_name(rc),
                  r->key_arn);
    } else if (r->op == KMS_GENERATE) {
        generate(f, r);
    } else if (r->op == KMS_ENCRYPT) {
        wrap(r, r->plaintext);
    } else if (r->op == KMS_DECRYPT) {
        unwrap(r);
    } else {
        r->enabled = true;
    }
}

static void call(struct kms *kms, struct kms_request *requests, size_t n)
{
    struct fake_kms *f = (struct fake_kms *)kms;
    pthread_mutex_lock(&f->lock);
    f->widest = n > f->widest ? n : f->widest;
    pthread_mutex_unlock(&f->lock);
    for (size_t i = 0; i < n; i++) {
        answer(f, &requests[i]);
    }
}

static void release(struct kms *kms)
{
    free(kms);
}

static const struct kms_ops ops = {"fake", call, release, NULL};

struct kms *fake_kms_new(const char *const *names)
{
    struct fake_kms *f = calloc(1, sizeof *f);
    if (f == NULL) {
        abort();
    }
    f->base.ops = &ops;
    pthread_mutex_init(&f->lock, NULL);
    for (size_t i = 0; i < REGIONS && names[i] != NULL; i++) {
        f->regions[i].name = names[i];
    }
    return &f->base;
}

void fake_kms_set_op(struct kms *kms, const char *region, enum kms_op op, enum srow_rc rc)
{
    struct fake_kms *f = (struct fake_kms *)kms;
    pthread_mutex_lock(&f->lock);
    find(f, region)->rc[op] = rc;
    pthread_mutex_unlock(&f->lock);
}

void fake_kms_set(struct kms *kms, const char *region, enum srow_rc rc)
{
    for (int op = 0; op < OPS; op++) {
        fake_kms_set_op(kms, region, (enum kms_op)op, rc);
    }
}

void fake_kms_took(struct kms *kms, uint32_t ms)
{
    struct fake_kms *f = (struct fake_kms *)kms;
    pthread_mutex_lock(&f->lock);
    f->took_ms = ms;
    pthread_mutex_unlock(&f->lock);
}

void fake_kms_set_key(struct kms *kms, const char *arn, enum srow_rc rc)
{
    struct fake_kms *f = (struct fake_kms *)kms;
    pthread_mutex_lock(&f->lock);
    size_t at = 0;
    while (at < KEYS && f->keys[at].arn[0] != '\0' && strcmp(f->keys[at].arn, arn) != 0) {
        at++;
    }
    if (at == KEYS) {
        abort();
    }
    snprintf(f->keys[at].arn, sizeof f->keys[at].arn, "%s", arn);
    f->keys[at].rc = rc;
    pthread_mutex_unlock(&f->lock);
}

void fake_kms_throttle(struct kms *kms, bool throttle)
{
    ((struct fake_kms *)kms)->throttle = throttle;
}

unsigned fake_kms_count(struct kms *kms, const char *region, enum kms_op op)
{
    struct fake_kms *f = (struct fake_kms *)kms;
    pthread_mutex_lock(&f->lock);
    unsigned count = find(f, region)->requests[op];
    pthread_mutex_unlock(&f->lock);
    return count;
}

unsigned fake_kms_total(struct kms *kms, const char *region)
{
    unsigned total = 0;
    for (int op = 0; op < OPS; op++) {
        total += fake_kms_count(kms, region, (enum kms_op)op);
    }
    return total;
}

const uint8_t *fake_kms_masked(struct kms *kms)
{
    return ((struct fake_kms *)kms)->masked;
}

size_t fake_kms_widest(struct kms *kms)
{
    struct fake_kms *f = (struct fake_kms *)kms;
    pthread_mutex_lock(&f->lock);
    size_t widest = f->widest;
    pthread_mutex_unlock(&f->lock);
    return widest;
}

void fake_kms_reset(struct kms *kms)
{
    struct fake_kms *f = (struct fake_kms *)kms;
    pthread_mutex_lock(&f->lock);
    f->widest = 0;
    for (size_t i = 0; i < REGIONS; i++) {
        memset(f->regions[i].requests, 0, sizeof f->regions[i].requests);
    }
    pthread_mutex_unlock(&f->lock);
}
