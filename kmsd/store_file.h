/* SPDX-License-Identifier: Apache-2.0
 *
 * The store's file, for store.c, store_key.c and store_alias.c alone: its lock, and changes that
 * are on the disk, and counted, when they are committed.
 */
#ifndef KMSD_STORE_FILE_H
#define KMSD_STORE_FILE_H

#include <pthread.h>

#include "db/db.h"
#include "kmsd/store.h"

struct store {
    struct db *db;
    struct secret wrapping;
    pthread_mutex_t lock; /* one statement or transaction at a time */
    int changes_file;     /* how many changes there were, as it was last written; 0: none yet */
};

/* For AUTO(store_release) pthread_mutex_t *. */
pthread_mutex_t *store_hold(struct store *store);
void store_release(pthread_mutex_t **lock);

/* AUTO(store_change_end) struct store_change c = {0}; begin; ...; commit. What was not committed is
 * rolled back when the scope ends. */
struct store_change {
    struct store *store;
    struct db_work work;
};
MUST enum srow_rc store_change_begin(struct store_change *change, struct store *store,
                                     struct srow_error *e);
MUST enum srow_rc store_change_commit(struct store_change *change, struct srow_error *e);
void store_change_end(struct store_change *change);

#endif
