/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop thread. Callers put transfers into a queue and sleep on their wave; the thread starts
 * those that have a place in their lane, drives them, and wakes the wave when its last one ended.
 * A finished transfer leaves the multi handle, and so gives its connection back, before its caller
 * is woken: the caller's next request finds that connection idle, and n callers need at most n.
 *
 * Queue and lanes are guarded by `lock`; multi handle, pool and `active` are the thread's alone.
 */
#include "net/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "net/transfer.h"

enum { POOL = 64, LONGEST_POLL_MS = 60000 };

/* The callers' side of one call. */
struct wave {
    pthread_mutex_t lock;
    pthread_cond_t done;
    size_t left;
};

/* Requests in flight under one name. Lanes are few (Regions) and live as long as the loop. */
struct lane {
    struct lane *next;
    uint32_t used;
    char name[];
};

struct loop {
    const struct net_options *options;
    CURLM *multi;
    CURL *pool[POOL];
    size_t pooled, active;

    pthread_mutex_t lock;
    pthread_t thread;
    bool started, stopping;
    struct transfer *queue;
    struct lane *lanes;
};

/* -- lanes, with the lock held -- */

static struct lane *lane_find(struct loop *loop, const char *name)
{
    for (struct lane *lane = loop->lanes; lane != NULL; lane = lane->next) {
        if (strcmp(lane->name, name) == 0) {
            return lane;
        }
    }
    size_t len = strlen(name);
    struct lane *lane = calloc(1, sizeof *lane + len + 1);
    if (lane != NULL) {
        memcpy(lane->name, name, len);
        lane->next = loop->lanes;
        loop->lanes = lane;
    }
    return lane;
}

/* Gives the transfer a place, if it needs one and there is one. */
static enum srow_rc lane_enter(struct loop *loop, struct transfer *t)
{
    struct net_request *r = t->request;
    if (t->lane != NULL || r->lane == NULL || r->lane_room == 0) {
        return SROW_OK;
    }
    struct lane *lane = lane_find(loop, r->lane);
    FAIL_IF(lane == NULL, &r->error, SROW_E_NOMEM, "no memory for a request");
    FAIL_IF(lane->used >= r->lane_room, &r->error, SROW_E_BUSY,
            "%u requests are in flight already: try again, or raise limits.in_flight",
            r->lane_room);
    lane->used++;
    t->lane = lane;
    return SROW_OK;
}

/* -- the thread -- */

/* The transfer is the caller's again, and may be gone when this returns. */
static void deliver(struct loop *loop, struct transfer *t)
{
    struct wave *wave = t->wave;
    transfer_cleanup(t);
    pthread_mutex_lock(&loop->lock);
    if (t->lane != NULL) {
        t->lane->used--;
    }
    pthread_mutex_unlock(&loop->lock);
    pthread_mutex_lock(&wave->lock);
    if (--wave->left == 0) {
        pthread_cond_signal(&wave->done);
    }
    pthread_mutex_unlock(&wave->lock);
}

static void put_back(struct loop *loop, CURL *easy)
{
    curl_easy_reset(easy); /* keeps TLS sessions */
    if (loop->pooled < POOL) {
        loop->pool[loop->pooled++] = easy;
    } else {
        curl_easy_cleanup(easy);
    }
}

static void start(struct loop *loop, struct transfer *t)
{
    struct net_request *r = t->request;
    t->easy = loop->pooled > 0 ? loop->pool[--loop->pooled] : curl_easy_init();
    if (t->easy == NULL) {
        r->rc = error_set(&r->error, SROW_E_NOMEM, "no memory for a request");
        deliver(loop, t);
        return;
    }
    enum srow_rc rc = transfer_start(t, t->easy, loop->options);
    if (rc == SROW_OK && curl_multi_add_handle(loop->multi, t->easy) == CURLM_OK) {
        loop->active++;
        return;
    }
    if (rc == SROW_OK) {
        r->rc = error_set(&r->error, SROW_E_NOMEM, "no memory for a request");
    }
    put_back(loop, t->easy);
    deliver(loop, t);
}

static void finish(struct loop *loop, CURL *easy, CURLcode code)
{
    struct transfer *t = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)(void *)&t);
    transfer_finish(t, code);
    curl_multi_remove_handle(loop->multi, easy);
    loop->active--;
    put_back(loop, easy);
    deliver(loop, t);
}

/* Unlinks the next transfer of the queue that can start, or can wait no longer; NULL: none. */
static struct transfer *next_ready(struct loop *loop, uint64_t now)
{
    struct transfer *found = NULL;
    pthread_mutex_lock(&loop->lock);
    for (struct transfer **at = &loop->queue; *at != NULL; at = &(*at)->next) {
        struct net_request *r = (*at)->request;
        r->rc = lane_enter(loop, *at);
        bool late = r->rc == SROW_E_BUSY && r->deadline != 0 && now >= r->deadline;
        if (r->rc == SROW_E_BUSY && !late) {
            continue;
        }
        found = *at;
        *at = found->next;
        if (late) {
            r->rc =
                error_set(&r->error, SROW_E_TIMEOUT,
                          "no place among %u requests in flight before the deadline", r->lane_room);
        }
        break;
    }
    pthread_mutex_unlock(&loop->lock);
    return found;
}

