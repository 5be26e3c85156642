/* SPDX-License-Identifier: Apache-2.0
 *
 * libmicrohttpd's callbacks, and the list of connections that stop and sweep need. A connection is
 * reset by connect() to AF_UNSPEC, which ends it at once in the kernel; the descriptor stays the
 * library's, which closes it when it sees the end. A peer leaves the list before its descriptor is
 * closed, so under the lock every descriptor in the list is the one it was.
 */
#include "kmsd/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "kmsd/listener_address.h"
#include "kmsd/listener_tls.h"

enum { THREADS = 4, IDLE_S = 60, DRAIN_MS = 2000, HEADER_BYTES = 32768, DISCARD_MOST = 4 << 20 };

struct peer {
    struct listener *listener;
    struct peer *next, **link;
    int fd;
    char source[INET6_ADDRSTRLEN];
    uint64_t deadline; /* of what is awaited now; 0 while an operation runs */
};

struct exchange {              /* one request as it arrives */
    const char *method, *path; /* the library's */
    struct srow_buf body;
    size_t seen;
    struct sigv4_header headers[HTTP_HEADERS_MOST];
    size_t header_count;
    bool too_many_headers;
};

struct listener {
    struct listener_address address;
    struct listener_options options;
    const struct http_service *service;
    struct listener_regions regions; /* of the address of all */
    struct MHD_Daemon *daemon;       /* NULL: stopped */
    atomic_bool is_up;               /* for other threads than the one that starts and stops */
    atomic_bool is_cut;              /* no answer leaves any more */
    pthread_mutex_t lock;            /* of what follows */
    pthread_cond_t calm;
    struct peer *peers;
    size_t in_flight;
};

/* -- peers -- */

static void format_source(char out[INET6_ADDRSTRLEN], const void *address)
{
    const struct sockaddr_in *v4 = address;
    const struct sockaddr_in6 *v6 = address;
    if (address == NULL) {
        snprintf(out, INET6_ADDRSTRLEN, "?");
    } else if (v4->sin_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, out, INET6_ADDRSTRLEN);
    } else {
        inet_ntop(AF_INET6, &v6->sin6_addr, out, INET6_ADDRSTRLEN);
    }
}

static void add_peer(struct listener *l, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL || info == NULL) {
        free(peer);
        return; /* http requests of a connection without peer are refused */
    }
    peer->listener = l;
    peer->fd = info->connect_fd;
    peer->deadline = time_monotonic_ms() + l->options.request_s * 1000u;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    format_source(peer->source, info == NULL ? NULL : info->client_addr);
    pthread_mutex_lock(&l->lock);
    peer->next = l->peers;
    peer->link = &l->peers;
    if (peer->next != NULL) {
        peer->next->link = &peer->next;
    }
    l->peers = peer;
    pthread_mutex_unlock(&l->lock);
    *context = peer;
}

static void drop_peer(struct listener *l, struct peer *peer)
{
    pthread_mutex_lock(&l->lock);
    *peer->link = peer->next;
    if (peer->next != NULL) {
        peer->next->link = peer->link;
    }
    pthread_mutex_unlock(&l->lock);
    free(peer);
}

static void on_connection(void *state, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct listener *l = state;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        add_peer(l, connection, context);
    } else if (*context != NULL) {
        drop_peer(l, *context);
        *context = NULL;
    }
}

static struct peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void set_deadline(struct listener *l, struct peer *peer, uint32_t seconds, int in_flight)
{
    pthread_mutex_lock(&l->lock);
    peer->deadline = seconds == 0 ? 0 : time_monotonic_ms() + seconds * 1000u;
    l->in_flight += (size_t)in_flight;
    if (l->in_flight == 0) {
        pthread_cond_signal(&l->calm);
    }
    pthread_mutex_unlock(&l->lock);
}

/* Called with the lock held. */
static void reset(const struct peer *peer)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    if (connect(peer->fd, &none, sizeof none) != 0) {
        shutdown(peer->fd, SHUT_RDWR);
    }
}

/* -- requests -- */

static enum MHD_Result note_header(void *state, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct exchange *x = state;
    (void)kind;
    if (x->header_count == HTTP_HEADERS_MOST) {
        x->too_many_headers = true;
        return MHD_NO;
    }
    x->headers[x->header_count++] = (struct sigv4_header){srow_str(name), srow_str(value)};
    return MHD_YES;
}

