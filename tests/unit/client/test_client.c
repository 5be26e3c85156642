/* SPDX-License-Identifier: Apache-2.0 */
#include "client/client.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "fake/fake_kms.h"

#define ARN_US "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define ARN_EU "arn:aws:kms:eu-west-1:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"
#define ARN_OLD "arn:aws:kms:eu-west-1:111122223333:key/0000fedc-12ab-34cd-56ef-1234567890ab"

static const char yaml[] = "version: 1\n"
                           "domain: bank\n"
                           "regions: {us-east-1: {}, eu-west-1: {}}\n"
                           "keys:\n"
                           "  default:\n"
                           "    us-east-1: [\"" ARN_US "\"]\n"
                           "    eu-west-1: [\"" ARN_EU "\", {arn: \"" ARN_OLD "\", use: open}]\n"
                           "tables:\n"
                           "  profile:\n"
                           "    bind: {account: text}\n"
                           "    columns: {userid: {required: true}, note: {}}\n";

/* A client over a fake KMS with both Regions. */
struct bench {
    struct srow_config *config;
    struct kms *kms;
    struct srow_client *client;
    struct srow_error e;
};

static void bench_cleanup(struct bench *b)
{
    srow_client_free(b->client);
    srow_config_free(b->config);
    kms_free(&b->kms);
}

static struct bench bench_of(const char *text, const char *local)
{
    static const char *const regions[] = {"us-east-1", "eu-west-1", NULL};
    struct bench b = {.kms = fake_kms_new(regions)};
    if (srow_config_parse(&b.config, srow_str(text), &b.e) != SROW_OK) {
        return b;
    }
    struct client_options options = {.face = {.local_region = local}, .kms = b.kms};
    (void)!client_new(&b.client, b.config, &options, &b.e);
    return b;
}

static void sealed_cleanup(struct srow_sealed *s)
{
    srow_sealed_free(s);
}

static const struct srow_bind account[] = {{"account", {SROW_TYPE_TEXT, 0, 0, {"12345678", 8}}}};
static const struct srow_bind other[] = {{"account", {SROW_TYPE_TEXT, 0, 0, {"87654321", 8}}}};

static struct srow_cell cell_of(const struct srow_bind *bind, const char *via)
{
    struct srow_cell cell = {.column = "profile.userid", .bind = bind, .bind_count = 1};
    cell.via = via;
    return cell;
}

CASE(a_value_is_wrapped_for_each_region_and_opens_in_the_local_one)
{
    static const char *const locals[] = {"us-east-1", "eu-west-1"};
    for (size_t i = 0; i < 2; i++) {
        AUTO(bench_cleanup) struct bench b = bench_of(yaml, locals[i]);
        AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        struct srow_cell cell = cell_of(account, NULL);
        CHECK(b.client != NULL && strcmp(client_local_region(b.client), locals[i]) == 0);
        CHECK_OK(srow_cell_seal(&sealed, b.client, &cell, srow_str("abc123"), &b.e), b.e);
        CHECK(sealed.wrapped == 2 && sealed.missing == 0);
        CHECK(fake_kms_count(b.kms, locals[i], KMS_GENERATE) == 1);
        CHECK(fake_kms_count(b.kms, locals[1 - i], KMS_ENCRYPT) == 1);
        fake_kms_reset(b.kms);
        CHECK_OK(srow_cell_open(&plain, b.client, &cell, bytes_buf(&sealed.message), &b.e), b.e);
        CHECK(bytes_equal_str(bytes_buf(&plain), "abc123"));
        CHECK(fake_kms_total(b.kms, locals[i]) == 1 && fake_kms_total(b.kms, locals[1 - i]) == 0);
    }
}

