/* SPDX-License-Identifier: Apache-2.0 */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { CHUNK = 65536 };

void io_occupy(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR}; /* the wrong way round: use fails */
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd) {
            _exit(71);
        }
    }
}

enum srow_rc io_read_fd(struct srow_buf *out, int fd, const char *name, size_t most,
                        struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf buf = {0};
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        (size_t)st.st_size <= most) {
        (void)buf_room(&buf, (size_t)st.st_size + CHUNK); /* at once, without copies */
    }
    for (;;) {
        void *at = buf_room(&buf, CHUNK);
        FAIL_IF(at == NULL, e, SROW_E_NOMEM, "%s: no memory to read it", name);
        ssize_t n = read(fd, at, CHUNK);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        FAIL_IF(n < 0 && errno == EBADF, e, SROW_E_IO, "%s: it is closed: give it data", name);
        FAIL_IF(n < 0 && errno == EISDIR, e, SROW_E_USAGE, "%s: a folder: name a file", name);
        FAIL_IF(n < 0, e, SROW_E_IO, "%s: reading failed: %s", name, strerror(errno));
        if (n == 0) {
            *out = buf_take(&buf);
            return SROW_OK;
        }
        buf_grew(&buf, (size_t)n);
        FAIL_IF(buf.len > most, e, SROW_E_LIMIT, "%s: more than %zu MiB: split it", name,
                (most + 1) >> 20);
    }
}

enum srow_rc io_read_input(struct srow_buf *out, struct srow_error *e)
{
    return io_read_fd(out, STDIN_FILENO, "standard input", IO_MOST, e);
}

enum srow_rc io_read_file(struct srow_buf *out, const char *path, struct srow_error *e)
{
    if (strcmp(path, "-") == 0) {
        return io_read_input(out, e);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    FAIL_IF(fd < 0 && errno == ENOENT, e, SROW_E_NOT_FOUND, "%s: no such file: check its name",
            path);
    FAIL_IF(fd < 0, e, SROW_E_IO, "%s: it cannot be opened: %s: see who may read it", path,
            strerror(errno));
    enum srow_rc rc = io_read_fd(out, fd, path, IO_MOST, e);
    close(fd);
    return rc;
}

static bool pipe_is_closed;

bool io_pipe_is_closed(void)
{
    return pipe_is_closed;
}

enum srow_rc io_write_to(int fd, const char *name, struct srow_bytes bytes, struct srow_error *e)
{
    const char *at = bytes.at;
    size_t left = bytes.len;
    while (left > 0) {
        ssize_t n = write(fd, at, left);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        FAIL_IF(n < 0 && errno == EBADF, e, SROW_E_IO, "%s: it is closed: open it", name);
        pipe_is_closed = pipe_is_closed || (n < 0 && errno == EPIPE && fd == STDOUT_FILENO);
        FAIL_IF(n < 0 && errno == ENOSPC, e, SROW_E_IO, "%s: disk full: make room", name);
        FAIL_IF(n < 0, e, SROW_E_IO, "%s: writing failed: %s", name, strerror(errno));
        at += n;
        left -= (size_t)n;
    }
    return SROW_OK;
}

enum srow_rc io_write(struct srow_bytes bytes, struct srow_error *e)
{
    return io_write_to(STDOUT_FILENO, "standard output", bytes, e);
}

enum srow_rc io_write_buf(const struct srow_buf *buf, struct srow_error *e)
{
    TRY(buf_check(buf, e));
    return io_write(bytes_buf(buf), e);
}

size_t io_control(struct srow_bytes b)
{
    const unsigned char *at = b.at;
    if (b.len > 1 && at[0] == 0xC2 && at[1] < 0xA0) {
        return 2;
    }
    return b.len > 0 && (at[0] < 0x20 || at[0] == 0x7F) ? 1 : 0;
}

bool io_is_plain(struct srow_bytes b)
{
    for (size_t i = 0; i < b.len; i++) {
        if (io_control(bytes_of((const char *)b.at + i, b.len - i)) > 0) {
            return false;
        }
    }
    return text_is_utf8(b);
}