static void free_body(void *buf)
{
    struct srow_buf *body = buf;
    buf_cleanup(body);
    free(body);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct http_answer *answer)
{
    struct srow_buf *body = malloc(sizeof *body);
    if (body == NULL) {
        return MHD_NO;
    }
    *body = buf_take(&answer->body);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body->len, body->at, free_body, body);
    if (response == NULL) {
        free_body(body);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", "application/x-amz-json-1.1");
    MHD_add_response_header(response, "x-amzn-RequestId", answer->id);
    if (answer->error_type != NULL) {
        MHD_add_response_header(response, "x-amzn-ErrorType", answer->error_type);
    }
    enum MHD_Result queued = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* The Region that a request is for: this listener's own, or the one its signature names; NULL if
 * that one is stopped. What names none of ours goes to the first, which refuses it. */
static const struct listener *region_of(const struct listener *l,
                                        const struct sigv4_request *request)
{
    struct sigv4_claim claim;
    if (l->regions.count == 0) {
        return l;
    }
    const struct listener *found = l->regions.at[0];
    if (sigv4_read(&claim, request, NULL) == SROW_OK) {
        for (size_t i = 0; i < l->regions.count; i++) {
            if (bytes_equal_str(claim.region, l->regions.at[i]->address.region)) {
                found = l->regions.at[i];
            }
        }
    }
    return atomic_load(&found->is_up) ? found : NULL;
}

static void describe_tls(struct listener_tls_session *out, const struct listener *l,
                         struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        l->options.tls == NULL
            ? NULL
            : MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info != NULL) {
        listener_tls_describe(out, info->tls_session);
    }
}

static bool may_answer(const struct listener *l, const struct listener *region)
{
    return !atomic_load(&l->is_cut) && region != NULL && !atomic_load(&region->is_cut);
}

/* False: nobody is there to answer, and nothing is. */
static bool serve(struct http_answer *out, struct listener *l, struct MHD_Connection *connection,
                  struct exchange *x)
{
    struct listener_tls_session session = {0};
    struct peer *peer = peer_of(connection);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, note_header, x);
    struct sigv4_request signed_part = {.method = x->method,
                                        .headers = x->headers,
                                        .header_count = x->header_count,
                                        .body = bytes_buf(&x->body)};
    const struct listener *region = region_of(l, &signed_part);
    if (peer == NULL || !may_answer(l, region)) {
        return false;
    }
    describe_tls(&session, l, connection);
    struct http_request request = {
        .region = region->address.region,
        .address = l->address.text,
        .source = peer->source,
        .tls_version = session.version,
        .tls_suite = session.suite,
        .too_large = x->seen > HTTP_BODY_MOST,
        .too_many_headers = x->too_many_headers,
        .has_query = MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0,
        .path = x->path,
        .signed_part = signed_part,
    };
    set_deadline(l, peer, 0, 0);
    http_serve(out, l->service, &request);
    set_deadline(l, peer, l->options.request_s, 0);
    return may_answer(l, region);
}

static enum MHD_Result answer(struct listener *l, struct MHD_Connection *connection,
                              struct exchange *x)
{
    AUTO(http_answer_cleanup) struct http_answer out = {0};
    bool served = serve(&out, l, connection, x);
    return served && x->seen <= DISCARD_MOST ? send_answer(connection, &out) : MHD_NO;
}

static enum MHD_Result begin(struct listener *l, struct MHD_Connection *connection, void **context)
{
    struct peer *peer = peer_of(connection);
    struct exchange *x = peer == NULL ? NULL : calloc(1, sizeof *x);
    if (x == NULL) {
        return MHD_NO;
    }
    *context = x;
    set_deadline(l, peer, l->options.request_s, 1);
    return MHD_YES;
}

static enum MHD_Result on_request(void *state, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **context)
{
    struct exchange *x = *context;
    (void)version;
    if (x == NULL) {
        return begin(state, connection, context);
    }
    x->method = method;
    x->path = url;
    if (*size == 0) {
        return answer(state, connection, x);
    }
    x->seen += *size;
    if (x->seen <= HTTP_BODY_MOST) {
        buf_put(&x->body, bytes_of(data, *size));
    }
    *size = 0;
    if (x->seen > DISCARD_MOST) { /* no answer leaves while it still sends: refused, audited, cut */
        return answer(state, connection, x);
    }
    return MHD_YES;
}

static void on_completed(void *state, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why)
{
    struct exchange *x = *context;
    struct peer *peer = peer_of(connection);
    (void)why;
    if (x == NULL) {
        return;
    }
    buf_cleanup(&x->body);
    free(x);
    *context = NULL;
    if (peer != NULL) {
        set_deadline(state, peer, IDLE_S, -1);
    }
}

/* -- life -- */

