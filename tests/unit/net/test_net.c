/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop thread against a server of faults.
 */
#include "net/net.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "check.h"
#include "fake/fake_http.h"

/* What the server does, by the request's path. */
static void answer(void *state, const struct fake_http_request *request,
                   struct fake_http_reply *reply)
{
    struct fake_http *const *second = state;
    const char *path = strchr(request->head, ' ') + 1;
    if (strncmp(path, "/hang", 5) == 0) {
        reply->fault = FAKE_HTTP_HANG;
    } else if (strncmp(path, "/close", 6) == 0) {
        reply->fault = FAKE_HTTP_CLOSE;
    } else if (strncmp(path, "/reset", 6) == 0) {
        reply->fault = FAKE_HTTP_RESET;
    } else if (strncmp(path, "/trickle", 8) == 0) {
        reply->fault = FAKE_HTTP_TRICKLE;
    } else if (strncmp(path, "/raw", 4) == 0) {
        reply->fault = FAKE_HTTP_RAW;
    } else if (strncmp(path, "/redirect", 9) == 0) {
        reply->status = 307;
        snprintf(reply->head, sizeof reply->head, "Location: %s/stolen\r\n",
                 fake_http_url(*second));
    } else if (strncmp(path, "/throttled", 10) == 0) {
        reply->status = 400;
        snprintf(
            reply->head, sizeof reply->head,
            "x-amzn-RequestId: abc-1\r\nX-AMZN-ErrorType:  Throttling\x01\r\nRetry-After: 2\r\n");
    } else if (strncmp(path, "/head", 5) == 0) {
        buf_put_str(&reply->body, request->head);
        return;
    }
    size_t wanted = strncmp(path, "/size", 5) == 0 ? strtoul(path + 6, NULL, 10) : 0;
    for (size_t i = 0; i < wanted; i++) {
        buf_put_u8(&reply->body, 'x');
    }
    buf_put(&reply->body, request->body);
}

struct scene {
    struct net *net;
    struct fake_http *server;
    char url[128];
};

static void scene_end(struct scene *s)
{
    net_free(&s->net);
    fake_http_stop(s->server);
}

static struct scene scene_start(void)
{
    struct scene s = {0};
    struct net_options options = {0};
    s.server = fake_http_start(answer, NULL);
    if (net_new(&s.net, &options, NULL) != SROW_OK) {
        abort();
    }
    return s;
}

static const char *at(struct scene *s, const char *path)
{
    snprintf(s->url, sizeof s->url, "%s%s", fake_http_url(s->server), path);
    return s->url;
}

static void call_one(struct net *net, struct net_request *r)
{
    net_call(net, &r, 1);
}

CASE(a_body_goes_there_and_back)
{
    AUTO(scene_end) struct scene s = scene_start();
    AUTO(net_request_cleanup)
    struct net_request r = {
        .url = at(&s, "/echo"), .body = srow_str("{\"a\":1}"), .timeout_ms = 5000};
    call_one(s.net, &r);
    CHECK_OK(r.rc, r.error);
    CHECK(r.status == 200);
    CHECK_BYTES(bytes_buf(&r.body_in), srow_str("{\"a\":1}"));
}

CASE(only_the_callers_headers_go_out_and_no_continue_is_awaited)
{
    AUTO(scene_end) struct scene s = scene_start();
    AUTO(buf_cleanup) struct srow_buf body = {0};
    while (body.len < 1100000) { /* curl would ask for 100 Continue from a megabyte on */
        buf_put_str(&body, "0123456789");
    }
    const char *const headers[] = {"X-Amz-Target: TrentService.Encrypt", "Host: kms.example", NULL};
    AUTO(net_request_cleanup)
    struct net_request r = {
        .url = at(&s, "/head"), .headers = headers, .body = bytes_buf(&body), .timeout_ms = 5000};
    call_one(s.net, &r);
    CHECK_OK(r.rc, r.error);
    const char *head = buf_cstr(&r.body_in);
    CHECK(strncmp(head, "POST /head HTTP/1.1\r\n", 21) == 0);
    CHECK(strstr(head, "\r\nHost: kms.example\r\n") != NULL);
    CHECK(strstr(head, "127.0.0.1") == NULL);
    CHECK(strstr(head, "Expect") == NULL);
    CHECK(strstr(head, "Accept-Encoding") == NULL);
}

CASE(what_an_error_reply_says_in_its_headers_is_kept_clean)
{
    AUTO(scene_end) struct scene s = scene_start();
    AUTO(net_request_cleanup)
    struct net_request r = {.url = at(&s, "/throttled"), .timeout_ms = 5000};
    call_one(s.net, &r);
    CHECK_OK(r.rc, r.error);
    CHECK(r.status == 400);
    CHECK(strcmp(r.error_type, "Throttling?") == 0);
    CHECK(strcmp(r.request_id, "abc-1") == 0);
    CHECK(r.retry_after_ms == 2000);
}

