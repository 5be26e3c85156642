/* SPDX-License-Identifier: Apache-2.0
 *
 * Names are resolved before anything is sealed or asked: a logical name of the configuration first,
 * then a column of the live table that no logical name stands for.
 */
#include "rows/pick.h"

#include <stdlib.h>

#include "base/text.h"
#include "client/client.h"

void pick_table_cleanup(struct pick_table *t)
{
    live_table_cleanup(&t->live);
    *t = (struct pick_table){0};
}

static size_t text_count(const struct pick *p)
{
    return 2 * (p->table->bind_count + p->table->column_count);
}

void pick_cleanup(struct pick *p)
{
    for (size_t i = 0; p->texts != NULL && i < text_count(p); i++) {
        buf_cleanup(&p->texts[i]);
    }
    free(p->texts);
    free(p->binds);
    free(p->bound);
    free(p->sealed);
    free(p->plains);
    free(p->others);
    *p = (struct pick){0};
}

static enum srow_rc make_room(struct pick *p, size_t given, struct srow_error *e)
{
    p->binds = calloc(p->table->bind_count + 1, sizeof *p->binds);
    p->bound = calloc(p->table->bind_count + 1, sizeof *p->bound);
    p->texts = calloc(text_count(p) + 1, sizeof *p->texts);
    p->sealed = calloc(p->table->column_count + 1, sizeof *p->sealed);
    p->plains = calloc(p->table->column_count + 1, sizeof *p->plains);
    p->others = calloc(given + 1, sizeof *p->others);
    FAIL_IF(p->binds == NULL || p->bound == NULL || p->texts == NULL || p->sealed == NULL ||
                p->plains == NULL || p->others == NULL,
            e, SROW_E_NOMEM, "no memory for a row");
    return SROW_OK;
}

bool pick_is_rewritten(const struct pick *p, size_t bind)
{
    enum srow_type type = p->table->binds[bind].type;
    return type == SROW_TYPE_DECIMAL || type == SROW_TYPE_TIMESTAMP;
}

/* A value that is given for a column of the database, and where its texts stand. */
struct pick_rewriting {
    struct srow_buf *texts; /* two */
    enum srow_type type;
    const char *name, *column;
};

/* A value in its canonical text, which stands in `texts`, and as the column takes it: one that is a
 * time without zone takes a moment without its T and Z. */
static enum srow_rc rewrite(struct srow_bytes *out, const struct pick *p,
                            const struct pick_rewriting *r, struct srow_bytes given,
                            struct srow_error *e)
{
    const struct live_column *c = live_column_find(p->live, r->column);
    struct srow_buf *text = &r->texts[0], *time = &r->texts[1];
    enum srow_rc rc = client_given_text(text, r->type, given, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "%s.%s", p->table->name, r->name);
    }
    *out = bytes_buf(text);
    if (r->type == SROW_TYPE_TIMESTAMP && p->dialect->time_without_zone &&
        !live_column_is_text(c)) {
        const char *t = text->at;
        buf_printf(time, "%.10s %.*s", t, (int)text->len - 12, t + 11);
        *out = bytes_buf(time);
    }
    return buf_check(time, e);
}

static enum srow_rc take_rewritten(struct pick *p, size_t i, const struct rows_given *g,
                                   struct srow_error *e)
{
    const struct config_bind *bind = &p->table->binds[i];
    const struct pick_rewriting r = {&p->texts[2 * i], bind->type, bind->name, bind->column};
    TRY(rewrite(&p->bound[i].bytes, p, &r, g->value, e));
    p->binds[i].value.bytes = bytes_buf(&r.texts[0]);
    return SROW_OK;
}

/* A binding is what its type says also in a row in which nothing is sealed under it. */
static enum srow_rc check_bind(const struct pick *p, const struct config_bind *bind,
                               struct srow_bytes given, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    enum srow_rc rc =
        bind->type == SROW_TYPE_BYTES ? SROW_OK : client_given_text(&text, bind->type, given, e);
    return rc == SROW_OK ? rc : error_wrap(e, rc, "%s.%s", p->table->name, bind->name);
}

