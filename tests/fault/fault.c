/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/fault.h"

#include <inttypes.h>
#include <stdlib.h>

#include "fault/alloc.h"

enum { MOST = 100000, PATIENCE = 20 };

static const char *wrong;
static const struct fault_kind allocations = {"allocation", alloc_arm, alloc_disarm};

enum srow_rc fault_wrong(const char *what)
{
    wrong = what;
    return SROW_E_INTERNAL;
}

/* -- keys in memory -- */

static const uint8_t *forbidden[4];
static size_t forbidden_count;

void fault_forbid(const uint8_t masked[FAULT_KEY])
{
    if (forbidden_count == sizeof forbidden / sizeof *forbidden) {
        abort();
    }
    forbidden[forbidden_count++] = masked;
}

/* Half a key is one: whoever frees memory without wiping it writes over the beginning. */
enum { HALF = FAULT_KEY / 2 };

static bool is_half(const uint8_t *at, const uint8_t *masked)
{
    size_t i = 0;
    while (i < HALF && (at[i] ^ FAULT_MASK) == masked[i]) {
        i++;
    }
    return i == HALF;
}

static bool holds_half(const uint8_t *at, const uint8_t *end, const uint8_t *masked)
{
    while (end - at >= HALF) {
        at = memchr(at, masked[0] ^ FAULT_MASK, (size_t)(end - at) - HALF + 1);
        if (at == NULL || is_half(at, masked)) {
            return at != NULL;
        }
        at++;
    }
    return false;
}

bool fault_has_key(void)
{
    char line[512];
    bool found = false;
    FILE *maps = forbidden_count == 0 ? NULL : fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t begin, end;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " rw", &begin, &end) != 2 ||
            strstr(line, " rw-p ") == NULL) {
            continue;
        }
        for (size_t i = 0; i < forbidden_count; i++) {
            const uint8_t *from = (const uint8_t *)begin, *to = (const uint8_t *)end;
            found = found || holds_half(from, to, forbidden[i]) ||
                    holds_half(from, to, forbidden[i] + HALF);
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return found;
}

/* -- runs -- */

struct outcome {
    enum srow_rc rc;
    size_t failures;
    bool has_key;
    long left; /* blocks that are there and were not before */
    struct srow_error error;
};

static const struct fault_kind *kind_of(const struct fault_case *c)
{
    return c->kind == NULL ? &allocations : c->kind;
}

static struct outcome attempt(const struct fault_case *c, size_t n, bool for_good)
{
    struct outcome o = {0};
    wrong = NULL;
    if (c->before != NULL) {
        c->before();
    }
    long before = alloc_live();
    kind_of(c)->arm(n, for_good);
    o.rc = c->run(&o.error);
    o.failures = kind_of(c)->disarm();
    if (c->after != NULL) {
        c->after();
    }
    o.left = alloc_live() - before;
    o.has_key = fault_has_key();
    return o;
}

/* What libraries keep for the next time stops growing; a leak does not. */
static bool leaks(const struct fault_case *c, size_t n, bool for_good, long left)
{
    for (int i = 0; left > 0 && i < PATIENCE; i++) {
        left = attempt(c, n, for_good).left;
    }
    return left > 0;
}

static bool is_allowed(const struct fault_case *c, enum srow_rc rc)
{
    for (const enum srow_rc *other = c->others; other != NULL && *other != SROW_OK; other++) {
        if (*other == rc) {
            return true;
        }
    }
    return rc == SROW_E_NOMEM || (rc == SROW_OK && c->survives);
}

static bool is_clean(const struct srow_error *e, enum srow_rc rc)
{
    return rc == SROW_OK || (e->rc == (uint32_t)rc && e->text[0] != '\0' && e->event[0] != '\0');
}

/* NULL, or what is wrong with this outcome. */
static const char *judge(const struct fault_case *c, const struct outcome *o)
{
    if (wrong != NULL) {
        return wrong;
    }
    if (!is_allowed(c, o->rc)) {
        return o->rc == SROW_OK ? "it succeeded" : "another code";
    }
    return is_clean(&o->error, o->rc) ? NULL : "the error says something else than the code";
}

/* Prints and returns whether allocation n may fail; *more false: none has failed. */
static bool holds_at(bool *more, const struct fault_case *c, size_t n, bool for_good)
{
    struct outcome o = attempt(c, n, for_good);
    *more = o.failures > 0;
    const char *bad = *more ? judge(c, &o) : wrong;
    if (bad == NULL && !*more && o.rc != SROW_OK) {
        bad = "it fails without a failure";
    }
    if (bad == NULL && o.has_key) {
        bad = "a key is left in memory";
    }
    if (bad == NULL && leaks(c, n, for_good, o.left)) {
        bad = "it leaks";
    }
    if (bad != NULL) {
        printf("# %s %zu fails %s: %s: %s: %s\n", kind_of(c)->name, n,
               for_good ? "for good" : "once", bad, srow_rc_name(o.rc), o.error.text);
    }
    return bad == NULL;
}

bool fault_holds(const struct fault_case *c, bool for_good)
{
    size_t step = c->stride == 0 || getenv("FAULT_ALL") != NULL ? 1 : c->stride, n = 1;
    long left = 1;
    for (int i = 0; left > 0 && i < PATIENCE; i++) { /* libraries make what they make once */
        left = attempt(c, MOST, false).left;
    }
    for (bool more = true; more && n < MOST; n += step) {
        if (!holds_at(&more, c, n, for_good)) {
            return false;
        }
    }
    return n < MOST;
}
