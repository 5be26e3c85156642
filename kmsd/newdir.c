/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/newdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/random.h"
#include "kmsd/principal.h"
#include "kmsd/store.h"

#define GROWING "new"
#define COMPLETE "made"
#define MASTER_KEY "master.key"
#define STORE "kmsd.db"
#define PRINCIPALS "principals.json"
#define CREDENTIALS "credentials"

static const char *const names[] = {MASTER_KEY, STORE, PRINCIPALS, CREDENTIALS, NULL};

static void fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static enum srow_rc sync_folder(const char *name, struct srow_error *e)
{
    AUTO(fd_close) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FAIL_IF(fd < 0 || fsync(fd) != 0, e, SROW_E_IO, "%s: %s", name, strerror(errno));
    return SROW_OK;
}

static enum srow_rc write_file(const char *name, struct srow_bytes text, struct srow_error *e)
{
    AUTO(fd_close) int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FAIL_IF(fd < 0, e, SROW_E_IO, "%s: %s", name, strerror(errno));
    FAIL_IF(write(fd, text.at, text.len) != (ssize_t)text.len || fsync(fd) != 0, e, SROW_E_IO,
            "%s: %s", name, strerror(errno));
    return SROW_OK;
}

static enum srow_rc write_all(struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret master = {0};
    AUTO(store_free) struct store *store = NULL;
    AUTO(buf_cleanup) struct srow_buf principals = {0}, credentials = {0};
    TRY(secret_new(&master, NEWDIR_MASTER, e));
    TRY(random_bytes(master.at, NEWDIR_MASTER, e));
    TRY(write_file(GROWING "/" MASTER_KEY, secret_bytes(&master), e));
    TRY(store_open(&store, GROWING "/" STORE, &master, true, e));
    TRY(principal_make_all(&principals, &credentials, e));
    TRY(write_file(GROWING "/" PRINCIPALS, bytes_buf(&principals), e));
    return write_file(GROWING "/" CREDENTIALS, bytes_buf(&credentials), e);
}

enum srow_rc newdir_make(struct srow_error *e)
{
    FAIL_IF(mkdir(GROWING, 0700) != 0, e, SROW_E_IO, GROWING ": %s", strerror(errno));
    TRY(write_all(e));
    TRY(sync_folder(GROWING, e));
    FAIL_IF(rename(GROWING, COMPLETE) != 0, e, SROW_E_IO, COMPLETE ": %s", strerror(errno));
    TRY(sync_folder(".", e));
    return newdir_finish(e);
}

/* -- after an interruption -- */

static enum srow_rc remove_growing(struct srow_error *e)
{
    char path[64];
    static const char *const endings[] = {"", "-journal", "-wal", "-shm", NULL};
    for (const char *const *name = names; *name != NULL; name++) {
        for (const char *const *ending = endings; *ending != NULL; ending++) {
            snprintf(path, sizeof path, GROWING "/%s%s", *name, *ending);
            FAIL_IF(unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR, e, SROW_E_IO,
                    "%s: %s", path, strerror(errno));
        }
    }
    FAIL_IF(rmdir(GROWING) != 0 && errno != ENOENT, e, SROW_E_IO, GROWING ": %s", strerror(errno));
    return SROW_OK;
}

static enum srow_rc put_in_place(const char *name, struct srow_error *e)
{
    char path[64];
    snprintf(path, sizeof path, COMPLETE "/%s", name);
    if (renameat2(AT_FDCWD, path, AT_FDCWD, name, RENAME_NOREPLACE) == 0 || errno == ENOENT) {
        return SROW_OK; /* or it went there before the interruption */
    }
    FAIL_IF(errno == EEXIST, e, SROW_E_CONFLICT,
            "%s stands in " COMPLETE "/ and outside: keep the one that is used, remove the other",
            name);
    FAIL(e, SROW_E_IO, "%s: %s", path, strerror(errno));
}

enum srow_rc newdir_finish(struct srow_error *e)
{
    TRY(remove_growing(e));
    if (access(COMPLETE, F_OK) != 0) {
        return SROW_OK;
    }
    for (const char *const *name = names; *name != NULL; name++) {
        TRY(put_in_place(*name, e));
    }
    TRY(sync_folder(".", e));
    FAIL_IF(rmdir(COMPLETE) != 0, e, SROW_E_IO, COMPLETE ": %s", strerror(errno));
    return SROW_OK;
}
