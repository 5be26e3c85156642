/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose certificate is accepted. The servers are openssl's own, on free ports of this machine.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "net/net.h"

static char folder[] = "/tmp/sealrow-tls-XXXXXX";
static char certificate[64], key[64];

struct server {
    pid_t pid;
    unsigned port;
};

/* Starts a program of the path with its standard output in *out. */
static pid_t start(const char *const *arguments, FILE **out)
{
    int ends[2];
    if (pipe(ends) != 0) {
        abort();
    }
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(ends[1], 1);
        dup2(null, 2);
        close(ends[0]);
        alarm(60);
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    close(ends[1]);
    *out = fdopen(ends[0], "r");
    return pid;
}

static bool make_certificate(void)
{
    const char *const arguments[] = {
        "openssl",  "req",       "-x509",   "-newkey",
        "rsa:2048", "-nodes",    "-keyout", key,
        "-out",     certificate, "-days",   "2",
        "-subj",    "/CN=kms",   "-addext", "subjectAltName=IP:127.0.0.1",
        NULL};
    FILE *out;
    int status;
    pid_t pid = start(arguments, &out);
    bool good = waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    fclose(out);
    return good;
}

/* `protocol` as "-tls1_2"; its answer to anything is a page. */
static struct server serve(const char *protocol)
{
    const char *const arguments[] = {
        "openssl", "s_server", "-accept", "127.0.0.1:0",     "-cert",  certificate, "-key",
        key,       "-www",     "-cipher", "ALL:@SECLEVEL=0", protocol, NULL};
    struct server s = {0, 0};
    char line[256];
    FILE *out;
    s.pid = start(arguments, &out);
    while (s.port == 0 && fgets(line, sizeof line, out) != NULL) {
        if (strncmp(line, "ACCEPT 127.0.0.1:", 17) == 0) {
            s.port = (unsigned)strtoul(line + 17, NULL, 10);
        }
    }
    fclose(out);
    return s;
}

static void stop(struct server *s)
{
    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
}

static struct srow_error last;

static enum srow_rc call(const struct server *s, const char *host, const char *ca)
{
    AUTO(net_free) struct net *net = NULL;
    struct net_options options = {.ca_file = ca};
    if (net_new(&net, &options, NULL) != SROW_OK) {
        abort();
    }
    char url[64];
    snprintf(url, sizeof url, "https://%s:%u/", host, s->port);
    AUTO(net_request_cleanup)
    struct net_request r = {.method = "GET", .url = url, .timeout_ms = 10000};
    struct net_request *list = &r;
    net_call(net, &list, 1);
    last = r.error;
    return r.rc;
}

CASE(a_certificate_nobody_vouches_for_is_refused)
{
    AUTO(stop) struct server s = serve("-tls1_2");
    CHECK(s.port != 0);
    CHECK_RC(call(&s, "127.0.0.1", NULL), SROW_E_TLS);
    CHECK(strstr(last.text, "127.0.0.1:") != NULL && strstr(last.text, "certificate") != NULL);
}

CASE(a_certificate_of_the_named_authority_is_accepted)
{
    AUTO(stop) struct server s = serve("-tls1_3");
    CHECK_OK(call(&s, "127.0.0.1", certificate), last);
}

CASE(the_environment_may_name_the_authority)
{
    AUTO(stop) struct server s = serve("-tls1_2");
    setenv("AWS_CA_BUNDLE", certificate, 1);
    enum srow_rc rc = call(&s, "127.0.0.1", NULL);
    unsetenv("AWS_CA_BUNDLE");
    CHECK_OK(rc, last);
}

CASE(an_authority_that_cannot_be_read_is_a_matter_of_configuration)
{
    AUTO(stop) struct server s = serve("-tls1_2");
    static const char *const names[] = {"/nonexistent.pem", "/dev/null"};
    for (size_t i = 0; i < 2; i++) {
        setenv("AWS_CA_BUNDLE", names[i], 1);
        CHECK_RC(call(&s, "127.0.0.1", NULL), SROW_E_CONFIG);
        unsetenv("AWS_CA_BUNDLE");
        CHECK(strstr(last.text, names[i]) != NULL && strstr(last.text, "AWS_CA_BUNDLE") != NULL);
        CHECK_RC(call(&s, "127.0.0.1", names[i]), SROW_E_CONFIG);
    }
}

CASE(a_certificate_for_another_host_is_refused)
{
    AUTO(stop) struct server s = serve("-tls1_2");
    CHECK_RC(call(&s, "localhost", certificate), SROW_E_TLS);
}

CASE(versions_before_1_2_are_not_spoken)
{
    AUTO(stop) struct server s = serve("-tls1_1");
    CHECK_RC(call(&s, "127.0.0.1", certificate), SROW_E_TLS);
}

int main(void)
{
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    snprintf(certificate, sizeof certificate, "%s/cert.pem", folder);
    snprintf(key, sizeof key, "%s/key.pem", folder);
    if (!make_certificate()) {
        rmdir(folder);
        printf("1..0 # SKIP no certificate: the program openssl is not there\n");
        return 0;
    }
    RUN(a_certificate_nobody_vouches_for_is_refused);
    RUN(a_certificate_of_the_named_authority_is_accepted);
    RUN(the_environment_may_name_the_authority);
    RUN(a_certificate_for_another_host_is_refused);
    RUN(versions_before_1_2_are_not_spoken);
    RUN(an_authority_that_cannot_be_read_is_a_matter_of_configuration);
    unlink(certificate);
    unlink(key);
    rmdir(folder);
    return check_done();
}
