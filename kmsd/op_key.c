/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations on keys: CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey.
 */
#include <inttypes.h>

#include "base/text.h"
#include "kmsd/lookup.h"
#include "kmsd/op.h"

static void put_metadata(struct srow_buf *out, const struct call *call, const struct store_key *key)
{
    buf_printf(out, "{\"KeyMetadata\":{\"AWSAccountId\":\"" CALL_ACCOUNT "\",\"KeyId\":\"%s\",",
               key->id);
    buf_printf(out, "\"Arn\":\"%s\",\"CreationDate\":%" PRId64 ".%03d,\"Enabled\":%s,",
               call->about[0].arn, key->created_ms / 1000, (int)(key->created_ms % 1000),
               key->enabled ? "true" : "false");
    buf_put_str(out, "\"Description\":");
    json_put_string(out, srow_str(key->description));
    buf_printf(out, ",\"KeyUsage\":\"ENCRYPT_DECRYPT\",\"KeyState\":\"%s\",\"Origin\":\"AWS_KMS\",",
               key->enabled ? "Enabled" : "Disabled");
    buf_put_str(out, "\"KeyManager\":\"CUSTOMER\",\"CustomerMasterKeySpec\":\"SYMMETRIC_DEFAULT\","
                     "\"KeySpec\":\"SYMMETRIC_DEFAULT\","
                     "\"EncryptionAlgorithms\":[\"SYMMETRIC_DEFAULT\"],\"MultiRegion\":false,"
                     "\"CurrentKeyMaterialId\":\"");
    text_put_hex(out, bytes_of(key->material_id, sizeof key->material_id));
    buf_put_str(out, "\"}}");
}

/* A word that the API knows; only one of them is built here. */
static enum srow_rc only(struct call *call, const char *name, const char *word,
                         struct srow_error *e)
{
    struct srow_bytes text;
    if (member_text(&text, call, name) && !bytes_equal_str(text, word)) {
        return call_refuse(call, REFUSAL_UNSUPPORTED, e, "%s %.*s is not supported here, only %s",
                           name, (int)text.len, (const char *)text.at, word);
    }
    return SROW_OK;
}

enum srow_rc op_key_create(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    struct srow_bytes description;
    if (member_is_given(call, "KeySpec") && member_is_given(call, "CustomerMasterKeySpec")) {
        return call_refuse(call, REFUSAL_VALIDATION, e,
                           "You cannot specify KeySpec and CustomerMasterKeySpec in the same "
                           "request. CustomerMasterKeySpec is deprecated.");
    }
    TRY(only(call, "KeyUsage", "ENCRYPT_DECRYPT", e));
    TRY(only(call, "KeySpec", "SYMMETRIC_DEFAULT", e));
    TRY(only(call, "CustomerMasterKeySpec", "SYMMETRIC_DEFAULT", e));
    TRY(only(call, "Origin", "AWS_KMS", e));
    member_text(&description, call, "Description");
    TRY(store_add(&key, call->store, call->region, description, e));
    call_format_arn(call->about[0].arn, call->region, key.id);
    put_metadata(&call->out, call, &key);
    return SROW_OK;
}

enum srow_rc op_key_describe(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    struct srow_bytes key_id;
    member_text(&key_id, call, "KeyId");
    TRY(op_check_grants(call, e));
    TRY(lookup_key_or_alias(&key, call, 0, key_id, e));
    put_metadata(&call->out, call, &key);
    return SROW_OK;
}

/* No output: an empty body. */
static enum srow_rc set_enabled(struct call *call, bool enabled, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    struct srow_bytes key_id;
    member_text(&key_id, call, "KeyId");
    TRY(lookup_key(&key, call, 0, key_id, e));
    if (key.enabled == enabled) {
        return SROW_OK;
    }
    return store_set_enabled(call->store, call->region, key.id, enabled, e);
}

enum srow_rc op_key_enable(struct call *call, struct srow_error *e)
{
    return set_enabled(call, true, e);
}

enum srow_rc op_key_disable(struct call *call, struct srow_error *e)
{
    return set_enabled(call, false, e);
}

/* The marker is the base64 of the last id shown. */
static enum srow_rc read_marker(char out[STORE_ID], struct call *call, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf id = {0};
    struct srow_bytes text;
    out[0] = '\0';
    if (!member_text(&text, call, "Marker")) {
        return SROW_OK;
    }
    if (text_parse_base64(&id, text, NULL) != SROW_OK || id.len != STORE_ID - 1 ||
        memchr(id.at, '\0', id.len) != NULL) {
        return call_refuse(call, REFUSAL_INVALID_MARKER, e, "Invalid marker.");
    }
    memcpy(out, id.at, id.len);
    out[id.len] = '\0';
    return SROW_OK;
}

enum srow_rc op_key_list(struct call *call, struct srow_error *e)
{
    AUTO(store_page_cleanup) struct store_page page = {0};
    char after[STORE_ID], arn[CALL_ARN];
    TRY(read_marker(after, call, e));
    size_t limit = (size_t)member_number(call, "Limit", 100);
    TRY(store_list(&page, call->store, call->region, after, limit, e));
    buf_put_str(&call->out, "{\"Keys\":[");
    for (size_t i = 0; i < page.count; i++) {
        call_format_arn(arn, call->region, page.ids[i]);
        buf_printf(&call->out, "%s{\"KeyId\":\"%s\",\"KeyArn\":\"%s\"}", i == 0 ? "" : ",",
                   page.ids[i], arn);
    }
    buf_printf(&call->out, "],\"Truncated\":%s", page.more ? "true" : "false");
    if (page.more) {
        call_put_base64(&call->out, "NextMarker", srow_str(page.ids[page.count - 1]));
    }
    buf_put_str(&call->out, "}");
    return SROW_OK;
}
