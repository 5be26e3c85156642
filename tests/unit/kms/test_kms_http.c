/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS over HTTP against Regions on this machine.
 */
#include "kms/kms_http.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/time.h"
#include "check.h"
#include "fake/fake_kms.h"
#include "fake/fake_region.h"

#define ID "key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define EAST "arn:aws:kms:us-east-1:111122223333:" ID
#define WEST "arn:aws:kms:us-west-2:111122223333:" ID

enum { IN_FLIGHT = 16, ATTEMPT_MS = 2000 };

/* The C library's clock; while it runs wild, each look at the wall finds the next second. */
static atomic_bool wild;
static atomic_int seconds;

int clock_gettime(clockid_t id, struct timespec *at)
{
    int rc = (int)syscall(SYS_clock_gettime, id, at);
    if (id == CLOCK_REALTIME && atomic_load(&wild)) {
        at->tv_sec += atomic_fetch_add(&seconds, 1);
    }
    return rc;
}

struct scene {
    struct fake_region east, west;
    struct credentials credentials;
    struct net *net;
    struct kms *kms;
};

static void scene_end(struct scene *s)
{
    kms_free(&s->kms);
    net_free(&s->net);
    fake_region_stop(&s->east);
    fake_region_stop(&s->west);
    credentials_cleanup(&s->credentials);
}

static void scene_start(struct scene *s)
{
    *s = (struct scene){0};
    fake_region_start(&s->east, "us-east-1");
    fake_region_start(&s->west, "us-west-2");
    struct kms_http_region regions[] = {{"us-east-1", fake_http_url(s->east.server)},
                                        {"us-west-2", fake_http_url(s->west.server)}};
    struct net_options net = {0};
    if (bytes_dup_str(&s->credentials.access_key_id, srow_str("AKID"), NULL) != SROW_OK ||
        secret_of(&s->credentials.secret_access_key, srow_str("secret"), NULL) != SROW_OK ||
        net_new(&s->net, &net, NULL) != SROW_OK) {
        abort();
    }
    struct kms_http_options options = {regions, 2, s->net, &s->credentials, ATTEMPT_MS, IN_FLIGHT};
    if (kms_http_new(&s->kms, &options, NULL) != SROW_OK) {
        abort();
    }
}

static struct kms_request generate(void)
{
    return (struct kms_request){
        .op = KMS_GENERATE, .region = "us-east-1", .key_arn = EAST, .data_key_bytes = 32};
}

CASE(a_data_key_is_generated_here_encrypted_there_and_decrypted_in_both)
{
    struct scene s;
    scene_start(&s);
    struct srow_pair context = {srow_str("user"), srow_str("\"1\"")};
    struct kms_request r[5] = {generate()};
    r[0].context = &context;
    r[0].context_count = 1;
    kms_call(s.kms, &r[0], 1);
    r[1] = (struct kms_request){.op = KMS_ENCRYPT,
                                .region = "us-west-2",
                                .key_arn = WEST,
                                .context = &context,
                                .context_count = 1,
                                .plaintext = &r[0].data_key};
    kms_call(s.kms, &r[1], 1);
    for (size_t i = 2; i < 4; i++) {
        r[i] = r[i - 2];
        r[i].op = KMS_DECRYPT;
        r[i].data_key_bytes = 32;
        r[i].ciphertext = bytes_buf(&r[i - 2].wrapped);
        r[i].data_key = (struct secret){0};
        r[i].wrapped = (struct srow_buf){0};
    }
    kms_call(s.kms, &r[2], 2);
    r[4] = (struct kms_request){.op = KMS_DESCRIBE, .region = "us-west-2", .key_arn = WEST};
    kms_call(s.kms, &r[4], 1);
    bool good = r[4].enabled;
    for (size_t i = 0; i < 5; i++) {
        good = good && r[i].rc == SROW_OK;
        good = good && (i == 1 || i == 4 ||
                        bytes_equal(secret_bytes(&r[i].data_key), secret_bytes(&r[0].data_key)));
    }
    for (size_t i = 0; i < 5; i++) {
        kms_request_cleanup(&r[i]);
    }
    scene_end(&s);
    CHECK(good);
}

CASE(a_wrong_secret_is_an_authentication_failure)
{
    struct scene s;
    scene_start(&s);
    s.credentials.secret_access_key.at[0] ^= 1;
    struct kms_request r = generate();
    kms_call(s.kms, &r, 1);
    kms_request_cleanup(&r);
    scene_end(&s);
    CHECK_RC(r.rc, SROW_E_KMS_AUTH);
    CHECK(kms_is_refusal(r.rc));
}

