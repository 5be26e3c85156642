/* SPDX-License-Identifier: Apache-2.0
 *
 * The raw AES keyring (spec: framework/raw-aes-keyring.md). Provider info: key name, tag length in
 * bits, IV length, IV. Ciphertext: encrypted data key, tag.
 */
#include <stdlib.h>

#include "base/text.h"
#include "crypto/gcm.h"
#include "crypto/random.h"
#include "keys/keyring.h"

enum { TAG_BITS = 8 * GCM_TAG, LENGTHS = 8, LARGEST_NAME = 65535 - LENGTHS - GCM_IV };

struct keyring_aes {
    struct srow_keyring keyring;
    char *namespace;
    char *name;
    struct secret key;
};

/* -- wrap -- */

static MUST enum srow_rc make_data_key(struct secret *out, const struct materials *m,
                                       struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret key = {0};
    TRY(secret_new(&key, m->suite->data_key_bytes, e));
    TRY(random_bytes(key.at, key.len, e));
    *out = secret_take(&key);
    return SROW_OK;
}

/* Encrypts a data key under the wrapping key and appends it to the list. */
static MUST enum srow_rc wrap_key(struct materials *m, const struct keyring_aes *k,
                                  const struct secret *data_key, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf aad = {0}, info = {0}, wrapped = {0};
    uint8_t iv[GCM_IV];
    TRY(random_public(iv, sizeof iv, e));
    context_write(&aad, m->context);
    buf_put_str(&info, k->name);
    buf_put_u32(&info, TAG_BITS);
    buf_put_u32(&info, GCM_IV);
    buf_put(&info, bytes_of(iv, sizeof iv));
    uint8_t *to = buf_room(&wrapped, data_key->len + GCM_TAG);
    TRY(buf_check(&aad, e));
    TRY(buf_check(&info, e));
    TRY(buf_check(&wrapped, e));

    struct gcm_input in = {&k->key, iv, bytes_buf(&aad), secret_bytes(data_key)};
    TRY(gcm_encrypt(to, to + data_key->len, &in, e));
    buf_grew(&wrapped, data_key->len + GCM_TAG);
    struct edk edk = {
        .provider = srow_str(k->namespace),
        .info = bytes_buf(&info),
        .ciphertext = bytes_buf(&wrapped),
    };
    return edk_list_add(&m->edks, &edk, e);
}

static MUST enum srow_rc wrap_one(struct materials *m, const struct keyring_aes *k,
                                  struct srow_error *e)
{
    if (m->data_key.len > 0) {
        return wrap_key(m, k, &m->data_key, e);
    }
    AUTO(secret_cleanup) struct secret made = {0};
    TRY(make_data_key(&made, m, e));
    TRY(wrap_key(m, k, &made, e));
    m->data_key = secret_take(&made);
    return SROW_OK;
}

static void wrap(struct srow_keyring *keyring, struct materials *m, size_t n)
{
    const struct keyring_aes *k = (const struct keyring_aes *)keyring;
    for (size_t i = 0; i < n; i++) {
        if (m[i].rc == SROW_OK) {
            m[i].rc = wrap_one(&m[i], k, &m[i].error);
            m[i].wrapped += m[i].rc == SROW_OK;
        }
    }
}

/* -- unwrap -- */

/* The IV, if the encrypted data key is this keyring's in all its fields; else NULL. */
static const uint8_t *match(const struct keyring_aes *k, const struct edk *edk,
                            size_t data_key_bytes)
{
    size_t name = strlen(k->name);
    if (!bytes_equal_str(edk->provider, k->namespace) || edk->info.len != name + LENGTHS + GCM_IV ||
        edk->ciphertext.len != data_key_bytes + GCM_TAG ||
        memcmp(edk->info.at, k->name, name) != 0) {
        return NULL;
    }
    static const uint8_t lengths[LENGTHS] = {0, 0, 0, TAG_BITS, 0, 0, 0, GCM_IV};
    const uint8_t *at = (const uint8_t *)edk->info.at + name;
    return memcmp(at, lengths, LENGTHS) == 0 ? at + LENGTHS : NULL;
}

