/* SPDX-License-Identifier: Apache-2.0
 *
 * One thread and a bounded queue between events and commands: a slow command costs events, which
 * are counted, never the caller's time. The thread blocks all signals. After fork the child starts
 * a thread and a queue of its own; what was queued is the parent's to deliver.
 */
#include "client/alarm.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/guard.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "client/exec.h"

enum { QUEUE = 64, CODES = 256, KEY_MAX = 256, COMMAND_MS = 10000, DRAIN_MS = 5000 };

struct alarm {
    struct event_watch watch; /* first */
    const struct srow_config *config;
    _Atomic uint64_t counts[CODES], dropped;
    _Atomic uint64_t sooner; /* 0; when closing: until when commands may run */

    struct guard guard; /* of all below, which a child of fork makes new */
    pthread_cond_t wake;
    pthread_t thread;
    bool running, closing;
    struct srow_buf queue[QUEUE];
    size_t first, count;
};

/* -- texts -- */

static void put_member(struct srow_buf *out, const char *name, struct srow_bytes value)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_string(out, value);
}

static void put_event(struct srow_buf *out, const struct event *event)
{
    char when[21], code[16];
    struct srow_bytes key = event->key;
    key.len = key.len > KEY_MAX ? KEY_MAX : key.len;
    time_format_iso(when, (time_t)(time_wall_ms() / 1000));
    snprintf(code, sizeof code, "SROW-%03u", (unsigned)event->rc);
    put_member(out, "Event", srow_str(event->name));
    put_member(out, "Cell", srow_str(event->cell));
    put_member(out, "time", srow_str(when));
    put_member(out, "code", srow_str(code));
    put_member(out, "name", srow_str(srow_rc_name(event->rc)));
    put_member(out, "region", srow_str(event->region));
    put_member(out, "key", key);
    buf_printf(out, ",\"bindings\":%s", event->bindings);
    put_member(out, "text", srow_str(event->text));
}

/* CloudWatch's embedded metric format: the metric, its dimensions and the rest as properties. */
static void log_seen(const struct event *event)
{
    AUTO(buf_cleanup) struct srow_buf line = {0};
    buf_printf(&line,
               "{\"_aws\":{\"Timestamp\":%lld,\"CloudWatchMetrics\":[{\"Namespace\":\"Sealrow\","
               "\"Dimensions\":[[\"Event\"],[\"Event\",\"Cell\"]],\"Metrics\":[{\"Name\":"
               "\"SealrowSecurityEvents\",\"Unit\":\"Count\"}]}]},\"SealrowSecurityEvents\":1",
               (long long)time_wall_ms());
    put_event(&line, event);
    buf_put_str(&line, "}");
    log_event(event->name, buf_cstr(&line));
}

static struct srow_buf make_command_input(const struct alarm *a, const struct event *event)
{
    struct srow_buf line = {0};
    buf_printf(&line, "{\"count\":%llu,\"dropped\":%llu",
               (unsigned long long)alarm_count(a, event->rc), (unsigned long long)alarm_dropped(a));
    put_event(&line, event);
    buf_put_str(&line, "}\n");
    return line;
}

/* -- thread -- */

static void run_commands(struct alarm *a, struct srow_bytes line)
{
    for (size_t i = 0; i < a->config->alarm_count; i++) {
        struct srow_error e = {0};
        uint64_t deadline = time_monotonic_ms() + COMMAND_MS;
        const char *const *command = (const char *const *)a->config->alarms[i].command;
        if (exec_run(command, line, deadline, &a->sooner, &e) != SROW_OK) {
            log_line(LOG_LEVEL_ERROR, "alarm.command", "%s", e.text);
        }
    }
}

static bool is_over(const struct alarm *a)
{
    uint64_t sooner = atomic_load(&a->sooner);
    return sooner != 0 && time_monotonic_ms() >= sooner;
}