CASE(a_session_token_is_sent_and_signed)
{
    struct scene s;
    scene_start(&s);
    CHECK_RC(bytes_dup_str(&s.credentials.session_token, srow_str("tok/en=="), NULL), SROW_OK);
    struct kms_request r = generate();
    kms_call(s.kms, &r, 1);
    kms_request_cleanup(&r);
    scene_end(&s);
    CHECK_OK(r.rc, r.error);
}

CASE(a_deadline_that_has_passed_makes_no_request)
{
    struct scene s;
    scene_start(&s);
    struct kms_request r = generate();
    r.deadline = 1;
    kms_call(s.kms, &r, 1);
    unsigned count = fake_http_connections(s.east.server);
    scene_end(&s);
    CHECK_RC(r.rc, SROW_E_TIMEOUT);
    CHECK(count == 0);
}

CASE(what_can_never_work_makes_no_request)
{
    struct scene s;
    scene_start(&s);
    AUTO(buf_cleanup) struct srow_buf large = {0};
    while (large.len < 6145) {
        buf_put_u8(&large, 'x');
    }
    struct kms_request r[3] = {generate(), generate(), generate()};
    r[0].region = "eu-west-1";
    r[1].op = r[2].op = KMS_DECRYPT;
    r[1].ciphertext = bytes_buf(&large);
    kms_call(s.kms, r, 3);
    unsigned count = fake_http_connections(s.east.server);
    scene_end(&s);
    CHECK_RC(r[0].rc, SROW_E_REGION);
    CHECK_RC(r[1].rc, SROW_E_KMS_CIPHERTEXT);
    CHECK_RC(r[2].rc, SROW_E_KMS_CIPHERTEXT);
    CHECK(count == 0);
}

/* Lets nobody through before `wanted` are there. */
struct barrier {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned there, wanted;
};

static void meet(void *state)
{
    struct barrier *b = state;
    pthread_mutex_lock(&b->lock);
    b->there++;
    pthread_cond_broadcast(&b->changed);
    while (b->there < b->wanted) {
        pthread_cond_wait(&b->changed, &b->lock);
    }
    pthread_mutex_unlock(&b->lock);
}

/* Lets everybody through, so that a failed test ends as well. */
static void open_gate(struct barrier *b)
{
    pthread_mutex_lock(&b->lock);
    b->wanted = 0;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

CASE(sixteen_requests_of_a_batch_are_open_at_once)
{
    struct scene s;
    scene_start(&s);
    struct barrier b = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 16};
    s.east.before = meet;
    s.east.state = &b;
    struct kms_request r[16];
    for (size_t i = 0; i < 16; i++) {
        r[i] = generate();
    }
    kms_call(s.kms, r, 16);
    open_gate(&b);
    for (size_t i = 0; i < 16; i++) {
        kms_request_cleanup(&r[i]);
    }
    scene_end(&s);
    for (size_t i = 0; i < 16; i++) {
        CHECK_OK(r[i].rc, r[i].error);
    }
}

CASE(a_batch_larger_than_the_room_of_a_Region_gets_through)
{
    struct scene s;
    scene_start(&s);
    struct kms_request r[50];
    for (size_t i = 0; i < 50; i++) {
        r[i] = generate();
        r[i].deadline = time_monotonic_ms() + 10000;
    }
    kms_call(s.kms, r, 50);
    for (size_t i = 0; i < 50; i++) {
        kms_request_cleanup(&r[i]);
    }
    unsigned connections = fake_http_connections(s.east.server);
    scene_end(&s);
    for (size_t i = 0; i < 50; i++) {
        CHECK_OK(r[i].rc, r[i].error);
    }
    CHECK(connections <= IN_FLIGHT);
}

static void *fill(void *state)
{
    struct scene *s = state;
    struct kms_request r[IN_FLIGHT];
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        r[i] = generate();
    }
    kms_call(s->kms, r, IN_FLIGHT);
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        kms_request_cleanup(&r[i]);
    }
    return NULL;
}

CASE(one_call_beyond_the_room_of_a_Region_is_busy_at_once)
{
    struct scene s;
    scene_start(&s);
    struct barrier b = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, IN_FLIGHT + 1};
    s.east.before = meet;
    s.east.state = &b;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, fill, &s) == 0);
    bool there = fake_http_await(s.east.server, IN_FLIGHT);
    struct kms_request r = generate(), other = generate();
    other.region = "us-west-2";
    other.key_arn = WEST;
    kms_call(s.kms, &r, 1);
    kms_call(s.kms, &other, 1);
    open_gate(&b);
    pthread_join(thread, NULL);
    kms_request_cleanup(&r);
    kms_request_cleanup(&other);
    scene_end(&s);
    CHECK(there);
    CHECK_RC(r.rc, SROW_E_BUSY);
    CHECK_OK(other.rc, other.error);
}

