/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations with keys: Encrypt, Decrypt, ReEncrypt, GenerateDataKey,
 * GenerateDataKeyWithoutPlaintext; and GenerateRandom, which needs none.
 */
#include "base/text.h"
#include "crypto/random.h"
#include "kmsd/blob.h"
#include "kmsd/lookup.h"
#include "kmsd/op.h"
#include "kmsd/principal.h"

/* How a request calls one use of a key; ReEncrypt has two. */
struct use {
    const char *key_id, *context, *algorithm;
    const char *permission;
    size_t nth; /* in call->about */
};

static const struct use only = {"KeyId", "EncryptionContext", "EncryptionAlgorithm", "Decrypt", 0};
static const struct use source = {"SourceKeyId", "SourceEncryptionContext",
                                  "SourceEncryptionAlgorithm", "ReEncryptFrom", 0};
static const struct use destination = {"DestinationKeyId", "DestinationEncryptionContext",
                                       "DestinationEncryptionAlgorithm", "ReEncryptTo", 1};

static void note_material(struct call *call, const struct use *use, const struct store_key *key)
{
    AUTO(buf_cleanup) struct srow_buf hex = {0};
    char *out = call->about[use->nth].material;
    text_put_hex(&hex, bytes_of(key->material_id, sizeof key->material_id));
    memcpy(out, buf_cstr(&hex), hex.len == STORE_MATERIAL_HEX - 1 ? hex.len : 0);
}

/* Whether a key that was found may be used by this request. */
static enum srow_rc check_use(struct call *call, const struct use *use, const struct store_key *key,
                              struct srow_error *e)
{
    struct srow_bytes algorithm;
    if (!key->enabled) {
        return call_refuse(call, REFUSAL_DISABLED, e, "%s is disabled.", call->about[use->nth].arn);
    }
    if (member_text(&algorithm, call, use->algorithm) &&
        !bytes_equal_str(algorithm, "SYMMETRIC_DEFAULT")) {
        return call_refuse(call, REFUSAL_INVALID_KEY_USAGE, e,
                           "Algorithm %.*s is incompatible with key spec SYMMETRIC_DEFAULT.",
                           (int)algorithm.len, (const char *)algorithm.at);
    }
    return SROW_OK;
}

static enum srow_rc put_context(struct srow_buf *out, const struct call *call,
                                const struct use *use, struct srow_error *e)
{
    const json_node *node = json_get(call->in, use->context);
    return blob_put_context(out, json_as_null(node) ? NULL : node, e);
}

/* The key that a request names, and its context. */
static enum srow_rc find(struct store_key *out, struct srow_buf *context, struct call *call,
                         const struct use *use, struct srow_error *e)
{
    struct srow_bytes key_id;
    member_text(&key_id, call, use->key_id);
    TRY(op_check_grants(call, e));
    TRY(lookup_key_or_alias(out, call, use->nth, key_id, e));
    TRY(check_use(call, use, out, e));
    return put_context(context, call, use, e);
}

