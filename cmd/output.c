/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

/* The file of the write under way, for output_abandon: a signal handler sees globals only. */
static volatile sig_atomic_t is_pending;
static int pending_folder;
static char pending_name[32];

void output_abandon(void)
{
    if (is_pending) {
        unlinkat(pending_folder, pending_name, 0);
    }
}

static void remove_pending(const int *unused)
{
    (void)unused;
    output_abandon();
    is_pending = 0;
}

/* Without the sticky bit anybody could put another file in the place of ours. */
static enum srow_rc check_folder(const struct output *o, struct srow_error *e)
{
    struct stat st;
    FAIL_IF(fstat(o->folder, &st) != 0, e, SROW_E_IO, "%s: its folder cannot be read: %s", o->shown,
            strerror(errno));
    FAIL_IF((st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0, e, SROW_E_PERMISSIONS,
            "%s: others may write its folder (mode %04o): chmod o-w it", o->shown,
            (unsigned)(st.st_mode & 07777));
    return SROW_OK;
}

enum srow_rc output_check(const struct output *o, struct srow_error *e)
{
    struct stat st;
    TRY(check_folder(o, e));
    if (fstatat(o->folder, o->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        FAIL_IF(errno != ENOENT, e, SROW_E_IO, "%s: it cannot be written: %s", o->shown,
                strerror(errno));
        return SROW_OK;
    }
    FAIL_IF(!S_ISREG(st.st_mode), e, SROW_E_USAGE,
            "%s: there is something else than a file: name another, or - for standard output",
            o->shown);
    FAIL_IF(!o->overwrite, e, SROW_E_CONFLICT, "%s: it is there: say --overwrite to replace it",
            o->shown);
    return SROW_OK;
}

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static enum srow_rc make(int *out, const struct output *o, struct srow_error *e)
{
    uint64_t number = 0;
    FAIL_IF(getrandom(&number, sizeof number, 0) != sizeof number, e, SROW_E_IO,
            "%s: no random name: %s", o->shown, strerror(errno));
    snprintf(pending_name, sizeof pending_name, ".sealrow-%016" PRIx64, number);
    pending_folder = o->folder;
    is_pending = 1;
    *out = openat(o->folder, pending_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  o->shared ? 0666 : 0600);
    FAIL_IF(*out < 0, e, SROW_E_IO,
            "%s: no file can be made in its folder: %s: see who may write there", o->shown,
            strerror(errno));
    return SROW_OK;
}

static enum srow_rc fill(int fd, const struct output *o, struct srow_bytes content,
                         struct srow_error *e)
{
    const char *at = content.at;
    for (size_t left = content.len; left > 0;) {
        ssize_t n = write(fd, at, left < CHUNK ? left : CHUNK);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        FAIL_IF(n < 0 && errno == ENOSPC, e, SROW_E_IO, "%s: disk full: make room", o->shown);
        FAIL_IF(n < 0, e, SROW_E_IO, "%s: writing failed: %s", o->shown, strerror(errno));
        at += n;
        left -= (size_t)n;
    }
    FAIL_IF(fsync(fd) != 0, e, SROW_E_IO, "%s: writing failed: %s", o->shown, strerror(errno));
    return SROW_OK;
}

/* Gives the file its name. A name that somebody has taken since output_check is left alone. */
static enum srow_rc name(const struct output *o, struct srow_error *e)
{
    int rc = o->overwrite
                 ? renameat(o->folder, pending_name, o->folder, o->name)
                 : renameat2(o->folder, pending_name, o->folder, o->name, RENAME_NOREPLACE);
    if (rc != 0 && !o->overwrite && (errno == EINVAL || errno == ENOSYS)) {
        rc = linkat(o->folder, pending_name, o->folder, o->name, 0); /* older file systems */
    }
    FAIL_IF(rc != 0 && errno == EEXIST, e, SROW_E_CONFLICT,
            "%s: it is there: say --overwrite to replace it", o->shown);
    FAIL_IF(rc != 0, e, SROW_E_IO, "%s: renaming failed: %s", o->shown, strerror(errno));
    FAIL_IF(fsync(o->folder) != 0, e, SROW_E_IO, "%s: its folder is not synced: %s", o->shown,
            strerror(errno));
    return SROW_OK;
}

enum srow_rc output_write(const struct output *o, struct srow_bytes content, struct srow_error *e)
{
    AUTO(remove_pending) int unused = 0;
    AUTO(close_fd) int fd = -1;
    (void)unused;
    TRY(output_check(o, e));
    TRY(make(&fd, o, e));
    TRY(fill(fd, o, content, e));
    return name(o, e);
}