/* The next line; false when there will be none. */
static bool next(struct srow_buf *out, struct alarm *a)
{
    pthread_mutex_lock(&a->guard.lock);
    while (a->count == 0 && !a->closing) {
        pthread_cond_wait(&a->wake, &a->guard.lock);
    }
    bool more = a->count > 0 && !is_over(a);
    if (more) {
        *out = buf_take(&a->queue[a->first]);
        a->first = (a->first + 1) % QUEUE;
        a->count--;
    }
    guard_unlock(&a->guard);
    return more;
}

static void *deliver(void *arg)
{
    struct alarm *a = arg;
    struct srow_buf line = {0};
    while (next(&line, a)) {
        run_commands(a, bytes_buf(&line));
        buf_cleanup(&line);
    }
    return NULL;
}

/* Under the lock. */
static void start(struct alarm *a)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    a->running = pthread_create(&a->thread, NULL, deliver, a) == 0;
    if (a->running) {
        pthread_setname_np(a->thread, "sealrow-alarm");
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void clear_queue(struct alarm *a)
{
    for (size_t i = 0; i < QUEUE; i++) {
        buf_cleanup(&a->queue[i]);
    }
    a->first = a->count = 0;
}

/* The thread, and what waited for it, are the parent's in a child of fork. */
static void enter(struct alarm *a)
{
    if (guard_lock(&a->guard)) {
        pthread_cond_init(&a->wake, NULL);
        a->running = false;
        clear_queue(a);
    }
}

static void enqueue(struct alarm *a, struct srow_buf *line)
{
    enter(a);
    if (!a->running) {
        start(a);
    }
    if (a->count < QUEUE && a->running) {
        a->queue[(a->first + a->count++) % QUEUE] = buf_take(line);
        pthread_cond_signal(&a->wake);
    } else {
        atomic_fetch_add(&a->dropped, 1);
    }
    guard_unlock(&a->guard);
}

static void seen(struct event_watch *watch, const struct event *event)
{
    struct alarm *a = (struct alarm *)watch;
    atomic_fetch_add(&a->counts[(size_t)event->rc % CODES], 1);
    log_seen(event);
    if (a->config->alarm_count > 0) {
        AUTO(buf_cleanup) struct srow_buf line = make_command_input(a, event);
        enqueue(a, &line);
    }
}

/* -- life -- */

enum srow_rc alarm_new(struct alarm **out, const struct srow_config *config, struct srow_error *e)
{
    struct alarm *a = calloc(1, sizeof *a);
    FAIL_IF(a == NULL, e, SROW_E_NOMEM, "no memory for alarms");
    a->watch.seen = seen;
    a->config = config;
    *out = a;
    return SROW_OK;
}

void alarm_free(struct alarm **alarm)
{
    struct alarm *a = *alarm;
    if (a == NULL) {
        return;
    }
    enter(a);
    a->closing = true;
    atomic_store(&a->sooner, time_monotonic_ms() + DRAIN_MS);
    pthread_cond_signal(&a->wake);
    guard_unlock(&a->guard);
    if (a->running) {
        pthread_join(a->thread, NULL);
    }
    uint64_t lost = alarm_dropped(a) + a->count;
    if (lost > 0) {
        log_line(LOG_LEVEL_ERROR, "alarm.dropped", "%llu events did not reach the alarm commands",
                 (unsigned long long)lost);
    }
    clear_queue(a);
    pthread_cond_destroy(&a->wake);
    guard_cleanup(&a->guard);
    free(a);
    *alarm = NULL;
}

struct event_watch *alarm_watch(struct alarm *alarm)
{
    return &alarm->watch;
}

uint64_t alarm_count(const struct alarm *alarm, enum srow_rc rc)
{
    return atomic_load(&alarm->counts[(size_t)rc % CODES]);
}

uint64_t alarm_dropped(const struct alarm *alarm)
{
    return atomic_load(&alarm->dropped);
}
