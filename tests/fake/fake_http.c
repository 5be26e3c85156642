/* SPDX-License-Identifier: Apache-2.0
 *
 * See fake_http.h. Only as much of HTTP as our client speaks: Content-Length, kept connections.
 */
#include "fake/fake_http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 512, TRICKLE_MS = 20 };

struct connection {
    struct fake_http *server;
    unsigned number;
    int fd;
    pthread_t thread;
    struct srow_buf in;
};

struct fake_http {
    fake_http_answer *answer;
    void *state;
    int fd;
    unsigned port;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    unsigned requests, connections;
    struct connection connection[MOST];
};

static void die(const char *what)
{
    perror(what);
    abort();
}

/* Reads more of the stream; false at its end. */
static bool read_more(struct connection *c)
{
    char block[4096];
    ssize_t n = read(c->fd, block, sizeof block);
    if (n > 0) {
        buf_put(&c->in, bytes_of(block, (size_t)n));
    }
    return n > 0;
}

/* Reads one request; its head and body stay at the beginning of c->in. */
static bool read_request(struct connection *c, size_t *head, size_t *body)
{
    const char *end;
    while ((end = c->in.len == 0 ? NULL : memmem(c->in.at, c->in.len, "\r\n\r\n", 4)) == NULL) {
        if (!read_more(c)) {
            return false;
        }
    }
    *head = (size_t)(end - (const char *)c->in.at) + 4;
    const char *length = strcasestr(buf_cstr(&c->in), "\r\ncontent-length:");
    *body = length == NULL ? 0 : strtoul(length + 17, NULL, 10);
    while (c->in.len < *head + *body) {
        if (!read_more(c)) {
            return false;
        }
    }
    return true;
}

