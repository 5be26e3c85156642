/* SPDX-License-Identifier: Apache-2.0
 *
 * The request's body, and what a reply of status 200 proves. Errors are in wire_error.c.
 * spec: framework/aws-kms/aws-kms-keyring.md: KeyId and length of an answer must be what was asked.
 */
#include "kms/wire.h"

#include "base/json.h"
#include "base/text.h"
#include "kms/proof.h"
#include "kms/wire_error.h"

/* -- write -- */

static void put_member(struct srow_buf *out, const char *name, struct srow_bytes text)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_string(out, text);
}

static void put_blob(struct srow_buf *out, const char *name, struct srow_bytes blob)
{
    buf_printf(out, ",\"%s\":\"", name);
    text_put_base64(out, blob);
    buf_put_u8(out, '"');
}

static void put_context(struct srow_buf *out, const struct kms_request *r)
{
    buf_put_str(out, ",\"EncryptionContext\":{");
    for (size_t i = 0; i < r->context_count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        json_put_string(out, r->context[i].key);
        buf_put_u8(out, ':');
        json_put_string(out, r->context[i].value);
    }
    buf_put_u8(out, '}');
}

void wire_write(struct srow_buf *out, const struct kms_request *r)
{
    buf_put_str(out, "{\"KeyId\":");
    json_put_string(out, srow_str(r->key_arn));
    if (r->op != KMS_DESCRIBE) {
        put_context(out, r);
    }
    if (r->op == KMS_GENERATE && r->data_key_bytes == 32) {
        put_member(out, "KeySpec", srow_str("AES_256"));
    } else if (r->op == KMS_GENERATE) {
        buf_printf(out, ",\"NumberOfBytes\":%zu", r->data_key_bytes);
    } else if (r->op == KMS_ENCRYPT) {
        put_blob(out, "Plaintext", secret_bytes(r->plaintext));
    } else if (r->op == KMS_DECRYPT) {
        put_blob(out, "CiphertextBlob", r->ciphertext);
    }
    buf_put_u8(out, '}');
}

/* -- read -- */

static MUST enum srow_rc read_text(struct srow_bytes *out, const json_node *node, const char *name,
                                   struct srow_error *e)
{
    FAIL_IF(!json_as_string(out, json_get(node, name)), e, SROW_E_KMS_REPLY,
            "the answer has no text \"%s\"", name);
    return SROW_OK;
}

static MUST enum srow_rc check_key_id(const json_node *node, const char *name,
                                      const struct kms_request *r, struct srow_error *e)
{
    struct srow_bytes key;
    TRY(read_text(&key, node, name, e));
    return proof_key_id(r, key, e);
}

/* Base64 straight into locked memory, which has room for the padding of the last three bytes. */
static MUST enum srow_rc read_data_key(struct secret *out, const json_node *node,
                                       const struct kms_request *r, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret key = {0};
    struct srow_bytes text;
    size_t len = r->data_key_bytes, threes = (len + 2) / 3;
    TRY(proof_asked(r, e));
    TRY(read_text(&text, node, "Plaintext", e));
    FAIL_IF(text.len != threes * 4, e, SROW_E_KMS_DATA_KEY,
            "its data key does not have the %zu bytes that were asked for", len);
    TRY(secret_new(&key, threes * 3, e));
    struct srow_buf into = {key.at, 0, key.len}; /* borrows; large enough, so it never grows */
    FAIL_IF(text_parse_base64(&into, text, NULL) != SROW_OK, e, SROW_E_KMS_REPLY,
            "\"Plaintext\" of the answer is not base64");
    key.len = len;
    TRY(proof_data_key(r, bytes_buf(&into), e));
    *out = secret_take(&key);
    return SROW_OK;
}

static MUST enum srow_rc read_wrapped(struct srow_buf *out, const json_node *node,
                                      struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf blob = {0};
    struct srow_bytes text;
    TRY(read_text(&text, node, "CiphertextBlob", e));
    FAIL_IF(text_parse_base64(&blob, text, NULL) != SROW_OK, e, SROW_E_KMS_REPLY,
            "\"CiphertextBlob\" of the answer is not base64");
    TRY(proof_wrapped(bytes_buf(&blob), e));
    *out = buf_take(&blob);
    return SROW_OK;
}

static MUST enum srow_rc read_description(struct kms_request *r, const json_node *node,
                                          struct srow_error *e)
{
    const json_node *metadata = json_get(node, "KeyMetadata");
    struct srow_bytes state;
    bool enabled;
    FAIL_IF(!json_as_object(metadata), e, SROW_E_KMS_REPLY,
            "the answer has no object \"KeyMetadata\"");
    TRY(check_key_id(metadata, "Arn", r, e));
    TRY(read_text(&state, metadata, "KeyState", e));
    FAIL_IF(!json_as_bool(&enabled, json_get(metadata, "Enabled")), e, SROW_E_KMS_REPLY,
            "the answer has no boolean \"Enabled\"");
    r->enabled = enabled && bytes_equal_str(state, "Enabled");
    return SROW_OK;
}

/* Everything is read before anything is given out. */
static MUST enum srow_rc read_success(struct kms_request *r, const json_node *node,
                                      struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret key = {0};
    AUTO(buf_cleanup) struct srow_buf wrapped = {0};
    if (r->op == KMS_DESCRIBE) {
        return read_description(r, node, e);
    }
    TRY(check_key_id(node, "KeyId", r, e));
    if (r->op != KMS_ENCRYPT) {
        TRY(read_data_key(&key, node, r, e));
    }
    if (r->op != KMS_DECRYPT) {
        TRY(read_wrapped(&wrapped, node, e));
    }
    r->data_key = secret_take(&key);
    r->wrapped = buf_take(&wrapped);
    return SROW_OK;
}

static MUST enum srow_rc read_reply(struct kms_request *r, const struct wire_reply *reply,
                                    struct srow_error *e)
{
    AUTO(json_free) json_node *node = NULL;
    enum srow_rc rc = json_parse(&node, reply->body, e);
    if (reply->status != 200 || reply->error_type[0] != '\0' || json_get(node, "__type") != NULL) {
        r->throttled = wire_error_is_throttle(reply, node);
        return wire_error_read(reply, node, e);
    }
    FAIL_IF(rc == SROW_E_JSON, e, SROW_E_KMS_REPLY,
            "its answer is not JSON, or a member is doubled");
    TRY(rc);
    FAIL_IF(!json_as_object(node), e, SROW_E_KMS_REPLY, "its answer is no JSON object");
    return read_success(r, node, e);
}

void wire_read(struct kms_request *r, const struct wire_reply *reply)
{
    r->rc = read_reply(r, reply, &r->error);
    if (r->rc != SROW_OK) {
        proof_explain(r, reply->retry_after_ms);
    }
}
