/* SPDX-License-Identifier: Apache-2.0
 *
 * The log's one sink: standard error, a whole line in one write.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"

static _Atomic enum log_level limit = LOG_LEVEL_WARNING;

void log_set_level(enum log_level level)
{
    atomic_store(&limit, level);
}

void log_raw(const char *line)
{
    struct iovec parts[2] = {{(void *)(uintptr_t)line, strlen(line)},
                             {(void *)(uintptr_t) "\n", 1}};
    ssize_t written = writev(STDERR_FILENO, parts, 2);
    (void)written; /* a full or closed log stops nobody's work */
}

void log_line(enum log_level level, const char *code, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    if (level > atomic_load(&limit)) {
        return;
    }
    char text[640], when[21];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    AUTO(buf_cleanup) struct srow_buf line = {0};
    if (isatty(STDERR_FILENO)) {
        buf_printf(&line, "%s %s: %s", names[level], code, text);
    } else {
        time_format_iso(when, (time_t)(time_wall_ms() / 1000));
        buf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"code\":\"%s\",\"text\":", when,
                   names[level], code);
        json_put_string(&line, srow_str(text));
        buf_put_str(&line, "}");
    }
    log_raw(buf_cstr(&line));
}