static void send_all(int fd, struct srow_bytes b)
{
    const char *at = b.at;
    while (b.len > 0) {
        ssize_t n = send(fd, at, b.len, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        at += n;
        b.len -= (size_t)n;
    }
}

/* Stands until the other side is gone or the server ends. */
static void stand(struct connection *c, int every_ms, const char *byte)
{
    struct pollfd p = {c->fd, POLLIN, 0};
    char unused[256];
    for (;;) {
        int n = poll(&p, 1, every_ms);
        if (n > 0 && read(c->fd, unused, sizeof unused) <= 0) {
            return;
        }
        if (n == 0 && byte != NULL && send(c->fd, byte, 1, MSG_NOSIGNAL) != 1) {
            return;
        }
    }
}

/* False: the connection is not to be used again. */
static bool send_reply(struct connection *c, const struct fake_http_reply *reply)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    if (reply->fault == FAKE_HTTP_CLOSE) {
        return false;
    }
    if (reply->fault == FAKE_HTTP_HANG) {
        stand(c, -1, NULL);
        return false;
    }
    if (reply->fault == FAKE_HTTP_RAW) {
        send_all(c->fd, bytes_buf(&reply->body));
        return false;
    }
    buf_printf(&out, "HTTP/1.1 %d Status\r\nContent-Type: application/x-amz-json-1.1\r\n%s",
               reply->status == 0 ? 200 : reply->status, reply->head);
    buf_printf(&out, "Content-Length: %zu\r\n\r\n", reply->body.len);
    if (reply->fault == FAKE_HTTP_TRICKLE) {
        send_all(c->fd, bytes_buf(&out));
        stand(c, TRICKLE_MS, " ");
        return false;
    }
    bool cut = reply->fault == FAKE_HTTP_RESET;
    buf_put(&out, bytes_of(reply->body.at, cut ? reply->body.len / 2 : reply->body.len));
    send_all(c->fd, bytes_buf(&out));
    if (cut) {
        struct linger now = {1, 0};
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    return !cut;
}

static void note(struct fake_http_request *r, const struct connection *c, size_t head, size_t body)
{
    size_t n = head < sizeof r->head ? head : sizeof r->head - 1;
    memcpy(r->head, c->in.at, n);
    r->head[n] = '\0';
    r->body = bytes_of((const char *)c->in.at + head, body);
    const char *target = strcasestr(r->head, "\r\nx-amz-target:");
    const char *dot = target == NULL ? NULL : strchr(target, '.');
    if (dot != NULL) {
        snprintf(r->op, sizeof r->op, "%.*s", (int)strcspn(dot + 1, "\r\n"), dot + 1);
    }
    pthread_mutex_lock(&c->server->lock);
    r->serial = ++c->server->requests;
    r->connection = c->number;
    pthread_cond_broadcast(&c->server->changed);
    pthread_mutex_unlock(&c->server->lock);
}

static void *serve(void *state)
{
    struct connection *c = state;
    size_t head, body;
    bool more = true;
    while (more && read_request(c, &head, &body)) {
        struct fake_http_request request = {0};
        struct fake_http_reply reply = {0};
        note(&request, c, head, body);
        c->server->answer(c->server->state, &request, &reply);
        more = send_reply(c, &reply);
        buf_cleanup(&reply.body);
        struct srow_buf rest = {0};
        buf_put(&rest, bytes_of((const char *)c->in.at + head + body, c->in.len - head - body));
        buf_cleanup(&c->in);
        c->in = rest;
    }
    buf_cleanup(&c->in);
    pthread_mutex_lock(&c->server->lock);
    close(c->fd);
    c->fd = -1;
    pthread_mutex_unlock(&c->server->lock);
    return NULL;
}

static void *listen_on(void *state)
{
    struct fake_http *server = state;
    for (;;) {
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        pthread_mutex_lock(&server->lock);
        if (fd < 0 || server->stopping || server->connections == MOST) {
            pthread_mutex_unlock(&server->lock);
            if (fd >= 0) {
                close(fd);
            }
            return NULL;
        }
        struct connection *c = &server->connection[server->connections++];
        *c = (struct connection){server, server->connections, fd, 0, {0}};
        if (pthread_create(&c->thread, NULL, serve, c) != 0) {
            die("thread");
        }
        pthread_mutex_unlock(&server->lock);
    }
}

struct fake_http *fake_http_start(fake_http_answer *answer, void *state)
{
    struct fake_http *server = calloc(1, sizeof *server);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    if (server == NULL || (server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 ||
        bind(server->fd, (struct sockaddr *)&at, len) != 0 || listen(server->fd, 128) != 0 ||
        getsockname(server->fd, (struct sockaddr *)&at, &len) != 0) {
        die("fake_http");
    }
    server->answer = answer;
    server->state = state;
    server->port = ntohs(at.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u", server->port);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->changed, NULL);
    if (pthread_create(&server->thread, NULL, listen_on, server) != 0) {
        die("thread");
    }
    return server;
}

void fake_http_stop(struct fake_http *server)
{
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    pthread_mutex_unlock(&server->lock);
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    pthread_mutex_lock(&server->lock);
    for (unsigned i = 0; i < server->connections; i++) {
        if (server->connection[i].fd >= 0) {
            shutdown(server->connection[i].fd, SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&server->lock);
    for (unsigned i = 0; i < server->connections; i++) {
        pthread_join(server->connection[i].thread, NULL);
    }
    free(server);
}

const char *fake_http_url(const struct fake_http *server)
{
    return server->url;
}

unsigned fake_http_port(const struct fake_http *server)
{
    return server->port;
}

unsigned fake_http_connections(struct fake_http *server)
{
    pthread_mutex_lock(&server->lock);
    unsigned n = server->connections;
    pthread_mutex_unlock(&server->lock);
    return n;
}

unsigned fake_http_requests(struct fake_http *server)
{
    pthread_mutex_lock(&server->lock);
    unsigned n = server->requests;
    pthread_mutex_unlock(&server->lock);
    return n;
}

bool fake_http_await(struct fake_http *server, unsigned requests)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&server->lock);
    while (server->requests < requests &&
           pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0) {
    }
    bool there = server->requests >= requests;
    pthread_mutex_unlock(&server->lock);
    return there;
}
