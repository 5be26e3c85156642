/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's events into a tree. Its document loader would resolve aliases and lose anchors and
 * tags. The depth is limited, so the recursion is; a file has at most NODES_MAX nodes.
 */
#include "config/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/text.h"

enum { DEPTH_MAX = 12, NODES_MAX = 20000, BYTES_MAX = 1 << 20, KEY_MAX = 128 };

struct source {
    yaml_parser_t parser;
    struct srow_bytes yaml;
    size_t nodes;
};

/* Fails at the place of an event. */
__attribute__((format(printf, 3, 4))) static enum srow_rc refuse(struct srow_error *e,
                                                                 const yaml_event_t *event,
                                                                 const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return error_set(e, SROW_E_CONFIG, "line %zu, column %zu: %s", event->start_mark.line + 1,
                     event->start_mark.column + 1, text);
}

void node_free(struct node **node)
{
    if (*node == NULL) {
        return;
    }
    for (struct node *child = (*node)->first; child != NULL;) {
        struct node *next = child->next;
        node_free(&child);
        child = next;
    }
    free((*node)->key);
    free((*node)->text);
    free(*node);
    *node = NULL;
}

const struct node *node_find(const struct node *mapping, const char *key)
{
    for (const struct node *n = mapping->first; n != NULL; n = n->next) {
        if (n->key != NULL && strcmp(n->key, key) == 0) {
            return n;
        }
    }
    return NULL;
}

void node_path(char *out, size_t room, const struct node *node)
{
    const struct node *chain[DEPTH_MAX + 2];
    size_t depth = 0, used = 0;
    out[0] = '\0';
    for (; node != NULL && node->parent != NULL && depth < DEPTH_MAX + 2; node = node->parent) {
        chain[depth++] = node;
    }
    while (depth-- > 0) {
        const struct node *n = chain[depth];
        int more = n->key == NULL
                       ? snprintf(out + used, room - used, "[%zu]", n->index)
                       : snprintf(out + used, room - used, "%s%s", used > 0 ? "." : "", n->key);
        if (more < 0 || (size_t)more >= room - used) {
            return;
        }
        used += (size_t)more;
    }
}

static enum srow_rc fail(struct srow_error *e, enum srow_rc rc, const struct node *node,
                         const char *text)
{
    char path[256];
    node_path(path, sizeof path, node);
    return error_set(e, rc, "%s%s%s", path, path[0] == '\0' ? "" : ": ", text);
}

enum srow_rc node_fail(struct srow_error *e, enum srow_rc rc, const struct node *node,
                       const char *text)
{
    return error_wrap(e, fail(e, rc, node, text), "line %zu, column %zu", node->line, node->column);
}

enum srow_rc node_fail_key(struct srow_error *e, enum srow_rc rc, const struct node *node,
                           const char *text)
{
    if (node->key == NULL) {
        return node_fail(e, rc, node, text);
    }
    return error_wrap(e, fail(e, rc, node, text), "line %zu, column %zu", node->key_line,
                      node->key_column);
}

/* Line and column of a byte that is no UTF-8: columns count bytes there. */
static enum srow_rc fail_encoding(const struct source *s, struct srow_error *e)
{
    size_t line = 1, column = 1;
    const char *at = s->yaml.at;
    for (size_t i = 0; i < s->parser.problem_offset && i < s->yaml.len; i++) {
        column = at[i] == '\n' ? 1 : column + 1;
        line += at[i] == '\n';
    }
    FAIL(e, SROW_E_CONFIG, "line %zu, column %zu: %s: the file must be UTF-8 text", line, column,
         s->parser.problem);
}

static enum srow_rc fail_parser(const struct source *s, struct srow_error *e)
{
    const yaml_parser_t *p = &s->parser;
    switch (p->error) {
    case YAML_MEMORY_ERROR:
        FAIL(e, SROW_E_NOMEM, "no memory to read the configuration");
    case YAML_READER_ERROR:
        return fail_encoding(s, e);
    default:
        FAIL(e, SROW_E_CONFIG, "line %zu, column %zu: not YAML: %s", p->problem_mark.line + 1,
             p->problem_mark.column + 1, p->problem == NULL ? "it cannot be read" : p->problem);
    }
}

static enum srow_rc next(yaml_event_t *event, struct source *s, struct srow_error *e)
{
    if (!yaml_parser_parse(&s->parser, event)) {
        *event = (yaml_event_t){0};
        return fail_parser(s, e);
    }
    return SROW_OK;
}

/* Text of a scalar without control characters. */
static enum srow_rc scalar(char **out, const yaml_event_t *event, struct srow_error *e)
{
    const yaml_char_t *at = event->data.scalar.value;
    size_t len = event->data.scalar.length;
    for (size_t i = 0; i < len; i++) {
        if (at[i] < 0x20 || at[i] == 0x7F) {
            return refuse(e, event, "a control character in a value");
        }
    }
    return bytes_dup_str(out, bytes_of(at, len), e);
}

/* Anchors, aliases and tags, and what an event is otherwise not allowed to be. */
static enum srow_rc check(const yaml_event_t *event, struct srow_error *e)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    default:
        break;
    }
    if (event->type == YAML_ALIAS_EVENT) {
        return refuse(e, event, "aliases (*name) are not allowed: write the value out");
    }
    if (anchor != NULL) {
        return refuse(e, event, "anchors (&name) are not allowed: write the value out");
    }
    if (tag != NULL) {
        return refuse(e, event, "tags (!name) are not allowed: remove it");
    }
    return SROW_OK;
}

