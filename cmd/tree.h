/* SPDX-License-Identifier: Apache-2.0
 *
 * Every file of a folder and of the folders in it, with the place of its counterpart in another
 * tree. Nothing is followed out of either tree: a symbolic link is refused.
 */
#ifndef CMD_TREE_H
#define CMD_TREE_H

#include "base/bytes.h"

struct tree_file {
    int from, to;     /* folders; `to` is -1 where it is not there yet */
    const char *name; /* without a slash */
    const char *path; /* below the root, for people */
};

typedef enum srow_rc tree_visit(void *state, const struct tree_file *file, struct srow_error *e);

struct tree {
    const char *from, *to; /* roots */
    tree_visit *check;     /* sees every file before the first is visited; changes nothing */
    tree_visit *visit;
    void *state;
    bool dry_run; /* makes no folder of the other tree; otherwise with mode 0700 */
};

/* Visits the files by name, and ends where a visit fails. Fails also with USAGE (a link, a device,
 * a tree within the other), IO, NOMEM. */
MUST enum srow_rc tree_walk(const struct tree *t, struct srow_error *e);

#endif
