/* SPDX-License-Identifier: Apache-2.0
 *
 * See breaker.h. A Region is closed, or open until `until`; whoever comes after that is sent to
 * find out and moves `until` on, so that nobody else is.
 */
#include "kms/breaker.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/guard.h"
#include "base/time.h"

enum { FAILURES = 3, FIRST_MS = 1000, LONGEST_MS = 30000 };

struct region {
    char *name;
    unsigned failures; /* in a row; from FAILURES on it is open */
    uint64_t until, interval_ms, opened;
};

struct breaker {
    struct kms kms;
    struct kms *inner; /* borrowed */
    uint32_t attempt_ms;
    uint64_t (*clock)(void);
    struct guard guard; /* a forked child goes on with what it finds: counts and times */
    struct region *regions;
    size_t count;
};

static struct region *find(struct breaker *b, const char *name)
{
    for (size_t i = 0; i < b->count; i++) {
        if (strcmp(b->regions[i].name, name) == 0) {
            return &b->regions[i];
        }
    }
    return NULL;
}

/* Between half and all of it, so that many programs do not come back in the same moment. */
static uint64_t shorten(uint64_t interval_ms)
{
    uint32_t chance = 0;
    ssize_t n = getrandom(&chance, sizeof chance, GRND_NONBLOCK);
    (void)n; /* without chance it is half */
    return interval_ms / 2 + chance % (interval_ms / 2 + 1);
}

static bool is_failure(const struct breaker *b, const struct kms_request *r)
{
    switch ((int)r->rc) {
    case SROW_E_CONNECT:
    case SROW_E_TLS:
        return true;
    case SROW_E_TIMEOUT:
        return r->took_ms >= b->attempt_ms; /* less: the caller had no more time */
    case SROW_E_KMS_SERVICE:
        return !r->throttled;
    default:
        return false;
    }
}

/* Whether the Region has answered: what it says does not matter. */
static bool is_answer(const struct kms_request *r)
{
    return r->rc == SROW_OK || kms_is_refusal(r->rc) || r->throttled;
}

/* Called with the lock held. */
static void note(struct breaker *b, const struct kms_request *r, uint64_t now)
{
    struct region *region = find(b, r->region);
    if (region == NULL) {
        return;
    }
    if (is_answer(r)) {
        region->failures = 0;
        return;
    }
    if (!is_failure(b, r) || region->failures >= FAILURES) {
        return;
    }
    region->failures++;
    if (region->failures == FAILURES) {
        region->interval_ms = FIRST_MS;
        region->until = now + shorten(FIRST_MS);
        region->opened++;
    }
}

static void call(struct kms *kms, struct kms_request *requests, size_t n)
{
    struct breaker *b = (struct breaker *)kms;
    kms_call(b->inner, requests, n);
    uint64_t now = b->clock();
    guard_lock(&b->guard);
    for (size_t i = 0; i < n; i++) {
        note(b, &requests[i], now);
    }
    guard_unlock(&b->guard);
}

/* Called with the lock held. */
static bool ask(struct region *region, uint64_t now)
{
    if (region == NULL || region->failures < FAILURES) {
        return true;
    }
    if (now < region->until) {
        return false;
    }
    uint64_t next = region->interval_ms * 2;
    region->interval_ms = next < LONGEST_MS ? next : LONGEST_MS;
    region->until = now + shorten(region->interval_ms);
    return true;
}

static bool is_well(struct kms *kms, const char *region)
{
    struct breaker *b = (struct breaker *)kms;
    guard_lock(&b->guard);
    bool well = ask(find(b, region), b->clock());
    guard_unlock(&b->guard);
    return well;
}

static void release(struct kms *kms)
{
    struct breaker *b = (struct breaker *)kms;
    for (size_t i = 0; i < b->count; i++) {
        free(b->regions[i].name);
    }
    free(b->regions);
    guard_cleanup(&b->guard);
    free(b);
}

static const struct kms_ops ops = {"breaker", call, release, is_well};

enum srow_rc breaker_new(struct kms **out, const struct breaker_options *options,
                         struct srow_error *e)
{
    AUTO(kms_free) struct kms *made = NULL;
    struct breaker *b = calloc(1, sizeof *b);
    FAIL_IF(b == NULL, e, SROW_E_NOMEM, "no memory for a breaker");
    *b = (struct breaker){.kms = {&ops}, .inner = options->kms, .attempt_ms = options->attempt_ms};
    b->clock = options->clock != NULL ? options->clock : time_monotonic_ms;
    made = &b->kms;
    b->regions = calloc(options->count == 0 ? 1 : options->count, sizeof *b->regions);
    FAIL_IF(b->regions == NULL, e, SROW_E_NOMEM, "no memory for a breaker");
    for (; b->count < options->count; b->count++) {
        TRY(bytes_dup_str(&b->regions[b->count].name, srow_str(options->regions[b->count]), e));
    }
    made = NULL;
    *out = &b->kms;
    return SROW_OK;
}

bool breaker_read(struct breaker_state *out, struct kms *kms, const char *region)
{
    *out = (struct breaker_state){0};
    if (kms->ops != &ops) {
        return false;
    }
    struct breaker *b = (struct breaker *)kms;
    guard_lock(&b->guard);
    const struct region *r = find(b, region);
    if (r != NULL) {
        uint64_t now = b->clock();
        bool open = r->failures >= FAILURES;
        *out = (struct breaker_state){open, r->opened, open && r->until > now ? r->until - now : 0};
    }
    guard_unlock(&b->guard);
    return r != NULL;
}
