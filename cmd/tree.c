/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
    const struct tree *tree;
    tree_visit *visit;
    bool make;
    bool has_to;
    dev_t to_device; /* the other tree's root */
    ino_t to_inode;
};

struct names {
    struct dirent **list;
    int count;
};

static void names_cleanup(struct names *n)
{
    for (int i = 0; i < n->count; i++) {
        free(n->list[i]);
    }
    free(n->list);
}

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static int is_name(const struct dirent *d)
{
    return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum srow_rc read_names(struct names *out, int folder, const char *path,
                               struct srow_error *e)
{
    int n = scandirat(folder, ".", &out->list, is_name, by_bytes);
    FAIL_IF(n < 0, e, SROW_E_IO, "%s: the folder cannot be read: %s", path, strerror(errno));
    out->count = n;
    return SROW_OK;
}

static enum srow_rc open_to(int *out, bool *made, const struct walk *w, const struct tree_file *f,
                            struct srow_error *e)
{
    const char *name = f->name;
    int parent = f->to;
    *made = w->make && mkdirat(parent, name, 0700) == 0;
    FAIL_IF(w->make && !*made && errno != EEXIST, e, SROW_E_IO,
            "%s: the folder cannot be made in %s: %s", name, w->tree->to, strerror(errno));
    *out = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    FAIL_IF(*out < 0 && errno != ENOENT, e, SROW_E_IO, "%s: no folder of %s that can be opened: %s",
            name, w->tree->to, strerror(errno));
    return SROW_OK;
}

static enum srow_rc walk_folder(const struct walk *w, int from, int to, const char *path,
                                struct srow_error *e);

static enum srow_rc enter(const struct walk *w, const struct tree_file *f, struct srow_error *e)
{
    AUTO(close_fd) int from = -1, to = -1;
    from = openat(f->from, f->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    FAIL_IF(from < 0, e, SROW_E_IO, "%s: the folder cannot be opened: %s: see who may read it",
            f->path, strerror(errno));
    bool made = false;
    enum srow_rc rc = f->to < 0 ? SROW_OK : open_to(&to, &made, w, f, e);
    rc = rc == SROW_OK ? walk_folder(w, from, to, f->path, e) : rc;
    if (rc != SROW_OK && made) {
        unlinkat(f->to, f->name, AT_REMOVEDIR); /* if it is still empty */
    }
    return rc;
}

static enum srow_rc look(const struct walk *w, const struct tree_file *f, struct srow_error *e)
{
    struct stat st;
    FAIL_IF(fstatat(f->from, f->name, &st, AT_SYMLINK_NOFOLLOW) != 0, e, SROW_E_IO,
            "%s: it cannot be read: %s", f->path, strerror(errno));
    FAIL_IF(S_ISLNK(st.st_mode), e, SROW_E_USAGE,
            "%s: a symbolic link is not followed: remove it, or put the file in its place",
            f->path);
    if (S_ISREG(st.st_mode)) {
        return w->visit(w->tree->state, f, e);
    }
    FAIL_IF(!S_ISDIR(st.st_mode), e, SROW_E_USAGE, "%s: neither a file nor a folder: remove it",
            f->path);
    FAIL_IF(w->has_to && st.st_dev == w->to_device && st.st_ino == w->to_inode, e, SROW_E_USAGE,
            "%s: the output lies within the input: name another folder", w->tree->to);
    return enter(w, f, e);
}

static enum srow_rc walk_folder(const struct walk *w, int from, int to, const char *path,
                                struct srow_error *e)
{
    AUTO(names_cleanup) struct names names = {0};
    TRY(read_names(&names, from, path, e));
    for (int i = 0; i < names.count; i++) {
        AUTO(buf_cleanup) struct srow_buf below = {0};
        const char *name = names.list[i]->d_name;
        buf_printf(&below, "%s/%s", path, name);
        struct tree_file f = {from, to, name, buf_cstr(&below)};
        TRY(buf_check(&below, e));
        TRY(look(w, &f, e));
    }
    return SROW_OK;
}

/* The two roots are apart; where one is the other, new files would be met as old ones. */
static enum srow_rc check_roots(struct walk *w, int from, int to, struct srow_error *e)
{
    struct stat a, b;
    w->has_to = to >= 0;
    if (!w->has_to) {
        return SROW_OK;
    }
    FAIL_IF(fstat(from, &a) != 0 || fstat(to, &b) != 0, e, SROW_E_IO,
            "the folders cannot be read: %s", strerror(errno));
    FAIL_IF(a.st_dev == b.st_dev && a.st_ino == b.st_ino, e, SROW_E_USAGE,
            "%s: input and output are one folder: name another", w->tree->to);
    w->to_device = b.st_dev;
    w->to_inode = b.st_ino;
    return SROW_OK;
}

/* First every file is checked, then every file is visited. */
static enum srow_rc walk_twice(const struct tree *t, int from, int to, struct srow_error *e)
{
    struct walk w = {.tree = t, .visit = t->check};
    TRY(check_roots(&w, from, to, e));
    TRY(walk_folder(&w, from, to, t->from, e));
    w.visit = t->visit;
    w.make = !t->dry_run;
    return walk_folder(&w, from, to, t->from, e);
}

enum srow_rc tree_walk(const struct tree *t, struct srow_error *e)
{
    AUTO(close_fd) int from = -1, to = -1;
    from = open(t->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FAIL_IF(from < 0, e, SROW_E_IO, "%s: the folder cannot be opened: %s: see who may read it",
            t->from, strerror(errno));
    bool made = !t->dry_run && mkdir(t->to, 0700) == 0;
    to = open(t->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FAIL_IF(to < 0 && (errno != ENOENT || !t->dry_run), e, SROW_E_IO,
            "%s: no folder that can be made or opened: %s", t->to, strerror(errno));
    enum srow_rc rc = walk_twice(t, from, to, e);
    if (rc != SROW_OK && made) {
        rmdir(t->to); /* if it is still empty */
    }
    return rc;
}
