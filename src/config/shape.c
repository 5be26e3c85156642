/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of the configuration file: each key is a row of a table here. A row without a reader is
 * a key of a later version, refused by name. Key sets and alarms are in key_sets.c and sinks.c.
 */
#include "config/shape.h"

#include <stdio.h>

#include "config/key_sets.h"
#include "config/made.h"
#include "config/region_list.h"
#include "config/sinks.h"
#include "config/stages.h"
#include "config/table_name.h"
#include "config/writes.h"

#define AT(type, member) offsetof(struct type, member)

static const struct binder_word types[] = {
    {"text", SROW_TYPE_TEXT},       {"integer", SROW_TYPE_INTEGER},
    {"bytes", SROW_TYPE_BYTES},     {"decimal", SROW_TYPE_DECIMAL},
    {"boolean", SROW_TYPE_BOOLEAN}, {"date", SROW_TYPE_DATE},
    {"uuid", SROW_TYPE_UUID},       {"timestamp", SROW_TYPE_TIMESTAMP},
    {"json", SROW_TYPE_JSON},       {NULL, 0},
};

/* -- bind -- */

static enum srow_rc read_bind_type(struct srow_config *c, void *base, const struct binder_field *f,
                                   const struct node *n, struct srow_error *e)
{
    TRY(binder_word(c, base, f, n, e));
    if (((struct config_bind *)base)->type == SROW_TYPE_JSON) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "a document is no binding: databases do not compare it by its text");
    }
    return SROW_OK;
}

static const struct binder_field bind_fields[] = {
    {"column", binder_text, AT(config_bind, column), NULL, false},
    {"type", read_bind_type, AT(config_bind, type), types, false},
    {"made", made_read, 0, NULL, false},
    {0},
};

/* `account_number: integer` for `account_number: {type: integer}`. */
static enum srow_rc bind_brief(struct srow_config *c, void *element, const struct binder_field *f,
                               const struct node *n, struct srow_error *e)
{
    (void)f;
    return read_bind_type(c, element, &bind_fields[1], n, e);
}

static enum srow_rc bind_finish(struct srow_config *c, void *element, const struct node *n,
                                struct srow_error *e)
{
    (void)c;
    struct config_bind *b = element;
    b->type = b->type == 0 ? SROW_TYPE_TEXT : b->type;
    TRY(made_finish(b, n, e));
    return b->column != NULL ? SROW_OK : bytes_dup_str(&b->column, srow_str(b->name), e);
}

static const struct binder_shape bind_shape = {
    .size = sizeof(struct config_bind),
    .count_offset = AT(config_table, bind_count),
    .fields = bind_fields,
    .brief = bind_brief,
    .finish = bind_finish,
};

/* -- columns -- */

static const struct binder_word wraps[] = {{"direct", 0}, {"branch", BINDER_LATER}, {NULL, 0}};

/* wrap: direct is what there is; nothing to keep. */
static enum srow_rc read_wrap(struct srow_config *c, void *base, const struct binder_field *f,
                              const struct node *n, struct srow_error *e)
{
    (void)base;
    int nothing = 0;
    const struct binder_field word = {"wrap", binder_word, 0, f->more, false};
    return binder_word(c, &nothing, &word, n, e);
}

static enum srow_rc read_key_set_name(struct srow_config *c, void *base,
                                      const struct binder_field *f, const struct node *n,
                                      struct srow_error *e)
{
    TRY(binder_name(c, base, f, n, e));
    if (config_key_set_find(c, n->text) == NULL) {
        return node_fail(e, SROW_E_CONFIG, n, "there is no key set of this name under \"keys\"");
    }
    return SROW_OK;
}

static const struct binder_word accepts[] = {{"context:no-cell", 1},
                                             {"context:subset", BINDER_LATER},
                                             {"suite:0378", BINDER_LATER},
                                             {NULL, 0}};

/* What other writers left; each word once. */
static enum srow_rc read_accept(struct srow_config *c, void *base, const struct binder_field *f,
                                const struct node *n, struct srow_error *e)
{
    (void)f;
    struct config_column *column = base;
    int word = 0;
    const struct binder_field field = {"accept", binder_word, 0, accepts, false};
    TRY(binder_expect(n, NODE_SEQUENCE, e));
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        TRY(binder_word(c, &word, &field, item, e));
        if (column->accepts_no_cell) {
            return node_fail(e, SROW_E_CONFIG, item, "this value is in the list already");
        }
        column->accepts_no_cell = true;
    }
    return SROW_OK;
}

static const struct binder_field version_fields[] = {
    {"column", binder_text, AT(config_column, version), NULL, true},
    {0},
};

static const struct binder_range pads = {0, 65536};

