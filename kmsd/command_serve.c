/* SPDX-License-Identifier: Apache-2.0
 *
 * The server, and --init, which makes all it needs and prints how to use it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/time.h"
#include "kmsd/command.h"
#include "kmsd/control.h"
#include "kmsd/datadir.h"
#include "kmsd/listener_address.h"
#include "kmsd/listener_tls.h"

enum {
    CLOCK_WINDOW_S = 300,
    REQUEST_S = 15,
    CONNECTIONS = 1024,
    SWEEP_MS = 1000,
    PATIENCE_MS = 1500
};

struct options {
    const char *data;
    struct option_list regions;
    const char *any, *tls_cert, *tls_key;
    bool init;
    uint32_t clock_window, request_timeout, connections;
};

static const struct option options[] = {
    {"--data", "DIR", OPTION_TEXT, offsetof(struct options, data),
     "keys, access keys and audit log; made if it is not there"},
    {"--region", "NAME=HOST:PORT", OPTION_LIST, offsetof(struct options, regions),
     "serve this Region here; may be repeated; PORT 0: a free one"},
    {"--any", "HOST:PORT", OPTION_TEXT, offsetof(struct options, any),
     "serve all Regions here too, each request in the one its signature names"},
    {"--tls-cert", "FILE", OPTION_TEXT, offsetof(struct options, tls_cert),
     "serve TLS with this certificate; other addresses than loopback need it"},
    {"--tls-key", "FILE", OPTION_TEXT, offsetof(struct options, tls_key),
     "its private key, for the owner of this process alone"},
    {"--init", NULL, OPTION_FLAG, offsetof(struct options, init),
     "make DIR with a key in each Region, alias/sealrow, print how to use them, end"},
    {"--clock-window", "SECONDS", OPTION_NUMBER, offsetof(struct options, clock_window),
     "how far a request's time may be off (300)"},
    {"--request-timeout", "SECONDS", OPTION_NUMBER, offsetof(struct options, request_timeout),
     "a request must be complete by then (15)"},
    {"--connections", "NUMBER", OPTION_NUMBER, offsetof(struct options, connections),
     "at the same time, each address (1024)"},
    {0},
};

struct server {
    struct datadir dir;
    struct audit audit;
    struct http_service service;
    struct listener_tls tls;
    struct listener *listeners[OPTIONS_LIST + 1]; /* the address of all Regions is the last */
    size_t count;
    int control, signals;
};

static void server_cleanup(struct server *s)
{
    uint64_t patience = time_monotonic_ms() + PATIENCE_MS;
    while (s->count > 0) { /* the address of all Regions first: it asks the others */
        s->count--;
        listener_stop(s->listeners[s->count], time_left_ms(patience) == 0);
        listener_free(&s->listeners[s->count]);
    }
    if (s->control > 0) {
        close(s->control);
        unlink("control");
    }
    if (s->signals > 0) {
        close(s->signals);
    }
    audit_close(&s->audit);
    datadir_cleanup(&s->dir);
    listener_tls_cleanup(&s->tls);
}

/* Before any thread: all of them inherit the mask, and only the loop below sees the signals. */
static enum srow_rc catch_signals(int *out, struct srow_error *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    *out = signalfd(-1, &set, SFD_CLOEXEC);
    FAIL_IF(*out < 0, e, SROW_E_IO, "signals: %s", strerror(errno));
    return SROW_OK;
}

static enum srow_rc listen_all(struct server *s, const struct options *o, struct srow_error *e)
{
    struct listener_options how = {o->request_timeout, o->connections,
                                   o->tls_cert == NULL ? NULL : &s->tls};
    struct listener_regions all = {s->listeners, o->regions.count};
    s->service =
        (struct http_service){s->dir.store, &s->audit, {&s->dir.principals, o->clock_window}};
    for (size_t i = 0; i < o->regions.count; i++) {
        TRY(listener_new(&s->listeners[i], o->regions.at[i], &s->service, &how, e));
        s->count++;
    }
    if (o->any != NULL) {
        TRY(listener_new_any(&s->listeners[s->count], o->any, &all, &s->service, &how, e));
        s->count++;
    }
    for (size_t i = 0; i < s->count; i++) {
        printf("%s %s://%s\n", listener_region(s->listeners[i]), listener_scheme(s->listeners[i]),
               listener_address(s->listeners[i]));
    }
    puts("ready");
    fflush(stdout);
    return SROW_OK;
}

/* Until a signal. */
static void loop(const struct server *s)
{
    struct pollfd waits[] = {{s->signals, POLLIN, 0}, {s->control, POLLIN, 0}};
    while (waits[0].revents == 0) {
        waits[1].revents = 0;
        if (poll(waits, 2, SWEEP_MS) > 0 && waits[1].revents != 0) {
            control_serve(s->control, s->listeners, s->count);
        }
        for (size_t i = 0; i < s->count; i++) {
            listener_sweep(s->listeners[i]);
        }
    }
}

static enum srow_rc serve(const struct options *o, struct srow_error *e)
{
    AUTO(server_cleanup) struct server s = {0};
    TRY(catch_signals(&s.signals, e));
    if (o->tls_cert != NULL) { /* before the directory is entered: names are the caller's */
        TRY(listener_tls_load(&s.tls, o->tls_cert, o->tls_key, e));
    }
    TRY(datadir_open(&s.dir, o->data, false, e));
    TRY(audit_open(&s.audit, e));
    TRY(control_listen(&s.control, e));
    TRY(listen_all(&s, o, e));
    loop(&s);
    return SROW_OK;
}

