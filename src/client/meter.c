/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of metrics are a promise: docs/metrics.md.
 */
#include "client/meter.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"

enum { OPERATIONS = KMS_DESCRIBE + 1, CLASSES = SROW_CLASS_INTERRUPTED + 1 };

struct region {
    const char *name;
    _Atomic uint64_t requests[OPERATIONS][CLASSES];
    _Atomic uint64_t answered, failed; /* monotonic milliseconds + 1; 0: never */
    _Atomic uint32_t last_error, latency_ms, state;
};

struct meter {
    struct kms kms; /* first */
    struct kms *behind;
    _Atomic uint64_t calls[METER_CALLS][CLASSES];
    size_t count;
    struct region regions[];
};

static const char *const call_names[METER_CALLS] = {"seals", "opens", "matches"};
static const char *const operation_names[OPERATIONS] = {"GenerateDataKey", "Encrypt", "Decrypt",
                                                        "DescribeKey"};
static const char *const class_names[CLASSES] = {
    "ok",        "usage",       "configuration", "format",   "limit",    "integrity",  "denied",
    "not_found", "unavailable", "conflict",      "resource", "internal", "interrupted"};

/* -- counting -- */

static struct region *find(struct meter *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++) {
        if (strcmp(m->regions[i].name, name) == 0) {
            return &m->regions[i];
        }
    }
    return NULL;
}

/* A failure on this side says nothing of the Region: limits.in_flight, or memory. */
static bool is_ours(const struct kms_request *r)
{
    return r->rc == SROW_E_BUSY || r->rc == SROW_E_NOMEM;
}

/* A refusal is an answer: the Region is well. */
static void count(struct region *region, const struct kms_request *r)
{
    enum srow_class cls = srow_rc_class(r->rc);
    uint64_t now = time_monotonic_ms() + 1;
    atomic_fetch_add(&region->requests[r->op][cls], 1);
    if (is_ours(r)) {
        return;
    }
    if (r->rc != SROW_OK) {
        atomic_store(&region->failed, now);
        atomic_store(&region->last_error, (uint32_t)r->rc);
    }
    if (cls == SROW_CLASS_UNAVAILABLE) {
        atomic_store(&region->state, SROW_REGION_FAILS);
    } else {
        atomic_store(&region->answered, now);
        atomic_store(&region->latency_ms, r->took_ms);
        atomic_store(&region->state, SROW_REGION_ANSWERS);
    }
}

static void call(struct kms *kms, struct kms_request *requests, size_t n)
{
    struct meter *m = (struct meter *)kms;
    kms_call(m->behind, requests, n);
    for (size_t i = 0; i < n; i++) {
        struct region *region = find(m, requests[i].region);
        if (region != NULL) {
            count(region, &requests[i]);
        }
    }
}

void meter_count(struct meter *m, enum meter_call which, enum srow_rc rc)
{
    atomic_fetch_add(&m->calls[which][srow_rc_class(rc)], 1);
}

/* -- telling -- */

static uint64_t since(uint64_t then)
{
    uint64_t now = time_monotonic_ms() + 1;
    return then == 0 ? UINT64_MAX : now < then ? 0 : now - then;
}

void meter_health(struct srow_region_health *out, struct meter *m, size_t index)
{
    struct region *region = &m->regions[index];
    *out = (struct srow_region_health){
        .region = region->name,
        .state = atomic_load(&region->state),
        .last_error = atomic_load(&region->last_error),
        .latency_ms = atomic_load(&region->latency_ms),
        .since_answer_ms = since(atomic_load(&region->answered)),
        .since_error_ms = since(atomic_load(&region->failed)),
    };
}

static void put_head(struct srow_buf *out, const char *name, const char *kind, const char *help)
{
    buf_printf(out, "# HELP sealrow_%s %s\n# TYPE sealrow_%s %s\n", name, help, name, kind);
}

static void put_calls(struct srow_buf *out, struct meter *m)
{
    for (size_t c = 0; c < METER_CALLS; c++) {
        char name[32];
        snprintf(name, sizeof name, "%s_total", call_names[c]);
        put_head(out, name, "counter", "Calls on cells that succeeded.");
        buf_printf(out, "sealrow_%s %llu\n", name,
                   (unsigned long long)atomic_load(&m->calls[c][SROW_CLASS_OK]));
    }
    put_head(out, "failures_total", "counter", "Calls on cells that failed, by class of error.");
    for (size_t cls = 1; cls < CLASSES; cls++) {
        uint64_t sum = 0;
        for (size_t c = 0; c < METER_CALLS; c++) {
            sum += atomic_load(&m->calls[c][cls]);
        }
        buf_printf(out, "sealrow_failures_total{class=\"%s\"} %llu\n", class_names[cls],
                   (unsigned long long)sum);
    }
}

static void put_requests(struct srow_buf *out, struct region *region)
{
    for (size_t op = 0; op < OPERATIONS; op++) {
        for (size_t cls = 0; cls < CLASSES; cls++) {
            uint64_t n = atomic_load(&region->requests[op][cls]);
            if (n > 0) {
                buf_printf(out,
                           "sealrow_kms_requests_total{region=\"%s\",operation=\"%s\","
                           "result=\"%s\"} %llu\n",
                           region->name, operation_names[op], class_names[cls],
                           (unsigned long long)n);
            }
        }
    }
}

void meter_put(struct srow_buf *out, struct meter *m)
{
    put_calls(out, m);
    put_head(out, "kms_requests_total", "counter",
             "Requests to KMS, by Region, operation and class of result.");
    for (size_t i = 0; i < m->count; i++) {
        put_requests(out, &m->regions[i]);
    }
    put_head(out, "region_up", "gauge",
             "1 if the Region's last request was answered, 0 if not; absent: none yet.");
    for (size_t i = 0; i < m->count; i++) {
        uint32_t state = atomic_load(&m->regions[i].state);
        if (state != SROW_REGION_UNKNOWN) {
            buf_printf(out, "sealrow_region_up{region=\"%s\"} %d\n", m->regions[i].name,
                       state == SROW_REGION_ANSWERS);
        }
    }
}

/* -- life -- */

static void release(struct kms *kms)
{
    free(kms);
}

static bool is_well(struct kms *kms, const char *region)
{
    return kms_is_well(((struct meter *)kms)->behind, region);
}

static const struct kms_ops ops = {"meter", call, release, is_well};

enum srow_rc meter_new(struct meter **out, const struct srow_config *config, struct kms *kms,
                       struct srow_error *e)
{
    struct meter *m = calloc(1, sizeof *m + config->region_count * sizeof m->regions[0]);
    FAIL_IF(m == NULL, e, SROW_E_NOMEM, "no memory for counters");
    m->kms.ops = &ops;
    m->behind = kms;
    m->count = config->region_count;
    for (size_t i = 0; i < m->count; i++) {
        m->regions[i].name = config->regions[i].name;
    }
    *out = m;
    return SROW_OK;
}

void meter_free(struct meter **meter)
{
    free(*meter);
    *meter = NULL;
}

struct kms *meter_kms(struct meter *m)
{
    return &m->kms;
}
