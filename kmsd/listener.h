/* SPDX-License-Identifier: Apache-2.0
 *
 * One Region at one address, or all of them: the only file that knows libmicrohttpd. It can be
 * stopped and started again while its neighbours go on.
 */
#ifndef KMSD_LISTENER_H
#define KMSD_LISTENER_H

#include "kmsd/http.h"

enum { LISTENER_NAME = 33, LISTENER_ADDRESS = 64 };

#define LISTENER_ANY "any" /* what the address of all Regions is called */

struct listener;

/* Borrowed for the listener's life. */
struct listener_options {
    uint32_t request_s;             /* a request must be complete this long after its first byte */
    uint32_t connections;           /* at the same time */
    const struct listener_tls *tls; /* NULL: plain HTTP */
};

/* Reads "NAME=HOST:PORT" and listens: without TLS HOST must be a loopback address or localhost,
 * PORT 0 takes a free one. Borrows `service`. Fails with USAGE, REGION (no name of a Region),
 * IN_USE (the port is taken), IO, NOMEM. */
MUST enum srow_rc listener_new(struct listener **out, const char *spec,
                               const struct http_service *service,
                               const struct listener_options *options, struct srow_error *e);

/* Makes a listener at "HOST:PORT" that serves all Regions of `regions`, those that are up: each
 * request goes to the Region its signature names. */
struct listener_regions {
    struct listener *const *at;
    size_t count;
};
MUST enum srow_rc listener_new_any(struct listener **out, const char *spec,
                                   const struct listener_regions *regions,
                                   const struct http_service *service,
                                   const struct listener_options *options, struct srow_error *e);
void listener_free(struct listener **listener);

const char *listener_region(const struct listener *listener);
const char *listener_scheme(const struct listener *listener);  /* "http" or "https" */
const char *listener_address(const struct listener *listener); /* "127.0.0.1:4566" */
bool listener_is_up(const struct listener *listener);

/* Listens again at the same address; nothing happens if it does already. Fails with IN_USE, IO. */
MUST enum srow_rc listener_start(struct listener *listener, struct srow_error *e);

/* No new connections; requests that are there are answered (for up to 2 s) unless `now`, which
 * resets every connection at once. */
void listener_stop(struct listener *listener, bool now);

/* Resets connections whose request is overdue; to be called about once a second. */
void listener_sweep(struct listener *listener);

#endif
