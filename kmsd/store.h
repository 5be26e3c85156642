/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys and aliases of all Regions in one SQLite file, each key's material under the master key.
 * A change has reached the disk when its function returns. Safe from many threads.
 */
#ifndef KMSD_STORE_H
#define KMSD_STORE_H

#include "base/secret.h"

enum { STORE_ID = 37, STORE_MATERIAL_ID = 32, STORE_MATERIAL_HEX = 65, STORE_KEY_BYTES = 32 };
enum { STORE_ALIAS = 257, STORE_ALIASES_MOST = 50 }; /* of one key */

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

/* From now on the number of changes is kept in the file at `path` too, before they are
 * acknowledged. Fails with CONFLICT when the store is behind that number (it comes from an older
 * backup), MALFORMED, IO. */
MUST enum srow_rc store_follow(struct store *store, const char *path, struct srow_error *e);

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

/* -- aliases: names with "alias/" before them -- */

struct store_alias {
    char name[STORE_ALIAS];
    char key_id[STORE_ID];
    int64_t created_ms, updated_ms;
};

/* Fails with CONFLICT (the alias is there), LIMIT (the key has as many as it may). */
MUST enum srow_rc store_alias_add(struct store *store, const char *region, const char *name,
                                  const char *key_id, struct srow_error *e);

/* Lets an alias name another key. Fails with NOT_FOUND, LIMIT. */
MUST enum srow_rc store_alias_move(struct store *store, const char *region, const char *name,
                                   const char *key_id, struct srow_error *e);

/* Fails with NOT_FOUND. */
MUST enum srow_rc store_alias_remove(struct store *store, const char *region, const char *name,
                                     struct srow_error *e);
MUST enum srow_rc store_alias_get(struct store_alias *out, struct store *store, const char *region,
                                  const char *name, struct srow_error *e);

/* As store_list, by name; those of one key, or of all with `key_id` "". */
struct store_alias_query {
    const char *region, *key_id, *after;
    size_t limit;
};
struct store_alias_page {
    struct store_alias *at;
    size_t count;
    bool more;
};
void store_alias_page_cleanup(struct store_alias_page *page);
MUST enum srow_rc store_alias_list(struct store_alias_page *out, struct store *store,
                                   const struct store_alias_query *query, struct srow_error *e);

#endif