static const struct binder_field column_fields[] = {
    {"type", binder_word, AT(config_column, type), types, false},
    {"sealed", binder_text, AT(config_column, sealed), NULL, false},
    {"keys", read_key_set_name, AT(config_column, keys), NULL, false},
    {"required", binder_bool, AT(config_column, required), NULL, false},
    {"wrap", read_wrap, 0, wraps, false},
    {"plain", binder_text, AT(config_column, plain), NULL, false},
    {"stage", binder_word, AT(config_column, stage), stages_words, false},
    {"until", stages_read_day, AT(config_column, until), NULL, false},
    {"signed", binder_bool, AT(config_column, is_signed), NULL, false},
    {"pad", binder_count, AT(config_column, pad), &pads, false},
    {"context", NULL, 0, NULL, false},
    {"version", binder_group, 0, version_fields, false},
    {"accept", read_accept, 0, NULL, false},
    {0},
};

static enum srow_rc column_finish(struct srow_config *c, void *element, const struct node *n,
                                  struct srow_error *e)
{
    struct config_column *column = element;
    column->type = column->type == 0 ? SROW_TYPE_TEXT : column->type;
    if (column->sealed == NULL) {
        char name[160];
        snprintf(name, sizeof name, "%s_sealed", column->name);
        TRY(bytes_dup_str(&column->sealed, srow_str(name), e));
    }
    TRY(stages_finish(column, n, e));
    if (column->keys == NULL && config_key_set_find(c, "default") == NULL) {
        return node_fail_key(e, SROW_E_CONFIG, n,
                             "there is no key set \"default\": say `keys: NAME`");
    }
    return column->keys != NULL ? SROW_OK : bytes_dup_str(&column->keys, srow_str("default"), e);
}

static const struct binder_shape column_shape = {
    .size = sizeof(struct config_column),
    .count_offset = AT(config_table, column_count),
    .fields = column_fields,
    .finish = column_finish,
};

/* -- tables -- */

static const size_t key_count = AT(config_table, key_count);

static const struct binder_field table_fields[] = {
    {"table", table_name_read, AT(config_table, table), NULL, false},
    {"key", binder_texts, AT(config_table, key), &key_count, false},
    {"bind", binder_map, AT(config_table, binds), &bind_shape, true},
    {"columns", binder_map, AT(config_table, columns), &column_shape, true},
    {"branch", NULL, 0, NULL, false},
    {0},
};

/* The I-th physical column that a table names; NULL: a column does not have this one. */
static const char *physical(const struct config_table *t, size_t at)
{
    if (at < t->bind_count) {
        return t->binds[at].column;
    }
    const struct config_column *c = &t->columns[(at - t->bind_count) / 3];
    const char *const names[] = {c->sealed, c->plain, c->version};
    return names[(at - t->bind_count) % 3];
}

/* A physical column has one job in its table. */
static enum srow_rc check_columns(const struct config_table *t, const struct node *n,
                                  struct srow_error *e)
{
    for (size_t i = 0; i < t->bind_count + 3 * t->column_count; i++) {
        const char *mine = physical(t, i);
        for (size_t k = 0; mine != NULL && k < i; k++) {
            const char *other = physical(t, k);
            if (other != NULL && strcmp(mine, other) == 0) {
                char text[200];
                snprintf(text, sizeof text, "column \"%.128s\" of the table is used twice", mine);
                return node_fail_key(e, SROW_E_CONFIG, n, text);
            }
        }
    }
    return SROW_OK;
}

static enum srow_rc default_key(struct config_table *t, struct srow_error *e)
{
    for (size_t i = 0; i < t->bind_count; i++) {
        void *grown = NULL;
        TRY(binder_grow(&grown, t->key, t->key_count, sizeof(char *), e));
        t->key = grown;
        TRY(bytes_dup_str(&t->key[i], srow_str(t->binds[i].column), e));
        t->key_count++;
    }
    return SROW_OK;
}

static enum srow_rc name_columns(struct config_table *t, struct srow_error *e)
{
    for (size_t i = 0; i < t->column_count; i++) {
        AUTO(buf_cleanup) struct srow_buf name = {0};
        buf_printf(&name, "%s.%s", t->name, t->columns[i].name);
        TRY(buf_check(&name, e));
        TRY(bytes_dup_str(&t->columns[i].full_name, bytes_buf(&name), e));
    }
    return SROW_OK;
}