CASE(via_asks_one_region_alone_and_must_be_known)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    struct srow_cell cell = cell_of(account, NULL);
    CHECK_OK(srow_cell_seal(&sealed, b.client, &cell, srow_str("abc123"), &b.e), b.e);
    struct srow_bytes message = bytes_buf(&sealed.message);
    fake_kms_reset(b.kms);
    cell.via = "eu-west-1";
    CHECK_OK(srow_cell_open(&plain, b.client, &cell, message, &b.e), b.e);
    CHECK(fake_kms_total(b.kms, "us-east-1") == 0 && fake_kms_total(b.kms, "eu-west-1") == 1);
    buf_cleanup(&plain);
    fake_kms_set(b.kms, "eu-west-1", SROW_E_CONNECT);
    CHECK_RC(srow_cell_open(&plain, b.client, &cell, message, &b.e), SROW_E_CONNECT);
    CHECK(fake_kms_total(b.kms, "us-east-1") == 0);
    cell.via = "us-west-9";
    CHECK_RC(srow_cell_open(&plain, b.client, &cell, message, &b.e), SROW_E_REGION);
    CHECK(strcmp(b.e.text, "via: the configuration has no Region us-west-9: name one of us-east-1, "
                           "eu-west-1") == 0);
    cell.via = "us-east-1";
    CHECK_RC(srow_cell_seal(&sealed, b.client, &cell, srow_str("a"), &b.e), SROW_E_USAGE);
}

CASE(a_region_gone_fails_writes_and_not_reads)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0}, refused = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    struct srow_cell cell = cell_of(account, NULL);
    CHECK_OK(srow_cell_seal(&sealed, b.client, &cell, srow_str("abc123"), &b.e), b.e);
    fake_kms_set(b.kms, "us-east-1", SROW_E_CONNECT);
    CHECK_OK(srow_cell_open(&plain, b.client, &cell, bytes_buf(&sealed.message), &b.e), b.e);
    CHECK(bytes_equal_str(bytes_buf(&plain), "abc123"));
    CHECK_RC(srow_cell_seal(&refused, b.client, &cell, srow_str("abc123"), &b.e), SROW_E_REGIONS);
    CHECK(refused.message.at == NULL);
}

CASE(failover_is_what_the_configuration_says)
{
    static const struct {
        const char *mode;
        enum srow_rc failure, rc;
    } rows[] = {
        {"any", SROW_E_KMS_DENIED, SROW_OK},
        {"any", SROW_E_TIMEOUT, SROW_OK},
        {"unavailable", SROW_E_KMS_DENIED, SROW_E_KMS_DENIED},
        {"unavailable", SROW_E_TIMEOUT, SROW_OK},
        {"none", SROW_E_TIMEOUT, SROW_E_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[sizeof yaml + 64];
        snprintf(text, sizeof text, "%sopen: {failover: %s}\n", yaml, rows[i].mode);
        AUTO(bench_cleanup) struct bench b = bench_of(text, "us-east-1");
        AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        struct srow_cell cell = cell_of(account, NULL);
        CHECK_OK(srow_cell_seal(&sealed, b.client, &cell, srow_str("a"), &b.e), b.e);
        fake_kms_set(b.kms, "us-east-1", rows[i].failure);
        CHECK_RC(srow_cell_open(&plain, b.client, &cell, bytes_buf(&sealed.message), &b.e),
                 rows[i].rc);
        CHECK(client_events(b.client, SROW_E_KMS_DENIED) == (rows[i].failure == SROW_E_KMS_DENIED));
    }
}

CASE(match_compares_without_giving_the_value)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    struct srow_cell cell = cell_of(account, NULL), wrong = cell_of(other, NULL);
    CHECK_OK(srow_cell_seal(&sealed, b.client, &cell, srow_str("abc123"), &b.e), b.e);
    struct srow_bytes message = bytes_buf(&sealed.message);
    int same = 7;
    CHECK_RC(srow_cell_match(&same, b.client, &wrong, message, srow_str("abc123"), &b.e),
             SROW_E_CONTEXT);
    CHECK(same == 7);
    CHECK_OK(srow_cell_match(&same, b.client, &cell, message, srow_str("abc123"), &b.e), b.e);
    CHECK(same == 1);
    CHECK_OK(srow_cell_match(&same, b.client, &cell, message, srow_str("abc12"), &b.e), b.e);
    CHECK(same == 0);
}

