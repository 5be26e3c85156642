/* SPDX-License-Identifier: Apache-2.0
 *
 * The face of the room. After a fork the child leaves its parent's loop alone for ever (cleaning it
 * up would end the parent's TLS sessions) and makes one of its own. Who forgets a loop takes it
 * away from those who come, and waits for those who are in it: not for a moment without calls,
 * which a busy program does not have.
 */
#include "net/net.h"

#include <stdlib.h>

#include "base/guard.h"
#include "net/loop.h"
#include "net/memory.h"
#include "net/url.h"

/* A loop and the calls that are in it. */
struct line {
    struct loop *loop;
    size_t calls;
};

struct net {
    struct net_options options;
    char *ca_file;
    struct guard guard; /* of what follows, which a child of fork makes new */
    pthread_cond_t left;
    struct line *line;
};

static void enter(struct net *net)
{
    if (guard_lock(&net->guard)) {
        pthread_cond_init(&net->left, NULL);
        net->line = NULL;
    }
}

enum srow_rc net_new(struct net **out, const struct net_options *options, struct srow_error *e)
{
    TRY(memory_start_curl(e));
    AUTO(net_free) struct net *net = calloc(1, sizeof *net);
    FAIL_IF(net == NULL, e, SROW_E_NOMEM, "no memory for the network");
    if (options->ca_file != NULL) {
        TRY(bytes_dup_str(&net->ca_file, srow_str(options->ca_file), e));
    }
    net->options = (struct net_options){
        .ca_file = net->ca_file,
        .max_connections = options->max_connections == 0 ? 256 : options->max_connections,
        .max_reply = options->max_reply == 0 ? 65536 : options->max_reply,
    };
    *out = net;
    net = NULL;
    return SROW_OK;
}

void net_forget(struct net *net)
{
    enter(net);
    struct line *line = net->line;
    net->line = NULL;
    while (line != NULL && line->calls > 0) {
        pthread_cond_wait(&net->left, &net->guard.lock);
    }
    guard_unlock(&net->guard);
    if (line != NULL) {
        loop_free(line->loop);
        free(line);
    }
}

void net_free(struct net **net)
{
    if (*net == NULL) {
        return;
    }
    net_forget(*net);
    pthread_cond_destroy(&(*net)->left);
    guard_cleanup(&(*net)->guard);
    free((*net)->ca_file);
    free(*net);
    *net = NULL;
}

static enum srow_rc make(struct line **out, const struct net *net, struct srow_error *e)
{
    struct line *line = calloc(1, sizeof *line);
    FAIL_IF(line == NULL, e, SROW_E_NOMEM, "no memory for the network");
    enum srow_rc rc = loop_new(&line->loop, &net->options, e);
    if (rc != SROW_OK) {
        free(line);
        return rc;
    }
    *out = line;
    return SROW_OK;
}

/* The line of this process, made by whoever comes first. */
static enum srow_rc join(struct line **out, struct net *net, struct srow_error *e)
{
    enter(net);
    enum srow_rc rc = net->line != NULL ? SROW_OK : make(&net->line, net, e);
    if (rc == SROW_OK) {
        net->line->calls++;
        *out = net->line;
    }
    guard_unlock(&net->guard);
    return rc;
}

static void leave(struct net *net, struct line *line)
{
    enter(net);
    if (--line->calls == 0) {
        pthread_cond_broadcast(&net->left);
    }
    guard_unlock(&net->guard);
}

void net_call(struct net *net, struct net_request *const *requests, size_t n)
{
    struct srow_error e;
    struct line *line;
    enum srow_rc rc = join(&line, net, &e);
    if (rc == SROW_OK) {
        loop_call(line->loop, requests, n);
        leave(net, line);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        requests[i]->rc = rc;
        requests[i]->error = e;
    }
}

enum srow_rc net_check_url(const char *url, struct srow_error *e)
{
    struct url unused;
    return url_read(&unused, url, e);
}

enum srow_rc net_host(struct srow_buf *out, const char *url, struct srow_error *e)
{
    struct url read;
    TRY(url_read(&read, url, e));
    buf_printf(out, "%s%s%s", read.host, read.is_own_port ? "" : ":",
               read.is_own_port ? "" : read.port);
    return buf_check(out, e);
}

void net_request_cleanup(struct net_request *request)
{
    buf_cleanup(&request->body_in);
}
