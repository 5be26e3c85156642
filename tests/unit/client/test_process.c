/* SPDX-License-Identifier: Apache-2.0
 *
 * What libsealrow(3) says of threads, fork, exec, signals, exit and dlclose: a case a sentence.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "face.h"
#include "fake/fake_region.h"
#include "tasks.h"

enum { THREADS = 6, CALLS = 8, CHILD_SECONDS = 20 };

/* Lets nobody through while it is shut. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned there;
    bool shut;
};

struct scene {
    struct fake_region us, eu;
    struct face face;
    struct gate gate;
};

static void pass(void *state)
{
    struct gate *g = state;
    pthread_mutex_lock(&g->lock);
    g->there++;
    pthread_cond_broadcast(&g->changed);
    while (g->shut) {
        pthread_cond_wait(&g->changed, &g->lock);
    }
    pthread_mutex_unlock(&g->lock);
}

static void set(struct gate *g, bool shut)
{
    pthread_mutex_lock(&g->lock);
    g->there = 0;
    g->shut = shut;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

static void await(struct gate *g, unsigned there)
{
    pthread_mutex_lock(&g->lock);
    while (g->there < there) {
        pthread_cond_wait(&g->changed, &g->lock);
    }
    pthread_mutex_unlock(&g->lock);
}

static bool scene_start(struct scene *s)
{
    char yaml[2048];
    *s = (struct scene){.gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false}};
    fake_region_start(&s->us, "us-east-1");
    fake_region_start(&s->eu, "eu-west-1");
    s->us.before = pass;
    s->us.state = &s->gate;
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    snprintf(yaml, sizeof yaml,
             "version: 1\ndomain: bank\nregions: {us-east-1: {endpoint: \"%s\"}, eu-west-1: "
             "{endpoint: \"%s\"}}\nlimits: {attempt: 30s, deadline: 60s}\n" FACE_REST,
             fake_http_url(s->us.server), fake_http_url(s->eu.server));
    struct srow_client_options options = {.local_region = "us-east-1"};
    return srow_config_parse(&s->face.config, srow_str(yaml), &s->face.e) == SROW_OK &&
           srow_client_new(&s->face.client, s->face.config, &options, &s->face.e) == SROW_OK;
}

static void scene_end(struct scene *s)
{
    set(&s->gate, false);
    face_cleanup(&s->face);
    fake_region_stop(&s->us);
    fake_region_stop(&s->eu);
}

/* Seals and opens a value of an account. */
static bool round_trip(struct srow_client *client, int64_t account)
{
    struct srow_bind bind;
    struct srow_sealed sealed = {0};
    struct srow_buf plain = {0};
    struct srow_cell cell = face_cell(&bind, "profile.userid", account);
    bool good =
        srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), NULL) == SROW_OK &&
        srow_cell_open(&plain, client, &cell, bytes_buf(&sealed.message), NULL) == SROW_OK &&
        bytes_equal_str(bytes_buf(&plain), "abc123");
    srow_sealed_free(&sealed);
    srow_buf_free(&plain);
    return good;
}

static void *work(void *state)
{
    struct scene *s = state;
    for (int64_t i = 0; i < CALLS; i++) {
        if (!round_trip(s->face.client, i)) {
            return s;
        }
    }
    return NULL;
}

static void *once(void *state)
{
    struct scene *s = state;
    return round_trip(s->face.client, 1) ? NULL : s;
}