CASE(faults_have_their_codes)
{
    static const struct {
        const char *path;
        enum srow_rc rc;
    } rows[] = {
        {"/hang", SROW_E_TIMEOUT},          {"/trickle", SROW_E_TIMEOUT},
        {"/close", SROW_E_CONNECT},         {"/reset", SROW_E_CONNECT},
        {"/raw", SROW_E_KMS_REPLY},         {"/size/65537", SROW_E_KMS_REPLY},
        {"/size/200000", SROW_E_KMS_REPLY}, {"/size/65536", SROW_OK},
    };
    AUTO(scene_end) struct scene s = scene_start();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool sized = strncmp(rows[i].path, "/size", 5) == 0;
        uint32_t timeout = rows[i].rc == SROW_E_TIMEOUT ? 300 : 30000;
        struct srow_bytes body = srow_str(sized ? "" : "{\"Plaintext\":\"secret\"}");
        AUTO(net_request_cleanup)
        struct net_request r = {.url = at(&s, rows[i].path), .body = body, .timeout_ms = timeout};
        call_one(s.net, &r);
        if (r.rc != rows[i].rc) {
            printf("# %s\n", rows[i].path);
        }
        CHECK_RC(r.rc, rows[i].rc);
        CHECK(rows[i].rc == SROW_OK || strstr(r.error.text, "127.0.0.1:") != NULL);
        CHECK(strstr(r.error.text, "secret") == NULL);
        CHECK(rows[i].rc == SROW_OK || r.body_in.len == 0);
        CHECK(r.rc != SROW_E_TIMEOUT || r.took_ms >= r.timeout_ms);
    }
}

CASE(nobody_there_is_no_connection)
{
    AUTO(scene_end) struct scene s = scene_start();
    struct fake_http *gone = fake_http_start(answer, NULL);
    char url[64];
    snprintf(url, sizeof url, "%s/", fake_http_url(gone));
    fake_http_stop(gone);
    AUTO(net_request_cleanup) struct net_request r = {.url = url, .timeout_ms = 5000};
    call_one(s.net, &r);
    CHECK_RC(r.rc, SROW_E_CONNECT);
    CHECK(strstr(r.error.text, "refused") != NULL);
}

static void *calls(void *state)
{
    struct scene *s = state;
    static atomic_uint serial;
    char url[64];
    snprintf(url, sizeof url, "%s/echo", fake_http_url(s->server));
    for (int i = 0; i < 125; i++) {
        char text[32];
        snprintf(text, sizeof text, "%u", atomic_fetch_add(&serial, 1));
        AUTO(net_request_cleanup)
        struct net_request r = {.url = url, .body = srow_str(text), .timeout_ms = 10000};
        call_one(s->net, &r);
        if (r.rc != SROW_OK || !bytes_equal(bytes_buf(&r.body_in), srow_str(text))) {
            return s;
        }
    }
    return NULL;
}

CASE(a_thousand_calls_of_eight_threads_make_at_most_eight_connections)
{
    AUTO(scene_end) struct scene s = scene_start();
    pthread_t threads[8];
    bool good = true;
    for (size_t i = 0; i < 8; i++) {
        good = pthread_create(&threads[i], NULL, calls, &s) == 0 && good;
    }
    for (size_t i = 0; i < 8; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        good = wrong == NULL && good;
    }
    CHECK(good);
    CHECK(fake_http_requests(s.server) == 1000);
    CHECK(fake_http_connections(s.server) <= 8);
}

/* Holds its first request until the test lets it go, then answers it late. */
struct late {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool go;
};

static void answer_late(void *state, const struct fake_http_request *request,
                        struct fake_http_reply *reply)
{
    struct late *late = state;
    pthread_mutex_lock(&late->lock);
    while (request->serial == 1 && !late->go) {
        pthread_cond_wait(&late->changed, &late->lock);
    }
    pthread_mutex_unlock(&late->lock);
    buf_put(&reply->body, request->body);
}

CASE(the_late_answer_of_a_request_that_timed_out_is_never_the_next_ones)
{
    struct late late = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    AUTO(scene_end) struct scene s = scene_start();
    struct fake_http *server = fake_http_start(answer_late, &late);
    AUTO(net_request_cleanup)
    struct net_request first = {
        .url = fake_http_url(server), .body = srow_str("first"), .timeout_ms = 200};
    call_one(s.net, &first);
    pthread_mutex_lock(&late.lock);
    late.go = true;
    pthread_cond_broadcast(&late.changed);
    pthread_mutex_unlock(&late.lock);
    AUTO(net_request_cleanup)
    struct net_request second = {
        .url = fake_http_url(server), .body = srow_str("second"), .timeout_ms = 5000};
    call_one(s.net, &second);
    unsigned connections = fake_http_connections(server);
    fake_http_stop(server);
    CHECK_RC(first.rc, SROW_E_TIMEOUT);
    CHECK_OK(second.rc, second.error);
    CHECK_BYTES(bytes_buf(&second.body_in), srow_str("second"));
    CHECK(connections == 2);
}

