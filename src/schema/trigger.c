/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/trigger.h"

#include <stdio.h>

static const char prefix[] = "sealrow_dual_";

enum { NAME_MAX_BYTES = 63 }; /* PostgreSQL's; the others take more */

static void put_name(struct srow_buf *out, const struct ddl_place *place)
{
    buf_printf(out, "%s%s_%s", prefix, place->table->name, place->column->name);
}

bool trigger_has_name(const char *name, const char *column)
{
    size_t i = 0;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return false;
    }
    name += sizeof prefix - 1;
    while (name[i] != '\0' && (name[i] == column[i] || (name[i] == '_' && column[i] == '.'))) {
        i++;
    }
    return name[i] == column[i];
}

static struct db_words words_of(const struct ddl_place *place, const char *name)
{
    return (struct db_words){.schema = place->live->schema,
                             .table = place->live->name,
                             .column = place->column->sealed,
                             .plain = place->column->plain,
                             .name = name};
}

/* The body, word for word as the catalog gives it back. */
static void put_body(struct srow_buf *out, const struct db *db, const struct ddl_place *place,
                     const char *name)
{
    const struct db_trigger *t = &db->ops->dialect->trigger;
    struct db_words words = words_of(place, name);
    db_put_sql(out, db, t->body, &words);
    for (size_t i = 0; t->row != NULL && i < place->table->bind_count; i++) {
        words.column = place->table->binds[i].column;
        buf_put_str(out, i == 0 ? "" : " AND ");
        db_put_sql(out, db, t->row, &words);
    }
    buf_put_str(out, t->end);
}

static enum srow_rc add(struct ddl_plan *plan, const struct db *db, const char *text,
                        const struct db_words *words, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    if (text == NULL) {
        return SROW_OK;
    }
    db_put_sql(&sql, db, text, words);
    return ddl_plan_add(plan, &sql, e);
}

/* *out NULL: there is none of this name. */
static enum srow_rc read_live(char **out, struct db *db, const struct ddl_place *place,
                              const char *name, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value asked[] = {db_text(place->live->name), db_text_or_null(place->live->schema),
                               db_text(name)};
    bool more = false;
    TRY(db_query(&rows, db, db->ops->dialect->trigger.live, asked, 3, e));
    TRY(db_next(&more, rows, e));
    return more ? bytes_dup_str(out, rows->ops->value(rows, 0).bytes, e) : SROW_OK;
}

/* Whether it is there, but the login has no right to look at triggers. */
static enum srow_rc is_hidden(bool *out, struct db *db, const struct db_words *words,
                              struct srow_error *e)
{
    const char *seen = db->ops->dialect->trigger.seen;
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    struct srow_error why = {0};
    *out = false;
    if (seen == NULL) {
        return SROW_OK;
    }
    db_put_sql(&sql, db, seen, words);
    buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    enum srow_rc rc = db_query(&rows, db, sql.at, NULL, 0, &why);
    *out = rc == SROW_E_DB_RIGHTS;
    FAIL_IF(srow_rc_class(rc) == SROW_CLASS_UNAVAILABLE && rc != SROW_E_DB, e, rc, "%s", why.text);
    return SROW_OK;
}

enum srow_rc trigger_is_right(bool *out, struct db *db, const struct ddl_place *place,
                              struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0}, body = {0};
    AUTO(str_free) char *live = NULL;
    put_name(&name, place);
    put_body(&body, db, place, buf_cstr(&name));
    const char *wanted = buf_cstr(&body);
    TRY(buf_check(&name, e));
    TRY(buf_check(&body, e));
    TRY(read_live(&live, db, place, name.at, e));
    *out = live != NULL && strcmp(live, wanted) == 0;
    const struct db_words words = words_of(place, name.at);
    return live != NULL && *live != '\0' ? SROW_OK : is_hidden(out, db, &words, e);
}

static enum srow_rc read_definer(struct srow_buf *out, struct db *db, const struct ddl_place *place,
                                 struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value asked[] = {db_text(place->live->name), db_text_or_null(place->live->schema)};
    bool more = false;
    if (db->ops->dialect->trigger.definer == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, db, db->ops->dialect->trigger.definer, asked, 2, e));
    TRY(db_next(&more, rows, e));
    if (more) {
        buf_put(out, rows->ops->value(rows, 0).bytes);
    }
    return buf_check(out, e);
}

/* Drops what has its name, and makes it. */
static enum srow_rc plan_new(struct ddl_plan *plan, struct db *db, const struct ddl_place *place,
                             struct db_words *words, struct srow_error *e)
{
    const struct db_trigger *t = &db->ops->dialect->trigger;
    AUTO(buf_cleanup) struct srow_buf definer = {0};
    AUTO(str_free) char *live = NULL;
    TRY(read_live(&live, db, place, words->name, e));
    TRY(read_definer(&definer, db, place, e));
    words->definer = buf_cstr(&definer);
    TRY(buf_check(&definer, e));
    TRY(add(plan, db, live == NULL ? NULL : t->drop, words, e));
    TRY(add(plan, db, t->function, words, e));
    return add(plan, db, t->create, words, e);
}

