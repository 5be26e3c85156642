/* SPDX-License-Identifier: Apache-2.0
 *
 * One request on one curl easy handle: set up, taken apart when it has ended. No threads here.
 */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <curl/curl.h>

#include "net/net.h"
#include "net/url.h"

struct transfer {
    struct net_request *request;
    struct transfer *next; /* in the loop's queue */
    struct wave *wave;     /* who waits for it */
    struct lane *lane;     /* whose place it has; NULL: none */
    CURL *easy;
    struct url url;
    struct curl_slist *headers, *resolve;
    uint32_t timeout_ms; /* what the request and its deadline leave */
    uint64_t started;
    size_t max_reply, header_bytes;
    const char *ca; /* what certificates are read from; NULL: the system's */
    bool too_large;
    char detail[CURL_ERROR_SIZE];
};

/* Readies an easy handle (fresh or reset) for the request. On failure request->rc and error are
 * set, the handle is unusable for this request. */
MUST enum srow_rc transfer_start(struct transfer *t, CURL *easy, const struct net_options *options);

/* Puts curl's result into the request. */
void transfer_finish(struct transfer *t, CURLcode code);

/* Frees what start made; the easy handle is the loop's. */
void transfer_cleanup(struct transfer *t);

#endif