static bool has_ended_well(pid_t child)
{
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

CASE(any_thread_may_call_one_client)
{
    struct scene s;
    pthread_t threads[THREADS];
    bool good = scene_start(&s);
    for (size_t i = 0; good && i < THREADS; i++) {
        good = pthread_create(&threads[i], NULL, work, &s) == 0;
    }
    for (size_t i = 0; good && i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        good = wrong == NULL;
    }
    scene_end(&s);
    CHECK(good);
}

/* Holds the next request: the first one until `first` is posted, the second until `second` is. */
struct hold {
    atomic_int next; /* 0: nobody, 1: the first, 2: the second */
    sem_t there, first, second;
};

static void hold(void *state)
{
    struct hold *h = state;
    int which = atomic_exchange(&h->next, 0);
    if (which != 0) {
        sem_post(&h->there);
        sem_wait(which == 1 ? &h->first : &h->second);
    }
}

static void *forget(void *state)
{
    struct scene *s = state;
    srow_client_forget(s->face.client);
    return NULL;
}

CASE(forgetting_waits_for_the_calls_that_are_there_and_for_none_that_comes)
{
    struct scene s;
    struct hold h = {0};
    pthread_t first, second, forgets;
    void *wrong_first = NULL, *wrong_second = NULL;
    bool good = scene_start(&s);
    sem_init(&h.there, 0, 0);
    sem_init(&h.first, 0, 0);
    sem_init(&h.second, 0, 0);
    s.us.before = hold;
    s.us.state = &h;
    alarm(CHILD_SECONDS);
    atomic_store(&h.next, 1);
    pthread_create(&first, NULL, once, &s);
    sem_wait(&h.there);
    good = good && round_trip(s.face.client, 2); /* over the second connection */
    pthread_create(&forgets, NULL, forget, &s);
    while (good && fake_http_connections(s.us.server) < 3) { /* the third is made anew */
        good = round_trip(s.face.client, 2);
    }
    atomic_store(&h.next, 2);
    pthread_create(&second, NULL, once, &s);
    sem_wait(&h.there);
    sem_post(&h.first);
    pthread_join(first, &wrong_first);
    pthread_join(forgets, NULL); /* the second call is still held */
    sem_post(&h.second);
    pthread_join(second, &wrong_second);
    alarm(0);
    scene_end(&s);
    CHECK(good && wrong_first == NULL && wrong_second == NULL);
}

CASE(a_child_of_fork_calls_and_frees_while_calls_of_its_parent_are_in_flight)
{
    struct scene s;
    pthread_t threads[THREADS];
    bool good = scene_start(&s);
    set(&s.gate, true);
    for (size_t i = 0; good && i < THREADS; i++) {
        good = pthread_create(&threads[i], NULL, once, &s) == 0;
    }
    await(&s.gate, THREADS);
    pid_t child = fork();
    if (child == 0) { /* the servers are the parent's: their gate opens when we ask */
        alarm(CHILD_SECONDS);
        bool fine = round_trip(s.face.client, 2);
        srow_client_free(s.face.client);
        _exit(!fine);
    }
    await(&s.gate, THREADS + 1);
    set(&s.gate, false);
    bool child_good = has_ended_well(child);
    for (size_t i = 0; good && i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        good = wrong == NULL;
    }
    bool after = good && round_trip(s.face.client, 3);
    scene_end(&s);
    CHECK(child_good);
    CHECK(good && after);
}

CASE(exit_does_not_wait_for_calls_that_run)
{
    struct scene s;
    int ends[2];
    bool good = scene_start(&s) && pipe2(ends, O_CLOEXEC) == 0;
    set(&s.gate, true);
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        pthread_t thread;
        if (pthread_create(&thread, NULL, once, &s) != 0) {
            _exit(1);
        }
        char byte;
        exit(read(ends[0], &byte, 1) != 1);
    }
    await(&s.gate, 1); /* the child's request is at the server, which does not answer */
    good = good && write(ends[1], "x", 1) == 1;
    bool child_good = has_ended_well(child);
    close(ends[0]);
    close(ends[1]);
    scene_end(&s);
    CHECK(good && child_good);
}

/* -- descriptors and signals -- */

static bool is_servers(const struct scene *s, int fd)
{
    struct sockaddr_in at;
    socklen_t len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0 || at.sin_family != AF_INET) {
        return false;
    }
    unsigned port = ntohs(at.sin_port);
    return port == fake_http_port(s->us.server) || port == fake_http_port(s->eu.server);
}

/* The two ends that libcurl 7 wakes its own loop by: not named, not connected to anybody else. */
static bool is_wakeup(int fd)
{
    struct sockaddr_un at = {0};
    socklen_t len = sizeof at;
    return getsockname(fd, (struct sockaddr *)&at, &len) == 0 && at.sun_family == AF_UNIX &&
           len == sizeof at.sun_family;
}

