/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON over jansson.
 */
#include "base/json.h"

#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/text.h"

/* Replies of KMS hold data keys, and jansson copies every string twice. */
static void wipe_and_free(void *at)
{
    if (at != NULL) {
        bytes_wipe(at, malloc_usable_size(at));
    }
    free(at);
}

/* jansson does not always say that it was memory that failed: it goes on with a text from which
 * bytes are missing. */
static _Thread_local bool lacking;

static void *noting_malloc(size_t len)
{
    void *at = malloc(len);
    lacking = lacking || at == NULL;
    return at;
}

/* Once; a program that has given jansson an allocator of its own keeps it. */
static void set_allocator(void)
{
    json_malloc_t its_malloc;
    json_free_t its_free;
    json_get_alloc_funcs(&its_malloc, &its_free);
    if (its_malloc == malloc && its_free == free) {
        json_set_alloc_funcs(noting_malloc, wipe_and_free);
    }
}

static enum srow_rc parse(json_node **out, struct srow_bytes text, size_t more,
                          struct srow_error *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_allocator);
    json_error_t why;
    lacking = false;
    json_t *document =
        json_loadb(text.len == 0 ? "" : text.at, text.len,
                   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY | more, &why);
    if (lacking || (document == NULL && json_error_code(&why) == json_error_out_of_memory)) {
        json_decref(document);
        FAIL(e, SROW_E_NOMEM, "no memory for a JSON document");
    }
    FAIL_IF(document == NULL, e, SROW_E_JSON,
            "line %d, column %d: not JSON, or a member is doubled", why.line, why.column);
    *out = document;
    return SROW_OK;
}

enum srow_rc json_parse(json_node **out, struct srow_bytes text, struct srow_error *e)
{
    return parse(out, text, 0, e);
}

enum srow_rc json_parse_wide(json_node **out, struct srow_bytes text, struct srow_error *e)
{
    return parse(out, text, JSON_DECODE_INT_AS_REAL, e);
}

void json_free(json_node **document)
{
    json_decref(*document);
    *document = NULL;
}

const json_node *json_get(const json_node *node, const char *name)
{
    return json_object_get(node, name);
}

size_t json_count(const json_node *node)
{
    return json_array_size(node);
}

const json_node *json_at(const json_node *node, size_t index)
{
    return json_array_get(node, index);
}

bool json_as_object(const json_node *node)
{
    return node != NULL && json_typeof(node) == JSON_OBJECT;
}

bool json_as_array(const json_node *node)
{
    return node != NULL && json_typeof(node) == JSON_ARRAY;
}

bool json_as_null(const json_node *node)
{
    return node != NULL && json_typeof(node) == JSON_NULL;
}

bool json_as_string(struct srow_bytes *out, const json_node *node)
{
    if (!json_is_string(node)) {
        return false;
    }
    *out = bytes_of(json_string_value(node), json_string_length(node));
    return true;
}

bool json_as_integer(int64_t *out, const json_node *node)
{
    if (node == NULL || json_typeof(node) != JSON_INTEGER) {
        return false;
    }
    *out = json_integer_value(node);
    return true;
}

bool json_as_real(double *out, const json_node *node)
{
    if (!json_is_real(node)) {
        return false;
    }
    *out = json_real_value(node);
    return true;
}

bool json_as_bool(bool *out, const json_node *node)
{
    if (!json_is_boolean(node)) {
        return false;
    }
    *out = json_is_true(node);
    return true;
}

enum srow_rc json_each(const json_node *object,
                       enum srow_rc (*visit)(void *state, struct srow_bytes name,
                                             const json_node *value, struct srow_error *e),
                       void *state, struct srow_error *e)
{
    json_t *members = (json_t *)(uintptr_t)object; /* jansson's iterators take no const */
    for (void *at = json_object_iter(members); at != NULL;
         at = json_object_iter_next(members, at)) {
        struct srow_bytes name = srow_str(json_object_iter_key(at));
        TRY(visit(state, name, json_object_iter_value(at), e));
    }
    return SROW_OK;
}

size_t json_behind_string(const char *at, size_t i, size_t len)
{
    while (i < len && at[i] != '"') {
        i += at[i] == '\\' ? 2 : 1;
    }
    return i + 1;
}

void json_put_string(struct srow_buf *out, struct srow_bytes text)
{
    const uint8_t *at = text.at;
    bool utf8 = text_is_utf8(text);
    buf_put_u8(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = at[i];
        bool wide = utf8 && c == 0xC2 && at[i + 1] < 0xA0; /* U+0080 to U+009F */
        if (wide) {
            buf_printf(out, "\\u%04x", at[++i]);
        } else if (c == '"' || c == '\\') {
            buf_put_u8(out, '\\');
            buf_put_u8(out, c);
        } else if (c < 0x20 || c == 0x7F) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_put_u8(out, utf8 || c < 0x80 ? c : '?');
        }
    }
    buf_put_u8(out, '"');
}