static void on_log(void *state, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void on_log(void *state, const char *format, va_list args)
{
    char text[400];
    (void)state;
    vsnprintf(text, sizeof text, format, args);
    log_line(LOG_LEVEL_DEBUG, "kmsd.http", "%s", text);
}

static enum srow_rc start(struct listener *l, struct srow_error *e)
{
    int fd;
    TRY(listener_address_bind(&fd, &l->address, e));
    atomic_store(&l->is_cut, false);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, THREADS, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)l->options.connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_BYTES, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, l},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, l},
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct listener_tls *tls = l->options.tls;
    struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, tls == NULL ? NULL : tls->cert.at},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, tls == NULL ? NULL : tls->key.at},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)LISTENER_TLS_VERSIONS},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    l->daemon = MHD_start_daemon(flags | (tls == NULL ? 0 : MHD_USE_TLS), 0, NULL, NULL, on_request,
                                 l, MHD_OPTION_ARRAY, options, MHD_OPTION_ARRAY,
                                 tls == NULL ? &secure[3] : secure, MHD_OPTION_END);
    if (l->daemon == NULL) {
        close(fd);
        FAIL(e, SROW_E_IO, "Region %s: the HTTP server does not start: %s", l->address.region,
             strerror(errno));
    }
    atomic_store(&l->is_up, true);
    return SROW_OK;
}

static struct listener *make(const struct http_service *service,
                             const struct listener_options *options)
{
    struct listener *l = calloc(1, sizeof *l);
    if (l != NULL) {
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&l->calm, &attributes);
        pthread_condattr_destroy(&attributes);
        pthread_mutex_init(&l->lock, NULL);
        l->service = service;
        l->options = *options;
    }
    return l;
}

enum srow_rc listener_new(struct listener **out, const char *spec,
                          const struct http_service *service,
                          const struct listener_options *options, struct srow_error *e)
{
    AUTO(listener_free) struct listener *l = make(service, options);
    FAIL_IF(l == NULL, e, SROW_E_NOMEM, "no memory for a Region");
    TRY(listener_address_parse(&l->address, spec, options->tls != NULL, e));
    TRY(start(l, e));
    *out = l;
    l = NULL;
    return SROW_OK;
}

enum srow_rc listener_new_any(struct listener **out, const char *spec,
                              const struct listener_regions *regions,
                              const struct http_service *service,
                              const struct listener_options *options, struct srow_error *e)
{
    AUTO(listener_free) struct listener *l = make(service, options);
    FAIL_IF(l == NULL, e, SROW_E_NOMEM, "no memory for an address");
    l->regions = *regions;
    TRY(listener_address_parse_any(&l->address, spec, options->tls != NULL, e));
    TRY(start(l, e));
    *out = l;
    l = NULL;
    return SROW_OK;
}

void listener_free(struct listener **listener)
{
    if (*listener != NULL) {
        listener_stop(*listener, false);
        pthread_cond_destroy(&(*listener)->calm);
        pthread_mutex_destroy(&(*listener)->lock);
        free(*listener);
        *listener = NULL;
    }
}

const char *listener_region(const struct listener *listener)
{
    return listener->address.region;
}

const char *listener_scheme(const struct listener *listener)
{
    return listener->options.tls == NULL ? "http" : "https";
}

const char *listener_address(const struct listener *listener)
{
    return listener->address.text;
}

bool listener_is_up(const struct listener *listener)
{
    return listener->daemon != NULL;
}

enum srow_rc listener_start(struct listener *listener, struct srow_error *e)
{
    return listener->daemon != NULL ? SROW_OK : start(listener, e);
}

/* Until every request that is there has its answer, or time is up. */
static void drain(struct listener *l)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += DRAIN_MS / 1000;
    pthread_mutex_lock(&l->lock);
    while (l->in_flight > 0 && pthread_cond_timedwait(&l->calm, &l->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&l->lock);
}

void listener_stop(struct listener *listener, bool now)
{
    struct listener *l = listener;
    if (l->daemon == NULL) {
        return;
    }
    atomic_store(&l->is_up, false);
    atomic_store(&l->is_cut, now);
    int fd = MHD_quiesce_daemon(l->daemon);
    if (fd >= 0) {
        shutdown(fd, SHUT_RDWR); /* connections are refused from here on */
    }
    if (now) {
        pthread_mutex_lock(&l->lock);
        for (struct peer *peer = l->peers; peer != NULL; peer = peer->next) {
            reset(peer);
        }
        pthread_mutex_unlock(&l->lock);
    } else {
        drain(l);
    }
    MHD_stop_daemon(l->daemon);
    l->daemon = NULL;
    if (fd >= 0) {
        close(fd);
    }
}

void listener_sweep(struct listener *listener)
{
    uint64_t now = time_monotonic_ms();
    pthread_mutex_lock(&listener->lock);
    for (struct peer *peer = listener->peers; peer != NULL; peer = peer->next) {
        if (peer->deadline != 0 && peer->deadline < now) {
            reset(peer);
        }
    }
    pthread_mutex_unlock(&listener->lock);
}
