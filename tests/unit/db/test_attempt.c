/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_attempt.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

static struct srow_error e;
static atomic_int freed;
static atomic_bool gone;
static pthread_key_t key; /* as libraries keep what they have for each thread */

static void leave(void *unused)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    (void)unused;
    nanosleep(&moment, NULL);
    atomic_store(&gone, true);
}

/* A library that lets go when it is told to. */
struct work {
    sem_t go_on;
    bool has_run, hears_signals;
    void *owned;
};

static void hold(void *what)
{
    struct work *w = what;
    sigset_t blocked;
    pthread_setspecific(key, w);
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    while (sem_wait(&w->go_on) != 0) {
    }
    w->hears_signals = !sigismember(&blocked, SIGTERM);
    w->has_run = true;
}

static void work_free(void *what)
{
    struct work *w = what;
    sem_destroy(&w->go_on);
    free(w->owned);
    free(w);
    atomic_fetch_add(&freed, 1);
}

static const struct db_attempt how = {hold, work_free};

static struct work *work_new(unsigned steps)
{
    struct work *w = calloc(1, sizeof *w);
    if (w == NULL || sem_init(&w->go_on, 0, steps) != 0) {
        printf("Bail out! no memory\n");
        exit(1);
    }
    w->owned = malloc(64);
    return w;
}

/* Whether so many are freed, within 20 s. */
static bool wait_freed(int wanted)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 20000 && atomic_load(&freed) != wanted; i++) {
        nanosleep(&moment, NULL);
    }
    return atomic_load(&freed) == wanted;
}

CASE(what_ends_in_time_is_given_back_and_nothing_of_its_thread_is_left)
{
    void *what = work_new(1);
    CHECK_OK(db_attempt_run(&what, &how, 20, &e), e);
    struct work *w = what;
    bool right = w->has_run && !w->hears_signals && atomic_load(&gone);
    work_free(w);
    CHECK(right);
}

CASE(what_does_not_is_abandoned_and_cleans_up_when_it_comes_to_its_end)
{
    struct work *all[3];
    atomic_store(&freed, 0);
    for (int i = 0; i < 3; i++) {
        all[i] = work_new(0);
        void *what = all[i];
        CHECK_RC(db_attempt_run(&what, &how, 0, &e), SROW_E_TIMEOUT);
        CHECK(what == NULL && strstr(e.text, "try again") != NULL);
    }
    CHECK(atomic_load(&freed) == 0);
    for (int i = 0; i < 3; i++) { /* the one in the middle first */
        sem_post(&all[(i + 1) % 3]->go_on);
        CHECK(wait_freed(i + 1));
    }
}

/* Nothing here points to it any more; a leak checker that runs at the end finds none all the same.
 */
CASE(one_that_never_ends_is_no_leak)
{
    void *what = work_new(0);
    CHECK_RC(db_attempt_run(&what, &how, 0, &e), SROW_E_TIMEOUT);
}

int main(void)
{
    if (pthread_key_create(&key, leave) != 0) {
        return 1;
    }
    RUN(what_ends_in_time_is_given_back_and_nothing_of_its_thread_is_left);
    RUN(what_does_not_is_abandoned_and_cleans_up_when_it_comes_to_its_end);
    RUN(one_that_never_ends_is_no_leak);
    return check_done();
}
