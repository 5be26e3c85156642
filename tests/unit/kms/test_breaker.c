/* SPDX-License-Identifier: Apache-2.0 */
#include "kms/breaker.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "fake/fake_kms.h"

#define EAST "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

enum { ATTEMPT = 1000, CHILD_SECONDS = 20 };

static uint64_t now_ms, step_ms; /* each look at the clock moves it on */
static bool is_held;
static sem_t inside, go_on;

static uint64_t own_clock(void)
{
    now_ms += step_ms;
    if (is_held) {
        is_held = false;
        sem_post(&inside);
        sem_wait(&go_on);
    }
    return now_ms;
}

/* A breaker of two Regions over a fake KMS. */
struct scene {
    struct kms *fake, *kms;
};

static void scene_end(struct scene *s)
{
    kms_free(&s->kms);
    kms_free(&s->fake);
}

static struct scene scene_new(void)
{
    static const char *const regions[] = {"us-east-1", "eu-west-1", NULL};
    struct scene s = {.fake = fake_kms_new(regions)};
    struct breaker_options options = {
        .kms = s.fake, .regions = regions, .count = 2, .attempt_ms = ATTEMPT, .clock = own_clock};
    now_ms = 1000000;
    step_ms = 0;
    (void)!breaker_new(&s.kms, &options, NULL);
    return s;
}

static enum srow_rc ask_once(struct scene *s, enum srow_rc answer)
{
    AUTO(kms_request_cleanup)
    struct kms_request r = {.op = KMS_DESCRIBE, .region = "us-east-1", .key_arn = EAST};
    fake_kms_set(s->fake, "us-east-1", answer);
    kms_call(s->kms, &r, 1);
    return r.rc;
}

static void ask_often(struct scene *s, enum srow_rc answer, int times)
{
    for (int i = 0; i < times; i++) {
        (void)ask_once(s, answer);
    }
}

static bool is_open(struct scene *s)
{
    struct breaker_state state;
    return breaker_read(&state, s->kms, "us-east-1") && state.open;
}

CASE(it_opens_by_three_failures_in_a_row_and_by_no_refusal)
{
    static const struct {
        enum srow_rc answer;
        uint32_t took_ms;
        bool opens;
    } rows[] = {
        {SROW_E_CONNECT, 0, true},
        {SROW_E_TLS, 0, true},
        {SROW_E_KMS_SERVICE, 0, true},
        {SROW_E_TIMEOUT, ATTEMPT, true},
        {SROW_E_TIMEOUT, ATTEMPT - 1, false}, /* the caller had no more time */
        {SROW_E_TIMEOUT, 0, false},           /* it waited for its place, and was never sent */
        {SROW_E_KMS_DENIED, 0, false},
        {SROW_E_KMS_DISABLED, 0, false},
        {SROW_E_KMS_NOT_FOUND, 0, false},
        {SROW_E_KMS_CIPHERTEXT, 0, false},
        {SROW_E_KMS_AUTH, 0, false},
        {SROW_E_KMS_REPLY, 0, false},
        {SROW_E_KMS_KEY_ID, 0, false},
        {SROW_E_BUSY, 0, false},
        {SROW_E_NOMEM, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = scene_new();
        fake_kms_took(s.fake, rows[i].took_ms);
        ask_often(&s, rows[i].answer, 2);
        CHECK(!is_open(&s) && kms_is_well(s.kms, "us-east-1"));
        ask_often(&s, rows[i].answer, 1);
        CHECK(is_open(&s) == rows[i].opens);
        CHECK(kms_is_well(s.kms, "eu-west-1"));
    }
}

/* Whose requests waited while others of their call were answered. */
CASE(how_long_a_call_takes_is_no_sign_of_a_Region)
{
    enum { PAGE = 8 };
    AUTO(scene_end) struct scene s = scene_new();
    struct kms_request page[PAGE];
    for (size_t i = 0; i < PAGE; i++) {
        page[i] = (struct kms_request){.op = KMS_DESCRIBE, .region = "us-east-1", .key_arn = EAST};
    }
    step_ms = 10 * ATTEMPT;
    fake_kms_set(s.fake, "us-east-1", SROW_E_TIMEOUT);
    kms_call(s.kms, page, PAGE);
    CHECK(!is_open(&s));
    for (size_t i = 0; i < PAGE; i++) {
        kms_request_cleanup(&page[i]);
    }
}

CASE(an_answer_between_starts_the_count_again_and_a_refusal_is_an_answer)
{
    static const enum srow_rc answers[] = {SROW_OK, SROW_E_KMS_DENIED};
    for (size_t i = 0; i < 2; i++) {
        AUTO(scene_end) struct scene s = scene_new();
        ask_often(&s, SROW_E_CONNECT, 2);
        ask_often(&s, answers[i], 1);
        ask_often(&s, SROW_E_CONNECT, 2);
        CHECK(!is_open(&s));
    }
}

CASE(throttling_is_no_failure)
{
    AUTO(scene_end) struct scene s = scene_new();
    fake_kms_throttle(s.fake, true);
    ask_often(&s, SROW_E_KMS_SERVICE, 5);
    CHECK(!is_open(&s));
}

CASE(it_refuses_nothing)
{
    AUTO(scene_end) struct scene s = scene_new();
    ask_often(&s, SROW_E_CONNECT, 5);
    CHECK(fake_kms_total(s.fake, "us-east-1") == 5);
    CHECK_RC(ask_once(&s, SROW_OK), SROW_OK);
    CHECK(!is_open(&s));
}

CASE(one_caller_at_a_time_is_sent_to_find_out_ever_more_rarely)
{
    AUTO(scene_end) struct scene s = scene_new();
    ask_often(&s, SROW_E_CONNECT, 3);
    for (uint64_t interval = 1000, round = 0; round < 10; round++) {
        struct breaker_state state;
        CHECK(breaker_read(&state, s.kms, "us-east-1") && state.open);
        CHECK(state.retry_ms >= interval / 2 && state.retry_ms <= interval);
        now_ms += state.retry_ms - 1;
        CHECK(!kms_is_well(s.kms, "us-east-1"));
        now_ms++;
        CHECK(kms_is_well(s.kms, "us-east-1"));
        CHECK(!kms_is_well(s.kms, "us-east-1"));
        ask_often(&s, SROW_E_CONNECT, 1);
        interval = interval * 2 < 30000 ? interval * 2 : 30000;
    }
    struct breaker_state state;
    ask_often(&s, SROW_OK, 1);
    CHECK(kms_is_well(s.kms, "us-east-1"));
    CHECK(breaker_read(&state, s.kms, "us-east-1") && !state.open && state.opened == 1);
}

CASE(programs_do_not_come_back_in_the_same_moment)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (int i = 0; i < 64; i++) {
        AUTO(scene_end) struct scene s = scene_new();
        struct breaker_state state;
        ask_often(&s, SROW_E_CONNECT, 3);
        CHECK(breaker_read(&state, s.kms, "us-east-1"));
        least = state.retry_ms < least ? state.retry_ms : least;
        most = state.retry_ms > most ? state.retry_ms : most;
    }
    CHECK(most - least > 100);
}