/* Makes a client of two Regions and returns the code; `east` is the configuration's endpoint. */
static enum srow_rc build(struct scene *s, const char *name, const char *east, struct srow_error *e)
{
    struct kms_http_region regions[] = {{name, east}, {"us-west-2", NULL}};
    struct kms_http_options options = {regions, 2, s->net, &s->credentials, ATTEMPT_MS, IN_FLIGHT};
    kms_free(&s->kms);
    return kms_http_new(&s->kms, &options, e);
}

CASE(endpoints_of_a_wrong_form_are_refused)
{
    static const char *const rows[] = {
        "http://kms.us-east-1.amazonaws.com",
        "kms.us-east-1.amazonaws.com",
        "https://host/path",
        "https://host?x=1",
        "https://user@host",
        "",
    };
    struct scene s;
    scene_start(&s);
    bool good = true;
    struct srow_error e = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        good = build(&s, "us-east-1", rows[i], &e) == SROW_E_CONFIG && s.kms == NULL && good;
        good = strstr(e.text, "us-east-1") != NULL && good;
    }
    good = build(&s, "evil.example/", NULL, &e) == SROW_E_CONFIG && good;
    setenv("AWS_ENDPOINT_URL_KMS", "http://10.1.2.3", 1);
    good = build(&s, "us-east-1", NULL, &e) == SROW_E_CONFIG && good;
    good = strstr(e.text, "AWS_ENDPOINT_URL_KMS") != NULL && good;
    unsetenv("AWS_ENDPOINT_URL_KMS");
    scene_end(&s);
    CHECK(good);
}

static bool reaches(struct scene *s, struct fake_region *region)
{
    unsigned before = fake_http_requests(region->server);
    struct kms_request r = generate();
    kms_call(s->kms, &r, 1);
    kms_request_cleanup(&r);
    return fake_http_requests(region->server) == before + 1;
}

CASE(endpoints_come_from_the_configuration_then_the_environment)
{
    struct scene s;
    struct srow_error e = {0};
    scene_start(&s);
    setenv("AWS_ENDPOINT_URL", fake_http_url(s.west.server), 1);
    bool good = build(&s, "us-east-1", NULL, &e) == SROW_OK && reaches(&s, &s.west);
    setenv("AWS_ENDPOINT_URL_KMS", fake_http_url(s.east.server), 1);
    good = build(&s, "us-east-1", NULL, &e) == SROW_OK && reaches(&s, &s.east) && good;
    good = build(&s, "us-east-1", fake_http_url(s.west.server), &e) == SROW_OK &&
           reaches(&s, &s.west) && good;
    setenv("AWS_ENDPOINT_URL_KMS", "http://{region}.example", 1);
    good = build(&s, "us-east-1", NULL, &e) == SROW_E_CONFIG && good;
    good = strstr(e.text, "http:// to us-east-1.example") != NULL && good;
    unsetenv("AWS_ENDPOINT_URL");
    unsetenv("AWS_ENDPOINT_URL_KMS");
    good = build(&s, "us-east-1", NULL, &e) == SROW_OK && good;
    scene_end(&s);
    CHECK(good);
}

CASE(a_request_signed_on_the_turn_of_a_second_names_the_second_that_is_signed)
{
    struct scene s;
    scene_start(&s);
    struct kms_request r = generate();
    atomic_store(&wild, true);
    kms_call(s.kms, &r, 1);
    atomic_store(&wild, false);
    enum srow_rc rc = r.rc;
    struct srow_error e = r.error;
    kms_request_cleanup(&r);
    scene_end(&s);
    CHECK_OK(rc, e);
}

int main(void)
{
    RUN(a_request_signed_on_the_turn_of_a_second_names_the_second_that_is_signed);
    RUN(a_data_key_is_generated_here_encrypted_there_and_decrypted_in_both);
    RUN(a_wrong_secret_is_an_authentication_failure);
    RUN(a_session_token_is_sent_and_signed);
    RUN(a_deadline_that_has_passed_makes_no_request);
    RUN(what_can_never_work_makes_no_request);
    RUN(sixteen_requests_of_a_batch_are_open_at_once);
    RUN(a_batch_larger_than_the_room_of_a_Region_gets_through);
    RUN(one_call_beyond_the_room_of_a_Region_is_busy_at_once);
    RUN(endpoints_of_a_wrong_form_are_refused);
    RUN(endpoints_come_from_the_configuration_then_the_environment);
    return check_done();
}
