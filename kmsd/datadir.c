/* SPDX-License-Identifier: Apache-2.0
 *
 * Order matters: the lock comes first, the master key before what it opens, and a directory that
 * holds anything is never taken for a new one.
 */
#include "kmsd/datadir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmsd/newdir.h"

enum { MASTER = NEWDIR_MASTER, FILE_MOST = 1 << 20 };

static const char master_name[] = "master.key", store_name[] = "kmsd.db",
                  principals_name[] = "principals.json", credentials_name[] = "credentials",
                  changes_name[] = "changes", lock_name[] = "lock";

void datadir_cleanup(struct datadir *dir)
{
    store_free(&dir->store);
    secret_cleanup(&dir->master);
    principal_list_cleanup(&dir->principals);
    if (dir->lock > 0) {
        close(dir->lock);
    }
    *dir = (struct datadir){0};
}

static void fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

/* -- checks -- */

static enum srow_rc check_owner(const char *name, mode_t forbidden, struct srow_error *e)
{
    struct stat st;
    FAIL_IF(stat(name, &st) != 0, e, SROW_E_NOT_FOUND, "%s: %s", name, strerror(errno));
    FAIL_IF(st.st_uid != geteuid(), e, SROW_E_PERMISSIONS,
            "%s belongs to another user: run as its owner", name);
    FAIL_IF((st.st_mode & forbidden) != 0, e, SROW_E_PERMISSIONS,
            "%s is open to others (mode %03o): chmod go-%s it", name, st.st_mode & 0777,
            forbidden == 0077 ? "rwx" : "w");
    return SROW_OK;
}

enum srow_rc datadir_check_file(const char *name, struct srow_error *e)
{
    return check_owner(name, 0077, e);
}

enum srow_rc datadir_enter(const char *path, struct srow_error *e)
{
    int rc = chdir(path);
    FAIL_IF(rc != 0 && errno == ENOENT, e, SROW_E_NOT_FOUND,
            "--data %s: there is no such directory: name the one of a server", path);
    FAIL_IF(rc != 0, e, SROW_E_IO, "--data %s: %s", path, strerror(errno));
    return SROW_OK;
}

static enum srow_rc enter(const char *path, struct srow_error *e)
{
    FAIL_IF(mkdir(path, 0700) != 0 && errno != EEXIST, e, SROW_E_IO,
            "the directory cannot be made: %s: see the folder that it is to be in",
            strerror(errno));
    FAIL_IF(chdir(path) != 0, e, SROW_E_IO,
            "the directory cannot be entered: %s: name one that is yours", strerror(errno));
    return check_owner(".", 0022, e);
}

static enum srow_rc take_lock(int *out, struct srow_error *e)
{
    AUTO(fd_close) int fd = open(lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    FAIL_IF(fd < 0, e, SROW_E_IO, "lock: %s", strerror(errno));
    FAIL_IF(flock(fd, LOCK_EX | LOCK_NB) != 0, e, SROW_E_IN_USE,
            "another sealrow-kmsd serves this directory: stop it, or use another directory");
    *out = fd;
    fd = -1;
    return SROW_OK;
}

static enum srow_rc is_empty(bool *out, struct srow_error *e)
{
    DIR *dir = opendir(".");
    FAIL_IF(dir == NULL, e, SROW_E_IO, "the directory cannot be read: %s", strerror(errno));
    bool empty = true;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        const char *name = entry->d_name;
        empty = empty &&
                (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, lock_name) == 0);
    }
    closedir(dir);
    *out = empty;
    return SROW_OK;
}

/* -- files -- */

static enum srow_rc read_file(struct srow_buf *out, const char *name, struct srow_error *e)
{
    AUTO(fd_close) int fd = open(name, O_RDONLY | O_CLOEXEC);
    FAIL_IF(fd < 0, e, SROW_E_NOT_FOUND, "%s: %s: put it back from your backup", name,
            strerror(errno));
    ssize_t got;
    do {
        void *room = buf_room(out, 4096);
        TRY(buf_check(out, e));
        got = read(fd, room, 4096);
        FAIL_IF(got < 0, e, SROW_E_IO, "%s: %s", name, strerror(errno));
        FAIL_IF(out->len > FILE_MOST, e, SROW_E_LIMIT, "%s: too large", name);
        buf_grew(out, (size_t)got);
    } while (got > 0);
    return SROW_OK;
}

static enum srow_rc read_master(struct secret *out, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret key = {0};
    AUTO(fd_close) int fd = open(master_name, O_RDONLY | O_CLOEXEC);
    FAIL_IF(fd < 0, e, SROW_E_MASTER_KEY,
            "%s: %s: put it back from your backup; without it no key in this directory opens",
            master_name, strerror(errno));
    TRY(datadir_check_file(master_name, e));
    TRY(secret_new(&key, MASTER + 1, e));
    FAIL_IF(read(fd, key.at, MASTER + 1) != MASTER, e, SROW_E_MASTER_KEY,
            "%s: not %d bytes: put the right one back from your backup", master_name, MASTER);
    return secret_of(out, bytes_of(key.at, MASTER), e);
}

/* -- loading -- */

static enum srow_rc check_if_there(const char *name, struct srow_error *e)
{
    return access(name, F_OK) == 0 ? datadir_check_file(name, e) : SROW_OK;
}

static enum srow_rc load(struct datadir *dir, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf principals = {0};
    TRY(read_master(&dir->master, e));
    TRY(datadir_check_file(store_name, e));
    TRY(datadir_check_file(principals_name, e));
    TRY(check_if_there(credentials_name, e)); /* for clients: may be moved away */
    TRY(check_if_there(changes_name, e));
    TRY(store_open(&dir->store, store_name, &dir->master, false, e));
    TRY(store_follow(dir->store, changes_name, e));
    TRY(read_file(&principals, principals_name, e));
    return principal_parse(&dir->principals, bytes_buf(&principals), e);
}

static enum srow_rc open_all(struct datadir *dir, const char *path, bool must_be_fresh,
                             struct srow_error *e)
{
    TRY(enter(path, e));
    TRY(take_lock(&dir->lock, e));
    TRY(newdir_finish(e));
    TRY(is_empty(&dir->fresh, e));
    FAIL_IF(must_be_fresh && !dir->fresh, e, SROW_E_CONFLICT,
            "--init makes a new directory, and this one has content: leave --init out to serve it, "
            "or, if it is left by an --init that failed, remove it");
    if (dir->fresh) {
        TRY(newdir_make(e));
    }
    return load(dir, e);
}

enum srow_rc datadir_open(struct datadir *out, const char *path, bool must_be_fresh,
                          struct srow_error *e)
{
    AUTO(datadir_cleanup) struct datadir dir = {0};
    enum srow_rc rc = open_all(&dir, path, must_be_fresh, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "%s", path);
    }
    *out = dir;
    dir = (struct datadir){0};
    return SROW_OK;
}
