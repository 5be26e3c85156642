/* SPDX-License-Identifier: Apache-2.0
 *
 * How a request is set up in curl, and what its end means. Replies may hold data keys: the body
 * goes into a buffer that wipes, and curl's own copy is wiped as it is taken. A transfer that ends
 * before its reply is complete, by timeout or otherwise, closes its connection: a late answer finds
 * nobody.
 */
#include "net/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"

enum { MOST_HEADERS = 65536, LONGEST_RETRY_MS = 300000 };

/* -- what comes back -- */

static size_t take_body(char *at, size_t size, size_t n, void *state)
{
    struct transfer *t = state;
    struct srow_buf *body = &t->request->body_in;
    (void)size; /* always 1 */
    t->too_large = t->too_large || n > t->max_reply - body->len;
    if (!t->too_large) {
        buf_put(body, bytes_of(at, n));
    }
    bytes_wipe(at, n);
    return t->too_large || (n > 0 && body->at == NULL) ? 0 : n;
}

/* Value of a header line if it has this name, without space at its ends. */
static bool header_is(struct srow_bytes *value, const char *line, size_t n, const char *name)
{
    size_t skip = strlen(name);
    if (n <= skip || line[skip] != ':' || strncasecmp(line, name, skip) != 0) {
        return false;
    }
    const char *from = line + skip + 1, *to = line + n;
    while (from < to && (*from == ' ' || *from == '\t')) {
        from++;
    }
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r' || to[-1] == '\n')) {
        to--;
    }
    *value = bytes_of(from, (size_t)(to - from));
    return true;
}

/* Hostile text: printable ASCII is kept, the rest becomes '?', what does not fit is cut. */
static void keep(char *out, size_t room, struct srow_bytes value)
{
    const char *at = value.at;
    size_t n = value.len < room ? value.len : room - 1;
    for (size_t i = 0; i < n; i++) {
        out[i] = at[i] > ' ' && at[i] < 0x7F ? at[i] : '?';
    }
    out[n] = '\0';
}

static void keep_retry(struct net_request *r, struct srow_bytes value, uint32_t unit_ms)
{
    uint64_t n = 0;
    const char *at = value.at;
    for (size_t i = 0; i < value.len && at[i] >= '0' && at[i] <= '9' && n < LONGEST_RETRY_MS; i++) {
        n = n * 10 + (uint64_t)(at[i] - '0');
    }
    n *= unit_ms;
    r->retry_after_ms = (uint32_t)(n < LONGEST_RETRY_MS ? n : LONGEST_RETRY_MS);
}

static size_t take_header(char *line, size_t size, size_t n, void *state)
{
    struct transfer *t = state;
    struct net_request *r = t->request;
    struct srow_bytes value;
    (void)size; /* always 1 */
    t->too_large = t->too_large || n > MOST_HEADERS - t->header_bytes;
    if (t->too_large) {
        return 0;
    }
    t->header_bytes += n;
    if (header_is(&value, line, n, "x-amzn-errortype")) {
        keep(r->error_type, sizeof r->error_type, value);
    } else if (header_is(&value, line, n, "x-amzn-requestid")) {
        keep(r->request_id, sizeof r->request_id, value);
    } else if (header_is(&value, line, n, "x-amz-retry-after")) {
        keep_retry(r, value, 1);
    } else if (header_is(&value, line, n, "retry-after")) {
        keep_retry(r, value, 1000);
    }
    return n;
}

/* -- what goes out -- */

/* curl 7.88 opens sockets that an exec() would hand on. */
static curl_socket_t open_socket(void *state, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)state;
    (void)purpose;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool set_fixed(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } rows[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_TCP_NODELAY, 1},
        {CURLOPT_TCP_KEEPALIVE, 1},
#if LIBCURL_VERSION_NUM >= 0x075700
        {CURLOPT_QUICK_EXIT, 1}, /* a hung resolver must not hold up the loop */
#endif
    };
    bool good = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        good = curl_easy_setopt(easy, rows[i].option, rows[i].value) == CURLE_OK && good;
    }
    good = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK && good;
    good =
        curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && good; /* nor the environment's */
    good = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK && good;
    good = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK && good;
    good = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK && good;
    return good;
}

static bool add_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    *list = longer == NULL ? *list : longer;
    return longer != NULL;
}

/* The caller's lines, and none of curl's own that would cost a round trip or change the body. */
static bool set_headers(struct transfer *t, CURL *easy)
{
    bool good = add_line(&t->headers, "Expect:") && add_line(&t->headers, "Accept-Encoding:");
    const char *const *line = t->request->headers;
    for (; good && line != NULL && *line != NULL; line++) {
        good = add_line(&t->headers, *line);
    }
    return good && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK;
}

/* "localhost" is loopback by definition: no resolver is asked. */
static bool set_address(struct transfer *t, CURL *easy)
{
    char pin[64];
    snprintf(pin, sizeof pin, "localhost:%s:127.0.0.1,[::1]", t->url.port);
    if (t->url.is_localhost && (!add_line(&t->resolve, pin) ||
                                curl_easy_setopt(easy, CURLOPT_RESOLVE, t->resolve) != CURLE_OK)) {
        return false;
    }
    return curl_easy_setopt(easy, CURLOPT_URL, t->request->url) == CURLE_OK;
}

static bool set_body(const struct net_request *r, CURL *easy)
{
    if (r->method != NULL && strcmp(r->method, "GET") == 0) {
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    }
    const char *body = r->body.len == 0 ? "" : r->body.at;
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method) == CURLE_OK;
}

