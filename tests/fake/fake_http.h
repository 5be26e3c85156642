/* SPDX-License-Identifier: Apache-2.0
 *
 * An HTTP server for faults: on a free port of 127.0.0.1, a thread a connection, its answers given
 * by the test's own function, which may block to put requests in order.
 */
#ifndef TESTS_FAKE_HTTP_H
#define TESTS_FAKE_HTTP_H

#include "base/bytes.h"

struct fake_http;

struct fake_http_request {
    unsigned serial;     /* from 1, in the order requests were read */
    unsigned connection; /* from 1 */
    char head[8192];     /* request line and headers */
    char op[64];         /* what follows the dot of X-Amz-Target; "" if there is none */
    struct srow_bytes body;
};

enum fake_http_fault {
    FAKE_HTTP_NONE,
    FAKE_HTTP_HANG,    /* never answers; the connection stays open */
    FAKE_HTTP_CLOSE,   /* closes without an answer */
    FAKE_HTTP_RESET,   /* half of the body, then a reset */
    FAKE_HTTP_TRICKLE, /* a byte now and then, never all */
    FAKE_HTTP_RAW      /* the body alone goes out: no status line, no headers of ours */
};

struct fake_http_reply {
    int status;     /* 0: 200 */
    char head[512]; /* further header lines, each ending with CR LF */
    struct srow_buf body;
    enum fake_http_fault fault;
};

typedef void fake_http_answer(void *state, const struct fake_http_request *request,
                              struct fake_http_reply *reply);

/* Ends the program if it cannot listen. */
struct fake_http *fake_http_start(fake_http_answer *answer, void *state);
void fake_http_stop(struct fake_http *server);

/* "http://127.0.0.1:PORT"; the server's. */
const char *fake_http_url(const struct fake_http *server);
unsigned fake_http_port(const struct fake_http *server);

/* Connections accepted and requests read so far. */
unsigned fake_http_connections(struct fake_http *server);
unsigned fake_http_requests(struct fake_http *server);

/* Waits until the server has read this many requests; false after ten seconds. */
bool fake_http_await(struct fake_http *server, unsigned requests);

#endif
