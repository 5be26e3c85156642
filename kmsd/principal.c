/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/principal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/random.h"

enum { MOST = 100, NAME_MOST = 64, KEY_DIGITS = 16, SECRET_BYTES = 30 };

struct right {
    const char *word;
    enum op_class cls;
};

static const struct right rights[] = {{"use", OP_USE}, {"everything", OP_MANAGE}};

void principal_list_cleanup(struct principal_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        str_free(&list->at[i].name);
        str_free(&list->at[i].access_key_id);
        secret_cleanup(&list->at[i].secret_access_key);
    }
    free(list->at);
    *list = (struct principal_list){0};
}

/* -- making -- */

/* "AKIA" and base32, as AWS writes access key ids. */
static enum srow_rc put_access_key_id(struct srow_buf *out, struct srow_error *e)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint8_t random[KEY_DIGITS];
    TRY(random_bytes(random, sizeof random, e));
    buf_put_str(out, "AKIA");
    for (size_t i = 0; i < sizeof random; i++) {
        buf_put_u8(out, (uint8_t)digits[random[i] % 32]);
    }
    return buf_check(out, e);
}

static enum srow_rc put_secret(struct srow_buf *out, struct srow_error *e)
{
    uint8_t random[SECRET_BYTES];
    TRY(random_bytes(random, sizeof random, e));
    text_put_base64(out, bytes_of(random, sizeof random));
    bytes_wipe(random, sizeof random);
    return buf_check(out, e);
}

static enum srow_rc make(struct srow_buf *principals, struct srow_buf *credentials,
                         const char *const who[2], struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf id = {0}, secret = {0};
    TRY(put_access_key_id(&id, e));
    TRY(put_secret(&secret, e));
    buf_printf(principals,
               "  {\"name\": \"%s\", \"may\": \"%s\", \"access_key_id\": \"%s\", "
               "\"secret_access_key\": \"",
               who[0], who[1], buf_cstr(&id));
    buf_put(principals, bytes_buf(&secret));
    buf_put_str(principals, "\"}");
    buf_printf(credentials, "[%s]\naws_access_key_id = %s\naws_secret_access_key = ", who[0],
               buf_cstr(&id));
    buf_put(credentials, bytes_buf(&secret));
    buf_put_str(credentials, "\n");
    return SROW_OK;
}

enum srow_rc principal_make_all(struct srow_buf *principals, struct srow_buf *credentials,
                                struct srow_error *e)
{
    static const char *const all[][2] = {{"default", "everything"}, {"app", "use"}};
    buf_put_str(principals, "{\"principals\": [\n");
    TRY(make(principals, credentials, all[0], e));
    buf_put_str(principals, ",\n");
    buf_put_str(credentials, "\n");
    TRY(make(principals, credentials, all[1], e));
    buf_put_str(principals, "\n]}\n");
    TRY(buf_check(principals, e));
    return buf_check(credentials, e);
}

/* -- reading -- */

static enum srow_rc member(struct srow_bytes *out, const json_node *node, const char *name,
                           struct srow_error *e)
{
    FAIL_IF(!json_as_string(out, json_get(node, name)) || out->len == 0, e, SROW_E_MALFORMED,
            "principals.json: a principal without %s", name);
    return SROW_OK;
}

static bool is_name(struct srow_bytes text)
{
    const char *at = text.at;
    for (size_t i = 0; i < text.len; i++) {
        bool good = (at[i] >= 'a' && at[i] <= 'z') || (at[i] >= 'A' && at[i] <= 'Z') ||
                    (at[i] >= '0' && at[i] <= '9') || at[i] == '-' || at[i] == '_';
        if (!good) {
            return false;
        }
    }
    return text.len <= NAME_MOST;
}

static enum srow_rc parse_right(enum op_class *out, struct srow_bytes word, struct srow_error *e)
{
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        if (bytes_equal_str(word, rights[i].word)) {
            *out = rights[i].cls;
            return SROW_OK;
        }
    }
    FAIL(e, SROW_E_MALFORMED, "principals.json: \"may\" must be \"use\" or \"everything\"");
}

static enum srow_rc parse_one(struct principal *out, const struct principal_list *before,
                              const json_node *node, struct srow_error *e)
{
    struct srow_bytes name, id, secret, may;
    TRY(member(&name, node, "name", e));
    TRY(member(&id, node, "access_key_id", e));
    TRY(member(&secret, node, "secret_access_key", e));
    TRY(member(&may, node, "may", e));
    FAIL_IF(!is_name(name) || !is_name(id), e, SROW_E_MALFORMED,
            "principals.json: names are letters, digits, '-' and '_'");
    for (size_t i = 0; i < before->count; i++) {
        FAIL_IF(bytes_equal_str(name, before->at[i].name) ||
                    bytes_equal_str(id, before->at[i].access_key_id),
                e, SROW_E_MALFORMED, "principals.json: a name or access key stands there twice");
    }
    TRY(parse_right(&out->most, may, e));
    TRY(bytes_dup_str(&out->name, name, e));
    TRY(bytes_dup_str(&out->access_key_id, id, e));
    return secret_of(&out->secret_access_key, secret, e);
}

enum srow_rc principal_parse(struct principal_list *out, struct srow_bytes text,
                             struct srow_error *e)
{
    AUTO(json_free) json_node *document = NULL;
    AUTO(principal_list_cleanup) struct principal_list list = {0};
    TRY(json_parse(&document, text, e));
    const json_node *nodes = json_get(document, "principals");
    size_t count = json_count(nodes);
    FAIL_IF(count == 0 || count > MOST, e, SROW_E_MALFORMED,
            "principals.json: 1 to %d principals are expected", MOST);
    list.at = calloc(count, sizeof *list.at);
    FAIL_IF(list.at == NULL, e, SROW_E_NOMEM, "no memory for %zu principals", count);
    for (size_t i = 0; i < count; i++) {
        struct principal *one = &list.at[i];
        enum srow_rc rc = parse_one(one, &list, json_at(nodes, i), e);
        list.count++;
        TRY(rc);
    }
    *out = list;
    list = (struct principal_list){0};
    return SROW_OK;
}

const struct principal *principal_find(const struct principal_list *list,
                                       struct srow_bytes access_key_id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (bytes_equal_str(access_key_id, list->at[i].access_key_id)) {
            return &list->at[i];
        }
    }
    return NULL;
}

bool principal_may(const struct principal *who, enum op_class cls)
{
    return cls <= who->most;
}

void principal_format_arn(char out[PRINCIPAL_ARN], const struct principal *who)
{
    snprintf(out, PRINCIPAL_ARN, "arn:aws:iam::" CALL_ACCOUNT ":user/%s", who->name);
}