CASE(the_local_region_must_be_one_of_the_configuration)
{
    AUTO(bench_cleanup) struct bench wrong = bench_of(yaml, "us-west-9");
    CHECK(wrong.client == NULL && wrong.e.rc == SROW_E_REGION);
    CHECK(strcmp(wrong.e.text,
                 "local Region: the configuration has no Region us-west-9: name one of "
                 "us-east-1, eu-west-1") == 0);
    unsetenv("SEALROW_LOCAL_REGION");
    unsetenv("AWS_DEFAULT_REGION");
    unsetenv("AWS_REGION");
    AUTO(bench_cleanup) struct bench none = bench_of(yaml, NULL);
    CHECK(none.client == NULL && none.e.rc == SROW_E_REGION);
    setenv("AWS_REGION", "eu-west-1", 1);
    AUTO(bench_cleanup) struct bench found = bench_of(yaml, NULL);
    CHECK(found.client != NULL);
    CHECK(strcmp(client_local_region(found.client), "eu-west-1") == 0);
    unsetenv("AWS_REGION");
}

CASE(calls_without_what_they_need_are_refused)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    struct srow_sealed sealed = {0};
    struct srow_buf plain = {0};
    struct srow_client *client = NULL;
    struct srow_cell cell = cell_of(account, NULL);
    struct srow_bytes nothing = {NULL, 3};
    int same = 0;
    CHECK_RC(srow_cell_seal(&sealed, NULL, &cell, srow_str("a"), NULL), SROW_E_USAGE);
    CHECK_RC(srow_cell_seal(&sealed, b.client, NULL, srow_str("a"), NULL), SROW_E_USAGE);
    CHECK_RC(srow_cell_seal(&sealed, b.client, &cell, nothing, NULL), SROW_E_USAGE);
    CHECK_RC(srow_cell_seal(&sealed, b.client, &cell, bytes_of("a", (size_t)INT32_MAX + 1), NULL),
             SROW_E_LIMIT);
    CHECK_RC(srow_cell_open(&plain, b.client, &cell, nothing, NULL), SROW_E_USAGE);
    CHECK_RC(srow_cell_match(&same, b.client, &cell, srow_str("a"), nothing, NULL), SROW_E_USAGE);
    CHECK_RC(srow_client_new(&client, NULL, NULL, NULL), SROW_E_USAGE);
    CHECK_RC(srow_client_open(&client, "/nowhere/sealrow.yaml", NULL), SROW_E_CONFIG_MISSING);
    srow_client_free(NULL);
    srow_sealed_free(NULL);
    CHECK(client == NULL && strcmp(srow_version(), SROW_VERSION) == 0);
}

#ifdef TEST_WITH_NET
CASE(a_client_of_a_file_needs_credentials_and_makes_no_request)
{
    char path[] = "/tmp/test_client_XXXXXX";
    struct srow_error e = {0};
    struct srow_client *client = NULL;
    int fd = mkstemp(path);
    CHECK(write(fd, yaml, sizeof yaml - 1) == (ssize_t)(sizeof yaml - 1));
    close(fd);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    unsetenv("AWS_PROFILE");
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    enum srow_rc without = srow_client_open(&client, path, &e);
    setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
    enum srow_rc with = srow_client_open(&client, path, &e);
    unlink(path);
    unsetenv("AWS_REGION");
    srow_client_free(client);
    CHECK_RC(without, SROW_E_CREDENTIALS);
    CHECK_OK(with, e);
}
#endif

CASE(null_is_an_event_where_a_value_is_required)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    struct srow_cell cell = cell_of(account, NULL);
    CHECK_RC(client_null_cell(b.client, &cell, NULL), SROW_E_NULL_CELL);
    CHECK(client_events(b.client, SROW_E_NULL_CELL) == 1);
    cell.column = "profile.note";
    CHECK_RC(client_null_cell(b.client, &cell, NULL), SROW_OK);
    CHECK(client_events(b.client, SROW_E_NULL_CELL) == 1);
}

