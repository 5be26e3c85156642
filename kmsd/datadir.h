/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's directory: master.key, kmsd.db, changes, principals.json, credentials, audit.log,
 * lock and control. The process works inside it, so that all names are short and every check is of
 * the file that is used.
 */
#ifndef KMSD_DATADIR_H
#define KMSD_DATADIR_H

#include "base/secret.h"
#include "kmsd/principal.h"
#include "kmsd/store.h"

struct datadir {
    int lock; /* held until the process ends */
    bool fresh;
    struct secret master;
    struct store *store;
    struct principal_list principals;
};

void datadir_cleanup(struct datadir *dir);

/* Makes the directory where there is none, enters it, locks it, makes or checks its files and loads
 * them. Fails with IN_USE (another server has it), PERMISSIONS (a file that others may read),
 * MASTER_KEY (lost, or another), NOT_FOUND (another file lost), CONFLICT (`must_be_fresh`, and it
 * is not; or kmsd.db is from an older backup), IO. */
MUST enum srow_rc datadir_open(struct datadir *out, const char *path, bool must_be_fresh,
                               struct srow_error *e);

/* Enters a directory that is there, for the commands beside a server. Fails with NOT_FOUND. */
MUST enum srow_rc datadir_enter(const char *path, struct srow_error *e);

/* Fails with PERMISSIONS if anybody but the owner may read or write the file, or it is not ours. */
MUST enum srow_rc datadir_check_file(const char *name, struct srow_error *e);

#endif
