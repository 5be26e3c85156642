/* SPDX-License-Identifier: Apache-2.0
 *
 * The table-driven binder. Every scalar is text until its row's reader looks at it, so that `no`,
 * `012` and `2027-01-31` are what they look like.
 */
#include "config/binder.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

enum { WORDS_MAX = 32 };

static void *place(void *base, size_t offset)
{
    return (char *)base + offset;
}

enum srow_rc binder_expect(const struct node *n, enum node_kind kind, struct srow_error *e)
{
    static const char *const wanted[] = {[NODE_TEXT] = "one value is expected",
                                         [NODE_MAPPING] = "a mapping (key: value) is expected",
                                         [NODE_SEQUENCE] = "a list ([a, b]) is expected"};
    bool nothing = n->kind == NODE_TEXT && n->plain && n->text[0] == '\0';
    if (n->kind == kind || (kind == NODE_MAPPING && nothing)) {
        return SROW_OK;
    }
    return node_fail(e, SROW_E_CONFIG, n, wanted[kind]);
}

enum srow_rc binder_grow(void **out, void *array, size_t count, size_t size, struct srow_error *e)
{
    char *grown = realloc(array, (count + 1) * size);
    FAIL_IF(grown == NULL, e, SROW_E_NOMEM, "no memory for the configuration");
    memset(grown + count * size, 0, size);
    *out = grown;
    return SROW_OK;
}

/* "unknown value, did you mean "quorum"?", or all there are. */
static void suggest(char *text, size_t room, const char *word, const char *const *words)
{
    const char *near = text_nearest(srow_str(word), words);
    if (near != NULL) {
        snprintf(text, room, "unknown value, did you mean \"%s\"?", near);
        return;
    }
    size_t used = (size_t)snprintf(text, room, "unknown value: say ");
    for (; *words != NULL && used < room; words++) {
        used += (size_t)snprintf(text + used, room - used, "%s%s", *words,
                                 words[1] == NULL   ? ""
                                 : words[2] == NULL ? " or "
                                                    : ", ");
    }
}

static enum srow_rc check_keys(const struct binder_field *fields, const struct node *n,
                               struct srow_error *e)
{
    char text[160];
    const char *words[WORDS_MAX + 1] = {NULL};
    for (size_t i = 0; fields[i].name != NULL && i < WORDS_MAX; i++) {
        words[i] = fields[i].name;
    }
    for (const struct node *child = n->first; child != NULL; child = child->next) {
        const struct binder_field *f = fields;
        while (f->name != NULL && strcmp(f->name, child->key) != 0) {
            f++;
        }
        if (f->name == NULL) {
            const char *near = text_nearest(srow_str(child->key), words);
            snprintf(text, sizeof text, "unknown key%s%s%s",
                     near == NULL ? ": see sealrow config keys" : ", did you mean \"",
                     near == NULL ? "" : near, near == NULL ? "" : "\"?");
            return node_fail_key(e, SROW_E_CONFIG, child, text);
        }
        if (f->read == NULL) {
            return node_fail_key(e, SROW_E_NOT_BUILT, child,
                                 "this version does not have it: take it out");
        }
    }
    return SROW_OK;
}

enum srow_rc binder_fields(struct srow_config *c, void *base, const struct binder_field *fields,
                           const struct node *n, struct srow_error *e)
{
    char text[80];
    TRY(binder_expect(n, NODE_MAPPING, e));
    TRY(check_keys(fields, n, e));
    for (const struct binder_field *f = fields; f->name != NULL; f++) {
        const struct node *value = node_find(n, f->name);
        if (value != NULL) {
            TRY(f->read(c, base, f, value, e));
        } else if (f->required) {
            snprintf(text, sizeof text, "key \"%s\" is missing", f->name);
            return node_fail_key(e, SROW_E_CONFIG, n, text);
        }
    }
    return SROW_OK;
}