CASE(each_key_is_checked_in_its_region)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    struct client_check *checks = NULL;
    size_t count = 0;
    CHECK_OK(client_check_keys(&checks, &count, b.client, &b.e), b.e);
    CHECK(count == 3 && checks[2].open_only);
    bool well = checks[0].rc == SROW_OK && checks[1].rc == SROW_OK && checks[2].rc == SROW_OK;
    free(checks);
    CHECK(well);
    CHECK(fake_kms_count(b.kms, "us-east-1", KMS_DECRYPT) == 1);
    CHECK(fake_kms_widest(b.kms) == 3); /* a Region without an answer is waited for once */
    CHECK(fake_kms_count(b.kms, "eu-west-1", KMS_DESCRIBE) == 2);
    CHECK(fake_kms_count(b.kms, "eu-west-1", KMS_GENERATE) == 1);
    fake_kms_set_op(b.kms, "eu-west-1", KMS_GENERATE, SROW_E_KMS_DENIED);
    CHECK_OK(client_check_keys(&checks, &count, b.client, &b.e), b.e);
    well = checks[0].rc == SROW_OK && checks[1].rc == SROW_E_KMS_DENIED &&
           checks[1].error.rc == SROW_E_KMS_DENIED && checks[2].rc == SROW_OK;
    free(checks);
    CHECK(well);
    fake_kms_set(b.kms, "eu-west-1", SROW_E_TIMEOUT);
    fake_kms_reset(b.kms);
    CHECK_OK(client_check_keys(&checks, &count, b.client, &b.e), b.e);
    well = checks[0].rc == SROW_OK && checks[1].rc == SROW_E_TIMEOUT;
    free(checks);
    CHECK(well);
    CHECK(fake_kms_total(b.kms, "eu-west-1") == 2); /* no further question */
}

CASE(a_probe_opens_through_each_region_by_readers)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    AUTO(buf_cleanup) struct srow_buf probe = {0};
    CHECK_OK(client_probe_seal(&probe, b.client, "default", &b.e), b.e);
    fake_kms_set_op(b.kms, "us-east-1", KMS_GENERATE, SROW_E_KMS_DENIED);
    fake_kms_reset(b.kms);
    struct srow_bytes message = bytes_buf(&probe);
    CHECK_OK(client_probe_open(b.client, "default", "us-east-1", message, &b.e), b.e);
    CHECK_OK(client_probe_open(b.client, "default", "eu-west-1", message, &b.e), b.e);
    CHECK(fake_kms_total(b.kms, "us-east-1") == 1 && fake_kms_total(b.kms, "eu-west-1") == 1);
    CHECK_RC(client_probe_open(b.client, "cards", "eu-west-1", message, NULL), SROW_E_USAGE);
    CHECK_RC(client_probe_open(b.client, "default", "r", message, NULL), SROW_E_REGION);
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    fake_kms_set_op(b.kms, "us-east-1", KMS_GENERATE, SROW_OK);
    struct srow_cell cell = cell_of(account, NULL);
    CHECK_OK(srow_cell_seal(&sealed, b.client, &cell, srow_str("a"), &b.e), b.e);
    CHECK_RC(client_probe_open(b.client, "default", NULL, bytes_buf(&sealed.message), NULL),
             SROW_E_CONTEXT);
}

enum { THREADS = 8, ROUNDS = 100 };

static void *work(void *arg)
{
    struct srow_client *client = arg;
    size_t good = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        struct srow_cell cell = cell_of(i % 2 == 0 ? account : other, NULL);
        struct srow_cell wrong = cell_of(i % 2 == 0 ? other : account, NULL);
        good +=
            srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), NULL) == SROW_OK &&
            srow_cell_open(&plain, client, &wrong, bytes_buf(&sealed.message), NULL) ==
                SROW_E_CONTEXT &&
            srow_cell_open(&plain, client, &cell, bytes_buf(&sealed.message), NULL) == SROW_OK &&
            bytes_equal_str(bytes_buf(&plain), "abc123");
    }
    return good == ROUNDS ? arg : NULL;
}

CASE(eight_threads_share_one_client)
{
    AUTO(bench_cleanup) struct bench b = bench_of(yaml, "us-east-1");
    pthread_t threads[THREADS];
    size_t good = 0;
    int before = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO); /* 800 events */
    for (size_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, work, b.client);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        good += result != NULL;
    }
    dup2(before, STDERR_FILENO);
    close(before);
    close(nowhere);
    CHECK(good == THREADS);
    CHECK(client_events(b.client, SROW_E_CONTEXT) == THREADS * ROUNDS);
}

struct end {
    struct srow_client *client;
    atomic_bool freed, left;
    bool waited;
};

static void *end(void *arg)
{
    struct end *x = arg;
    srow_client_free(x->client);
    x->waited = atomic_load(&x->left);
    atomic_store(&x->freed, true);
    return NULL;
}

