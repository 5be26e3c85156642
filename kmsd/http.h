/* SPDX-License-Identifier: Apache-2.0
 *
 * From one HTTP request to one call and back. Knows nothing of sockets: libmicrohttpd's callbacks
 * are in listener.c.
 */
#ifndef KMSD_HTTP_H
#define KMSD_HTTP_H

#include "kmsd/audit.h"
#include "kmsd/auth.h"

enum { HTTP_BODY_MOST = 65536, HTTP_HEADERS_MOST = 64 };

/* What all Regions share; borrowed. */
struct http_service {
    struct store *store;
    struct audit *audit;
    struct auth auth;
};

struct http_request {
    const char *region;
    const char *address; /* HOST:PORT that this Region listens on */
    const char *source;
    const char *tls_version, *tls_suite; /* "" without TLS */
    bool too_large;                      /* the body was not kept */
    bool too_many_headers;               /* the rest of them was not kept */
    bool has_query;
    const char *path;
    struct sigv4_request signed_part; /* method, headers, body */
};

struct http_answer {
    unsigned status;
    const char *error_type; /* NULL: none */
    char id[UUID_ROOM];
    struct srow_buf body;
};

void http_answer_cleanup(struct http_answer *answer);

/* Answers one request; its audit line is written when this returns. Whatever goes wrong inside is
 * an answer as well. */
void http_serve(struct http_answer *out, const struct http_service *service,
                const struct http_request *request);

#endif