static bool set_limits(struct transfer *t, CURL *easy, const struct net_options *options)
{
    long timeout = (long)t->timeout_ms;
    const char *ca = options->ca_file != NULL ? options->ca_file : getenv("AWS_CA_BUNDLE");
    bool has_ca = ca != NULL && ca[0] != '\0';
    t->ca = has_ca ? ca : NULL;
    return curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout) == CURLE_OK &&
           (!has_ca || curl_easy_setopt(easy, CURLOPT_CAINFO, ca) == CURLE_OK) &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->detail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, t) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, t) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, t) == CURLE_OK;
}

static uint32_t timeout_of(const struct net_request *r)
{
    uint64_t left = r->deadline == 0 ? UINT32_MAX : time_left_ms(r->deadline);
    return left < r->timeout_ms ? (uint32_t)left : r->timeout_ms;
}

enum srow_rc transfer_start(struct transfer *t, CURL *easy, const struct net_options *options)
{
    struct net_request *r = t->request;
    if ((r->rc = url_read(&t->url, r->url, &r->error)) != SROW_OK) {
        return r->rc;
    }
    t->timeout_ms = timeout_of(r);
    if (t->timeout_ms == 0) {
        return r->rc = error_set(&r->error, SROW_E_TIMEOUT, "no time left to ask %s:%s",
                                 t->url.host, t->url.port);
    }
    t->started = time_monotonic_ms();
    t->max_reply = options->max_reply;
    bool good = set_fixed(easy) && set_headers(t, easy) && set_address(t, easy) &&
                set_body(r, easy) && set_limits(t, easy, options);
    if (!good) {
        r->rc = error_set(&r->error, SROW_E_NOMEM, "no memory for a request to %s:%s", t->url.host,
                          t->url.port);
    }
    return r->rc;
}

/* -- how it ended -- */

static enum srow_rc code_of(const struct transfer *t, CURLcode code)
{
    static const struct {
        CURLcode code;
        enum srow_rc rc;
    } rows[] = {
        {CURLE_OPERATION_TIMEDOUT, SROW_E_TIMEOUT},
        {CURLE_SSL_CONNECT_ERROR, SROW_E_TLS},
        {CURLE_PEER_FAILED_VERIFICATION, SROW_E_TLS},
        {CURLE_SSL_CACERT_BADFILE, SROW_E_CONFIG},
        {CURLE_SSL_CIPHER, SROW_E_TLS},
        {CURLE_SSL_ISSUER_ERROR, SROW_E_TLS},
        {CURLE_SSL_CERTPROBLEM, SROW_E_TLS},
        {CURLE_WEIRD_SERVER_REPLY, SROW_E_KMS_REPLY},
        {CURLE_UNSUPPORTED_PROTOCOL, SROW_E_KMS_REPLY},
        {CURLE_BAD_CONTENT_ENCODING, SROW_E_KMS_REPLY},
        {CURLE_FILESIZE_EXCEEDED, SROW_E_KMS_REPLY},
        {CURLE_OUT_OF_MEMORY, SROW_E_NOMEM},
        {CURLE_WRITE_ERROR, SROW_E_NOMEM}, /* ours: the buffer did not grow */
    };
    if (t->too_large) {
        return SROW_E_KMS_REPLY;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == code) {
            return rows[i].rc;
        }
    }
    return SROW_E_CONNECT;
}

static enum srow_rc explain(struct transfer *t, CURLcode code)
{
    struct srow_error *e = &t->request->error;
    enum srow_rc rc = code_of(t, code);
    const char *host = t->url.host, *port = t->url.port;
    long number = 0;
    const char *why;
    switch ((int)rc) {
    case SROW_E_TIMEOUT:
        FAIL(e, rc, "no answer from %s:%s within %u ms", host, port, t->timeout_ms);
    case SROW_E_CONFIG:
        FAIL(e, rc,
             "TLS with %s:%s: no certificates to believe can be read from %s: name a file of them "
             "(PEM) with AWS_CA_BUNDLE",
             host, port, t->ca == NULL ? "the system" : t->ca);
    case SROW_E_TLS:
        FAIL(e, rc, "TLS with %s:%s: %s", host, port,
             t->detail[0] == '\0' ? curl_easy_strerror(code) : t->detail);
    case SROW_E_KMS_REPLY:
        FAIL(e, rc, "%s:%s answered %s", host, port,
             t->too_large ? "more than a reply may hold" : "what is no HTTP reply");
    case SROW_E_NOMEM:
        FAIL(e, rc, "no memory for the answer of %s:%s", host, port);
    default:
        curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
        why = number == 0 ? NULL : strerrordesc_np((int)number);
        FAIL(e, rc, "no connection to %s:%s: %s", host, port,
             why == NULL ? curl_easy_strerror(code) : why);
    }
}

void transfer_finish(struct transfer *t, CURLcode code)
{
    struct net_request *r = t->request;
    r->took_ms = (uint32_t)(time_monotonic_ms() - t->started);
    if (code != CURLE_OK) {
        buf_cleanup(&r->body_in);
        r->rc = explain(t, code);
        if (r->rc == SROW_E_TIMEOUT && r->took_ms < t->timeout_ms) {
            r->took_ms = t->timeout_ms; /* curl rounds: it may end a millisecond early */
        }
        return;
    }
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    r->status = (int)status;
    r->rc = SROW_OK;
}

void transfer_cleanup(struct transfer *t)
{
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->resolve);
    t->headers = NULL;
    t->resolve = NULL;
}
