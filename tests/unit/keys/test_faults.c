/* SPDX-License-Identifier: Apache-2.0
 *
 * One of two Regions at fault, over HTTP: each kind of fault, at the first Region and at the
 * second, while opening and while sealing. Opening always succeeds, sealing always fails whole.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"
#include "check.h"
#include "fake/fake_region.h"
#include "keys/keyring_regions.h"
#include "kms/kms_http.h"

#define ID "key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define ARN(region) "arn:aws:kms:" region ":111122223333:" ID
#define OTHER "arn:aws:kms:us-east-1:111122223333:key/ffffffff-12ab-34cd-56ef-1234567890ab"
#define K16 "\"Plaintext\":\"AAECAwQFBgcICQoLDA0ODw==\",\"CiphertextBlob\":\"AAEC\""
#define K32                                                                                        \
    "\"Plaintext\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"CiphertextBlob\":\"AAEC\""

enum { DEADLINE_MS = 10000, MOST = 3 };

/* Little, since some faults take all of it; more where Valgrind slows healthy Regions down too. */
static uint32_t attempt_ms(void)
{
    return getenv("SEALROW_WRAPPER") == NULL ? 250 : 1500;
}

static const char *const names[MOST] = {"us-east-1", "us-west-2", "eu-west-1"};
static const char *const arns[MOST] = {ARN("us-east-1"), ARN("us-west-2"), ARN("eu-west-1")};

struct watch {
    struct key_watch watch;
    unsigned count;
};

static void seen(struct key_watch *watch, const struct key_event *event)
{
    (void)event;
    ((struct watch *)watch)->count++;
}

struct scene {
    struct fake_region regions[MOST];
    size_t count;
    struct credentials credentials;
    struct net *net;
    struct kms *kms;
    struct srow_keyring *keyring;
    struct context context;
    struct watch watch;
    struct materials sealed, opened;
};

static void scene_end(struct scene *s)
{
    materials_cleanup(&s->sealed);
    materials_cleanup(&s->opened);
    keyring_free(&s->keyring);
    kms_free(&s->kms);
    net_free(&s->net);
    context_cleanup(&s->context);
    credentials_cleanup(&s->credentials);
    for (size_t i = 0; i < s->count; i++) {
        fake_region_stop(&s->regions[i]);
    }
}

static void scene_start(struct scene *s, size_t count)
{
    struct kms_http_region places[MOST];
    struct keyring_regions_key keys[MOST];
    struct srow_pair pair = {srow_str("user"), srow_str("12345678")};
    struct net_options net = {0};
    *s = (struct scene){.count = count, .watch = {.watch = {seen}}};
    for (size_t i = 0; i < count; i++) {
        fake_region_start(&s->regions[i], names[i]);
        places[i] = (struct kms_http_region){names[i], fake_http_url(s->regions[i].server)};
        keys[i] = (struct keyring_regions_key){names[i], arns[i], false};
    }
    if (bytes_dup_str(&s->credentials.access_key_id, srow_str("AKID"), NULL) != SROW_OK ||
        secret_of(&s->credentials.secret_access_key, srow_str("secret"), NULL) != SROW_OK ||
        net_new(&s->net, &net, NULL) != SROW_OK ||
        context_add(&s->context, pair, NULL) != SROW_OK) {
        abort();
    }
    struct kms_http_options http = {places, count, s->net, &s->credentials, attempt_ms(), 64};
    struct keyring_regions_options options = {.keys = keys, .count = count};
    if (kms_http_new(&s->kms, &http, NULL) != SROW_OK ||
        keyring_regions_new(&s->keyring, s->kms, &options, NULL) != SROW_OK) {
        abort();
    }
}

static struct materials asked(struct scene *s)
{
    return (struct materials){.suite = suite_find(0x0478),
                              .context = &s->context,
                              .watch = &s->watch.watch,
                              .deadline = time_monotonic_ms() + DEADLINE_MS};
}

static void seal(struct scene *s)
{
    materials_cleanup(&s->sealed);
    s->sealed = asked(s);
    keyring_wrap(s->keyring, &s->sealed, 1);
}

static void open_it(struct scene *s)
{
    materials_cleanup(&s->opened);
    s->opened = asked(s);
    s->opened.offered = &s->sealed.edks;
    keyring_unwrap(s->keyring, &s->opened, 1);
}

struct row {
    const char *name;
    struct fake_region_fault fault;
    enum srow_rc sealed; /* what a write fails with */
    bool gone;           /* the server is not there at all */
    bool told;           /* an alarm */
};

#define SAYS(code)                                                                                 \
    {                                                                                              \
        FAKE_HTTP_NONE, 400, "{\"__type\":\"" code "\"}"                                           \
    }