enum srow_rc op_crypt_encrypt(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(buf_cleanup) struct srow_buf context = {0}, plaintext = {0}, blob = {0};
    TRY(find(&key, &context, call, &only, e));
    TRY(op_check_dry_run(call, e));
    TRY(member_secret(&plaintext, call, "Plaintext", e));
    TRY(blob_encrypt(&blob, &key, bytes_buf(&context), bytes_buf(&plaintext), e));
    note_material(call, &only, &key);
    call_put_base64(&call->out, "CiphertextBlob", bytes_buf(&blob));
    call_put_text(&call->out, "KeyId", call->about[0].arn);
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
    TRY(find(&key, &context, call, &only, e));
    TRY(op_check_dry_run(call, e));
    TRY(secret_new(&data_key, size, e));
    TRY(random_bytes(data_key.at, data_key.len, e));
    TRY(blob_encrypt(&blob, &key, bytes_buf(&context), secret_bytes(&data_key), e));
    note_material(call, &only, &key);
    call_put_base64(&call->out, "CiphertextBlob", bytes_buf(&blob));
    if (with_plaintext) {
        call_put_base64(&call->out, "Plaintext", secret_bytes(&data_key));
    }
    call_put_text(&call->out, "KeyId", call->about[0].arn);
    call_put_text(&call->out, "KeyMaterialId", call->about[0].material);
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
static enum srow_rc deny(struct call *call, const struct use *use, struct srow_error *e)
{
    char arn[PRINCIPAL_ARN];
    principal_format_arn(arn, call->who);
    return call_refuse(call, REFUSAL_ACCESS_DENIED, e,
                       "User: %s is not authorized to perform: kms:%s on the resource associated "
                       "with this ciphertext because the resource does not exist in this Region, "
                       "no resource-based policies allow access, or a resource-based policy "
                       "explicitly denies access",
                       arn, use->permission);
}

/* The key of a blob: the one it names, which must be the one the request names, if it does. */
static enum srow_rc find_for_blob(struct store_key *out, struct call *call, const struct use *use,
                                  struct srow_bytes blob, struct srow_error *e)
{
    char id[STORE_ID];
    struct srow_bytes named;
    if (blob_key_id(id, blob, e) != SROW_OK) {
        return call_refuse_bare(call, REFUSAL_INVALID_CIPHERTEXT, e);
    }
    if (member_text(&named, call, use->key_id)) {
        AUTO(store_key_cleanup) struct store_key key = {0};
        TRY(lookup_key_or_alias(&key, call, use->nth, named, e));
        if (strcmp(key.id, id) != 0) {
            return call_refuse(call, REFUSAL_INCORRECT_KEY, e,
                               "The key ID in the request does not identify a CMK that can perform "
                               "this operation.");
        }
    }
    enum srow_rc rc = store_get(out, call->store, call->region, id, e);
    if (rc == SROW_E_NOT_FOUND) {
        return deny(call, use, e);
    }
    call_format_arn(call->about[use->nth].arn, call->region, id);
    return rc;
}

/* CiphertextBlob as one use opens it. */
static enum srow_rc open_blob(struct secret *out, struct call *call, const struct use *use,
                              struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(buf_cleanup) struct srow_buf context = {0}, blob = {0};
    TRY(op_check_grants(call, e));
    TRY(member_secret(&blob, call, "CiphertextBlob", e));
    TRY(find_for_blob(&key, call, use, bytes_buf(&blob), e));
    TRY(check_use(call, use, &key, e));
    TRY(put_context(&context, call, use, e));
    enum srow_rc rc = blob_decrypt(out, &key, bytes_buf(&context), bytes_buf(&blob), e);
    if (rc == SROW_E_KMS_CIPHERTEXT) {
        return call_refuse_bare(call, REFUSAL_INVALID_CIPHERTEXT, e);
    }
    TRY(rc);
    note_material(call, use, &key);
    return SROW_OK;
}

enum srow_rc op_crypt_decrypt(struct call *call, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret plaintext = {0};
    TRY(open_blob(&plaintext, call, &only, e));
    TRY(op_check_dry_run(call, e));
    call_put_text(&call->out, "KeyId", call->about[0].arn);
    call_put_base64(&call->out, "Plaintext", secret_bytes(&plaintext));
    call_put_text(&call->out, "EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    call_put_text(&call->out, "KeyMaterialId", call->about[0].material);
    buf_put_str(&call->out, "}");
    return SROW_OK;
}

enum srow_rc op_crypt_re_encrypt(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(secret_cleanup) struct secret plaintext = {0};
    AUTO(buf_cleanup) struct srow_buf context = {0}, blob = {0};
    TRY(open_blob(&plaintext, call, &source, e));
    TRY(find(&key, &context, call, &destination, e));
    TRY(op_check_dry_run(call, e));
    TRY(blob_encrypt(&blob, &key, bytes_buf(&context), secret_bytes(&plaintext), e));
    note_material(call, &destination, &key);
    call_put_base64(&call->out, "CiphertextBlob", bytes_buf(&blob));
    call_put_text(&call->out, "SourceKeyId", call->about[0].arn);
    call_put_text(&call->out, "KeyId", call->about[1].arn);
    call_put_text(&call->out, "SourceEncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    call_put_text(&call->out, "DestinationEncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    call_put_text(&call->out, "SourceKeyMaterialId", call->about[0].material);
    call_put_text(&call->out, "DestinationKeyMaterialId", call->about[1].material);
    buf_put_str(&call->out, "}");
    return SROW_OK;
}

enum srow_rc op_crypt_random(struct call *call, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret random = {0};
    TRY(secret_new(&random, (size_t)member_number(call, "NumberOfBytes", 0), e));
    TRY(random_bytes(random.at, random.len, e));
    call_put_base64(&call->out, "Plaintext", secret_bytes(&random));
    buf_put_str(&call->out, "}");
    return SROW_OK;
}
