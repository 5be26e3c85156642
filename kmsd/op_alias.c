/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations on aliases: CreateAlias, UpdateAlias, DeleteAlias, ListAliases. An audit line names
 * the key first and the alias second.
 */
#include <inttypes.h>

#include "base/text.h"
#include "kmsd/lookup.h"
#include "kmsd/op.h"

#define PREFIX "alias/"

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* AliasName, which goes to the audit as well. Its characters are known to be good. */
static enum srow_rc read_name(char out[STORE_ALIAS], struct call *call, size_t nth,
                              struct srow_error *e)
{
    struct srow_bytes name;
    member_text(&name, call, "AliasName");
    memset(out, 0, STORE_ALIAS);
    memcpy(out, name.at, name.len);
    if (!starts(out, PREFIX)) {
        return call_refuse(call, REFUSAL_VALIDATION, e,
                           "Alias must start with the prefix \"" PREFIX "\".");
    }
    call_format_alias(call->about[nth].arn, call->region, name);
    if (starts(out, PREFIX "aws/")) {
        return call_refuse_bare(call, REFUSAL_NOT_AUTHORIZED, e);
    }
    if (strchr(out, ':') != NULL) {
        return call_refuse(call, REFUSAL_VALIDATION, e,
                           "%s contains invalid characters for an alias", out);
    }
    if (strcmp(out, PREFIX) == 0) {
        return call_refuse(call, REFUSAL_INVALID_ALIAS_NAME, e,
                           "An alias needs a name behind \"" PREFIX "\".");
    }
    return SROW_OK;
}

static enum srow_rc find_target(struct store_key *out, struct call *call, struct srow_error *e)
{
    struct srow_bytes target;
    member_text(&target, call, "TargetKeyId");
    if (lookup_is_alias(target)) {
        return call_refuse(call, REFUSAL_VALIDATION, e, "Aliases must refer to keys. Not aliases");
    }
    return lookup_key(out, call, 0, target, e);
}

/* What the store refuses, in the words of KMS. */
static enum srow_rc translate(enum srow_rc rc, struct call *call, size_t nth, struct srow_error *e)
{
    const char *arn = call->about[nth].arn;
    switch (rc) {
    case SROW_E_CONFLICT:
        return call_refuse(call, REFUSAL_ALREADY_EXISTS, e,
                           "An alias with the name %s already exists", arn);
    case SROW_E_NOT_FOUND:
        return call_refuse(call, REFUSAL_NOT_FOUND, e, "Alias %s is not found.", arn);
    case SROW_E_LIMIT:
        return call_refuse(call, REFUSAL_LIMIT, e, "A key may have %d aliases.",
                           STORE_ALIASES_MOST);
    default:
        return rc;
    }
}

enum srow_rc op_alias_create(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    char name[STORE_ALIAS];
    TRY(read_name(name, call, 1, e));
    TRY(find_target(&key, call, e));
    return translate(store_alias_add(call->store, call->region, name, key.id, e), call, 1, e);
}

enum srow_rc op_alias_update(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    char name[STORE_ALIAS];
    TRY(read_name(name, call, 1, e));
    TRY(find_target(&key, call, e));
    return translate(store_alias_move(call->store, call->region, name, key.id, e), call, 1, e);
}

enum srow_rc op_alias_delete(struct call *call, struct srow_error *e)
{
    struct store_alias alias;
    char name[STORE_ALIAS];
    TRY(read_name(name, call, 1, e));
    TRY(translate(store_alias_get(&alias, call->store, call->region, name, e), call, 1, e));
    call_format_arn(call->about[0].arn, call->region, alias.key_id);
    return translate(store_alias_remove(call->store, call->region, name, e), call, 1, e);
}

/* -- listing -- */

/* The marker is the base64 of the last name shown. */
static enum srow_rc read_marker(char out[STORE_ALIAS], struct call *call, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0};
    struct srow_bytes text;
    memset(out, 0, STORE_ALIAS);
    if (!member_text(&text, call, "Marker")) {
        return SROW_OK;
    }
    if (text_parse_base64(&name, text, NULL) != SROW_OK || name.len >= STORE_ALIAS ||
        memchr(name.at, '\0', name.len) != NULL || !starts(buf_cstr(&name), PREFIX)) {
        return call_refuse(call, REFUSAL_INVALID_MARKER, e, "Invalid marker.");
    }
    memcpy(out, name.at, name.len);
    return SROW_OK;
}

static void put_time(struct srow_buf *out, const char *name, int64_t ms)
{
    buf_printf(out, ",\"%s\":%" PRId64 ".%03d", name, ms / 1000, (int)(ms % 1000));
}

static void put_entry(struct srow_buf *out, const char *region, const struct store_alias *alias)
{
    char arn[CALL_ARN];
    call_format_alias(arn, region, srow_str(alias->name));
    buf_printf(out, "{\"AliasName\":\"%s\",\"AliasArn\":\"%s\",\"TargetKeyId\":\"%s\"", alias->name,
               arn, alias->key_id);
    put_time(out, "CreationDate", alias->created_ms);
    put_time(out, "LastUpdatedDate", alias->updated_ms);
    buf_put_str(out, "}");
}

enum srow_rc op_alias_list(struct call *call, struct srow_error *e)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(store_alias_page_cleanup) struct store_alias_page page = {0};
    struct srow_bytes key_id;
    char after[STORE_ALIAS];
    TRY(read_marker(after, call, e));
    if (member_text(&key_id, call, "KeyId")) {
        TRY(lookup_key(&key, call, 0, key_id, e));
    }
    struct store_alias_query query = {call->region, key.id, after,
                                      (size_t)member_number(call, "Limit", 50)};
    TRY(store_alias_list(&page, call->store, &query, e));
    buf_put_str(&call->out, "{\"Aliases\":[");
    for (size_t i = 0; i < page.count; i++) {
        buf_put_str(&call->out, i == 0 ? "" : ",");
        put_entry(&call->out, call->region, &page.at[i]);
    }
    buf_printf(&call->out, "],\"Truncated\":%s", page.more ? "true" : "false");
    if (page.more) {
        call_put_base64(&call->out, "NextMarker", srow_str(page.at[page.count - 1].name));
    }
    buf_put_str(&call->out, "}");
    return SROW_OK;
}