CASE(a_redirect_is_an_answer_and_nobody_follows_it)
{
    struct fake_http *second = fake_http_start(answer, NULL);
    struct fake_http *first = fake_http_start(answer, &second);
    AUTO(scene_end) struct scene s = scene_start();
    char url[64];
    snprintf(url, sizeof url, "%s/redirect", fake_http_url(first));
    AUTO(net_request_cleanup) struct net_request r = {.url = url, .timeout_ms = 5000};
    call_one(s.net, &r);
    unsigned stolen = fake_http_requests(second);
    fake_http_stop(first);
    fake_http_stop(second);
    CHECK_OK(r.rc, r.error);
    CHECK(r.status == 307);
    CHECK(stolen == 0);
}

CASE(the_environments_proxies_are_not_used)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY",
                                        "all_proxy"};
    struct fake_http *proxy = fake_http_start(answer, NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv(names[i], fake_http_url(proxy), 1);
    }
    AUTO(scene_end) struct scene s = scene_start();
    AUTO(net_request_cleanup)
    struct net_request r = {.url = at(&s, "/echo"), .body = srow_str("x"), .timeout_ms = 5000};
    call_one(s.net, &r);
    unsigned seen = fake_http_connections(proxy);
    fake_http_stop(proxy);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsetenv(names[i]);
    }
    CHECK_OK(r.rc, r.error);
    CHECK(seen == 0);
}

CASE(localhost_is_loopback_without_a_resolver)
{
    AUTO(scene_end) struct scene s = scene_start();
    snprintf(s.url, sizeof s.url, "http://localhost:%u/echo", fake_http_port(s.server));
    AUTO(net_request_cleanup)
    struct net_request r = {.url = s.url, .body = srow_str("x"), .timeout_ms = 5000};
    call_one(s.net, &r);
    CHECK_OK(r.rc, r.error);
}

CASE(a_batch_stands_in_flight_at_once_and_a_lane_is_never_overfull)
{
    struct late late = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true};
    AUTO(scene_end) struct scene s = scene_start();
    struct fake_http *server = fake_http_start(answer_late, &late);
    struct net_request requests[32] = {0}, *list[32];
    for (size_t i = 0; i < 32; i++) {
        requests[i] = (struct net_request){.url = fake_http_url(server),
                                           .timeout_ms = 5000,
                                           .lane = "us-east-1",
                                           .lane_room = 4,
                                           .lane_waits = true,
                                           .deadline = time_monotonic_ms() + 5000};
        list[i] = &requests[i];
    }
    net_call(s.net, list, 32);
    unsigned connections = fake_http_connections(server), count = fake_http_requests(server);
    fake_http_stop(server);
    for (size_t i = 0; i < 32; i++) {
        net_request_cleanup(&requests[i]);
        CHECK_OK(requests[i].rc, requests[i].error);
    }
    CHECK(count == 32);
    CHECK(connections <= 4);
}

static void *hang(void *state)
{
    struct scene *s = state;
    char url[64];
    snprintf(url, sizeof url, "%s/hang", fake_http_url(s->server));
    AUTO(net_request_cleanup)
    struct net_request r = {.url = url, .timeout_ms = 400, .lane = "a", .lane_room = 1};
    call_one(s->net, &r);
    return r.rc == SROW_E_TIMEOUT ? NULL : s;
}

CASE(a_full_lane_refuses_one_call_at_once_and_a_batch_at_its_deadline)
{
    AUTO(scene_end) struct scene s = scene_start();
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, hang, &s) == 0);
    bool there = fake_http_await(s.server, 1);
    AUTO(net_request_cleanup)
    struct net_request one = {
        .url = at(&s, "/echo"), .timeout_ms = 5000, .lane = "a", .lane_room = 1};
    call_one(s.net, &one);
    AUTO(net_request_cleanup)
    struct net_request late = {.url = s.url,
                               .timeout_ms = 5000,
                               .lane = "a",
                               .lane_room = 1,
                               .lane_waits = true,
                               .deadline = time_monotonic_ms() + 50};
    call_one(s.net, &late);
    AUTO(net_request_cleanup)
    struct net_request other = {.url = s.url, .timeout_ms = 5000, .lane = "b", .lane_room = 1};
    call_one(s.net, &other);
    void *wrong = NULL;
    pthread_join(thread, &wrong);
    CHECK(there && wrong == NULL);
    CHECK_RC(one.rc, SROW_E_BUSY);
    CHECK_RC(late.rc, SROW_E_TIMEOUT);
    CHECK(late.took_ms == 0);
    CHECK_OK(other.rc, other.error);
}

