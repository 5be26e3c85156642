/* SPDX-License-Identifier: Apache-2.0
 *
 * The log's one sink: the program's function, or standard error, a whole line in one write.
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

/* The pair is written function last and read function first and last, so that no function is ever
 * called with another's state. No lock: a child of fork could find it taken for ever. */
static _Atomic(srow_log_function *) sink;
static _Atomic(void *) sink_state;

void srow_log_set(srow_log_function *function, void *state)
{
    atomic_store(&sink, NULL);
    atomic_store(&sink_state, state);
    atomic_store(&sink, function);
}

void srow_log_level(uint32_t level)
{
    log_set_level(level > LOG_LEVEL_DEBUG ? LOG_LEVEL_DEBUG : (enum log_level)level);
}

/* Whether the line is the program's, and has been given to it. */
static bool hand_over(enum log_level level, const char *code, const char *text)
{
    srow_log_function *function;
    void *state;
    do {
        function = atomic_load(&sink);
        state = atomic_load(&sink_state);
    } while (function != atomic_load(&sink));
    if (function != NULL) {
        function(state, level, code, text);
    }
    return function != NULL;
}

static void write_line(const char *line)
{
    struct iovec parts[2] = {{(void *)(uintptr_t)line, strlen(line)},
                             {(void *)(uintptr_t) "\n", 1}};
    ssize_t written = writev(STDERR_FILENO, parts, 2);
    (void)written; /* a full or closed log stops nobody's work */
}

void log_event(const char *code, const char *line)
{
    if (!hand_over(LOG_LEVEL_ERROR, code, line)) {
        write_line(line);
    }
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
    if (hand_over(level, code, text)) {
        return;
    }
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
    write_line(buf_cstr(&line));
}