CASE(every_descriptor_of_the_library_but_curls_wakeup_is_closed_by_exec)
{
    struct scene s;
    bool good = scene_start(&s), before[1024] = {false};
    unsigned fresh = 0, inherited = 0, wakeups = 0;
    for (int fd = 0; fd < 1024; fd++) {
        before[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    good = good && round_trip(s.face.client, 1);
    for (int fd = 0; fd < 1024; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0 && !before[fd] && !is_servers(&s, fd)) {
            fresh++;
            bool stays = (flags & FD_CLOEXEC) == 0, wakeup = stays && is_wakeup(fd);
            wakeups += wakeup;
            inherited += stays && !wakeup;
        }
    }
    scene_end(&s);
    CHECK(good && fresh >= 2);
    CHECK(inherited == 0 && wakeups <= 2);
}

static bool same_handlers(const struct sigaction *a, const struct sigaction *b)
{
    return a->sa_handler == b->sa_handler && a->sa_flags == b->sa_flags;
}

CASE(no_signal_handler_is_installed_or_changed)
{
    struct scene s;
    struct sigaction before[65] = {0}, after[65] = {0};
    sigset_t mask_before, mask_after;
    bool good = true;
    for (int i = 1; i < 65; i++) {
        sigaction(i, NULL, &before[i]);
    }
    pthread_sigmask(SIG_SETMASK, NULL, &mask_before);
    good = scene_start(&s) && round_trip(s.face.client, 1);
    srow_client_forget(s.face.client);
    good = good && round_trip(s.face.client, 1);
    scene_end(&s);
    pthread_sigmask(SIG_SETMASK, NULL, &mask_after);
    for (int i = 1; i < 65; i++) {
        sigaction(i, NULL, &after[i]);
        CHECK(same_handlers(&before[i], &after[i]));
        CHECK(sigismember(&mask_before, i) == sigismember(&mask_after, i));
    }
    CHECK(good);
}

CASE(the_librarys_threads_take_no_signal)
{
    struct scene s;
    bool good = scene_start(&s) && tasks_deaf("sealrow-net") == 0 && round_trip(s.face.client, 1);
    unsigned deaf = tasks_deaf("sealrow-net");
    scene_end(&s);
    CHECK(good && deaf == 1);
}

CASE(a_server_that_goes_away_kills_nobody_by_SIGPIPE)
{
    struct scene s;
    bool good = scene_start(&s);
    struct sigaction standard = {.sa_handler = SIG_DFL}, old;
    sigaction(SIGPIPE, &standard, &old);
    good = good && round_trip(s.face.client, 1);
    s.us.fault.http = FAKE_HTTP_RESET;
    s.eu.fault.http = FAKE_HTTP_CLOSE;
    bool failed = !round_trip(s.face.client, 1) && !round_trip(s.face.client, 2);
    sigaction(SIGPIPE, &old, NULL);
    scene_end(&s);
    CHECK(good && failed);
}

/* -- dlopen -- */

static pthread_barrier_t meet;

static void *parse_and_wait(void *parse)
{
    enum srow_rc (*function)(struct srow_config **, struct srow_bytes, struct srow_error *);
    struct srow_config *config = NULL;
    memcpy(&function, &parse, sizeof function);
    enum srow_rc rc = function(&config, srow_str("version: 1\n"), NULL);
    pthread_barrier_wait(&meet); /* loaded */
    pthread_barrier_wait(&meet); /* closed; now the thread ends */
    return rc == SROW_OK ? parse : NULL;
}

CASE(the_library_may_be_loaded_and_closed_while_threads_that_used_it_go_on)
{
    for (int i = 0; i < 2; i++) {
        void *library = dlopen(LIBSEALROW, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) {
            printf("# %s\n", dlerror());
        }
        CHECK(library != NULL);
        pthread_t thread;
        pthread_barrier_init(&meet, NULL, 2);
        CHECK(pthread_create(&thread, NULL, parse_and_wait, dlsym(library, "srow_config_parse")) ==
              0);
        pthread_barrier_wait(&meet);
        CHECK(dlclose(library) == 0);
        pthread_barrier_wait(&meet);
        void *wrong;
        pthread_join(thread, &wrong);
        pthread_barrier_destroy(&meet);
        CHECK(wrong == NULL);
    }
    CHECK(dlopen(LIBSEALROW, RTLD_NOW | RTLD_NOLOAD) != NULL); /* it stays loaded */
}

int main(void)
{
    RUN(any_thread_may_call_one_client);
    RUN(forgetting_waits_for_the_calls_that_are_there_and_for_none_that_comes);
    RUN_FORK(a_child_of_fork_calls_and_frees_while_calls_of_its_parent_are_in_flight);
    RUN_FORK(exit_does_not_wait_for_calls_that_run);
    RUN(every_descriptor_of_the_library_but_curls_wakeup_is_closed_by_exec);
    RUN(no_signal_handler_is_installed_or_changed);
    RUN(the_librarys_threads_take_no_signal);
    RUN(a_server_that_goes_away_kills_nobody_by_SIGPIPE);
    RUN(the_library_may_be_loaded_and_closed_while_threads_that_used_it_go_on);
    return check_done();
}
