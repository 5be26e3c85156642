/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON in its canonical form. jansson reads and judges it, but gives numbers as machine words; so
 * their texts are picked out of the document, in whose order its tree is walked.
 */
#include "cell/document.h"

#include <stdlib.h>

#include "base/json.h"

struct walk {
    struct srow_bytes left; /* of the document, behind the last number */
    int depth;
};

struct member {
    struct srow_bytes name;
    struct srow_buf value;
};

struct members {
    struct walk *walk;
    struct member *list;
    size_t count;
};

static enum srow_rc put(struct srow_buf *out, struct walk *w, const json_node *node,
                        struct srow_error *e);

/* -- numbers -- */

static bool begins_number(char c)
{
    return c == '-' || (c >= '0' && c <= '9');
}

/* The document is known to be JSON. */
static struct srow_bytes next_number(struct walk *w)
{
    const char *at = w->left.at;
    size_t len = w->left.len, i = 0, end;
    while (i < len && !begins_number(at[i])) {
        i = at[i] == '"' ? json_behind_string(at, i + 1, len) : i + 1;
    }
    i = i < len ? i : len;
    for (end = i; end < len && (begins_number(at[end]) || strchr("+.eE", at[end]) != NULL); end++) {
    }
    w->left = bytes_of(at + end, len - end);
    return bytes_of(at + i, end - i);
}

/* -- strings -- */

static void put_string(struct srow_buf *out, struct srow_bytes text)
{
    static const char escaped[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
    const char *at = text.at;
    buf_put_u8(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        const char *found = at[i] == '\0' ? NULL : strchr(escaped, at[i]);
        if (found != NULL) {
            buf_put_u8(out, '\\');
            buf_put_u8(out, (uint8_t)letters[found - escaped]);
        } else if ((uint8_t)at[i] < 0x20) {
            buf_printf(out, "\\u%04x", at[i]);
        } else {
            buf_put_u8(out, (uint8_t)at[i]);
        }
    }
    buf_put_u8(out, '"');
}

/* -- objects -- */

static void members_cleanup(struct members *m)
{
    for (size_t i = 0; i < m->count; i++) {
        buf_cleanup(&m->list[i].value);
    }
    free(m->list);
    *m = (struct members){0};
}

static enum srow_rc add_member(void *state, struct srow_bytes name, const json_node *value,
                               struct srow_error *e)
{
    struct members *m = state;
    struct member *grown = realloc(m->list, (m->count + 1) * sizeof *grown);
    FAIL_IF(grown == NULL, e, SROW_E_NOMEM, "no memory for a JSON document");
    m->list = grown;
    m->list[m->count] = (struct member){.name = name};
    return put(&m->list[m->count++].value, m->walk, value, e);
}

static int by_name(const void *a, const void *b)
{
    return bytes_compare(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static enum srow_rc put_object(struct srow_buf *out, struct walk *w, const json_node *node,
                               struct srow_error *e)
{
    AUTO(members_cleanup) struct members m = {.walk = w};
    TRY(json_each(node, add_member, &m, e));
    if (m.count > 0) {
        qsort(m.list, m.count, sizeof *m.list, by_name);
    }
    buf_put_u8(out, '{');
    for (size_t i = 0; i < m.count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        put_string(out, m.list[i].name);
        buf_put_u8(out, ':');
        buf_put(out, bytes_buf(&m.list[i].value));
    }
    buf_put_u8(out, '}');
    return buf_check(out, e);
}

/* -- any value -- */

static enum srow_rc put_array(struct srow_buf *out, struct walk *w, const json_node *node,
                              struct srow_error *e)
{
    buf_put_u8(out, '[');
    for (size_t i = 0; i < json_count(node); i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        TRY(put(out, w, json_at(node, i), e));
    }
    buf_put_u8(out, ']');
    return buf_check(out, e);
}

static enum srow_rc put_nested(struct srow_buf *out, struct walk *w, const json_node *node,
                               struct srow_error *e)
{
    FAIL_IF(w->depth == DOCUMENT_DEPTH, e, SROW_E_VALUE,
            "the value is a JSON document of more than %d levels", DOCUMENT_DEPTH);
    w->depth++;
    TRY((json_as_object(node) ? put_object : put_array)(out, w, node, e));
    w->depth--;
    return SROW_OK;
}

static enum srow_rc put(struct srow_buf *out, struct walk *w, const json_node *node,
                        struct srow_error *e)
{
    struct srow_bytes string;
    bool truth;
    if (json_as_object(node) || json_as_array(node)) {
        return put_nested(out, w, node, e);
    }
    if (json_as_string(&string, node)) {
        put_string(out, string);
    } else if (json_as_bool(&truth, node)) {
        buf_put_str(out, truth ? "true" : "false");
    } else if (json_as_null(node)) {
        buf_put_str(out, "null");
    } else {
        buf_put(out, next_number(w));
    }
    return buf_check(out, e);
}

enum srow_rc document_put(struct srow_buf *out, struct srow_bytes text, struct srow_error *e)
{
    AUTO(json_free) json_node *document = NULL;
    struct srow_error why = {0};
    enum srow_rc rc = json_parse_wide(&document, text, &why);
    FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", why.text);
    FAIL_IF(rc != SROW_OK, e, SROW_E_VALUE,
            "the value is no JSON: %s, or a number is larger than 1.7e308", why.text);
    struct walk w = {.left = text};
    return put(out, &w, document, e);
}