/* NO_DATA_KEY if it is another keyring's, BODY_TAG if it is this one's and does not decrypt. */
static MUST enum srow_rc unwrap_key(struct secret *out, const struct keyring_aes *k,
                                    const struct edk *edk, struct srow_bytes aad,
                                    struct srow_error *e)
{
    const uint8_t *iv = match(k, edk, out->len);
    FAIL_IF(iv == NULL, e, SROW_E_NO_DATA_KEY, "of another keyring");
    const uint8_t *wrapped = edk->ciphertext.at;
    struct gcm_input in = {&k->key, iv, aad, bytes_of(wrapped, out->len)};
    return gcm_decrypt(out->at, wrapped + out->len, &in, e);
}

static MUST enum srow_rc unwrap_one(struct materials *m, const struct keyring_aes *k,
                                    struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf aad = {0};
    AUTO(secret_cleanup) struct secret key = {0};
    TRY(secret_new(&key, m->suite->data_key_bytes, e));
    context_write(&aad, m->context);
    TRY(buf_check(&aad, e));
    size_t tried = 0;
    for (size_t i = 0; i < m->offered->count; i++) {
        enum srow_rc rc = unwrap_key(&key, k, &m->offered->edk[i], bytes_buf(&aad), e);
        if (rc == SROW_OK) {
            m->data_key = secret_take(&key);
            return SROW_OK;
        }
        if (rc != SROW_E_NO_DATA_KEY && rc != SROW_E_BODY_TAG) {
            return rc; /* no verdict on the key: memory, or the cryptographic library */
        }
        tried += rc == SROW_E_BODY_TAG;
    }
    FAIL_IF(tried > 0, e, SROW_E_NO_DATA_KEY,
            "the wrapping key \"%s\" does not open its encrypted data key: another key of that "
            "name, or another encryption context",
            k->name);
    FAIL(e, SROW_E_NO_DATA_KEY,
         "none of %zu encrypted data keys is of the wrapping key \"%s\" in namespace \"%s\"",
         m->offered->count, k->name, k->namespace);
}

static void unwrap(struct srow_keyring *keyring, struct materials *m, size_t n)
{
    const struct keyring_aes *k = (const struct keyring_aes *)keyring;
    for (size_t i = 0; i < n; i++) {
        if (m[i].rc == SROW_OK && m[i].data_key.len == 0) {
            m[i].rc = unwrap_one(&m[i], k, &m[i].error);
        }
    }
}

/* -- life -- */

static void destroy(struct srow_keyring *keyring)
{
    struct keyring_aes *k = (struct keyring_aes *)keyring;
    secret_cleanup(&k->key);
    free(k->namespace);
    free(k->name);
    free(k);
}

static const struct keyring_ops ops = {"raw AES", wrap, unwrap, destroy};

static MUST enum srow_rc check(const char *namespace, const char *name, struct srow_bytes key,
                               struct srow_error *e)
{
    FAIL_IF(namespace == NULL || name == NULL, e, SROW_E_USAGE,
            "a raw keyring needs a namespace and a key name");
    FAIL_IF(strncmp(namespace, "aws-kms", 7) == 0, e, SROW_E_USAGE,
            "namespace \"%s\": names that begin with aws-kms are reserved for KMS keyrings",
            namespace);
    FAIL_IF(strlen(namespace) > LARGEST_NAME || strlen(name) > LARGEST_NAME, e, SROW_E_USAGE,
            "a namespace or key name longer than %d bytes", LARGEST_NAME);
    FAIL_IF(!text_is_utf8(srow_str(namespace)) || !text_is_utf8(srow_str(name)), e, SROW_E_USAGE,
            "a namespace or key name that is not UTF-8");
    FAIL_IF(key.len != 16 && key.len != 24 && key.len != 32, e, SROW_E_USAGE,
            "an AES wrapping key of %zu bytes: 16, 24 or 32 are possible", key.len);
    return SROW_OK;
}

enum srow_rc srow_keyring_aes_new(struct srow_keyring **out, const char *namespace,
                                  const char *name, struct srow_bytes key, struct srow_error *e)
{
    TRY(check(namespace, name, key, e));
    struct keyring_aes *k = calloc(1, sizeof *k);
    FAIL_IF(k == NULL, e, SROW_E_NOMEM, "no memory for a keyring");
    k->keyring.ops = &ops;
    AUTO(keyring_free) struct srow_keyring *made = &k->keyring;
    TRY(bytes_dup_str(&k->namespace, srow_str(namespace), e));
    TRY(bytes_dup_str(&k->name, srow_str(name), e));
    TRY(secret_of(&k->key, key, e));
    *out = made;
    made = NULL;
    return SROW_OK;
}