enum srow_rc binder_text(struct srow_config *c, void *base, const struct binder_field *f,
                         const struct node *n, struct srow_error *e)
{
    (void)c;
    TRY(binder_expect(n, NODE_TEXT, e));
    if (n->text[0] == '\0') {
        return node_fail(e, SROW_E_CONFIG, n, "it is empty");
    }
    return bytes_dup_str(place(base, f->offset), srow_str(n->text), e);
}

static bool is_name(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return text[0] != '\0' && text[strspn(text, letters)] == '\0';
}

/* The context's keys of the format's own begin so; a binding must not look like one. */
static enum srow_rc check_name(const char *name, const struct node *n, struct srow_error *e)
{
    if (!is_name(name)) {
        return node_fail_key(e, SROW_E_CONFIG, n, "a name has letters, digits, _ and - only");
    }
    if (strncmp(name, "aws-crypto-", 11) == 0) {
        return node_fail_key(e, SROW_E_CONFIG, n, "names with \"aws-crypto-\" are reserved");
    }
    return SROW_OK;
}

enum srow_rc binder_name(struct srow_config *c, void *base, const struct binder_field *f,
                         const struct node *n, struct srow_error *e)
{
    TRY(binder_expect(n, NODE_TEXT, e));
    TRY(check_name(n->text, n, e));
    return binder_text(c, base, f, n, e);
}

/* An address has a colon: it is not told, for it may hold a password. */
enum srow_rc binder_variable(struct srow_config *c, void *base, const struct binder_field *f,
                             const struct node *n, struct srow_error *e)
{
    TRY(binder_expect(n, NODE_TEXT, e));
    if (!is_name(n->text)) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "the name of an environment variable is expected, which holds the value");
    }
    return binder_text(c, base, f, n, e);
}

enum srow_rc binder_word(struct srow_config *c, void *base, const struct binder_field *f,
                         const struct node *n, struct srow_error *e)
{
    (void)c;
    char text[160];
    const char *words[WORDS_MAX + 1] = {NULL};
    const struct binder_word *w = f->more;
    TRY(binder_expect(n, NODE_TEXT, e));
    for (size_t i = 0; w->word != NULL; w++) {
        if (w->value != BINDER_LATER && i < WORDS_MAX) {
            words[i++] = w->word;
        }
        if (strcmp(w->word, n->text) != 0) {
            continue;
        }
        if (w->value == BINDER_LATER) {
            return node_fail(e, SROW_E_NOT_BUILT, n,
                             "this version does not have this value: take it out");
        }
        memcpy(place(base, f->offset), &w->value, sizeof w->value);
        return SROW_OK;
    }
    suggest(text, sizeof text, n->text, words);
    return node_fail(e, SROW_E_CONFIG, n, text);
}

enum srow_rc binder_bool(struct srow_config *c, void *base, const struct binder_field *f,
                         const struct node *n, struct srow_error *e)
{
    (void)c;
    TRY(binder_expect(n, NODE_TEXT, e));
    bool yes = strcmp(n->text, "true") == 0;
    if (!yes && strcmp(n->text, "false") != 0) {
        return node_fail(e, SROW_E_CONFIG, n, "true or false is expected");
    }
    *(bool *)place(base, f->offset) = yes;
    return SROW_OK;
}

struct unit {
    const char *name;
    uint32_t factor;
};

/* A kind of number; the first unit is the one it is kept in. */
struct measure {
    const struct unit *units;
    const char *what; /* in the text of an error */
    const char *hint;
};

static bool parse(uint32_t *out, const char *text, const struct unit *u,
                  const struct binder_range *range)
{
    uint64_t v = 0;
    size_t digits = strspn(text, "0123456789");
    while (u->name != NULL && strcmp(u->name, text + digits) != 0) {
        u++;
    }
    if (u->name == NULL ||
        text_parse_size(&v, bytes_of(text, digits), UINT32_MAX, NULL) != SROW_OK) {
        return false;
    }
    v *= u->factor;
    *out = (uint32_t)v;
    return v >= range->least && v <= range->most;
}

