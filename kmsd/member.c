/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks in the order of KMS: types first (SerializationException), then all ranges at once
 * (ValidationException), then what is not built (UnsupportedOperationException).
 */
#include "kmsd/member.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

static const json_node *given(const json_node *in, const char *name)
{
    const json_node *node = json_get(in, name);
    return json_as_null(node) ? NULL : node;
}

/* -- types -- */

static enum srow_rc only_text(void *state, struct srow_bytes name, const json_node *value,
                              struct srow_error *e)
{
    struct srow_bytes text;
    (void)state;
    (void)name;
    FAIL_IF(!json_as_string(&text, value), e, SROW_E_VALUE, "not a text");
    return SROW_OK;
}

static bool is_base64(struct srow_bytes text)
{
    AUTO(buf_cleanup) struct srow_buf bytes = {0};
    return text_parse_base64(&bytes, text, NULL) == SROW_OK;
}

static bool fits_type(const json_node *node, enum member_type type)
{
    struct srow_bytes text;
    int64_t number;
    bool flag;
    switch (type) {
    case MEMBER_TEXT:
        return json_as_string(&text, node);
    case MEMBER_SECRET:
        return json_as_string(&text, node) && is_base64(text);
    case MEMBER_NUMBER:
        return json_as_integer(&number, node);
    case MEMBER_FLAG:
        return json_as_bool(&flag, node);
    case MEMBER_MAP:
        return json_as_object(node) && json_each(node, only_text, NULL, NULL) == SROW_OK;
    case MEMBER_LIST:
        return json_as_array(node);
    }
    return false;
}

/* -- ranges -- */

struct checks {
    size_t count;
    struct srow_buf text;
};

static void checks_cleanup(struct checks *checks)
{
    buf_cleanup(&checks->text);
}

/* " 'V' at 'keyId' failed to satisfy constraint: Member must " */
static void begin(struct checks *checks, const struct member *member, struct srow_bytes value)
{
    buf_put_str(&checks->text, checks->count++ == 0 ? "Value" : "; Value");
    if (member->type != MEMBER_SECRET) {
        bool null = value.at == NULL;
        buf_put_str(&checks->text, null ? " null" : " '");
        buf_put(&checks->text, value);
        buf_put_str(&checks->text, null ? "" : "'");
    }
    buf_printf(&checks->text, " at '%c%s' failed to satisfy constraint: Member must ",
               member->name[0] | 0x20, member->name + 1);
}

static int64_t characters(struct srow_bytes text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += (((const uint8_t *)text.at)[i] & 0xC0) != 0x80;
    }
    return count;
}

static int64_t decoded_length(struct srow_bytes base64)
{
    const char *at = base64.at;
    size_t pad = 0;
    while (pad < base64.len && at[base64.len - 1 - pad] == '=') {
        pad++;
    }
    return (int64_t)(base64.len / 4 * 3 - pad);
}

static void check_range(struct checks *checks, const struct member *member, struct srow_bytes value,
                        int64_t size)
{
    const char *what = member->type == MEMBER_NUMBER ? "value" : "length";
    if (size < member->least) {
        begin(checks, member, value);
        buf_printf(&checks->text, "have %s greater than or equal to %" PRId64, what, member->least);
    } else if (size > member->most) {
        begin(checks, member, value);
        buf_printf(&checks->text, "have %s less than or equal to %" PRId64, what, member->most);
    }
}

static void check_words(struct checks *checks, const struct member *member, struct srow_bytes value)
{
    for (const char *const *word = member->words; *word != NULL; word++) {
        if (bytes_equal_str(value, *word)) {
            return;
        }
    }
    begin(checks, member, value);
    buf_put_str(&checks->text, "satisfy enum value set: [");
    for (const char *const *word = member->words; *word != NULL; word++) {
        buf_printf(&checks->text, "%s%s", word == member->words ? "" : ", ", *word);
    }
    buf_put_str(&checks->text, "]");
}

