/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks the tables beside the tree of the file: what the tree has stands in a line; what it has not
 * is the default, as the struct holds it.
 */
#include "config/show.h"

#include <stdlib.h>

#include "config/key_sets.h"
#include "config/shape.h"
#include "config/sinks.h"
#include "config/table_name.h"

void show_cleanup(struct show *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->lines[i].key);
        free(s->lines[i].value);
    }
    free(s->lines);
    *s = (struct show){0};
}

static enum srow_rc add(struct show *s, const char *key, const char *value, size_t line,
                        struct srow_error *e)
{
    void *grown = NULL;
    TRY(binder_grow(&grown, s->lines, s->count, sizeof *s->lines, e));
    s->lines = grown;
    struct show_line *to = &s->lines[s->count++];
    to->line = line;
    TRY(bytes_dup_str(&to->key, srow_str(key), e));
    return bytes_dup_str(&to->value, srow_str(value), e);
}

/* "path.name" */
static const char *join(struct srow_buf *out, const char *path, const char *name)
{
    buf_printf(out, "%s%s%s", path, *path == '\0' ? "" : ".", name);
    return buf_cstr(out);
}

/* -- what the file says -- */

static enum srow_rc add_tree(struct show *s, const struct node *n, const char *path,
                             struct srow_error *e)
{
    if (n->kind == NODE_TEXT) {
        return add(s, path, n->text, n->line, e);
    }
    if (n->first == NULL) {
        return add(s, path, n->kind == NODE_MAPPING ? "{}" : "[]", n->line, e);
    }
    for (const struct node *child = n->first; child != NULL; child = child->next) {
        AUTO(buf_cleanup) struct srow_buf below = {0};
        if (child->key != NULL) {
            join(&below, path, child->key);
        } else {
            buf_printf(&below, "%s[%zu]", path, child->index);
        }
        TRY(buf_check(&below, e));
        TRY(add_tree(s, child, buf_cstr(&below), e));
    }
    return SROW_OK;
}

/* -- defaults -- */

/* Of keys whose readers keep nothing, or keep it elsewhere; by the end of their path. */
static const struct {
    const char *ending, *value;
} quiet[] = {
    {"write.require", "all"},   {"databases.writer", "DATABASE_URL"},
    {"alarm", "[{to: log}]"},   {".keys", "default"},
    {"write.while_down", "[]"}, {".wrap", "direct"},
    {".accept", "[]"},          {".type", "text"},
};

static const char *quiet_default(const char *key)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        size_t ending = strlen(quiet[i].ending);
        if (len >= ending && strcmp(key + len - ending, quiet[i].ending) == 0) {
            return quiet[i].value;
        }
    }
    return NULL;
}

static void put_order(struct srow_buf *out, const struct srow_config *c)
{
    for (size_t i = 0; i < c->order_count; i++) {
        buf_printf(out, "%s%s", i == 0 ? "[" : ", ", c->order[i]);
    }
    buf_put_str(out, "]");
}

/* Appends the value that the struct holds; nothing if there is none. */
static void put_held(struct srow_buf *out, const void *base, const struct binder_field *f)
{
    const void *at = (const char *)base + f->offset;
    uint32_t number = 0;
    int word = 0;
    if (f->read == binder_text || f->read == binder_name || f->read == binder_variable ||
        f->read == table_name_read) {
        buf_put_str(out, *(char *const *)at == NULL ? "" : *(char *const *)at);
    } else if (f->read == binder_bool) {
        buf_put_str(out, *(const bool *)at ? "true" : "false");
    } else if (f->read == binder_word) {
        memcpy(&word, at, sizeof word);
        for (const struct binder_word *w = f->more; w->word != NULL; w++) {
            if (w->value == word) {
                buf_put_str(out, w->word);
                return;
            }
        }
    } else if (f->read == binder_duration || f->read == binder_count || f->read == binder_size) {
        memcpy(&number, at, sizeof number);
        bool seconds = f->read == binder_duration && number % 1000 == 0;
        buf_printf(out, "%u%s", seconds ? number / 1000 : number,
                   f->read != binder_duration ? ""
                   : seconds                  ? "s"
                                              : "ms");
    } else if (f->read == binder_texts) {
        char *const *texts = *(char **const *)at;
        size_t count =
            *(const size_t *)(const void *)((const char *)base + *(const size_t *)f->more);
        for (size_t i = 0; i < count; i++) {
            buf_printf(out, "%s%s", i == 0 ? "[" : ", ", texts[i]);
        }
        buf_put_str(out, count > 0 ? "]" : "");
    }
}

/* -- both, along the tables -- */

struct walk {
    struct show *show;
    const struct srow_config *config;
};

static enum srow_rc add_fields(const struct walk *w, const void *base,
                               const struct binder_field *fields, const struct node *n,
                               const char *path, struct srow_error *e);

