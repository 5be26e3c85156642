/* SPDX-License-Identifier: Apache-2.0 */
#include "made.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/json.h"
#include "io.h"

void made_put(struct srow_buf *out, const struct rows_made *made, bool json)
{
    for (size_t i = 0; i < made->count; i++) {
        const struct srow_bind *bind = &made->values[i];
        buf_put_str(out, i == 0 ? "" : json ? "," : " ");
        if (json) {
            json_put_string(out, srow_str(bind->name));
        } else {
            buf_put_str(out, bind->name);
        }
        buf_put_str(out, json ? ":" : "=");
        if (bind->value.type == SROW_TYPE_INTEGER) {
            buf_printf(out, "%" PRId64, bind->value.integer);
        } else if (json) {
            json_put_string(out, bind->value.bytes);
        } else {
            buf_put(out, bind->value.bytes);
        }
    }
}

enum srow_rc made_file_open(struct made_file *file, const char *path, struct srow_error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FAIL_IF(fd < 0 && errno == EEXIST, e, SROW_E_CONFLICT,
            "%s: it is there already, and the lines it names are stored: store only others, and "
            "name another file",
            path);
    FAIL_IF(fd < 0, e, SROW_E_IO, "%s: it cannot be made: %s: see its folder", path,
            strerror(errno));
    *file = (struct made_file){.path = path, .fd = fd};
    return SROW_OK;
}

enum srow_rc made_file_add(struct made_file *file, const struct rows_made *made,
                           struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf line = {0};
    buf_printf(&line, "{\"line\":%" PRIu64 ",\"made\":{", made->line);
    made_put(&line, made, true);
    buf_put_str(&line, "}}\n");
    TRY(buf_check(&line, e));
    file->used = true;
    return io_write_to(file->fd, file->path, bytes_buf(&line), e);
}

void made_file_close(struct made_file *file)
{
    if (file->fd > 0) {
        close(file->fd);
    }
    if (file->fd > 0 && !file->used) {
        unlink(file->path);
    }
    *file = (struct made_file){0};
}
