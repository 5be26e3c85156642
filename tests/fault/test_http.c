/* SPDX-License-Identifier: Apache-2.0
 *
 * A client from its configuration to KMS over HTTP and back under failing allocations, curl's and
 * those of the loop thread among them. KMS is two Regions in a process of their own, whose
 * allocations are left alone.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/sigv4.h"
#include "check.h"
#include "client/client.h"
#include "fake/fake_region.h"
#include "fault/alloc.h"
#include "fault/fault.h"

#define KEY ":111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

static struct srow_config *config;
static struct srow_buf stored; /* "abc123" in `cell` */

static const struct srow_bind account[] = {{"account", {SROW_TYPE_TEXT, 0, 0, {"12345678", 8}}}};
static const struct srow_cell cell = {.column = "profile.userid", .bind = account, .bind_count = 1};

static enum srow_rc make_client(struct srow_client **out, struct srow_error *e)
{
    struct client_options options = {.face = {.local_region = "us-east-1"}};
    enum srow_rc rc = client_new(out, config, &options, e);
    return rc != SROW_OK && *out != NULL ? fault_wrong("a client in spite of the failure") : rc;
}

static enum srow_rc seal_with(struct srow_client *client, struct srow_error *e)
{
    struct srow_sealed sealed = {.wrapped = 77};
    enum srow_rc rc = srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), e);
    if (rc != SROW_OK) {
        bool untouched = sealed.wrapped == 77 && sealed.message.at == NULL;
        return untouched ? rc : fault_wrong("a message in spite of the failure");
    }
    bool right = sealed.wrapped == 2 && sealed.missing == 0 && sealed.message.len > 100;
    srow_sealed_free(&sealed);
    return right ? SROW_OK : fault_wrong("sealed for too few Regions");
}

static enum srow_rc seal(struct srow_error *e)
{
    struct srow_client *client = NULL;
    enum srow_rc rc = make_client(&client, e);
    rc = rc == SROW_OK ? seal_with(client, e) : rc;
    srow_client_free(client);
    return rc;
}

static enum srow_rc open_with(struct srow_client *client, struct srow_error *e)
{
    struct srow_buf plain = {0};
    enum srow_rc rc = srow_cell_open(&plain, client, &cell, bytes_buf(&stored), e);
    if (rc != SROW_OK) {
        return plain.at == NULL ? rc : fault_wrong("plaintext in spite of the failure");
    }
    bool right = bytes_equal_str(bytes_buf(&plain), "abc123");
    srow_buf_free(&plain);
    return right ? SROW_OK : fault_wrong("another plaintext");
}

static enum srow_rc open_cell(struct srow_error *e)
{
    struct srow_client *client = NULL;
    enum srow_rc rc = make_client(&client, e);
    rc = rc == SROW_OK ? open_with(client, e) : rc;
    srow_client_free(client);
    return rc;
}

static enum srow_rc presign(struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret secret = {0};
    AUTO(buf_cleanup) struct srow_buf query = {0};
    struct sigv4_header headers[] = {{srow_str("Host"), srow_str("localhost")}};
    struct sigv4_request request = {.method = "GET",
                                    .path = srow_str("/"),
                                    .query = srow_str("Action=ListKeys"),
                                    .headers = headers,
                                    .header_count = 1};
    struct sigv4_scope scope = {.region = "us-east-1", .service = "kms", .when = 1767323045};
    TRY(secret_of(&secret, srow_str("a secret access key"), e));
    struct credentials credentials = {(char *)(uintptr_t) "AKID", secret, NULL};
    enum srow_rc rc = sigv4_presign(&query, &request, &scope, &credentials, 60, e);
    if (rc != SROW_OK) {
        return query.len == 0 ? rc : fault_wrong("a query in spite of the failure");
    }
    AUTO(sigv4_query_cleanup) struct sigv4_query read = {0};
    request.query = bytes_buf(&query);
    TRY(sigv4_query_read(&read, &request, e));
    return sigv4_query_verify(&read, &request, &secret, scope.when, e);
}

/* -- KMS, in a process of its own -- */

static pid_t kms;

static void serve(int ready)
{
    struct fake_region regions[2] = {0};
    char urls[2][64] = {{0}};
    fake_region_start(&regions[0], "us-east-1");
    fake_region_start(&regions[1], "eu-west-1");
    for (int i = 0; i < 2; i++) {
        snprintf(urls[i], sizeof urls[i], "%s", fake_http_url(regions[i].server));
    }
    if (write(ready, urls, sizeof urls) == (ssize_t)sizeof urls) {
        for (pid_t parent = getppid(); getppid() == parent;) {
            sleep(1); /* it ends with the test, by a signal or by itself */
        }
    }
    _exit(0);
}

static void bail_out(const char *text)
{
    printf("Bail out! %s\n", text);
    if (kms > 0) {
        kill(kms, SIGKILL);
    }
    exit(1);
}

static void configure(char urls[2][64])
{
    char yaml[1024];
    struct srow_error e = {0};
    snprintf(yaml, sizeof yaml,
             "version: 1\ndomain: bank\n"
             "regions: {us-east-1: {endpoint: '%s'}, eu-west-1: {endpoint: '%s'}}\n"
             "keys:\n  default:\n    us-east-1: [\"arn:aws:kms:us-east-1" KEY "\"]\n"
             "    eu-west-1: [\"arn:aws:kms:eu-west-1" KEY "\"]\n"
             "tables: {profile: {bind: {account: text}, columns: {userid: {}}}}\n",
             urls[0], urls[1]);
    struct srow_client *client = NULL;
    struct srow_sealed sealed = {0};
    if (srow_config_parse(&config, srow_str(yaml), &e) != SROW_OK ||
        make_client(&client, &e) != SROW_OK ||
        srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), &e) != SROW_OK) {
        bail_out(e.text);
    }
    stored = sealed.message;
    srow_client_free(client);
}

static void set_up(void)
{
    int ends[2];
    char urls[2][64];
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    unsetenv("AWS_SESSION_TOKEN");
    if (pipe(ends) != 0 || (kms = fork()) < 0) {
        bail_out("no process for KMS");
    }
    if (kms == 0) {
        serve(ends[1]);
    }
    close(ends[1]);
    if (read(ends[0], urls, sizeof urls) != (ssize_t)sizeof urls) {
        bail_out("KMS did not start");
    }
    configure(urls);
    if (freopen("/dev/null", "w", stderr) == NULL) { /* events write to the log */
        bail_out("no /dev/null");
    }
}

int main(void)
{
    /* curl says of a connection without memory that there is none; a write lacks the Region then */
    static const enum srow_rc network[] = {SROW_E_CONNECT, SROW_E_REGIONS, SROW_OK};
    static const struct fault_case cases[] = {
        {.name = "a value is sealed over HTTP or there is no memory",
         .run = seal,
         .others = network,
         .survives = true},
        {.name = "a value is opened over HTTP or there is no memory",
         .run = open_cell,
         .others = network,
         .survives = true},
        {.name = "a query is signed and verified or there is no memory", .run = presign},
    };
    set_up();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_run(&cases[i]);
    }
    kill(kms, SIGKILL);
    waitpid(kms, NULL, 0);
    srow_buf_free(&stored);
    srow_config_free(config);
    return check_done();
}