CASE(other_ways_to_KMS_and_unknown_Regions_are_well)
{
    AUTO(scene_end) struct scene s = scene_new();
    struct breaker_state state;
    CHECK(!breaker_read(&state, s.fake, "us-east-1") && !state.open);
    CHECK(!breaker_read(&state, s.kms, "us-west-9") && !state.open);
    CHECK(kms_is_well(s.fake, "us-east-1") && kms_is_well(s.kms, "us-west-9"));
}

/* ThreadSanitizer cannot follow a fork of a process with threads: skipped there, aloud. */
#ifndef __SANITIZE_THREAD__
static void *ask_well(void *state)
{
    struct scene *s = state;
    return kms_is_well(s->kms, "us-east-1") ? NULL : s;
}

/* The clock is looked at with the lock held. */
CASE(a_child_of_fork_asks_although_a_thread_of_its_parent_has_the_lock)
{
    AUTO(scene_end) struct scene s = scene_new();
    pthread_t thread;
    void *wrong = NULL;
    int status = -1;
    sem_init(&inside, 0, 0);
    sem_init(&go_on, 0, 0);
    is_held = true;
    CHECK(pthread_create(&thread, NULL, ask_well, &s) == 0);
    sem_wait(&inside);
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        _exit(!kms_is_well(s.kms, "us-east-1"));
    }
    bool ended = child > 0 && waitpid(child, &status, 0) == child;
    sem_post(&go_on);
    pthread_join(thread, &wrong);
    CHECK(ended && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(wrong == NULL);
}
#endif

int main(void)
{
    RUN(it_opens_by_three_failures_in_a_row_and_by_no_refusal);
    RUN(how_long_a_call_takes_is_no_sign_of_a_Region);
    RUN(an_answer_between_starts_the_count_again_and_a_refusal_is_an_answer);
    RUN(throttling_is_no_failure);
    RUN(it_refuses_nothing);
    RUN(one_caller_at_a_time_is_sent_to_find_out_ever_more_rarely);
    RUN(programs_do_not_come_back_in_the_same_moment);
    RUN(other_ways_to_KMS_and_unknown_Regions_are_well);
#ifdef __SANITIZE_THREAD__
    printf("# fork: skipped under ThreadSanitizer\n");
#else
    RUN(a_child_of_fork_asks_although_a_thread_of_its_parent_has_the_lock);
#endif
    return check_done();
}