static void start_ready(struct loop *loop)
{
    uint64_t now = time_monotonic_ms();
    for (struct transfer *t; (t = next_ready(loop, now)) != NULL;) {
        if (t->request->rc == SROW_OK) {
            start(loop, t);
        } else {
            deliver(loop, t);
        }
    }
}

static bool finish_ended(struct loop *loop)
{
    bool any = false;
    int more;
    for (CURLMsg *m; (m = curl_multi_info_read(loop->multi, &more)) != NULL; any = true) {
        finish(loop, m->easy_handle, m->data.result);
    }
    return any;
}

/* How long the thread may sleep: until the first in the queue can wait no longer. */
static int poll_ms(struct loop *loop)
{
    uint64_t least = LONGEST_POLL_MS;
    pthread_mutex_lock(&loop->lock);
    for (struct transfer *t = loop->queue; t != NULL; t = t->next) {
        uint64_t deadline = t->request->deadline;
        uint64_t left = deadline == 0 ? least : time_left_ms(deadline);
        least = left < least ? left : least;
    }
    pthread_mutex_unlock(&loop->lock);
    return (int)least;
}

static bool must_end(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    bool end = loop->stopping && loop->queue == NULL && loop->active == 0;
    pthread_mutex_unlock(&loop->lock);
    return end;
}

static void *run(void *state)
{
    struct loop *loop = state;
    int running;
    while (!must_end(loop)) {
        start_ready(loop);
        curl_multi_perform(loop->multi, &running);
        if (!finish_ended(loop)) {
            curl_multi_poll(loop->multi, NULL, 0, poll_ms(loop), NULL);
        }
    }
    return NULL;
}

/* With the lock held. The application's signals are for its own threads. */
static bool start_thread(struct loop *loop)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    if (!loop->started && pthread_create(&loop->thread, NULL, run, loop) == 0) {
        loop->started = true;
        pthread_setname_np(loop->thread, "sealrow-net");
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return loop->started;
}

/* -- the callers -- */

/* Puts one transfer at the queue's end, or settles it at once. */
static void submit(struct loop *loop, struct transfer *t, struct transfer ***tail)
{
    struct net_request *r = t->request;
    r->rc = lane_enter(loop, t);
    bool waits = r->rc == SROW_E_BUSY && r->lane_waits;
    if (r->rc == SROW_OK || waits) {
        **tail = t;
        *tail = &t->next;
        t->wave->left++;
    }
}

static void submit_all(struct loop *loop, struct transfer *transfers, size_t n)
{
    pthread_mutex_lock(&loop->lock);
    bool runs = start_thread(loop);
    struct transfer **tail = &loop->queue;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    for (size_t i = 0; i < n; i++) {
        struct net_request *r = transfers[i].request;
        if (runs) {
            submit(loop, &transfers[i], &tail);
        } else {
            r->rc = error_set(&r->error, SROW_E_NOMEM, "no thread for requests");
        }
    }
    pthread_mutex_unlock(&loop->lock);
    curl_multi_wakeup(loop->multi);
}

void loop_call(struct loop *loop, struct net_request *const *requests, size_t n)
{
    struct transfer *transfers = calloc(n, sizeof *transfers);
    struct wave wave = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    for (size_t i = 0; i < n; i++) {
        struct net_request *r = requests[i];
        if (transfers == NULL) {
            r->rc = error_set(&r->error, SROW_E_NOMEM, "no memory for %zu requests", n);
            continue;
        }
        transfers[i].request = r;
        transfers[i].wave = &wave;
    }
    if (transfers == NULL) {
        return;
    }
    pthread_mutex_lock(&wave.lock);
    submit_all(loop, transfers, n);
    while (wave.left > 0) {
        pthread_cond_wait(&wave.done, &wave.lock);
    }
    pthread_mutex_unlock(&wave.lock);
    pthread_mutex_destroy(&wave.lock);
    pthread_cond_destroy(&wave.done);
    free(transfers);
}

enum srow_rc loop_new(struct loop **out, const struct net_options *options, struct srow_error *e)
{
    struct loop *loop = calloc(1, sizeof *loop);
    FAIL_IF(loop == NULL, e, SROW_E_NOMEM, "no memory for the network");
    loop->options = options;
    pthread_mutex_init(&loop->lock, NULL);
    loop->multi = curl_multi_init();
    if (loop->multi == NULL) {
        loop_free(loop);
        FAIL(e, SROW_E_NOMEM, "no memory for the network");
    }
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)options->max_connections);
    *out = loop;
    return SROW_OK;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    pthread_mutex_lock(&loop->lock);
    loop->stopping = true;
    pthread_mutex_unlock(&loop->lock);
    if (loop->started) {
        curl_multi_wakeup(loop->multi);
        pthread_join(loop->thread, NULL);
    }
    while (loop->pooled > 0) {
        curl_easy_cleanup(loop->pool[--loop->pooled]);
    }
    curl_multi_cleanup(loop->multi);
    for (struct lane *lane = loop->lanes, *next; lane != NULL; lane = next) {
        next = lane->next;
        free(lane);
    }
    pthread_mutex_destroy(&loop->lock);
    free(loop);
}
