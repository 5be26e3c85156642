/* SPDX-License-Identifier: Apache-2.0
 *
 * The room net: HTTP out. One loop thread, started at the first call, runs one curl multi handle;
 * it blocks all signals and is started anew after fork (the child abandons the parent's handles).
 * Redirects and the environment's proxies are off; a connection that timed out is never used again;
 * http:// goes to loopback addresses only, "localhost" without DNS. The only includes of curl.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/bytes.h"

struct net;

struct net_options {
    const char *ca_file;      /* NULL: AWS_CA_BUNDLE, else the system's */
    uint32_t max_connections; /* kept open while idle; 0: 256 */
    size_t max_reply;         /* bytes of a reply's body; 0: 65,536 */
};

/* One request, owned by the caller until its call returns. */
struct net_request {
    /* asked: borrowed */
    const char *method; /* NULL: POST */
    const char *url;
    const char *const *headers; /* "Name: value" lines, ends with NULL */
    struct srow_bytes body;
    uint32_t timeout_ms; /* whole request, connecting included; 0: TIMEOUT at once */
    uint64_t deadline;   /* monotonic milliseconds, waiting included; 0: none */
    const char *lane;    /* requests of one lane share its room, over all calls; NULL: no limit */
    uint32_t lane_room;  /* most requests of the lane in flight; 0: no limit */
    bool lane_waits;     /* lane full: waits for a place; false: BUSY at once */

    /* answered: owned */
    int status;              /* HTTP status */
    struct srow_buf body_in; /* wiped when freed */
    char error_type[128];    /* x-amzn-ErrorType, "" if there is none */
    char request_id[64];     /* x-amzn-RequestId */
    uint32_t took_ms;        /* from its start to its end; 0: it never had a place */
    uint32_t retry_after_ms; /* x-amz-retry-after or Retry-After; 0 if there is none */
    enum srow_rc rc; /* CONNECT, TIMEOUT, TLS, KMS_REPLY (no HTTP, or larger than the cap), BUSY,
                        CONFIG (net_check_url; no certificates), NOMEM */
    struct srow_error error;
};

void net_request_cleanup(struct net_request *request);

/* No I/O, no thread yet. Fails with NOMEM. */
MUST enum srow_rc net_new(struct net **out, const struct net_options *options,
                          struct srow_error *e);

/* Stops the loop thread after the requests in flight have ended. */
void net_free(struct net **net);

/* Waits for the calls in flight, then ends connections, their buffers and TLS sessions; calls that
 * begin meanwhile make new ones, and are not waited for. */
void net_forget(struct net *net);

/* Puts all requests in at once and returns when each has its result. From any thread. */
void net_call(struct net *net, struct net_request *const *requests, size_t n);

/* The value of the Host header for a URL: the port only if it is not the scheme's own. Fails as
 * net_check_url. */
MUST enum srow_rc net_host(struct srow_buf *out, const char *url, struct srow_error *e);

/* Whether a URL may be used: https, or http to a loopback address or localhost. Fails with CONFIG.
 */
MUST enum srow_rc net_check_url(const char *url, struct srow_error *e);

#endif
