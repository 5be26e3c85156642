/* SPDX-License-Identifier: Apache-2.0 */
#include "kms/proof.h"

#include "kms/wire_error.h"

enum { SHOWN = 240 };

enum srow_rc proof_key_id(const struct kms_request *r, struct srow_bytes key_id,
                          struct srow_error *e)
{
    FAIL_IF(!bytes_equal_str(key_id, r->key_arn), e, SROW_E_KMS_KEY_ID,
            "it answered for another key than %s", r->key_arn);
    return SROW_OK;
}

enum srow_rc proof_asked(const struct kms_request *r, struct srow_error *e)
{
    FAIL_IF(r->data_key_bytes == 0 || r->data_key_bytes > PROOF_LARGEST_DATA_KEY, e,
            SROW_E_INTERNAL, "a data key of %zu bytes", r->data_key_bytes);
    return SROW_OK;
}

enum srow_rc proof_data_key(const struct kms_request *r, struct srow_bytes data_key,
                            struct srow_error *e)
{
    FAIL_IF(data_key.len != r->data_key_bytes, e, SROW_E_KMS_DATA_KEY,
            "its data key has %zu bytes, %zu were asked for", data_key.len, r->data_key_bytes);
    FAIL_IF(bytes_is_zero(data_key), e, SROW_E_KMS_DATA_KEY, "its data key is all zero");
    return SROW_OK;
}

enum srow_rc proof_wrapped_in(const struct kms_request *r, struct srow_error *e)
{
    FAIL_IF(r->op == KMS_DECRYPT &&
                (r->ciphertext.len == 0 || r->ciphertext.len > PROOF_LARGEST_WRAPPED),
            e, SROW_E_KMS_CIPHERTEXT, "a wrapped key of %zu bytes, KMS makes 1 to %d",
            r->ciphertext.len, PROOF_LARGEST_WRAPPED);
    return SROW_OK;
}

enum srow_rc proof_wrapped(struct srow_bytes wrapped, struct srow_error *e)
{
    FAIL_IF(wrapped.len == 0 || wrapped.len > PROOF_LARGEST_WRAPPED, e, SROW_E_KMS_REPLY,
            "its wrapped key has %zu bytes, 1 to %d are possible", wrapped.len,
            PROOF_LARGEST_WRAPPED);
    return SROW_OK;
}

/* How much of a text stands before what to do: without its last full stop. */
static int length_before(const char *hint, const char *text)
{
    size_t len = strnlen(text, SHOWN);
    bool stops = hint[0] != '\0' && len > 1 && text[len - 1] == '.' && text[len - 2] != '.';
    return (int)(len - (stops ? 1 : 0));
}

void proof_explain(struct kms_request *r, uint32_t retry_after_ms)
{
    const char *hint = wire_error_hint(r->rc);
    bool names_key = strstr(r->error.text, r->key_arn) != NULL;
    char text[sizeof r->error.text];
    memcpy(text, r->error.text, sizeof text);
    error_set(&r->error, r->rc, "Region %s, %s%s%s: %.*s%s", r->region, kms_op_name(r->op),
              names_key ? "" : " with ", names_key ? "" : r->key_arn, length_before(hint, text),
              text, hint);
    r->error.retry_after_ms = retry_after_ms;
}
