/* SPDX-License-Identifier: Apache-2.0
 *
 * Aliases of the store.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "kmsd/store_file.h"

void store_alias_page_cleanup(struct store_alias_page *page)
{
    free(page->at);
    *page = (struct store_alias_page){0};
}

/* Fails if another alias would be one too many for the key. `name` itself does not count. */
static enum srow_rc check_room(struct db *db, const char *region, const char *name,
                               const char *key_id, struct srow_error *e)
{
    struct db_value params[] = {db_text(region), db_text(key_id), db_text(name)};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more;
    TRY(db_query(&rows, db,
                 "SELECT count(*) FROM kms_alias WHERE region = $1 AND key_id = $2 AND name <> $3",
                 params, 3, e));
    TRY(db_next(&more, rows, e));
    FAIL_IF(!more || rows->ops->value(rows, 0).integer >= STORE_ALIASES_MOST, e, SROW_E_LIMIT,
            "key %s has %d aliases, which is all that it may have", key_id, STORE_ALIASES_MOST);
    return SROW_OK;
}

enum srow_rc store_alias_add(struct store *store, const char *region, const char *name,
                             const char *key_id, struct srow_error *e)
{
    struct db_value row[] = {db_text(region), db_text(name), db_text(key_id),
                             db_integer(time_wall_ms())};
    AUTO(store_change_end) struct store_change change = {0};
    TRY(store_change_begin(&change, store, e));
    TRY(check_room(store->db, region, name, key_id, e));
    TRY(db_exec(store->db,
                "INSERT INTO kms_alias VALUES ($1, $2, $3, $4, $4) "
                "ON CONFLICT (region, name) DO NOTHING",
                row, 4, e));
    FAIL_IF(db_changed(store->db) == 0, e, SROW_E_CONFLICT, "Region %s has the alias %s already",
            region, name);
    return store_change_commit(&change, e);
}

enum srow_rc store_alias_move(struct store *store, const char *region, const char *name,
                              const char *key_id, struct srow_error *e)
{
    struct db_value row[] = {db_text(region), db_text(name), db_text(key_id),
                             db_integer(time_wall_ms())};
    AUTO(store_change_end) struct store_change change = {0};
    TRY(store_change_begin(&change, store, e));
    TRY(check_room(store->db, region, name, key_id, e));
    TRY(db_exec(store->db,
                "UPDATE kms_alias SET key_id = $3, updated_ms = $4 WHERE region = $1 AND name = $2",
                row, 4, e));
    FAIL_IF(db_changed(store->db) == 0, e, SROW_E_NOT_FOUND, "Region %s has no alias %s", region,
            name);
    return store_change_commit(&change, e);
}

enum srow_rc store_alias_remove(struct store *store, const char *region, const char *name,
                                struct srow_error *e)
{
    struct db_value row[] = {db_text(region), db_text(name)};
    AUTO(store_change_end) struct store_change change = {0};
    TRY(store_change_begin(&change, store, e));
    TRY(db_exec(store->db, "DELETE FROM kms_alias WHERE region = $1 AND name = $2", row, 2, e));
    FAIL_IF(db_changed(store->db) == 0, e, SROW_E_NOT_FOUND, "Region %s has no alias %s", region,
            name);
    return store_change_commit(&change, e);
}

/* A row as both queries select it. */
static enum srow_rc read_row(struct store_alias *out, struct db_rows *rows, struct srow_error *e)
{
    struct srow_bytes name = rows->ops->value(rows, 0).bytes;
    struct srow_bytes key_id = rows->ops->value(rows, 1).bytes;
    FAIL_IF(name.len >= STORE_ALIAS || key_id.len != STORE_ID - 1, e, SROW_E_DB,
            "an alias has a name or key id of a wrong length: the file was altered");
    memset(out, 0, sizeof *out);
    memcpy(out->name, name.at, name.len);
    memcpy(out->key_id, key_id.at, key_id.len);
    out->created_ms = rows->ops->value(rows, 2).integer;
    out->updated_ms = rows->ops->value(rows, 3).integer;
    return SROW_OK;
}

enum srow_rc store_alias_get(struct store_alias *out, struct store *store, const char *region,
                             const char *name, struct srow_error *e)
{
    struct db_value params[] = {db_text(region), db_text(name)};
    bool more;
    AUTO(store_release) pthread_mutex_t *lock = store_hold(store);
    (void)lock;
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    TRY(db_query(&rows, store->db,
                 "SELECT name, key_id, created_ms, updated_ms FROM kms_alias "
                 "WHERE region = $1 AND name = $2",
                 params, 2, e));
    TRY(db_next(&more, rows, e));
    FAIL_IF(!more, e, SROW_E_NOT_FOUND, "Region %s has no alias %s", region, name);
    return read_row(out, rows, e);
}

enum srow_rc store_alias_list(struct store_alias_page *out, struct store *store,
                              const struct store_alias_query *query, struct srow_error *e)
{
    AUTO(store_alias_page_cleanup)
    struct store_alias_page page = {calloc(query->limit, sizeof *page.at), 0, false};
    FAIL_IF(page.at == NULL, e, SROW_E_NOMEM, "no memory for %zu aliases", query->limit);
    struct db_value params[] = {db_text(query->region), db_text(query->after),
                                db_text(query->key_id), db_integer((int64_t)query->limit + 1)};
    bool more;
    AUTO(store_release) pthread_mutex_t *lock = store_hold(store);
    (void)lock;
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    TRY(db_query(&rows, store->db,
                 "SELECT name, key_id, created_ms, updated_ms FROM kms_alias WHERE region = $1 "
                 "AND name > $2 AND ($3 = '' OR key_id = $3) ORDER BY name LIMIT $4",
                 params, 4, e));
    TRY(db_next(&more, rows, e));
    while (more && page.count < query->limit) {
        TRY(read_row(&page.at[page.count++], rows, e));
        TRY(db_next(&more, rows, e));
    }
    page.more = more;
    *out = page;
    page = (struct store_alias_page){0};
    return SROW_OK;
}