static enum srow_rc fill(struct node *node, struct source *s, const yaml_event_t *event,
                         size_t depth, struct srow_error *e);

static enum srow_rc create(struct node **out, struct source *s, const yaml_event_t *event,
                           struct srow_error *e)
{
    if (++s->nodes > NODES_MAX) {
        return refuse(e, event, "more than %d values", NODES_MAX);
    }
    struct node *node = calloc(1, sizeof *node);
    FAIL_IF(node == NULL, e, SROW_E_NOMEM, "no memory to read the configuration");
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    *out = node;
    return SROW_OK;
}

/* Key of the next pair into `node`, which has the key's place so far. */
static enum srow_rc name(struct node *node, const struct node *parent, const yaml_event_t *event,
                         struct srow_error *e)
{
    TRY(check(event, e));
    if (event->type != YAML_SCALAR_EVENT) {
        return refuse(e, event, "a key must be a word");
    }
    if (event->data.scalar.length > KEY_MAX) {
        return refuse(e, event, "a key longer than %d bytes", KEY_MAX);
    }
    TRY(scalar(&node->key, event, e));
    node->key_line = node->line;
    node->key_column = node->column;
    const struct node *other = node_find(parent, node->key);
    if (other != NULL) {
        return refuse(e, event, "key \"%s\" is doubled: it stands in line %zu already", node->key,
                      other->key_line);
    }
    return SROW_OK;
}

static enum srow_rc children(struct node *parent, struct source *s, size_t depth,
                             struct srow_error *e)
{
    struct node **tail = &parent->first;
    for (size_t i = 0;; i++) {
        AUTO(yaml_event_delete) yaml_event_t event = {0};
        TRY(next(&event, s, e));
        if (event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT) {
            return SROW_OK;
        }
        AUTO(node_free) struct node *child = NULL;
        TRY(create(&child, s, &event, e));
        child->index = i;
        if (parent->kind == NODE_MAPPING) {
            TRY(name(child, parent, &event, e));
            yaml_event_delete(&event);
            TRY(next(&event, s, e));
        }
        child->parent = parent;
        TRY(fill(child, s, &event, depth + 1, e));
        *tail = child;
        tail = &child->next;
        child = NULL;
    }
}

static enum srow_rc fill(struct node *node, struct source *s, const yaml_event_t *event,
                         size_t depth, struct srow_error *e)
{
    if (depth > DEPTH_MAX) {
        return refuse(e, event, "more than %d levels deep", DEPTH_MAX);
    }
    TRY(check(event, e));
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    if (event->type == YAML_SCALAR_EVENT) {
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        return scalar(&node->text, event, e);
    }
    node->kind = event->type == YAML_MAPPING_START_EVENT ? NODE_MAPPING : NODE_SEQUENCE;
    return children(node, s, depth, e);
}

static enum srow_rc expect(struct source *s, yaml_event_type_t type, struct srow_error *e)
{
    AUTO(yaml_event_delete) yaml_event_t event = {0};
    TRY(next(&event, s, e));
    if (event.type == YAML_STREAM_END_EVENT && type == YAML_DOCUMENT_START_EVENT) {
        return refuse(e, &event, "the file is empty");
    }
    if (event.type != type) {
        return refuse(e, &event, "a second document: one file holds one");
    }
    return SROW_OK;
}

static enum srow_rc document(struct node **out, struct source *s, struct srow_error *e)
{
    AUTO(node_free) struct node *root = NULL;
    AUTO(yaml_event_delete) yaml_event_t event = {0};
    TRY(expect(s, YAML_STREAM_START_EVENT, e));
    TRY(expect(s, YAML_DOCUMENT_START_EVENT, e));
    TRY(next(&event, s, e));
    TRY(create(&root, s, &event, e));
    TRY(fill(root, s, &event, 0, e));
    TRY(expect(s, YAML_DOCUMENT_END_EVENT, e));
    TRY(expect(s, YAML_STREAM_END_EVENT, e));
    *out = root;
    root = NULL;
    return SROW_OK;
}

/* Editors put it before UTF-8; libyaml would count it as a column. */
static struct srow_bytes behind_mark(struct srow_bytes yaml)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n = strlen(mark);
    bool has = yaml.len >= n && memcmp(yaml.at, mark, n) == 0;
    return has ? bytes_of((const char *)yaml.at + n, yaml.len - n) : yaml;
}

enum srow_rc node_parse(struct node **out, struct srow_bytes yaml, struct srow_error *e)
{
    struct source s = {.yaml = behind_mark(yaml)};
    FAIL_IF(yaml.len > BYTES_MAX, e, SROW_E_CONFIG,
            "the configuration is larger than 1 MiB: is it the right one?");
    FAIL_IF(!yaml_parser_initialize(&s.parser), e, SROW_E_NOMEM, "no memory for the YAML parser");
    yaml_parser_set_encoding(&s.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&s.parser, s.yaml.len == 0 ? (const void *)"" : s.yaml.at,
                                 s.yaml.len);
    enum srow_rc rc = document(out, &s, e);
    yaml_parser_delete(&s.parser);
    return rc;
}
