/* SPDX-License-Identifier: Apache-2.0
 *
 * Ciphertext blobs: see blob.h for the offsets.
 */
#include "kmsd/blob.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/gcm.h"
#include "crypto/hash.h"
#include "crypto/random.h"

enum { VERSION = 1, ID = STORE_ID - 1, SALT = 16, HEAD = 1 + ID + STORE_MATERIAL_ID };

_Static_assert(BLOB_OVERHEAD == HEAD + SALT + GCM_IV + GCM_TAG, "blob.h and blob.c disagree");

/* -- context -- */

struct pairs {
    struct srow_pair *at;
    size_t count, room;
};

static void pairs_cleanup(struct pairs *pairs)
{
    free(pairs->at);
}

static enum srow_rc add(void *state, struct srow_bytes name, const json_node *value,
                        struct srow_error *e)
{
    struct pairs *pairs = state;
    struct srow_pair pair = {.key = name};
    FAIL_IF(!json_as_string(&pair.value, value), e, SROW_E_VALUE,
            "a value of the encryption context is no string");
    if (pairs->count == pairs->room) {
        size_t room = pairs->room * 2 + 8;
        struct srow_pair *at = realloc(pairs->at, room * sizeof *at);
        FAIL_IF(at == NULL, e, SROW_E_NOMEM, "no memory for an encryption context");
        pairs->at = at;
        pairs->room = room;
    }
    pairs->at[pairs->count++] = pair;
    return SROW_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct srow_pair *x = a, *y = b;
    return bytes_compare(x->key, y->key);
}

static void put_counted(struct srow_buf *out, struct srow_bytes b)
{
    buf_put_u32(out, (uint32_t)b.len);
    buf_put(out, b);
}

enum srow_rc blob_put_context(struct srow_buf *out, const json_node *context, struct srow_error *e)
{
    AUTO(pairs_cleanup) struct pairs pairs = {0};
    if (context != NULL) {
        TRY(json_each(context, add, &pairs, e));
    }
    if (pairs.count > 0) {
        qsort(pairs.at, pairs.count, sizeof *pairs.at, by_name);
    }
    buf_put_u32(out, (uint32_t)pairs.count);
    for (size_t i = 0; i < pairs.count; i++) {
        put_counted(out, pairs.at[i].key);
        put_counted(out, pairs.at[i].value);
    }
    return buf_check(out, e);
}

/* -- blob -- */

static enum srow_rc derive(struct secret *out, const struct store_key *key, const uint8_t *salt,
                           struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf info = {0};
    buf_put_str(&info, "sealrow-kmsd blob 1");
    buf_put(&info, bytes_of(salt, SALT));
    TRY(buf_check(&info, e));
    TRY(secret_new(out, HASH_SHA256, e));
    return hash_hmac_sha256(out->at, secret_bytes(&key->material), bytes_buf(&info), e);
}

static enum srow_rc put_aad(struct srow_buf *aad, const uint8_t *head, struct srow_bytes context,
                            struct srow_error *e)
{
    buf_put(aad, bytes_of(head, HEAD));
    buf_put(aad, context);
    return buf_check(aad, e);
}

enum srow_rc blob_encrypt(struct srow_buf *out, const struct store_key *key,
                          struct srow_bytes context, struct srow_bytes plaintext,
                          struct srow_error *e)
{
    FAIL_IF(plaintext.len == 0 || plaintext.len > BLOB_MOST_PLAIN, e, SROW_E_LIMIT,
            "%zu bytes to encrypt: 1 to %d are allowed", plaintext.len, BLOB_MOST_PLAIN);
    AUTO(buf_cleanup) struct srow_buf blob = {0}, aad = {0};
    AUTO(secret_cleanup) struct secret own = {0};
    uint8_t *at = buf_room(&blob, BLOB_OVERHEAD + plaintext.len);
    FAIL_IF(at == NULL, e, SROW_E_NOMEM, "no memory for a ciphertext");
    at[0] = VERSION;
    memcpy(at + 1, key->id, ID);
    memcpy(at + 1 + ID, key->material_id, STORE_MATERIAL_ID);
    uint8_t *salt = at + HEAD, *iv = salt + SALT, *text = iv + GCM_IV;
    TRY(random_bytes(salt, SALT + GCM_IV, e));
    TRY(derive(&own, key, salt, e));
    TRY(put_aad(&aad, at, context, e));
    struct gcm_input in = {&own, iv, bytes_buf(&aad), plaintext};
    TRY(gcm_encrypt(text, text + plaintext.len, &in, e));
    buf_grew(&blob, BLOB_OVERHEAD + plaintext.len);
    buf_put(out, bytes_buf(&blob));
    return buf_check(out, e);
}

enum srow_rc blob_key_id(char out[STORE_ID], struct srow_bytes blob, struct srow_error *e)
{
    const uint8_t *at = blob.at;
    FAIL_IF(blob.len <= BLOB_OVERHEAD || blob.len > BLOB_MOST || at[0] != VERSION ||
                memchr(at + 1, '\0', ID) != NULL,
            e, SROW_E_KMS_CIPHERTEXT, "not a ciphertext of this server");
    memcpy(out, at + 1, ID);
    out[ID] = '\0';
    return SROW_OK;
}

enum srow_rc blob_decrypt(struct secret *out, const struct store_key *key,
                          struct srow_bytes context, struct srow_bytes blob, struct srow_error *e)
{
    char id[STORE_ID];
    AUTO(buf_cleanup) struct srow_buf aad = {0};
    AUTO(secret_cleanup) struct secret own = {0}, plain = {0};
    TRY(blob_key_id(id, blob, e));
    const uint8_t *at = blob.at, *salt = at + HEAD, *iv = salt + SALT, *text = iv + GCM_IV;
    size_t len = blob.len - BLOB_OVERHEAD;
    FAIL_IF(strcmp(id, key->id) != 0 ||
                memcmp(at + 1 + ID, key->material_id, STORE_MATERIAL_ID) != 0,
            e, SROW_E_KMS_CIPHERTEXT, "the ciphertext is of another key");
    TRY(derive(&own, key, salt, e));
    TRY(put_aad(&aad, at, context, e));
    TRY(secret_new(&plain, len, e));
    struct gcm_input in = {&own, iv, bytes_buf(&aad), bytes_of(text, len)};
    if (gcm_decrypt(plain.at, text + len, &in, e) != SROW_OK) {
        FAIL(e, SROW_E_KMS_CIPHERTEXT, "the ciphertext was altered, or has another context");
    }
    *out = secret_take(&plain);
    return SROW_OK;
}