static enum srow_rc take_bind(struct pick *p, size_t i, const struct rows_given *g,
                              struct srow_error *e)
{
    const struct config_bind *bind = &p->table->binds[i];
    struct srow_value v = {.type = (uint32_t)bind->type, .bytes = g->value};
    FAIL_IF(g->null, e, SROW_E_BINDING, "%s.%s: a binding is never NULL: give a value and not NULL",
            p->table->name, bind->name);
    FAIL_IF(p->binds[i].name != NULL, e, SROW_E_BINDING, "%s.%s: given twice: give it once",
            p->table->name, bind->name);
    FAIL_IF(g->value.len == 0, e, SROW_E_BINDING, "%s.%s: the binding is empty: give its value",
            p->table->name, bind->name);
    TRY(check_bind(p, bind, g->value, e));
    p->bound[i] = (struct db_value){.type = DB_TEXT, .bytes = g->value};
    if (bind->type == SROW_TYPE_BYTES) {
        p->bound[i].type = DB_BYTES;
    }
    if (bind->type == SROW_TYPE_INTEGER) {
        enum srow_rc rc = text_parse_integer(&v.integer, g->value, e);
        if (rc != SROW_OK) {
            return error_wrap(e, rc, "%s.%s", p->table->name, bind->name);
        }
        v.bytes = bytes_of(NULL, 0);
        p->bound[i] = db_integer(v.integer);
    }
    if (bind->type == SROW_TYPE_BOOLEAN) {
        bool truth = bytes_equal_str(g->value, "true");
        FAIL_IF(!truth && !bytes_equal_str(g->value, "false"), e, SROW_E_VALUE,
                "%s.%s: not a boolean: true or false", p->table->name, bind->name);
        v = srow_boolean(truth);
        p->bound[i] = db_integer(truth);
    }
    p->binds[i] = (struct srow_bind){.name = bind->name, .value = v};
    return pick_is_rewritten(p, i) ? take_rewritten(p, i, g, e) : SROW_OK;
}

static bool is_logical(const struct config_table *t, const char *name)
{
    for (size_t i = 0; i < t->bind_count; i++) {
        if (strcmp(t->binds[i].name, name) == 0) {
            return true;
        }
    }
    return config_column_find(t, srow_str(name)) != NULL;
}

/* A physical name that the configuration uses under a logical one. */
static const char *logical_of(const struct pick *p, const char *column)
{
    const struct config_table *t = p->table;
    for (size_t i = 0; i < t->bind_count; i++) {
        if (live_same_name(p->live, t->binds[i].column, column)) {
            return t->binds[i].name;
        }
    }
    for (size_t i = 0; i < t->column_count; i++) {
        const struct config_column *c = &t->columns[i];
        if (live_same_name(p->live, c->sealed, column) ||
            (c->plain != NULL && live_same_name(p->live, c->plain, column)) ||
            (c->version != NULL && live_same_name(p->live, c->version, column))) {
            return c->name;
        }
    }
    return NULL;
}

/* The names that can be meant: logical ones, and columns that are in no logical one's care. */
static enum srow_rc refuse_name(const struct pick *p, const char *name, struct srow_error *e)
{
    const struct config_table *t = p->table;
    size_t n = 0;
    const char **words =
        calloc(t->bind_count + t->column_count + p->live->column_count + 1, sizeof *words);
    FAIL_IF(words == NULL, e, SROW_E_NOMEM, "no memory for a row");
    for (size_t i = 0; i < t->bind_count; i++) {
        words[n++] = t->binds[i].name;
    }
    for (size_t i = 0; i < t->column_count; i++) {
        words[n++] = t->columns[i].name;
    }
    for (size_t i = 0; i < p->live->column_count; i++) {
        const char *column = p->live->columns[i].name;
        words[n] = column;
        n += logical_of(p, column) == NULL;
    }
    words[n] = NULL;
    const char *near = text_nearest(srow_str(name), words);
    free(words);
    FAIL_IF(near != NULL, e, SROW_E_COLUMN,
            "%s.%s: neither in the configuration nor in table %s: did you mean %s?", t->name, name,
            t->table, near);
    FAIL(e, SROW_E_COLUMN, "%s.%s: neither in the configuration nor in table %s: correct the name",
         t->name, name, t->table);
}

static enum srow_rc take_other(struct pick *p, const struct rows_given *g, struct srow_error *e)
{
    const struct live_column *c = live_column_find(p->live, g->name);
    const char *logical = logical_of(p, g->name);
    FAIL_IF(logical != NULL, e, SROW_E_USAGE,
            "%s.%s: this column is written through the configuration: name it %s", p->table->name,
            g->name, logical);
    if (c == NULL) {
        return refuse_name(p, g->name, e);
    }
    for (size_t i = 0; i < p->other_count; i++) {
        FAIL_IF(live_same_name(p->live, p->others[i]->name, g->name), e, SROW_E_USAGE,
                "%s.%s: given twice: give it once", p->table->name, g->name);
    }
    p->others[p->other_count++] = g;
    return SROW_OK;
}

