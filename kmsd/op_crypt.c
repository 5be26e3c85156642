/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations with keys: Encrypt, Decrypt, GenerateDataKey and GenerateDataKeyWithoutPlaintext.
 */
#include "base/text.h"
#include "crypto/random.h"
#include "kmsd/blob.h"
#include "kmsd/op.h"
#include "kmsd/principal.h"

static void note_material(struct call *call, const struct store_key *key)
{
    AUTO(buf_cleanup) struct srow_buf hex = {0};
    text_put_hex(&hex, bytes_of(key->material_id, sizeof key->material_id));
    memcpy(call->material, buf_cstr(&hex), hex.len == sizeof call->material - 1 ? hex.len : 0);
}

/* Whether a key that was found may be used by this request. */
static enum srow_rc check_use(struct call *call, const struct store_key *key, struct srow_error *e)
{
    struct srow_bytes algorithm;
    if (!key->enabled) {
        return call_refuse(call, REFUSAL_DISABLED, e, "%s is disabled.", call->key_arn);
    }
    if (member_text(&algorithm, call, "EncryptionAlgorithm") &&
        !bytes_equal_str(algorithm, "SYMMETRIC_DEFAULT")) {
        return call_refuse(call, REFUSAL_INVALID_KEY_USAGE, e,
                           "Algorithm %.*s is incompatible with key spec SYMMETRIC_DEFAULT.",
                           (int)algorithm.len, (const char *)algorithm.at);
    }
    return SROW_OK;
}

static enum srow_rc find(struct store_key *out, struct srow_buf *context, struct call *call,
                         struct srow_error *e)
{
    struct srow_bytes key_id;
    member_text(&key_id, call, "KeyId");
    TRY(op_check_grants(call, e));
    TRY(op_find_key(out, call, key_id, e));
    TRY(check_use(call, out, e));
    const json_node *node = json_get(call->in, "EncryptionContext");
    return blob_put_context(context, json_as_null(node) ? NULL : node, e);
}

enum srow_rc op_crypt_encrypt(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(buf_cleanup) struct srow_buf context = {0}, plaintext = {0}, blob = {0};
    TRY(find(&key, &context, call, e));
    TRY(op_check_dry_run(call, e));
    TRY(member_secret(&plaintext, call, "Plaintext", e));
    TRY(blob_encrypt(&blob, &key, bytes_buf(&context), bytes_buf(&plaintext), e));
    note_material(call, &key);
    call_put_base64(&call->out, "CiphertextBlob", bytes_buf(&blob));
    call_put_text(&call->out, "KeyId", call->key_arn);
    call_put_text(&call->out, "EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    buf_put_str(&call->out, "}");
    return SROW_OK;
}

/* -- data keys -- */

static enum srow_rc data_key_size(size_t *out, struct call *call, struct srow_error *e)
{
    struct srow_bytes spec;
    bool by_spec = member_text(&spec, call, "KeySpec");
    if (by_spec == member_is_given(call, "NumberOfBytes")) {
        return call_refuse(call, REFUSAL_VALIDATION, e,
                           "Please specify either number of bytes or key spec.");
    }
    *out = by_spec ? (bytes_equal_str(spec, "AES_256") ? 32 : 16)
                   : (size_t)member_number(call, "NumberOfBytes", 0);
    return SROW_OK;
}

static enum srow_rc generate(struct call *call, bool with_plaintext, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(secret_cleanup) struct secret data_key = {0};
    AUTO(buf_cleanup) struct srow_buf context = {0}, blob = {0};
    size_t size = 0;
    TRY(data_key_size(&size, call, e));
    TRY(find(&key, &context, call, e));
    TRY(op_check_dry_run(call, e));
    TRY(secret_new(&data_key, size, e));
    TRY(random_bytes(data_key.at, data_key.len, e));
    TRY(blob_encrypt(&blob, &key, bytes_buf(&context), secret_bytes(&data_key), e));
    note_material(call, &key);
    call_put_base64(&call->out, "CiphertextBlob", bytes_buf(&blob));
    if (with_plaintext) {
        call_put_base64(&call->out, "Plaintext", secret_bytes(&data_key));
    }
    call_put_text(&call->out, "KeyId", call->key_arn);
    call_put_text(&call->out, "KeyMaterialId", call->material);
    buf_put_str(&call->out, "}");
    return SROW_OK;
}

enum srow_rc op_crypt_generate(struct call *call, struct srow_error *e)
{
    return generate(call, true, e);
}

enum srow_rc op_crypt_generate_wrapped(struct call *call, struct srow_error *e)
{
    return generate(call, false, e);
}

/* -- decrypt -- */

/* KMS does not tell a key that is not here from one that may not be used. */
static enum srow_rc deny(struct call *call, struct srow_error *e)
{
    char arn[PRINCIPAL_ARN];
    principal_format_arn(arn, call->who);
    return call_refuse(call, REFUSAL_ACCESS_DENIED, e,
                       "User: %s is not authorized to perform: kms:Decrypt on the resource "
                       "associated with this ciphertext because the resource does not exist in "
                       "this Region, no resource-based policies allow access, or a resource-based "
                       "policy explicitly denies access",
                       arn);
}

/* The key of a blob: the one it names, which must be the one the request names, if it does. */
static enum srow_rc find_for_blob(struct store_key *out, struct call *call, struct srow_bytes blob,
                                  struct srow_error *e)
{
    char id[STORE_ID];
    struct srow_bytes named;
    if (blob_key_id(id, blob, e) != SROW_OK) {
        return call_refuse_bare(call, REFUSAL_INVALID_CIPHERTEXT, e);
    }
    if (member_text(&named, call, "KeyId")) {
        AUTO(store_key_cleanup) struct store_key key = {0};
        TRY(op_find_key(&key, call, named, e));
        if (strcmp(key.id, id) != 0) {
            return call_refuse(call, REFUSAL_INCORRECT_KEY, e,
                               "The key ID in the request does not identify a CMK that can perform "
                               "this operation.");
        }
    }
    enum srow_rc rc = store_get(out, call->store, call->region, id, e);
    if (rc == SROW_E_NOT_FOUND) {
        return deny(call, e);
    }
    call_format_arn(call->key_arn, call->region, id);
    return rc;
}

enum srow_rc op_crypt_decrypt(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(secret_cleanup) struct secret plaintext = {0};
    AUTO(buf_cleanup) struct srow_buf context = {0}, blob = {0};
    const json_node *pairs = json_get(call->in, "EncryptionContext");
    TRY(op_check_grants(call, e));
    TRY(member_secret(&blob, call, "CiphertextBlob", e));
    TRY(find_for_blob(&key, call, bytes_buf(&blob), e));
    TRY(check_use(call, &key, e));
    TRY(blob_put_context(&context, json_as_null(pairs) ? NULL : pairs, e));
    enum srow_rc rc = blob_decrypt(&plaintext, &key, bytes_buf(&context), bytes_buf(&blob), e);
    if (rc == SROW_E_KMS_CIPHERTEXT) {
        return call_refuse_bare(call, REFUSAL_INVALID_CIPHERTEXT, e);
    }
    TRY(rc);
    TRY(op_check_dry_run(call, e));
    note_material(call, &key);
    call_put_text(&call->out, "KeyId", call->key_arn);
    call_put_base64(&call->out, "Plaintext", secret_bytes(&plaintext));
    call_put_text(&call->out, "EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    call_put_text(&call->out, "KeyMaterialId", call->material);
    buf_put_str(&call->out, "}");
    return SROW_OK;
}