CASE(the_end_waits_for_calls_in_flight)
{
    struct bench b = bench_of(yaml, "us-east-1");
    struct end x = {.client = b.client};
    pthread_t thread;
    client_enter(b.client);
    pthread_create(&thread, NULL, end, &x);
    for (size_t i = 0; i < 20000 && !atomic_load(&x.freed); i++) {
        sched_yield(); /* time for an end that does not wait */
    }
    atomic_store(&x.left, true);
    if (!atomic_load(&x.freed)) {
        client_leave(b.client);
    }
    pthread_join(thread, NULL);
    b.client = NULL;
    bench_cleanup(&b);
    CHECK(x.waited);
}

/* Everything that the log and a command got to see. */
static void collect(struct srow_buf *out, const char *path)
{
    char part[4096];
    FILE *f = fopen(path, "r");
    for (size_t n; f != NULL && (n = fread(part, 1, sizeof part, f)) > 0;) {
        buf_put(out, bytes_of(part, n));
    }
    if (f != NULL) {
        fclose(f);
    }
    unlink(path);
    (void)buf_cstr(out);
}

CASE(no_event_shows_a_plaintext_or_a_bound_value)
{
    char out_path[] = "/tmp/test_client_XXXXXX", log_path[] = "/tmp/test_client_XXXXXX";
    char text[sizeof yaml + 128];
    close(mkstemp(out_path));
    int log = mkstemp(log_path), before = dup(STDERR_FILENO);
    snprintf(text, sizeof text, "%salarm: [{to: exec, command: [/bin/sh, -c, 'cat >>%s']}]\n", yaml,
             out_path);
    struct bench b = bench_of(text, "us-east-1");
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0}, seen = {0};
    struct srow_cell cell = cell_of(account, NULL), wrong = cell_of(other, NULL);
    dup2(log, STDERR_FILENO);
    enum srow_rc sealing = srow_cell_seal(&sealed, b.client, &cell, srow_str("canary-value"), &b.e);
    struct srow_bytes message = bytes_buf(&sealed.message);
    enum srow_rc swapped = srow_cell_open(&plain, b.client, &wrong, message, &b.e);
    bool told = strstr(b.e.text, "12345678") != NULL || strstr(b.e.text, "87654321") != NULL;
    enum srow_rc clear = srow_cell_open(&plain, b.client, &cell, srow_str("canary-value"), &b.e);
    told = told || strstr(b.e.text, "canary") != NULL;
    bench_cleanup(&b); /* delivers */
    dup2(before, STDERR_FILENO);
    close(before);
    close(log);
    collect(&seen, out_path);
    size_t from_command = seen.len;
    collect(&seen, log_path);
    CHECK(sealing == SROW_OK && swapped == SROW_E_CONTEXT && clear == SROW_E_NOT_MESSAGE);
    CHECK(!told && from_command > 0 && seen.len > from_command);
    CHECK(strstr(seen.at, "cell.context") != NULL && strstr(seen.at, "cell.plaintext") != NULL);
    CHECK(strstr(seen.at, "canary") == NULL);
    CHECK(strstr(seen.at, "12345678") == NULL && strstr(seen.at, "87654321") == NULL);
}

int main(void)
{
    RUN(a_value_is_wrapped_for_each_region_and_opens_in_the_local_one);
    RUN(via_asks_one_region_alone_and_must_be_known);
    RUN(a_region_gone_fails_writes_and_not_reads);
    RUN(failover_is_what_the_configuration_says);
    RUN(match_compares_without_giving_the_value);
    RUN(the_local_region_must_be_one_of_the_configuration);
    RUN(calls_without_what_they_need_are_refused);
#ifdef TEST_WITH_NET
    RUN(a_client_of_a_file_needs_credentials_and_makes_no_request);
#endif
    RUN(null_is_an_event_where_a_value_is_required);
    RUN(each_key_is_checked_in_its_region);
    RUN(a_probe_opens_through_each_region_by_readers);
    RUN(eight_threads_share_one_client);
    RUN(the_end_waits_for_calls_in_flight);
    RUN(no_event_shows_a_plaintext_or_a_bound_value);
    return check_done();
}
