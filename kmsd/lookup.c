/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/lookup.h"

#include "aws/arn.h"

static bool starts(struct srow_bytes text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.at, with, len) == 0;
}

/* "mrk-" and 32 lower-case hex digits. */
static bool is_multi_region_id(struct srow_bytes id)
{
    const char *at = id.at;
    if (id.len != UUID_ROOM - 1 || !starts(id, "mrk-")) {
        return false;
    }
    for (size_t i = 4; i < id.len; i++) {
        if (!(at[i] >= '0' && at[i] <= '9') && !(at[i] >= 'a' && at[i] <= 'f')) {
            return false;
        }
    }
    return true;
}

#define SHOWN(text) (int)((text).len > 256 ? 256 : (text).len), (const char *)(text).at

bool lookup_is_alias(struct srow_bytes key_id)
{
    struct arn arn;
    return starts(key_id, "alias/") ||
           (starts(key_id, "arn:") && arn_parse(&arn, key_id, NULL) == SROW_OK &&
            bytes_equal_str(arn.resource_type, "alias"));
}

/* What is behind the place of an ARN, which must be this one: "key/ID" or "alias/NAME". */
static enum srow_rc parse_arn(struct srow_bytes *out, struct call *call, struct srow_bytes text,
                              struct srow_error *e)
{
    struct arn arn;
    if (arn_parse(&arn, text, NULL) != SROW_OK) {
        return call_refuse(call, REFUSAL_NOT_FOUND, e, "Invalid keyId '%.*s'", SHOWN(text));
    }
    if (!bytes_equal_str(arn.region, call->region)) {
        return call_refuse(call, REFUSAL_NOT_FOUND, e, "Invalid arn %.*s", SHOWN(arn.region));
    }
    bool ours = bytes_equal_str(arn.account, CALL_ACCOUNT) && bytes_equal_str(arn.partition, "aws");
    bool alias = bytes_equal_str(arn.resource_type, "alias");
    if (!ours && alias) {
        return call_refuse(call, REFUSAL_NOT_FOUND, e, "Alias %.*s is not found.", SHOWN(text));
    }
    if (!ours) {
        return call_refuse(call, REFUSAL_NOT_FOUND, e, "Key '%.*s' does not exist", SHOWN(text));
    }
    *out = arn.resource_id;
    if (alias) { /* with "alias/", which stands before it in the text */
        size_t more = strlen("alias/");
        *out = bytes_of((const char *)out->at - more, out->len + more);
    }
    return SROW_OK;
}

static enum srow_rc no_alias(struct call *call, struct srow_bytes name, struct srow_error *e)
{
    char arn[CALL_ARN];
    call_format_alias(arn, call->region, name);
    return call_refuse(call, REFUSAL_NOT_FOUND, e, "Alias %s is not found.", arn);
}

static enum srow_rc follow(char id[STORE_ID], struct call *call, struct srow_bytes name,
                           struct srow_error *e)
{
    AUTO(str_free) char *text = NULL;
    struct store_alias alias;
    TRY(bytes_dup_str(&text, name, e));
    enum srow_rc rc = store_alias_get(&alias, call->store, call->region, text, e);
    if (rc == SROW_E_NOT_FOUND || strlen(text) != name.len) {
        return no_alias(call, name, e);
    }
    TRY(rc);
    memcpy(id, alias.key_id, STORE_ID);
    return SROW_OK;
}

/* The key's id out of any form of KeyId. */
static enum srow_rc find_id(char id[STORE_ID], struct call *call, struct srow_bytes text,
                            bool by_alias, struct srow_error *e)
{
    struct srow_bytes name = text;
    if (starts(text, "arn:")) {
        TRY(parse_arn(&name, call, text, e));
    }
    if (starts(name, "alias/")) {
        return by_alias ? follow(id, call, name, e) : no_alias(call, name, e);
    }
    if (!is_multi_region_id(name) && !uuid_is_well_formed(name)) {
        return call_refuse(call, REFUSAL_NOT_FOUND, e, "Invalid keyId '%.*s'", SHOWN(text));
    }
    memcpy(id, name.at, name.len);
    return SROW_OK;
}

static enum srow_rc find(struct store_key *out, struct call *call, size_t nth, const char *id,
                         struct srow_error *e)
{
    char *arn = call->about[nth].arn;
    call_format_arn(arn, call->region, id);
    enum srow_rc rc = store_get(out, call->store, call->region, id, e);
    if (rc == SROW_E_NOT_FOUND) {
        return call_refuse(call, REFUSAL_NOT_FOUND, e, "Key '%s' does not exist", arn);
    }
    return rc;
}

enum srow_rc lookup_key(struct store_key *out, struct call *call, size_t nth,
                        struct srow_bytes key_id, struct srow_error *e)
{
    char id[STORE_ID] = "";
    TRY(find_id(id, call, key_id, false, e));
    return find(out, call, nth, id, e);
}

enum srow_rc lookup_key_or_alias(struct store_key *out, struct call *call, size_t nth,
                                 struct srow_bytes key_id, struct srow_error *e)
{
    char id[STORE_ID] = "";
    TRY(find_id(id, call, key_id, true, e));
    return find(out, call, nth, id, e);
}