CASE(a_child_calls_while_its_parent_has_calls_in_flight)
{
    AUTO(scene_end) struct scene s = scene_start();
    AUTO(net_request_cleanup)
    struct net_request warm = {.url = at(&s, "/echo"), .timeout_ms = 5000};
    call_one(s.net, &warm);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, hang, &s) == 0);
    bool there = fake_http_await(s.server, 2);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        struct net_request r = {.url = s.url, .body = srow_str("child"), .timeout_ms = 5000};
        call_one(s.net, &r);
        bool good = r.rc == SROW_OK && bytes_equal(bytes_buf(&r.body_in), srow_str("child"));
        net_request_cleanup(&r);
        net_free(&s.net);
        _exit(good ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    AUTO(net_request_cleanup)
    struct net_request after = {.url = s.url, .body = srow_str("after"), .timeout_ms = 5000};
    call_one(s.net, &after);
    void *wrong = NULL;
    pthread_join(thread, &wrong);
    CHECK(there && wrong == NULL);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_OK(after.rc, after.error);
    CHECK_BYTES(bytes_buf(&after.body_in), srow_str("after"));
}

CASE(only_https_or_loopback_addresses_may_be_called)
{
    static const struct {
        const char *url;
        bool good;
    } rows[] = {
        {"https://kms.us-east-1.amazonaws.com", true},
        {"https://vpce-0abc.kms.eu-west-1.vpce.amazonaws.com:443/", true},
        {"http://127.0.0.1:8080", true},
        {"http://127.9.9.9", true},
        {"http://localhost:8080", true},
        {"http://[::1]:8080", true},
        {"http://kms.us-east-1.amazonaws.com", false},
        {"http://10.0.0.1", false},
        {"http://0.0.0.0:1", false},
        {"http://localhost.example.com", false},
        {"http://127.0.0.1.example.com", false},
        {"http://127.0.0.1@example.com", false},
        {"http://example.com#@127.0.0.1", false},
        {"http://[::ffff:10.0.0.1]", false},
        {"https://user:secret@kms.us-east-1.amazonaws.com", false},
        {"ftp://127.0.0.1", false},
        {"file:///etc/passwd", false},
        {"kms.us-east-1.amazonaws.com", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        enum srow_rc rc = net_check_url(rows[i].url, &e);
        if ((rc == SROW_OK) != rows[i].good) {
            printf("# %s\n", rows[i].url);
        }
        CHECK_RC(rc, rows[i].good ? SROW_OK : SROW_E_CONFIG);
        CHECK(strstr(e.text, "secret") == NULL);
    }
}

CASE(a_call_to_a_refused_address_fails_without_a_packet)
{
    AUTO(scene_end) struct scene s = scene_start();
    AUTO(net_request_cleanup)
    struct net_request r = {.url = "http://192.0.2.1/", .timeout_ms = 5000};
    call_one(s.net, &r);
    CHECK_RC(r.rc, SROW_E_CONFIG);
    AUTO(net_request_cleanup) struct net_request none = {.url = at(&s, "/echo")};
    call_one(s.net, &none);
    CHECK_RC(none.rc, SROW_E_TIMEOUT);
    CHECK(fake_http_connections(s.server) == 0);
}

int main(void)
{
    RUN(a_body_goes_there_and_back);
    RUN(only_the_callers_headers_go_out_and_no_continue_is_awaited);
    RUN(what_an_error_reply_says_in_its_headers_is_kept_clean);
    RUN(faults_have_their_codes);
    RUN(nobody_there_is_no_connection);
    RUN(a_thousand_calls_of_eight_threads_make_at_most_eight_connections);
    RUN(the_late_answer_of_a_request_that_timed_out_is_never_the_next_ones);
    RUN(a_redirect_is_an_answer_and_nobody_follows_it);
    RUN(the_environments_proxies_are_not_used);
    RUN(localhost_is_loopback_without_a_resolver);
    RUN(a_batch_stands_in_flight_at_once_and_a_lane_is_never_overfull);
    RUN(a_full_lane_refuses_one_call_at_once_and_a_batch_at_its_deadline);
    RUN_FORK(a_child_calls_while_its_parent_has_calls_in_flight);
    RUN(only_https_or_loopback_addresses_may_be_called);
    RUN(a_call_to_a_refused_address_fails_without_a_packet);
    return check_done();
}