static enum srow_rc measure(void *base, const struct binder_field *f, const struct node *n,
                            const struct measure *m, struct srow_error *e)
{
    const struct binder_range *range = f->more;
    uint32_t v = 0;
    TRY(binder_expect(n, NODE_TEXT, e));
    if (!parse(&v, n->text, m->units, range)) {
        char text[120];
        snprintf(text, sizeof text, "%u to %u%s is expected%s", range->least, range->most, m->what,
                 m->hint);
        return node_fail(e, SROW_E_CONFIG, n, text);
    }
    *(uint32_t *)place(base, f->offset) = v;
    return SROW_OK;
}

enum srow_rc binder_duration(struct srow_config *c, void *base, const struct binder_field *f,
                             const struct node *n, struct srow_error *e)
{
    static const struct unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {NULL, 0}};
    static const struct measure m = {units, " ms", ", as 500ms, 5s or 2m"};
    (void)c;
    return measure(base, f, n, &m, e);
}

enum srow_rc binder_count(struct srow_config *c, void *base, const struct binder_field *f,
                          const struct node *n, struct srow_error *e)
{
    static const struct unit units[] = {{"", 1}, {NULL, 0}};
    static const struct measure m = {units, "", ""};
    (void)c;
    return measure(base, f, n, &m, e);
}

enum srow_rc binder_size(struct srow_config *c, void *base, const struct binder_field *f,
                         const struct node *n, struct srow_error *e)
{
    static const struct unit units[] = {{"", 1}, {"KiB", 1024}, {"MiB", 1 << 20}, {NULL, 0}};
    static const struct measure m = {units, " bytes", ", as 8192 or 8KiB"};
    (void)c;
    return measure(base, f, n, &m, e);
}

enum srow_rc binder_group(struct srow_config *c, void *base, const struct binder_field *f,
                          const struct node *n, struct srow_error *e)
{
    return binder_fields(c, base, f->more, n, e);
}

enum srow_rc binder_texts(struct srow_config *c, void *base, const struct binder_field *f,
                          const struct node *n, struct srow_error *e)
{
    static const struct binder_field first = {0};
    char ***texts = place(base, f->offset);
    size_t *count = place(base, *(const size_t *)f->more);
    TRY(binder_expect(n, NODE_SEQUENCE, e));
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        void *grown = NULL;
        TRY(binder_grow(&grown, *texts, *count, sizeof(char *), e));
        *texts = grown;
        TRY(binder_text(c, &(*texts)[*count], &first, item, e));
        (*count)++;
    }
    return SROW_OK;
}

static enum srow_rc element_read(struct srow_config *c, void *element, const struct binder_field *f,
                                 const struct node *n, struct srow_error *e)
{
    const struct binder_shape *shape = f->more;
    if (shape->brief != NULL && n->kind == NODE_TEXT && n->text[0] != '\0') {
        return shape->brief(c, element, f, n, e);
    }
    TRY(binder_expect(n, NODE_MAPPING, e));
    return shape->fields == NULL ? SROW_OK : binder_fields(c, element, shape->fields, n, e);
}

enum srow_rc binder_map(struct srow_config *c, void *base, const struct binder_field *f,
                        const struct node *n, struct srow_error *e)
{
    const struct binder_shape *shape = f->more;
    void **array = place(base, f->offset);
    size_t *count = place(base, shape->count_offset);
    TRY(binder_expect(n, NODE_MAPPING, e));
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        TRY(check_name(item->key, item, e));
        TRY(binder_grow(array, *array, *count, shape->size, e));
        char *element = (char *)*array + *count * shape->size;
        (*count)++;
        TRY(bytes_dup_str((char **)(void *)element, srow_str(item->key), e));
        TRY(element_read(c, element, f, item, e));
        TRY(shape->finish == NULL ? SROW_OK : shape->finish(c, element, item, e));
    }
    return SROW_OK;
}