static const struct row rows[] = {
    {"F1 refused", {FAKE_HTTP_NONE, 0, NULL}, SROW_E_REGIONS, true, false},
    {"F5 never answers", {FAKE_HTTP_HANG, 0, NULL}, SROW_E_REGIONS, false, false},
    {"F6 trickles", {FAKE_HTTP_TRICKLE, 0, NULL}, SROW_E_REGIONS, false, false},
    {"F7 reset mid-body", {FAKE_HTTP_RESET, 0, NULL}, SROW_E_REGIONS, false, false},
    {"F7 closed", {FAKE_HTTP_CLOSE, 0, NULL}, SROW_E_REGIONS, false, false},
    {"F8 500",
     {FAKE_HTTP_NONE, 500, "{\"__type\":\"KMSInternalException\"}"},
     SROW_E_REGIONS,
     false,
     false},
    {"F8 503", {FAKE_HTTP_NONE, 503, "<html>down</html>"}, SROW_E_REGIONS, false, false},
    {"F9 throttled", SAYS("ThrottlingException"), SROW_E_REGIONS, false, false},
    {"F10 access denied", SAYS("AccessDeniedException"), SROW_E_KMS_DENIED, false, true},
    {"F10 expired token", SAYS("ExpiredTokenException"), SROW_E_KMS_AUTH, false, true},
    {"F11 garbage", {FAKE_HTTP_RAW, 0, "garbage\r\n\r\n"}, SROW_E_REGIONS, false, false},
    {"F11 truncated", {FAKE_HTTP_NONE, 200, "{\"KeyId\":\"arn:aw"}, SROW_E_REGIONS, false, false},
    {"F11 wrong KeyId",
     {FAKE_HTTP_NONE, 200, "{\"KeyId\":\"" OTHER "\"," K32 "}"},
     SROW_E_KMS_KEY_ID,
     false,
     true},
    {"F12 disabled", SAYS("DisabledException"), SROW_E_KMS_DISABLED, false, true},
    {"F12 pending deletion", SAYS("KMSInvalidStateException"), SROW_E_KMS_DISABLED, false, true},
    {"F12 not found", SAYS("NotFoundException"), SROW_E_KMS_NOT_FOUND, false, true},
};

/* Names the first Region's key; and only a generator's answer holds a data key. */
static const struct row wrong_length = {
    "F11 wrong length",
    {FAKE_HTTP_NONE, 200, "{\"KeyId\":\"" ARN("us-east-1") "\"," K16 "}"},
    SROW_E_KMS_DATA_KEY,
    false,
    true};

static bool complain(const struct row *row, size_t at, const char *what, const struct materials *m)
{
    printf("# %s at %s, %s: %s: %s\n", row->name, names[at], what, srow_rc_name(m->rc),
           m->error.text);
    return false;
}

static bool survives(const struct row *row, size_t at)
{
    struct scene s;
    bool good = true;
    scene_start(&s, 2);
    seal(&s);
    good = s.sealed.rc == SROW_OK || complain(row, at, "before", &s.sealed);
    s.regions[at].fault = row->fault;
    if (row->gone) {
        fake_region_stop(&s.regions[at]);
    }
    unsigned before = row->gone ? 0 : fake_http_requests(s.regions[at].server);
    open_it(&s);
    unsigned after = row->gone ? 0 : fake_http_requests(s.regions[at].server);
    good = good && (s.opened.rc == SROW_OK || complain(row, at, "opening", &s.opened));
    good = good && bytes_equal(secret_bytes(&s.opened.data_key), secret_bytes(&s.sealed.data_key));
    good = good && s.watch.count == (row->told && at == 0 ? 1U : 0U);
    good = good && (at == 0 || after == before); /* the second is not even asked */
    seal(&s);
    good = good && (s.sealed.rc == row->sealed || complain(row, at, "sealing", &s.sealed));
    good = good && s.sealed.edks.count == 0 && s.sealed.data_key.len == 0 &&
           strstr(s.sealed.error.text, names[at]) != NULL;
    scene_end(&s);
    return good;
}

CASE(the_first_Region_at_fault_is_survived_by_opening_and_fails_sealing)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(survives(&rows[i], 0));
    }
    CHECK(survives(&wrong_length, 0));
}

CASE(the_second_Region_at_fault_is_not_noticed_by_opening_and_fails_sealing)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(survives(&rows[i], 1));
    }
}

CASE(with_every_Region_gone_nothing_is_opened_and_nothing_written)
{
    struct scene s;
    scene_start(&s, 2);
    seal(&s);
    fake_region_stop(&s.regions[0]);
    s.regions[1].fault.http = FAKE_HTTP_HANG;
    open_it(&s);
    enum srow_rc opened = s.opened.rc;
    bool both = strstr(s.opened.error.text, names[0]) != NULL &&
                strstr(s.opened.error.text, names[1]) != NULL;
    seal(&s);
    enum srow_rc sealed = s.sealed.rc;
    scene_end(&s);
    CHECK_RC(opened, SROW_E_CONNECT);
    CHECK_RC(sealed, SROW_E_REGIONS);
    CHECK(both);
}

/* The second Region answers only when the third's request has arrived. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool third;
};

static void await_third(void *state)
{
    struct gate *g = state;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&g->lock);
    while (!g->third && pthread_cond_timedwait(&g->changed, &g->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&g->lock);
}

static void third_is_here(void *state)
{
    struct gate *g = state;
    pthread_mutex_lock(&g->lock);
    g->third = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

CASE(the_other_Regions_of_a_write_are_asked_at_the_same_time)
{
    struct gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    struct scene s;
    scene_start(&s, 3);
    s.regions[1].before = await_third;
    s.regions[2].before = third_is_here;
    s.regions[1].state = s.regions[2].state = &g;
    seal(&s);
    struct srow_error e = s.sealed.error;
    enum srow_rc rc = s.sealed.rc;
    size_t copies = s.sealed.edks.count;
    third_is_here(&g);
    scene_end(&s);
    CHECK_OK(rc, e);
    CHECK(copies == 3);
}

int main(void)
{
    RUN(the_first_Region_at_fault_is_survived_by_opening_and_fails_sealing);
    RUN(the_second_Region_at_fault_is_not_noticed_by_opening_and_fails_sealing);
    RUN(with_every_Region_gone_nothing_is_opened_and_nothing_written);
    RUN(the_other_Regions_of_a_write_are_asked_at_the_same_time);
    return check_done();
}