/* -- init -- */

struct place {
    const char *spec;
    bool tls;
};

static enum srow_rc put_key(struct srow_buf *regions, struct srow_buf *keys, struct datadir *dir,
                            const struct place *place, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    struct listener_address address;
    char arn[CALL_ARN];
    TRY(listener_address_parse(&address, place->spec, place->tls, e));
    TRY(store_add(&key, dir->store, address.region, srow_str("made by sealrow-kmsd --init"), e));
    TRY(store_alias_add(dir->store, address.region, "alias/sealrow", key.id, e));
    call_format_arn(arn, address.region, key.id);
    buf_printf(regions, "  %s: {endpoint: \"%s://%s\"}\n", address.region,
               place->tls ? "https" : "http", strchr(place->spec, '=') + 1);
    buf_printf(keys, "    %s: [\"%s\"]\n", address.region, arn);
    return SROW_OK;
}

/* Text in single quotes for a shell. */
static void put_quoted(struct srow_buf *out, const char *text)
{
    buf_put_u8(out, '\'');
    for (; *text != '\0'; text++) {
        buf_put_str(out, *text == '\'' ? "'\\'" : "");
        buf_put_u8(out, (uint8_t)*text);
    }
    buf_put_u8(out, '\'');
}

/* Makes the keys in a directory that is new, and prints how to use them. */
static enum srow_rc fill(struct datadir *dir, const struct options *o, const char *first,
                         struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf regions = {0}, keys = {0}, path = {0};
    for (size_t i = 0; i < o->regions.count; i++) {
        struct place place = {o->regions.at[i], o->tls_cert != NULL};
        TRY(put_key(&regions, &keys, dir, &place, e));
    }
    AUTO(str_free) char *here = realpath(".", NULL);
    FAIL_IF(here == NULL, e, SROW_E_IO, "%s: %s", o->data, strerror(errno));
    buf_printf(&path, "%s/credentials", here);
    AUTO(buf_cleanup) struct srow_buf export = {0};
    put_quoted(&export, buf_cstr(&path));
    printf("# for the shell\n"
           "export AWS_SHARED_CREDENTIALS_FILE=%s\n"
           "export AWS_PROFILE=app\n"
           "export AWS_REGION=%s\n"
           "\n# for sealrow.yaml\nregions:\n%s\nkeys:\n  default:\n%s",
           buf_cstr(&export), first, buf_cstr(&regions), buf_cstr(&keys));
    FAIL_IF(fflush(stdout) != 0, e, SROW_E_IO, "standard output cannot be written");
    return SROW_OK;
}

static enum srow_rc init(const struct options *o, struct srow_error *e)
{
    AUTO(datadir_cleanup) struct datadir dir = {0};
    struct listener_address first;
    TRY(listener_address_parse(&first, o->regions.at[0], o->tls_cert != NULL, e));
    TRY(datadir_open(&dir, o->data, true, e));
    enum srow_rc rc = fill(&dir, o, first.region, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc,
                          "the directory %s is there and its keys are not told, so nothing is "
                          "sealed with them: remove it before --init is said again",
                          o->data);
    }
    return SROW_OK;
}

/* -- command line -- */

static enum srow_rc check_addresses(const struct options *o, struct srow_error *e)
{
    struct listener_address all[OPTIONS_LIST], any;
    bool tls = o->tls_cert != NULL;
    FAIL_IF(tls != (o->tls_key != NULL), e, SROW_E_USAGE,
            "--tls-cert and --tls-key go together: give both or none");
    if (o->any != NULL) {
        TRY(listener_address_parse_any(&any, o->any, tls, e));
    }
    FAIL_IF(o->regions.count == 0, e, SROW_E_USAGE,
            "--region NAME=HOST:PORT is missing: give it once for each Region, as "
            "us-east-1=127.0.0.1:4566");
    for (size_t i = 0; i < o->regions.count; i++) {
        const char *spec = o->regions.at[i];
        TRY(listener_address_parse(&all[i], spec, tls, e));
        FAIL_IF(strcmp(all[i].region, LISTENER_ANY) == 0, e, SROW_E_REGION,
                "--region %s: the name stands for the address of all Regions (--any)", spec);
        for (size_t k = 0; k < i; k++) {
            FAIL_IF(strcmp(all[i].region, all[k].region) == 0, e, SROW_E_USAGE,
                    "--region %s: this Region stands there twice", spec);
        }
        FAIL_IF(o->init && strcmp(strrchr(spec, ':'), ":0") == 0, e, SROW_E_USAGE,
                "--region %s: --init needs the port that the server will have", spec);
    }
    return SROW_OK;
}

static enum srow_rc run(char *const *args, struct srow_error *e)
{
    struct options o = {
        .clock_window = CLOCK_WINDOW_S, .request_timeout = REQUEST_S, .connections = CONNECTIONS};
    struct option_list words = {0};
    TRY(options_parse(&o, &words, options, args, e));
    FAIL_IF(words.count > 0, e, SROW_E_USAGE,
            "unknown command %s, or not the first word: see --help", words.at[0]);
    FAIL_IF(o.data == NULL, e, SROW_E_USAGE,
            "--data DIR is missing: give the directory of the server's keys; see --help");
    TRY(check_addresses(&o, e));
    return o.init ? init(&o, e) : serve(&o, e);
}

const struct command command_serve = {
    NULL, "--data DIR --region NAME=HOST:PORT ... [--any HOST:PORT] [--init]",
    "serve keys in these Regions", options, run};