bool pick_has(const struct pick *p, size_t column)
{
    return p->sealed[column] != NULL || p->plains[column].name != NULL;
}

/* The plaintext goes in as another column does, by its canonical text; a boolean as every engine
 * takes it. */
static enum srow_rc take_plain(struct pick *p, size_t column, const struct rows_given *g,
                               struct srow_error *e)
{
    const struct config_column *c = &p->table->columns[column];
    const struct pick_rewriting r = {&p->texts[2 * (p->table->bind_count + column)], c->type,
                                     c->name, c->plain};
    struct rows_given *plain = &p->plains[column];
    FAIL_IF(live_column_find(p->live, c->plain) == NULL, e, SROW_E_SCHEMA,
            "table %s has no column %s: correct it, or tables.%s.columns.%s.plain", p->table->table,
            c->plain, p->table->name, c->name);
    *plain = (struct rows_given){.name = c->plain, .value = g->value, .null = g->null};
    plain->binary = c->type == SROW_TYPE_BYTES;
    p->others[p->other_count++] = plain;
    if (g->null || plain->binary) {
        return SROW_OK;
    }
    TRY(rewrite(&plain->value, p, &r, g->value, e));
    if (c->type == SROW_TYPE_BOOLEAN) {
        plain->value = srow_str(bytes_equal_str(plain->value, "true") ? "1" : "0");
    }
    return SROW_OK;
}

static enum srow_rc take(struct pick *p, const struct rows_given *g, bool write,
                         struct srow_error *e)
{
    for (size_t i = 0; i < p->table->bind_count; i++) {
        if (strcmp(p->table->binds[i].name, g->name) == 0) {
            return take_bind(p, i, g, e);
        }
    }
    FAIL_IF(!write, e, SROW_E_BINDING, "%s.%s: not a binding of this table: give its bindings only",
            p->table->name, g->name);
    for (size_t i = 0; i < p->table->column_count; i++) {
        if (strcmp(p->table->columns[i].name, g->name) == 0) {
            FAIL_IF(pick_has(p, i), e, SROW_E_USAGE, "%s.%s: given twice: give it once",
                    p->table->name, g->name);
            FAIL_IF(g->null && p->table->columns[i].required, e, SROW_E_USAGE,
                    "%s.%s: the column is required: give %s=VALUE", p->table->name, g->name,
                    g->name);
            p->sealed[i] = p->table->columns[i].stage == CONFIG_STAGE_PLAIN ? NULL : g;
            return p->table->columns[i].plain == NULL ? SROW_OK : take_plain(p, i, g, e);
        }
    }
    return take_other(p, g, e);
}

size_t pick_page(const struct srow_config *config, const struct config_table *table)
{
    size_t most = 4 * (size_t)config->in_flight / table->column_count;
    return most > PICK_PAGE ? PICK_PAGE : most == 0 ? 1 : most;
}

enum pick_kind pick_table_kind(const struct pick_table *t, const char *name)
{
    for (size_t i = 0; i < t->table->bind_count; i++) {
        if (strcmp(t->table->binds[i].name, name) == 0) {
            return t->table->binds[i].type == SROW_TYPE_BYTES ? PICK_BYTES : PICK_TEXT;
        }
    }
    const struct config_column *column = config_column_find(t->table, srow_str(name));
    if (column != NULL) {
        return column->type == SROW_TYPE_BYTES  ? PICK_BYTES
               : column->type == SROW_TYPE_JSON ? PICK_JSON
                                                : PICK_TEXT;
    }
    const struct live_column *live = live_column_find(&t->live, name);
    return live != NULL && live->kind == LIVE_BINARY ? PICK_BINARY : PICK_OTHER;
}

enum srow_rc pick_table_find(struct pick_table *out, const struct rows *rows, const char *name,
                             struct srow_error *e)
{
    AUTO(pick_table_cleanup) struct pick_table t = {0};
    TRY(config_table_named(&t.table, rows->config, name, e));
    TRY(live_table_fit(&t.live, rows->db, t.table, e));
    t.dialect = rows->db->ops->dialect;
    *out = t;
    t = (struct pick_table){0};
    return SROW_OK;
}

/* What else gives a binding that can be made. */
static const char *or_made(const struct config_bind *bind)
{
    return bind->made != CONFIG_MADE_NOT ? ", or say --made FILE" : "";
}