static enum srow_rc table_finish(struct srow_config *c, void *element, const struct node *n,
                                 struct srow_error *e)
{
    (void)c;
    struct config_table *t = element;
    if (t->bind_count == 0) {
        return node_fail(e, SROW_E_CONFIG, node_find(n, "bind"), "a table needs a binding");
    }
    if (t->column_count == 0) {
        return node_fail(e, SROW_E_CONFIG, node_find(n, "columns"), "a table needs a column");
    }
    TRY(name_columns(t, e));
    TRY(check_columns(t, n, e));
    TRY(t->key_count > 0 ? SROW_OK : default_key(t, e));
    return t->table != NULL ? SROW_OK : bytes_dup_str(&t->table, srow_str(t->name), e);
}

static const struct binder_shape table_shape = {
    .size = sizeof(struct config_table),
    .count_offset = AT(srow_config, table_count),
    .fields = table_fields,
    .finish = table_finish,
};

/* -- regions, open, limits, write, databases -- */

static const struct binder_field region_fields[] = {
    {"endpoint", binder_text, AT(config_region, endpoint), NULL, false},
    {"role", NULL, 0, NULL, false},
    {0},
};

static const struct binder_shape region_shape = {
    .size = sizeof(struct config_region),
    .count_offset = AT(srow_config, region_count),
    .fields = region_fields,
};

static const struct binder_word failovers[] = {
    {"any", CONFIG_FAILOVER_ANY},
    {"unavailable", CONFIG_FAILOVER_UNAVAILABLE},
    {"none", CONFIG_FAILOVER_NONE},
    {NULL, 0},
};

static const size_t order_count = AT(srow_config, order_count);

static const struct binder_field open_fields[] = {
    {"failover", binder_word, AT(srow_config, failover), failovers, false},
    {"order", region_list_read, AT(srow_config, order), &order_count, false},
    {0},
};

static const struct binder_range durations = {1, 600000}, counts = {1, 10000}, few = {1, 1000},
                                 contexts = {64, 65535};

static const struct binder_field limit_fields[] = {
    {"deadline", binder_duration, AT(srow_config, deadline_ms), &durations, false},
    {"attempt", binder_duration, AT(srow_config, attempt_ms), &durations, false},
    {"in_flight", binder_count, AT(srow_config, in_flight), &counts, false},
    {"wrapped_keys", binder_count, AT(srow_config, wrapped_keys), &few, false},
    {"context_bytes", binder_size, AT(srow_config, context_bytes), &contexts, false},
    {0},
};

static const struct binder_field database_fields[] = {
    {"writer", binder_variable, AT(srow_config, writer), NULL, false},
    {"readers", NULL, 0, NULL, false},
    {0},
};

static enum srow_rc read_version(struct srow_config *c, void *base, const struct binder_field *f,
                                 const struct node *n, struct srow_error *e)
{
    (void)c;
    (void)base;
    (void)f;
    TRY(binder_expect(n, NODE_TEXT, e));
    return strcmp(n->text, "1") == 0
               ? SROW_OK
               : node_fail(e, SROW_E_CONFIG, n, "this program reads version 1");
}

static const struct binder_field root_fields[] = {
    {"version", read_version, 0, NULL, true},
    {"domain", binder_name, AT(srow_config, domain), NULL, true},
    {"regions", binder_map, AT(srow_config, regions), &region_shape, true},
    {"keys", binder_map, AT(srow_config, key_sets), &key_sets_shape, true},
    {"write", binder_group, 0, writes_fields, false},
    {"open", binder_group, 0, open_fields, false},
    {"limits", binder_group, 0, limit_fields, false},
    {"databases", binder_group, 0, database_fields, false},
    {"alarm", sinks_read, 0, NULL, false},
    {"tables", binder_map, AT(srow_config, tables), &table_shape, true},
    {"cache", NULL, 0, NULL, false},
    {"branch", NULL, 0, NULL, false},
    {"proxy", NULL, 0, NULL, false},
    {0},
};

const struct binder_field *shape_fields(void)
{
    return root_fields;
}

enum srow_rc shape_read(struct srow_config *c, const struct node *root, struct srow_error *e)
{
    c->deadline_ms = 5000;
    c->attempt_ms = 1000;
    c->in_flight = 64;
    c->wrapped_keys = 8;
    c->context_bytes = 8192;
    TRY(binder_fields(c, c, root_fields, root, e));
    if (c->attempt_ms > c->deadline_ms) {
        return node_fail_key(e, SROW_E_CONFIG, node_find(root, "limits"),
                             "one attempt may not last longer than the deadline");
    }
    if (c->region_count == 0) {
        return node_fail(e, SROW_E_CONFIG, node_find(root, "regions"), "a Region is needed");
    }
    for (size_t i = 0; i < c->region_count; i++) {
        const char *name = c->regions[i].name;
        if (!region_list_has(c->order, c->order_count, name)) {
            TRY(region_list_add(&c->order, &c->order_count, name, e));
        }
    }
    return SROW_OK;
}
