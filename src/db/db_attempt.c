/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_attempt.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* Lives until both sides have let go; `lock` guards the two flags. */
struct task {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended, abandoned;
    const struct db_attempt *how;
    void *what;
    pthread_t thread;
    struct task *before, *after; /* among the abandoned */
};

/* Those whose threads still run: at the program's end they are in use, and no leak. */
static struct task *abandoned;
static pthread_mutex_t abandoned_lock = PTHREAD_MUTEX_INITIALIZER;

static void keep(struct task *t)
{
    pthread_mutex_lock(&abandoned_lock);
    t->after = abandoned;
    if (abandoned != NULL) {
        abandoned->before = t;
    }
    abandoned = t;
    pthread_mutex_unlock(&abandoned_lock);
}

static void forget(struct task *t)
{
    pthread_mutex_lock(&abandoned_lock);
    if (t->after != NULL) {
        t->after->before = t->before;
    }
    *(t->before == NULL ? &abandoned : &t->before->after) = t->after;
    pthread_mutex_unlock(&abandoned_lock);
}

static void task_free(struct task *t)
{
    if (t->what != NULL) {
        t->how->free(t->what);
    }
    pthread_cond_destroy(&t->ended);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static void *run(void *argument)
{
    struct task *t = argument;
    t->how->run(t->what);
    pthread_mutex_lock(&t->lock);
    t->has_ended = true;
    bool is_mine = t->abandoned;
    pthread_cond_signal(&t->ended);
    pthread_mutex_unlock(&t->lock);
    if (is_mine) {
        forget(t);
        task_free(t);
    }
    return NULL;
}

static bool start(struct task *t)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the program's own threads */
    bool started = pthread_create(&t->thread, NULL, run, t) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Whether it ended in time, and its thread with all that it had; if not, that has the task now. */
static bool await(struct task *t, int seconds)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += seconds;
    int rc = 0;
    pthread_t thread = t->thread;
    pthread_mutex_lock(&t->lock);
    while (!t->has_ended && rc == 0) {
        rc = pthread_cond_timedwait(&t->ended, &t->lock, &deadline);
    }
    bool ended = t->has_ended;
    t->abandoned = !ended;
    if (!ended) {
        keep(t);
    }
    pthread_mutex_unlock(&t->lock);
    (void)(ended ? pthread_join(thread, NULL) : pthread_detach(thread));
    return ended;
}

static struct task *task_new(void *what, const struct db_attempt *how)
{
    struct task *t = calloc(1, sizeof *t);
    if (t == NULL) {
        how->free(what);
        return NULL;
    }
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&t->ended, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&t->lock, NULL);
    t->how = how;
    t->what = what;
    return t;
}

enum srow_rc db_attempt_run(void **what, const struct db_attempt *how, int seconds,
                            struct srow_error *e)
{
    struct task *t = task_new(*what, how);
    *what = NULL;
    FAIL_IF(t == NULL, e, SROW_E_NOMEM, "no memory for a connection");
    if (!start(t)) {
        task_free(t);
        FAIL(e, SROW_E_NOMEM, "no thread for a connection");
    }
    FAIL_IF(!await(t, seconds), e, SROW_E_TIMEOUT, "database: no connection within %d s: try again",
            seconds);
    *what = t->what;
    t->what = NULL;
    task_free(t);
    return SROW_OK;
}
