/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of all Regions in one SQLite file, each key's material under the master key. A change
 * has reached the disk when its function returns. Safe from many threads.
 */
#ifndef KMSD_STORE_H
#define KMSD_STORE_H

#include "base/secret.h"

enum { STORE_ID = 37, STORE_MATERIAL_ID = 32, STORE_MATERIAL_HEX = 65, STORE_KEY_BYTES = 32 };

struct store_key {
    char id[STORE_ID];
    uint8_t material_id[STORE_MATERIAL_ID];
    bool enabled;
    int64_t created_ms;
    char *description;
    struct secret material;
};

void store_key_cleanup(struct store_key *key);

struct store;

/* Opens the file under a master key of 32 bytes; `fresh` makes it. Fails with MASTER_KEY (another
 * key than the one it was made with), DB_MISSING, UNSUPPORTED (a newer version's file) and the
 * codes of db. */
MUST enum srow_rc store_open(struct store **out, const char *path, const struct secret *master,
                             bool fresh, struct srow_error *e);
void store_free(struct store **store);

/* A new enabled key: id, material and time are made here. The caller owns *out. */
MUST enum srow_rc store_add(struct store_key *out, struct store *store, const char *region,
                            struct srow_bytes description, struct srow_error *e);

/* Fails with NOT_FOUND; MASTER_KEY if its material does not open. */
MUST enum srow_rc store_get(struct store_key *out, struct store *store, const char *region,
                            const char *id, struct srow_error *e);

/* Fails with NOT_FOUND. */
MUST enum srow_rc store_set_enabled(struct store *store, const char *region, const char *id,
                                    bool enabled, struct srow_error *e);

/* Ids in their order, those behind `after` ("" for all), at most `limit`. *more: there are others.
 */
struct store_page {
    char (*ids)[STORE_ID];
    size_t count;
    bool more;
};
void store_page_cleanup(struct store_page *page);
MUST enum srow_rc store_list(struct store_page *out, struct store *store, const char *region,
                             const char *after, size_t limit, struct srow_error *e);

#endif