static void check_marks(struct checks *checks, const struct member *member, struct srow_bytes value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const char *at = value.at;
    for (size_t i = 0; i < value.len; i++) {
        if (at[i] == '\0' ||
            (strchr(plain, at[i]) == NULL && strchr(member->marks, at[i]) == NULL)) {
            begin(checks, member, value);
            buf_printf(&checks->text, "satisfy regular expression pattern: ^[a-zA-Z0-9%s]+$",
                       member->marks);
            return;
        }
    }
}

static void check_value(struct checks *checks, const struct member *member, const json_node *node)
{
    struct srow_bytes text = srow_str("");
    int64_t number = 0;
    char digits[24];
    if (node == NULL) {
        if (member->required) {
            begin(checks, member, (struct srow_bytes){0});
            buf_put_str(&checks->text, "not be null");
        }
    } else if (member->words != NULL && json_as_string(&text, node)) {
        check_words(checks, member, text);
    } else if (member->type == MEMBER_SECRET && json_as_string(&text, node)) {
        check_range(checks, member, text, decoded_length(text));
    } else if (json_as_string(&text, node)) {
        check_range(checks, member, text, characters(text));
        if (member->marks != NULL) {
            check_marks(checks, member, text);
        }
    } else if (json_as_integer(&number, node)) {
        snprintf(digits, sizeof digits, "%" PRId64, number);
        check_range(checks, member, srow_str(digits), number);
    } else if (member->type == MEMBER_LIST) {
        check_range(checks, member, srow_str("[...]"), (int64_t)json_count(node));
    }
}

/* -- the walk -- */

struct walk {
    struct call *call;
    const struct member *members;
};

static enum srow_rc check_known(void *state, struct srow_bytes name, const json_node *value,
                                struct srow_error *e)
{
    const struct walk *walk = state;
    for (const struct member *member = walk->members; member->name != NULL; member++) {
        if (!bytes_equal_str(name, member->name)) {
            continue;
        }
        if (!json_as_null(value) && !fits_type(value, member->type)) {
            return call_refuse(walk->call, REFUSAL_SERIALIZATION, e, "%s has a wrong type",
                               member->name);
        }
        return SROW_OK;
    }
    return call_refuse(walk->call, REFUSAL_UNSUPPORTED, e, "%.*s is not supported here",
                       name.len > 100 ? 100 : (int)name.len, (const char *)name.at);
}

static bool is_neutral(const json_node *node)
{
    bool flag = true;
    return (json_as_bool(&flag, node) && !flag) || (json_as_array(node) && json_count(node) == 0);
}

enum srow_rc member_check(struct call *call, const struct member *members, struct srow_error *e)
{
    AUTO(checks_cleanup) struct checks checks = {0};
    struct walk walk = {call, members};
    TRY(json_each(call->in, check_known, &walk, e));
    for (const struct member *member = members; member->name != NULL; member++) {
        check_value(&checks, member, given(call->in, member->name));
    }
    if (checks.count > 0) {
        return call_refuse(call, REFUSAL_VALIDATION, e, "%zu validation error%s detected: %s",
                           checks.count, checks.count == 1 ? "" : "s", buf_cstr(&checks.text));
    }
    for (const struct member *member = members; member->name != NULL; member++) {
        const json_node *node = given(call->in, member->name);
        if (member->unsupported && node != NULL && !is_neutral(node)) {
            return call_refuse(call, REFUSAL_UNSUPPORTED, e, "%s is not supported here",
                               member->name);
        }
    }
    return SROW_OK;
}

/* -- reading -- */

bool member_is_given(const struct call *call, const char *name)
{
    return given(call->in, name) != NULL;
}

bool member_text(struct srow_bytes *out, const struct call *call, const char *name)
{
    *out = srow_str("");
    return json_as_string(out, given(call->in, name));
}

int64_t member_number(const struct call *call, const char *name, int64_t otherwise)
{
    int64_t number = otherwise;
    return json_as_integer(&number, given(call->in, name)) ? number : otherwise;
}

bool member_flag(const struct call *call, const char *name)
{
    bool flag = false;
    return json_as_bool(&flag, given(call->in, name)) && flag;
}

enum srow_rc member_secret(struct srow_buf *out, const struct call *call, const char *name,
                           struct srow_error *e)
{
    struct srow_bytes text;
    member_text(&text, call, name);
    return text_parse_base64(out, text, e);
}
