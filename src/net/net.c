/* SPDX-License-Identifier: Apache-2.0
 *
 * The face of the room. After a fork the child finds its parent's loop by the process id, leaves it
 * alone for ever (cleaning it up would end the parent's TLS sessions) and makes one of its own.
 */
#include "net/net.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "net/loop.h"
#include "net/memory.h"
#include "net/url.h"

struct net {
    struct net_options options;
    char *ca_file;
    _Atomic(struct loop *) loop;
};

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
    struct loop *loop = atomic_load(&net->loop);
    if (loop != NULL && loop_is_mine(loop)) {
        atomic_store(&net->loop, NULL);
        loop_free(loop);
    }
}

void net_free(struct net **net)
{
    if (*net == NULL) {
        return;
    }
    net_forget(*net);
    free((*net)->ca_file);
    free(*net);
    *net = NULL;
}

/* The loop of this process, made by whoever comes first. */
static enum srow_rc own_loop(struct loop **out, struct net *net, struct srow_error *e)
{
    struct loop *loop = atomic_load(&net->loop);
    if (loop == NULL || !loop_is_mine(loop)) {
        struct loop *fresh;
        TRY(loop_new(&fresh, &net->options, e));
        if (atomic_compare_exchange_strong(&net->loop, &loop, fresh)) {
            loop = fresh;
        } else {
            loop_free(fresh);
        }
    }
    *out = loop;
    return SROW_OK;
}

void net_call(struct net *net, struct net_request *const *requests, size_t n)
{
    struct srow_error e;
    struct loop *loop;
    enum srow_rc rc = own_loop(&loop, net, &e);
    if (rc == SROW_OK) {
        loop_call(loop, requests, n);
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
