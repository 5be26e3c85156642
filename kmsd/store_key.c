/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of the store. Each material is wrapped with AES-256-GCM and bound to Region, key id and
 * material id.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "crypto/gcm.h"
#include "crypto/random.h"
#include "kmsd/store_file.h"
#include "kmsd/uuid.h"

enum { WRAPPED = GCM_IV + STORE_KEY_BYTES + GCM_TAG };

void store_key_cleanup(struct store_key *key)
{
    str_free(&key->description);
    secret_cleanup(&key->material);
}

void store_page_cleanup(struct store_page *page)
{
    free(page->ids);
    *page = (struct store_page){0};
}

/* -- materials -- */

static void put_aad(struct srow_buf *aad, const char *region, const struct store_key *key)
{
    buf_put_str(aad, "sealrow-kmsd material 1");
    buf_put_u16(aad, (uint16_t)strlen(region));
    buf_put_str(aad, region);
    buf_put_str(aad, key->id);
    buf_put(aad, bytes_of(key->material_id, sizeof key->material_id));
}

static enum srow_rc wrap(uint8_t out[WRAPPED], const struct store *store, const char *region,
                         const struct store_key *key, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf aad = {0};
    put_aad(&aad, region, key);
    TRY(buf_check(&aad, e));
    TRY(random_bytes(out, GCM_IV, e));
    struct gcm_input in = {&store->wrapping, out, bytes_buf(&aad), secret_bytes(&key->material)};
    return gcm_encrypt(out + GCM_IV, out + WRAPPED - GCM_TAG, &in, e);
}

static enum srow_rc unwrap(struct store_key *key, const struct store *store, const char *region,
                           struct srow_bytes wrapped, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf aad = {0};
    put_aad(&aad, region, key);
    TRY(buf_check(&aad, e));
    TRY(secret_new(&key->material, STORE_KEY_BYTES, e));
    const uint8_t *at = wrapped.at;
    FAIL_IF(wrapped.len != WRAPPED, e, SROW_E_MASTER_KEY, "key %s: its material has a wrong length",
            key->id);
    struct gcm_input in = {&store->wrapping, at, bytes_buf(&aad),
                           bytes_of(at + GCM_IV, STORE_KEY_BYTES)};
    if (gcm_decrypt(key->material.at, at + WRAPPED - GCM_TAG, &in, e) != SROW_OK) {
        FAIL(e, SROW_E_MASTER_KEY, "key %s: its material does not open: the file was altered",
             key->id);
    }
    return SROW_OK;
}

/* -- keys -- */

enum srow_rc store_add(struct store_key *out, struct store *store, const char *region,
                       struct srow_bytes description, struct srow_error *e)
{
    uint8_t wrapped[WRAPPED];
    AUTO(store_key_cleanup) struct store_key key = {.enabled = true};
    TRY(uuid_make(key.id, e));
    TRY(random_bytes(key.material_id, sizeof key.material_id, e));
    TRY(bytes_dup_str(&key.description, description, e));
    TRY(secret_new(&key.material, STORE_KEY_BYTES, e));
    TRY(random_bytes(key.material.at, key.material.len, e));
    TRY(wrap(wrapped, store, region, &key, e));
    key.created_ms = time_wall_ms();
    struct db_value row[] = {
        db_text(region),
        db_text(key.id),
        db_bytes(bytes_of(key.material_id, sizeof key.material_id)),
        db_bytes(bytes_of(wrapped, sizeof wrapped)),
        db_integer(1),
        db_integer(key.created_ms),
        {.type = DB_TEXT, .bytes = description},
    };
    AUTO(store_change_end) struct store_change change = {0};
    TRY(store_change_begin(&change, store, e));
    TRY(db_exec(store->db, "INSERT INTO kms_key VALUES ($1, $2, $3, $4, $5, $6, $7)", row, 7, e));
    TRY(store_change_commit(&change, e));
    *out = key;
    key = (struct store_key){0};
    return SROW_OK;
}

/* The row's columns as store_get selects them. */
static enum srow_rc read_row(struct store_key *key, struct db_rows *rows, struct srow_error *e)
{
    struct srow_bytes material_id = rows->ops->value(rows, 0).bytes;
    FAIL_IF(material_id.len != sizeof key->material_id, e, SROW_E_MASTER_KEY,
            "key %s: its material has no id: the file was altered", key->id);
    memcpy(key->material_id, material_id.at, material_id.len);
    key->enabled = rows->ops->value(rows, 2).integer != 0;
    key->created_ms = rows->ops->value(rows, 3).integer;
    return bytes_dup_str(&key->description, rows->ops->value(rows, 4).bytes, e);
}

enum srow_rc store_get(struct store_key *out, struct store *store, const char *region,
                       const char *id, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    struct db_value params[] = {db_text(region), db_text(id)};
    bool more;
    snprintf(key.id, sizeof key.id, "%s", id);
    AUTO(store_release) pthread_mutex_t *lock = store_hold(store);
    (void)lock;
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    TRY(db_query(&rows, store->db,
                 "SELECT material_id, wrapped, enabled, created_ms, description FROM kms_key "
                 "WHERE region = $1 AND id = $2",
                 params, 2, e));
    TRY(db_next(&more, rows, e));
    FAIL_IF(!more, e, SROW_E_NOT_FOUND, "Region %s has no key %s", region, id);
    TRY(read_row(&key, rows, e));
    TRY(unwrap(&key, store, region, rows->ops->value(rows, 1).bytes, e));
    *out = key;
    key = (struct store_key){0};
    return SROW_OK;
}

enum srow_rc store_set_enabled(struct store *store, const char *region, const char *id,
                               bool enabled, struct srow_error *e)
{
    struct db_value params[] = {db_text(region), db_text(id), db_integer(enabled)};
    AUTO(store_change_end) struct store_change change = {0};
    TRY(store_change_begin(&change, store, e));
    TRY(db_exec(store->db, "UPDATE kms_key SET enabled = $3 WHERE region = $1 AND id = $2", params,
                3, e));
    FAIL_IF(db_changed(store->db) == 0, e, SROW_E_NOT_FOUND, "Region %s has no key %s", region, id);
    return store_change_commit(&change, e);
}

enum srow_rc store_list(struct store_page *out, struct store *store, const char *region,
                        const char *after, size_t limit, struct srow_error *e)
{
    AUTO(store_page_cleanup) struct store_page page = {calloc(limit, STORE_ID), 0, false};
    FAIL_IF(page.ids == NULL, e, SROW_E_NOMEM, "no memory for %zu keys", limit);
    struct db_value params[] = {db_text(region), db_text(after), db_integer((int64_t)limit + 1)};
    bool more;
    AUTO(store_release) pthread_mutex_t *lock = store_hold(store);
    (void)lock;
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    TRY(db_query(&rows, store->db,
                 "SELECT id FROM kms_key WHERE region = $1 AND id > $2 ORDER BY id LIMIT $3",
                 params, 3, e));
    TRY(db_next(&more, rows, e));
    while (more && page.count < limit) {
        struct srow_bytes id = rows->ops->value(rows, 0).bytes;
        FAIL_IF(id.len != STORE_ID - 1, e, SROW_E_DB, "a key's id has a wrong length");
        memcpy(page.ids[page.count++], id.at, id.len);
        TRY(db_next(&more, rows, e));
    }
    page.more = more;
    *out = page;
    page = (struct store_page){0};
    return SROW_OK;
}