static enum srow_rc add_map(const struct walk *w, const void *base, const struct binder_field *f,
                            const struct node *n, const char *path, struct srow_error *e)
{
    const struct binder_shape *shape = f->more;
    const char *array = *(char *const *)(const void *)((const char *)base + f->offset);
    size_t count = *(const size_t *)(const void *)((const char *)base + shape->count_offset);
    for (size_t i = 0; i < count; i++) {
        AUTO(buf_cleanup) struct srow_buf below = {0};
        const char *element = array + i * shape->size;
        const char *name = *(char *const *)(const void *)element;
        const struct node *item = node_find(n, name);
        size_t before = w->show->count;
        join(&below, path, name);
        TRY(buf_check(&below, e));
        if (shape->fields == NULL || item->kind == NODE_TEXT) {
            bool nothing = item->kind == NODE_TEXT && item->text[0] == '\0';
            TRY(nothing ? SROW_OK : add_tree(w->show, item, buf_cstr(&below), e));
        }
        if (shape->fields != NULL && (item->kind != NODE_TEXT || item->text[0] == '\0')) {
            TRY(add_fields(w, element, shape->fields, item, buf_cstr(&below), e));
        }
        if (w->show->count == before) {
            TRY(add(w->show, buf_cstr(&below), "{}", item->key_line, e));
        }
    }
    return SROW_OK;
}

static enum srow_rc add_default(const struct walk *w, const void *base,
                                const struct binder_field *f, const char *path,
                                struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf value = {0};
    if (strcmp(path, "open.order") == 0) {
        put_order(&value, w->config);
    } else {
        put_held(&value, base, f);
    }
    const char *known = value.len == 0 ? quiet_default(path) : NULL;
    if (known != NULL) {
        buf_put_str(&value, known);
    }
    const char *text = buf_cstr(&value);
    TRY(buf_check(&value, e));
    return *text == '\0' ? SROW_OK : add(w->show, path, text, 0, e);
}

static enum srow_rc add_fields(const struct walk *w, const void *base,
                               const struct binder_field *fields, const struct node *n,
                               const char *path, struct srow_error *e)
{
    for (const struct binder_field *f = fields; f->name != NULL; f++) {
        AUTO(buf_cleanup) struct srow_buf below = {0};
        const struct node *value = n == NULL ? NULL : node_find(n, f->name);
        const char *key = join(&below, path, f->name);
        TRY(buf_check(&below, e));
        if (f->read == NULL) {
            continue;
        }
        if (f->read == binder_group) {
            TRY(add_fields(w, base, f->more, value, key, e));
        } else if (f->read == binder_map && value != NULL) {
            TRY(add_map(w, base, f, value, key, e));
        } else if (value != NULL) {
            TRY(add_tree(w->show, value, key, e));
        } else {
            TRY(add_default(w, base, f, key, e));
        }
    }
    return SROW_OK;
}

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

enum srow_rc show_config(struct show *out, struct srow_bytes yaml, struct srow_error *e)
{
    AUTO(node_free) struct node *root = NULL;
    AUTO(free_config) struct srow_config *c = NULL;
    AUTO(show_cleanup) struct show show = {0};
    TRY(node_parse(&root, yaml, e));
    TRY(srow_config_parse(&c, yaml, e));
    struct walk w = {&show, c};
    TRY(add_fields(&w, c, shape_fields(), root, "", e));
    *out = show;
    show = (struct show){0};
    return SROW_OK;
}

/* -- the keys alone -- */

static enum srow_rc add_words(struct show *s, const char *key, const struct binder_field *f,
                              struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf words = {0};
    const struct binder_word *w = f->read == binder_word ? f->more : NULL;
    for (; w != NULL && w->word != NULL; w++) {
        if (w->value != BINDER_LATER) {
            buf_printf(&words, "%s%s", words.len == 0 ? "" : "|", w->word);
        }
    }
    const char *text = f->read == binder_bool ? "true|false" : buf_cstr(&words);
    TRY(buf_check(&words, e));
    return add(s, key, text, 0, e);
}

static enum srow_rc add_keys(struct show *s, const struct binder_field *fields, const char *path,
                             struct srow_error *e)
{
    for (const struct binder_field *f = fields; f->name != NULL; f++) {
        AUTO(buf_cleanup) struct srow_buf below = {0};
        const struct binder_shape *shape = f->read == binder_map ? f->more : NULL;
        if (f->read == NULL) {
            continue;
        }
        join(&below, path, f->name);
        buf_put_str(&below, shape == &key_sets_shape ? ".NAME.REGION[]"
                            : shape != NULL          ? ".NAME"
                            : f->read == sinks_read  ? "[]"
                                                     : "");
        const char *key = buf_cstr(&below);
        TRY(buf_check(&below, e));
        if (f->read == binder_group) {
            TRY(add_keys(s, f->more, key, e));
        } else if (shape == &key_sets_shape) {
            TRY(add_keys(s, key_sets_fields, key, e));
        } else if (shape != NULL) {
            TRY(add_keys(s, shape->fields, key, e));
        } else if (f->read == sinks_read) {
            TRY(add_keys(s, sinks_fields, key, e));
        } else {
            TRY(add_words(s, key, f, e));
        }
    }
    return SROW_OK;
}

enum srow_rc show_keys(struct show *out, struct srow_error *e)
{
    AUTO(show_cleanup) struct show show = {0};
    TRY(add_keys(&show, shape_fields(), "", e));
    *out = show;
    show = (struct show){0};
    return SROW_OK;
}
