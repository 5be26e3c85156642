/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "io.h"
#include "made.h"
#include "progress.h"
#include "stop.h"

enum { WAIT_MS = 200 };

struct loading {
    const char *name, *skipped; /* the file, and that of bad rows */
    int fd, skipped_fd;         /* 0: not open */
    uint64_t size;              /* 0: unknown */
    struct progress progress;
    struct made_file made;
};

static void loading_cleanup(struct loading *l)
{
    progress_clear(&l->progress);
    if (l->fd > 0) {
        close(l->fd);
    }
    if (l->skipped_fd > 0) {
        close(l->skipped_fd);
    }
    made_file_close(&l->made);
}

static enum srow_rc stopped(struct srow_error *e)
{
    FAIL(e, SROW_E_STOPPED, "stopped by a signal: what was stored stays; run it again to go on");
}

static enum srow_rc read_some(size_t *got, void *state, void *at, size_t room, struct srow_error *e)
{
    struct loading *l = state;
    struct pollfd ready = {.fd = l->fd, .events = POLLIN};
    ssize_t n;
    do {
        do { /* who gives the data may take long, and a signal comes meanwhile */
            TRY(stop_wished() ? stopped(e) : SROW_OK);
        } while (poll(&ready, 1, WAIT_MS) <= 0);
        n = read(l->fd, at, room);
    } while (n < 0 && errno == EINTR);
    FAIL_IF(n < 0 && errno == EBADF, e, SROW_E_IO, "%s: it is closed: give it data", l->name);
    FAIL_IF(n < 0, e, SROW_E_IO, "%s: reading failed: %s", l->name, strerror(errno));
    *got = (size_t)n;
    return SROW_OK;
}

static enum srow_rc open_input(struct loading *l, const char *path, struct srow_error *e)
{
    struct stat st;
    l->name = strcmp(path, "-") == 0 ? "standard input" : path;
    if (l->name == path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        FAIL_IF(fd < 0 && errno == ENOENT, e, SROW_E_NOT_FOUND, "%s: no such file: check its name",
                path);
        FAIL_IF(fd < 0, e, SROW_E_IO, "%s: it cannot be opened: %s: see who may read it", path,
                strerror(errno));
        l->fd = fd;
    }
    FAIL_IF(fstat(l->fd, &st) == 0 && S_ISDIR(st.st_mode), e, SROW_E_USAGE,
            "%s: a folder: name a file", path);
    l->size = fstat(l->fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return SROW_OK;
}

/* -- bad rows -- */

static enum srow_rc check_skipped(const char *path, struct srow_error *e)
{
    struct stat st;
    AUTO(str_free) char *copy = NULL;
    if (path == NULL) {
        return SROW_OK;
    }
    FAIL_IF(lstat(path, &st) == 0, e, SROW_E_CONFLICT,
            "%s: it is there already: name another file for the bad rows", path);
    TRY(bytes_dup_str(&copy, srow_str(path), e));
    const char *folder = dirname(copy);
    FAIL_IF(stat(folder, &st) != 0 && errno == ENOENT, e, SROW_E_NOT_FOUND,
            "--skip-bad %s: there is no folder %s: make it first", path, folder);
    FAIL_IF(access(folder, W_OK | X_OK) != 0, e, SROW_E_IO,
            "--skip-bad %s: it cannot be made: %s: see who may write its folder", path,
            strerror(errno));
    return SROW_OK;
}

static enum srow_rc write_skipped(struct loading *l, struct srow_bytes line, struct srow_error *e)
{
    if (l->skipped_fd <= 0) {
        l->skipped_fd = open(l->skipped, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    FAIL_IF(l->skipped_fd < 0, e, SROW_E_IO, "%s: it cannot be made: %s: see its folder",
            l->skipped, strerror(errno));
    return io_write_to(l->skipped_fd, l->skipped, line, e);
}

/* The row as it stands in the file, so that it can be mended and given again. */
static enum srow_rc skip(void *state, const struct rows_bad *bad, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf line = {0};
    bool text = text_is_utf8(bad->row);
    buf_printf(&line, "{\"line\":%llu,\"code\":\"%s\",\"text\":", (unsigned long long)bad->line,
               bad->error->event);
    json_put_string(&line, srow_str(bad->error->text));
    buf_put_str(&line, text ? ",\"row\":" : ",\"row_base64\":\"");
    if (text) {
        json_put_string(&line, bad->row);
    } else {
        text_put_base64(&line, bad->row);
    }
    buf_put_str(&line, text ? "}\n" : "\"}\n");
    TRY(buf_check(&line, e));
    return write_skipped(state, bytes_buf(&line), e);
}

static enum srow_rc note(void *state, const struct rows_made *made, struct srow_error *e)
{
    struct loading *l = state;
    return made_file_add(&l->made, made, e);
}

/* -- progress -- */

/* How many rows there will be is guessed by the bytes that are left. */
static enum srow_rc tell(void *state, const struct rows_counts *c, struct srow_error *e)
{
    struct loading *l = state;
    uint64_t done = c->inserted + c->already_there + c->replaced + c->bad;
    double share = l->size == 0 || c->bytes == 0 ? 0 : (double)l->size / (double)c->bytes;
    progress_tell(&l->progress, done, (uint64_t)((double)done * share));
    return stop_wished() ? stopped(e) : SROW_OK;
}

/* -- the command -- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static enum srow_rc read_format(enum rows_format *out, const struct args *args,
                                struct srow_error *e)
{
    static const struct {
        const char *end;
        enum rows_format format;
    } names[] = {{".csv", ROWS_CSV}, {".jsonl", ROWS_JSONL}, {".ndjson", ROWS_JSONL}};
    *out = ROWS_ANY_FORMAT;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *out = ends_with(args->from, names[i].end) ? names[i].format : *out;
    }
    if (args->format != NULL) {
        bool csv = strcmp(args->format, "csv") == 0;
        FAIL_IF(!csv && strcmp(args->format, "jsonl") != 0, e, SROW_E_USAGE,
                "--format: unknown format %s: say csv or jsonl", args->format);
        *out = csv ? ROWS_CSV : ROWS_JSONL;
    }
    return SROW_OK;
}

enum srow_rc load_run(struct rows_counts *counts, int *status, const struct program *p,
                      const struct args *args, struct srow_error *e)
{
    AUTO(loading_cleanup) struct loading l = {.skipped = args->skip_bad};
    struct rows rows = program_rows(p);
    struct rows_load load = {.table = args->words[0],
                             .input = {.read = read_some, .state = &l},
                             .replace = args->replace,
                             .dry_run = args->dry_run,
                             .state = &l,
                             .made = args->made == NULL ? NULL : note,
                             .bad = args->skip_bad == NULL ? NULL : skip,
                             .tell = tell};
    TRY(read_format(&load.format, args, e));
    TRY(check_skipped(args->skip_bad, e));
    TRY(open_input(&l, args->from, e));
    if (args->made != NULL && !args->dry_run) {
        TRY(made_file_open(&l.made, args->made, e));
    }
    l.progress = (struct progress){.what = args->words[0],
                                   .quiet = !args->progress && isatty(STDERR_FILENO) != 1};
    load.input.name = l.name;
    stop_listen();
    TRY(rows_load(counts, &rows, &load, e));
    *status = counts->bad > 0;
    return SROW_OK;
}