static bool is_one_schema(const char *a, const char *b)
{
    return a == NULL || b == NULL || strcmp(a, b) == 0; /* NULL may be any */
}

/* Of the columns a.b_c and a_b.c the triggers have one name. out->column NULL: nobody else has
 * this one. */
static enum srow_rc find_same(struct ddl_place *out, const struct db *db,
                              const struct ddl_place *place, const char *name, struct srow_error *e)
{
    *out = (struct ddl_place){0};
    for (size_t t = 0; t < place->config->table_count; t++) {
        const struct config_table *table = &place->config->tables[t];
        for (size_t i = 0; i < table->column_count; i++) {
            AUTO(buf_cleanup) struct srow_buf other = {0};
            const struct ddl_place there = {.table = table, .column = &table->columns[i]};
            put_name(&other, &there);
            const char *text = buf_cstr(&other);
            TRY(buf_check(&other, e));
            if (there.column != place->column && there.column->stage == CONFIG_STAGE_DUAL &&
                is_one_schema(table->schema, place->table->schema) &&
                db_same_name(db, name, text)) {
                *out = there;
            }
        }
    }
    return SROW_OK;
}

/* Made for the second, it would set nothing in the first: on PostgreSQL they share a function. */
static enum srow_rc refuse_same(const struct db *db, const struct ddl_place *place,
                                const char *name, struct srow_error *e)
{
    struct ddl_place other;
    TRY(find_same(&other, db, place, name, e));
    FAIL_IF(other.column != NULL, e, SROW_E_SCHEMA,
            "%s.%s and %s.%s would have one trigger, %s: give one of them another logical "
            "name before anything is sealed",
            place->table->name, place->column->name, other.table->name, other.column->name, name);
    return SROW_OK;
}

/* -- stage dual, and behind it -- */

static enum srow_rc plan_dual(struct ddl_plan *plan, struct db *db, const struct ddl_place *place,
                              struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0}, body = {0};
    bool right = false;
    put_name(&name, place);
    put_body(&body, db, place, buf_cstr(&name));
    struct db_words words = words_of(place, name.at);
    words.body = buf_cstr(&body);
    TRY(buf_check(&name, e));
    TRY(buf_check(&body, e));
    FAIL_IF(
        strlen(name.at) > NAME_MAX_BYTES, e, SROW_E_SCHEMA,
        "%s.%s: both names together are too long for the trigger's, which has %d bytes: shorten "
        "a logical name before anything is sealed",
        place->table->name, place->column->name, NAME_MAX_BYTES);
    TRY(refuse_same(db, place, name.at, e));
    TRY(trigger_is_right(&right, db, place, e));
    return right ? SROW_OK : plan_new(plan, db, place, &words, e);
}

enum srow_rc trigger_is_left(bool *out, struct db *db, const struct ddl_place *place,
                             struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0};
    AUTO(str_free) char *live = NULL;
    struct ddl_place other;
    *out = false;
    if (place->column->stage != CONFIG_STAGE_NONE) {
        return SROW_OK;
    }
    put_name(&name, place);
    const struct db_words words = words_of(place, buf_cstr(&name));
    TRY(buf_check(&name, e));
    TRY(find_same(&other, db, place, name.at, e));
    if (other.column != NULL) {
        return SROW_OK; /* it is that one's */
    }
    TRY(read_live(&live, db, place, name.at, e));
    *out = live != NULL;
    return live != NULL ? SROW_OK : is_hidden(out, db, &words, e);
}

enum srow_rc trigger_plan(struct ddl_plan *plan, struct db *db, const struct ddl_place *place,
                          struct srow_error *e)
{
    bool left = false;
    if (place->column->stage == CONFIG_STAGE_DUAL) {
        return plan_dual(plan, db, place, e);
    }
    TRY(trigger_is_left(&left, db, place, e));
    return left ? trigger_plan_drop(plan, db, place, e) : SROW_OK;
}

enum srow_rc trigger_plan_drop(struct ddl_plan *plan, struct db *db, const struct ddl_place *place,
                               struct srow_error *e)
{
    const struct db_trigger *t = &db->ops->dialect->trigger;
    AUTO(buf_cleanup) struct srow_buf name = {0};
    AUTO(str_free) char *live = NULL;
    bool hidden = false;
    put_name(&name, place);
    struct db_words words = words_of(place, buf_cstr(&name));
    TRY(buf_check(&name, e));
    TRY(read_live(&live, db, place, name.at, e));
    TRY(live != NULL ? SROW_OK : is_hidden(&hidden, db, &words, e));
    if (live == NULL && !hidden) {
        return SROW_OK;
    }
    TRY(add(plan, db, t->drop, &words, e));
    return add(plan, db, t->drop_function, &words, e);
}
