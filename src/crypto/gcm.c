/* SPDX-License-Identifier: Apache-2.0
 *
 * AES-GCM through EVP. A context is made once for each thread, direction and key size; a call gives
 * it key and IV, which costs half of what a new context does, or the IV alone when the context has
 * that key already, as for the frames of one message.
 */
#include "crypto/gcm.h"

#include <openssl/err.h>

#include "crypto/engine.h"
#include "crypto/equal.h"

enum { STEP = 1 << 30 }; /* EVP counts in int */

static MUST enum srow_rc broken(struct srow_error *e)
{
    ERR_clear_error();
    FAIL(e, SROW_E_CRYPTO, "AES-GCM failed in the cryptographic library");
}

static int size_of(const struct secret *key)
{
    switch (key->len) {
    case 16:
        return ENGINE_128;
    case 24:
        return ENGINE_192;
    case 32:
        return ENGINE_256;
    default:
        return -1;
    }
}

/* Makes what a thread needs for one direction and key size. */
static MUST enum srow_rc make(struct engine_cipher *cipher, int size, const struct gcm_input *in,
                              struct srow_error *e)
{
    TRY(secret_new(&cipher->key, in->key->len, e));
    const EVP_CIPHER *gcm = engine_aes_gcm(size);
    EVP_CIPHER_CTX *context = gcm == NULL ? NULL : EVP_CIPHER_CTX_new();
    if (context == NULL || EVP_CipherInit_ex2(context, gcm, NULL, NULL, 1, NULL) != 1) {
        EVP_CIPHER_CTX_free(context);
        secret_cleanup(&cipher->key);
        return broken(e);
    }
    cipher->context = context;
    return SROW_OK;
}

static void forget(struct engine_cipher *cipher, int direction)
{
    static const uint8_t zeros[32];
    bytes_wipe(cipher->key.at, cipher->key.len);
    cipher->is_keyed = false;
    if (EVP_CipherInit_ex2(cipher->context, NULL, zeros, NULL, direction == ENGINE_ENCRYPT, NULL) !=
        1) {
        ERR_clear_error();
        EVP_CIPHER_CTX_free(cipher->context);
        secret_cleanup(&cipher->key);
        *cipher = (struct engine_cipher){0};
    }
}

/* The thread's context for this direction and key, with key and IV set. */
static MUST enum srow_rc begin(EVP_CIPHER_CTX **out, int direction, const struct gcm_input *in,
                               struct srow_error *e)
{
    int size = size_of(in->key);
    FAIL_IF(size < 0, e, SROW_E_CRYPTO, "an AES key of %zu bytes", in->key->len);
    struct engine *engine;
    TRY(engine_get(&engine, e));
    struct engine_cipher *cipher = &engine->gcm[direction][size];
    if (cipher->context == NULL) {
        TRY(make(cipher, size, in, e));
    }
    bool is_same =
        cipher->is_keyed && equal_bytes(secret_bytes(&cipher->key), secret_bytes(in->key));
    if (EVP_CipherInit_ex2(cipher->context, NULL, is_same ? NULL : in->key->at, in->iv,
                           direction == ENGINE_ENCRYPT, NULL) != 1) {
        forget(cipher, direction); /* nobody knows which key it has now */
        return broken(e);
    }
    if (!is_same) {
        memcpy(cipher->key.at, in->key->at, in->key->len);
        cipher->is_keyed = true;
    }
    *out = cipher->context;
    return SROW_OK;
}

/* Additional data when `out` is NULL, else text. */
static MUST enum srow_rc update(EVP_CIPHER_CTX *context, uint8_t *out, struct srow_bytes b,
                                struct srow_error *e)
{
    for (size_t done = 0; done < b.len;) {
        size_t step = b.len - done < STEP ? b.len - done : STEP;
        int written;
        if (EVP_CipherUpdate(context, out == NULL ? NULL : out + done, &written,
                             (const uint8_t *)b.at + done, (int)step) != 1) {
            return broken(e);
        }
        done += step;
    }
    return SROW_OK;
}

enum srow_rc gcm_encrypt(uint8_t *out, uint8_t *tag, const struct gcm_input *in,
                         struct srow_error *e)
{
    EVP_CIPHER_CTX *context;
    TRY(begin(&context, ENGINE_ENCRYPT, in, e));
    TRY(update(context, NULL, in->aad, e));
    TRY(update(context, out, in->text, e));
    uint8_t none[GCM_TAG];
    int written;
    if (EVP_EncryptFinal_ex(context, none, &written) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) != 1) {
        return broken(e);
    }
    return SROW_OK;
}

/* Everything of a decryption but wiping what must not be seen. */
static MUST enum srow_rc decrypt(uint8_t *out, const uint8_t *tag, const struct gcm_input *in,
                                 struct srow_error *e)
{
    EVP_CIPHER_CTX *context;
    TRY(begin(&context, ENGINE_DECRYPT, in, e));
    TRY(update(context, NULL, in->aad, e));
    TRY(update(context, out, in->text, e));
    uint8_t expected[GCM_TAG], none[GCM_TAG];
    memcpy(expected, tag, GCM_TAG); /* OpenSSL takes a pointer to non-const */
    int written;
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, expected) != 1) {
        return broken(e);
    }
    if (EVP_DecryptFinal_ex(context, none, &written) != 1) {
        ERR_clear_error();
        FAIL(e, SROW_E_BODY_TAG, "the authentication tag is wrong");
    }
    return SROW_OK;
}

enum srow_rc gcm_decrypt(uint8_t *out, const uint8_t *tag, const struct gcm_input *in,
                         struct srow_error *e)
{
    enum srow_rc rc = decrypt(out, tag, in, e);
    if (rc != SROW_OK) {
        bytes_wipe(out, in->text.len);
    }
    return rc;
}

void gcm_forget(void)
{
    struct engine *engine;
    if (engine_get(&engine, NULL) != SROW_OK) {
        return; /* this thread has used no key */
    }
    for (int direction = 0; direction < ENGINE_DIRECTIONS; direction++) {
        for (int size = 0; size < ENGINE_SIZES; size++) {
            if (engine->gcm[direction][size].is_keyed) {
                forget(&engine->gcm[direction][size], direction);
            }
        }
    }
}