enum srow_rc pick_names(struct pick *out, const struct pick_table *table,
                        const struct pick_given *given, struct srow_error *e)
{
    AUTO(pick_cleanup)
    struct pick p = {.table = table->table, .live = &table->live, .dialect = table->dialect};
    TRY(make_room(&p, given->count, e));
    for (size_t i = 0; i < given->count; i++) {
        TRY(take(&p, &given->list[i], given->write, e));
    }
    for (size_t i = 0; i < p.table->bind_count; i++) {
        const struct config_bind *bind = &p.table->binds[i];
        bool made = given->makes && bind->made != CONFIG_MADE_NOT;
        FAIL_IF(p.binds[i].name == NULL && !made, e, SROW_E_BINDING,
                "%s.%s: the binding is missing: give %s=VALUE%s", p.table->name, bind->name,
                bind->name, given->write ? or_made(bind) : "");
    }
    *out = p;
    p = (struct pick){0};
    return SROW_OK;
}

static bool has_name(char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* A file without a header, or with another sign than commas. Its first line may be values, which
 * are not told. */
static enum srow_rc check_any_known(const struct pick_table *t, char *const *names, size_t n,
                                    struct srow_error *e)
{
    for (size_t i = 0; i < n; i++) {
        if (is_logical(t->table, names[i]) || live_column_find(&t->live, names[i]) != NULL) {
            return SROW_OK;
        }
    }
    FAIL(e, SROW_E_COLUMN,
         "it names no column of %s: the header names the columns, commas between them, in UTF-8",
         t->table->name);
}

static enum srow_rc check_names(struct pick *p, struct rows_given *room, char *const *names,
                                size_t n, struct srow_error *e)
{
    for (size_t i = 0; i < n; i++) {
        room[i] = (struct rows_given){.name = names[i]};
        TRY(is_logical(p->table, names[i]) ? SROW_OK : take_other(p, &room[i], e));
    }
    return SROW_OK;
}

enum srow_rc pick_table_check(const struct pick_table *t, char *const *names, size_t n, bool makes,
                              struct srow_error *e)
{
    AUTO(pick_cleanup)
    struct pick p = {.table = t->table, .live = &t->live, .dialect = t->dialect};
    TRY(check_any_known(t, names, n, e));
    TRY(make_room(&p, n, e));
    struct rows_given *room = calloc(n + 1, sizeof *room);
    FAIL_IF(room == NULL, e, SROW_E_NOMEM, "no memory for a header");
    enum srow_rc rc = check_names(&p, room, names, n, e);
    free(room);
    TRY(rc);
    for (size_t i = 0; i < t->table->bind_count; i++) {
        const struct config_bind *bind = &t->table->binds[i];
        bool made = makes && bind->made != CONFIG_MADE_NOT;
        FAIL_IF(!made && !has_name(names, n, bind->name), e, SROW_E_BINDING,
                "%s.%s: the header lacks this binding: name it, and its value in each row%s",
                t->table->name, bind->name, or_made(bind));
    }
    return SROW_OK;
}

enum srow_rc pick_give(struct pick *p, size_t bind, struct srow_bytes value, struct srow_error *e)
{
    struct srow_buf *text = &p->texts[2 * bind]; /* what is made is not rewritten */
    buf_put(text, value);
    TRY(buf_check(text, e));
    const struct rows_given given = {.name = p->table->binds[bind].name, .value = bytes_buf(text)};
    return take_bind(p, bind, &given, e);
}

void pick_put_where(struct srow_buf *out, const struct pick *p, const struct db *db, size_t before)
{
    for (size_t i = 0; i < p->table->bind_count; i++) {
        buf_put_str(out, i == 0 ? " WHERE " : " AND ");
        live_put_equal(out, db, p->live, p->table->binds[i].column, before + i + 1);
    }
}

enum srow_rc pick_stored_text(struct srow_buf *out, const struct pick *p, size_t bind,
                              struct srow_bytes stored, struct srow_error *e)
{
    enum srow_rc rc = client_stored_text(out, p->table->binds[bind].type, stored, e);
    return rc == SROW_OK ? rc
                         : error_wrap(e, rc, "%s.%s", p->table->name, p->table->binds[bind].name);
}

struct srow_cell pick_cell(const struct pick *p, size_t column, const char *via)
{
    return (struct srow_cell){.column = p->table->columns[column].full_name,
                              .bind = p->binds,
                              .bind_count = p->table->bind_count,
                              .via = via};
}
