/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "control"

enum { LINE = 256, PATIENCE_S = 2, ANSWER_S = 10 };

static const struct sockaddr_un place = {.sun_family = AF_UNIX, .sun_path = SOCKET_NAME};

static void fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static void be_patient(int fd, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

enum srow_rc control_listen(int *out, struct srow_error *e)
{
    AUTO(fd_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    FAIL_IF(fd < 0, e, SROW_E_IO, "control: %s", strerror(errno));
    unlink(SOCKET_NAME); /* ours: we hold the directory's lock */
    FAIL_IF(bind(fd, (const struct sockaddr *)&place, sizeof place) != 0 ||
                chmod(SOCKET_NAME, 0600) != 0 || listen(fd, 8) != 0,
            e, SROW_E_IO, "control: %s", strerror(errno));
    *out = fd;
    fd = -1;
    return SROW_OK;
}

/* -- server -- */

static void put_status(struct srow_buf *out, struct listener *const *listeners, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s %s://%s %s\n", listener_region(listeners[i]),
                   listener_scheme(listeners[i]), listener_address(listeners[i]),
                   listener_is_up(listeners[i]) ? "up" : "down");
    }
}

static enum srow_rc obey(struct srow_buf *out, const char *line, struct listener *const *listeners,
                         size_t count, struct srow_error *e)
{
    const char *space = strchr(line, ' ');
    struct srow_bytes verb = bytes_of(line, space == NULL ? strlen(line) : (size_t)(space - line));
    if (bytes_equal_str(verb, "status")) {
        put_status(out, listeners, count);
        return SROW_OK;
    }
    for (size_t i = 0; space != NULL && i < count; i++) {
        if (strcmp(listener_region(listeners[i]), space + 1) != 0) {
            continue;
        }
        if (bytes_equal_str(verb, "start")) {
            TRY(listener_start(listeners[i], e));
        } else {
            listener_stop(listeners[i], bytes_equal_str(verb, "stop-now"));
        }
        put_status(out, &listeners[i], 1);
        return SROW_OK;
    }
    FAIL(e, SROW_E_REGION, "this server has no Region %s: see sealrow-kmsd status",
         space == NULL ? "" : space + 1);
}

void control_serve(int fd, struct listener *const *listeners, size_t count)
{
    AUTO(fd_close) int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    AUTO(buf_cleanup) struct srow_buf out = {0};
    struct srow_error e = {0};
    char line[LINE];
    if (client < 0) {
        return;
    }
    be_patient(client, PATIENCE_S);
    ssize_t got = recv(client, line, sizeof line - 1, 0);
    char *end = got <= 0 ? NULL : memchr(line, '\n', (size_t)got);
    if (end == NULL) {
        return;
    }
    *end = '\0';
    if (obey(&out, line, listeners, count, &e) == SROW_OK) {
        buf_put_str(&out, "ok\n");
    } else {
        buf_printf(&out, "error %u %s\n", e.rc, e.text);
    }
    ssize_t sent = send(client, out.at, out.len, MSG_NOSIGNAL);
    (void)sent; /* who asked has gone: what was asked is done */
}

/* -- client -- */

static enum srow_rc ask(struct srow_buf *answer, const char *line, struct srow_error *e)
{
    AUTO(fd_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FAIL_IF(fd < 0, e, SROW_E_IO, "control: %s", strerror(errno));
    be_patient(fd, ANSWER_S);
    FAIL_IF(connect(fd, (const struct sockaddr *)&place, sizeof place) != 0, e, SROW_E_CONNECT,
            "no sealrow-kmsd serves this directory: %s: start one", strerror(errno));
    FAIL_IF(dprintf(fd, "%s\n", line) < 0, e, SROW_E_CONNECT, "control: %s", strerror(errno));
    ssize_t got;
    do {
        void *room = buf_room(answer, LINE);
        TRY(buf_check(answer, e));
        got = recv(fd, room, LINE, 0);
        FAIL_IF(got < 0, e, SROW_E_TIMEOUT, "control: the server does not answer");
        buf_grew(answer, (size_t)got);
    } while (got > 0);
    return SROW_OK;
}

enum srow_rc control_ask(const char *line, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf answer = {0};
    unsigned code;
    TRY(ask(&answer, line, e));
    const char *text = buf_cstr(&answer);
    if (sscanf(text, "error %u", &code) == 1) {
        const char *why = strchr(text + strlen("error "), ' ');
        FAIL(e, (enum srow_rc)code, "%.*s", why == NULL ? 0 : (int)strcspn(why + 1, "\n"),
             why == NULL ? "" : why + 1);
    }
    const char *ok = strstr(text, "ok\n");
    FAIL_IF(ok == NULL, e, SROW_E_CONNECT, "control: the server ended before it answered");
    fwrite(text, 1, (size_t)(ok - text), stdout);
    return SROW_OK;
}
