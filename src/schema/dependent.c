/* SPDX-License-Identifier: Apache-2.0
 *
 * Each kind of dependent is one query and what its rows mean. Indexes and foreign keys are facts of
 * the database; views, triggers and functions are read as text (tokens.h).
 */
#include "schema/dependent.h"

#include "schema/tokens.h"
#include "schema/trigger.h"

struct look {
    struct finding_list *list;
    struct db *db;
    const struct live_table *table;
    const char *column, *where;
    bool plain; /* it is the plaintext beside a sealed column */
};

/* What hangs on plaintext is one kind of finding, whatever it is. */
static enum srow_rc add_plain(const struct look *l, const char *what, const char *name,
                              struct srow_error *e)
{
    return finding_add(l->list, "plain-used", l->where, e,
                       "%s%s hangs on the plaintext column %s, and has nothing of it once that is "
                       "sealed: see what becomes of it, or say --accept plain-used",
                       what, name, l->column);
}

/* Runs a query of (table, schema, column) and hands each row to `see`. */
static enum srow_rc each(const struct look *l, const char *sql,
                         enum srow_rc (*see)(const struct look *l, const struct db_rows *rows,
                                             struct srow_error *e),
                         struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value asked[] = {db_text(l->table->name), db_text_or_null(l->table->schema),
                               db_text(l->column)};
    bool more = false;
    if (sql == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, l->db, sql, asked, 3, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        TRY(see(l, rows, e));
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

/* A column of a row as a C string; "" for NULL. */
static enum srow_rc text_at(char **out, const struct db_rows *rows, size_t i, struct srow_error *e)
{
    struct db_value v = rows->ops->value(rows, i);
    return bytes_dup_str(out, v.type == DB_NULL ? srow_str("") : v.bytes, e);
}

static enum srow_rc see_index(const struct look *l, const struct db_rows *rows,
                              struct srow_error *e)
{
    AUTO(str_free) char *name = NULL, *sql = NULL;
    TRY(text_at(&name, rows, 0, e));
    TRY(text_at(&sql, rows, 1, e));
    bool unique = rows->ops->value(rows, 2).integer != 0;
    bool named = rows->ops->value(rows, 3).integer != 0 || tokens_mention(sql, l->column);
    if (!named) {
        return SROW_OK;
    }
    if (l->plain) {
        return add_plain(l, unique ? "unique index " : "index ", name, e);
    }
    if (unique) {
        return finding_add(l->list, "column-unique", l->where, e,
                           "index %s is unique over a sealed column, in which no two values are "
                           "equal: drop it, it keeps nothing out",
                           name);
    }
    return finding_add(l->list, "column-indexed", l->where, e,
                       "index %s on a sealed column finds nothing: drop it", name);
}

static enum srow_rc see_foreign_key(const struct look *l, const struct db_rows *rows,
                                    struct srow_error *e)
{
    AUTO(str_free) char *other = NULL;
    TRY(text_at(&other, rows, 0, e));
    if (l->plain) {
        return add_plain(l, "a foreign key with table ", other, e);
    }
    return finding_add(l->list, "column-foreign-key", l->where, e,
                       "a foreign key joins table %s with a sealed column, and equal values are "
                       "never equal there: drop it",
                       other);
}

static enum srow_rc see_view(const struct look *l, const struct db_rows *rows, struct srow_error *e)
{
    AUTO(str_free) char *name = NULL, *sql = NULL;
    TRY(text_at(&name, rows, 0, e));
    TRY(text_at(&sql, rows, 1, e));
    bool shows = tokens_mention(sql, l->table->name) &&
                 (tokens_mention(sql, l->column) || tokens_select_all(sql));
    const char *view = rows->ops->value(rows, 2).integer != 0 ? "materialised view " : "view ";
    if (!shows) {
        return SROW_OK;
    }
    if (l->plain) {
        return add_plain(l, view, name, e);
    }
    return finding_add(l->list, "column-viewed", l->where, e,
                       "%s%s shows column %s: take it out, or open it where the view is read", view,
                       name, l->column);
}

static enum srow_rc see_trigger(const struct look *l, const struct db_rows *rows,
                                struct srow_error *e)
{
    AUTO(str_free) char *name = NULL, *sql = NULL;
    TRY(text_at(&name, rows, 0, e));
    TRY(text_at(&sql, rows, 1, e));
    bool names = tokens_mention(sql, l->table->name) && tokens_mention(sql, l->column);
    if (!names || trigger_has_name(name, l->where)) {
        return SROW_OK;
    }
    if (l->plain) {
        return add_plain(l, "trigger ", name, e);
    }
    return finding_add(l->list, "column-triggered", l->where, e,
                       "trigger %s names column %s: see that it copies nothing to another row or "
                       "table, where it does not open",
                       name, l->column);
}

static enum srow_rc see_function(const struct look *l, const struct db_rows *rows,
                                 struct srow_error *e)
{
    AUTO(str_free) char *name = NULL, *body = NULL;
    TRY(text_at(&name, rows, 0, e));
    TRY(text_at(&body, rows, 1, e));
    bool names = tokens_mention(body, l->table->name) &&
                 (tokens_mention(body, l->column) || tokens_select_all(body));
    return names ? add_plain(l, "function ", name, e) : SROW_OK;
}

static enum srow_rc see_publication(const struct look *l, const struct db_rows *rows,
                                    struct srow_error *e)
{
    AUTO(str_free) char *name = NULL;
    TRY(text_at(&name, rows, 0, e));
    bool has = rows->ops->value(rows, 1).integer != 0;
    bool filters = rows->ops->value(rows, 2).integer != 0;
    if (l->plain) {
        return has ? add_plain(l, "publication ", name, e) : SROW_OK;
    }
    return has && !filters
               ? SROW_OK
               : finding_add(l->list, "publication-partial", l->where, e,
                             "publication %s brings its subscribers %s column %s: publish all of "
                             "it, or say --accept publication-partial",
                             name, has ? "some rows alone of" : "the table without", l->column);
}

enum srow_rc dependent_sealed(struct finding_list *list, struct db *db,
                              const struct live_table *table, const char *column, const char *where,
                              struct srow_error *e)
{
    struct look l = {list, db, table, column, where, false};
    const struct live_column *c = live_column_find(table, column);
    if ((c != NULL && c->generated) || tokens_generate(table->sql, column)) {
        TRY(finding_add(list, "column-generated", where, e,
                        "column %s is generated, or another is made of it: drop that one", column));
    }
    const struct db_catalog *catalog = &db->ops->dialect->catalog;
    TRY(each(&l, catalog->indexes, see_index, e));
    TRY(each(&l, catalog->foreign_keys, see_foreign_key, e));
    TRY(each(&l, catalog->views, see_view, e));
    TRY(each(&l, catalog->publications, see_publication, e));
    return each(&l, catalog->triggers, see_trigger, e);
}

enum srow_rc dependent_plain(struct finding_list *list, struct db *db,
                             const struct live_table *table, const char *column, const char *where,
                             struct srow_error *e)
{
    struct look l = {list, db, table, column, where, true};
    const struct live_column *c = live_column_find(table, column);
    const struct db_catalog *catalog = &db->ops->dialect->catalog;
    if ((c != NULL && c->generated) || tokens_generate(table->sql, column)) {
        TRY(add_plain(&l, "a generated column", "", e));
    }
    TRY(each(&l, catalog->indexes, see_index, e));
    TRY(each(&l, catalog->foreign_keys, see_foreign_key, e));
    TRY(each(&l, catalog->views, see_view, e));
    TRY(each(&l, catalog->triggers, see_trigger, e));
    TRY(each(&l, catalog->functions, see_function, e));
    return each(&l, catalog->publications, see_publication, e);
}

/* -- a bound column -- */

static enum srow_rc see_cascade(const struct look *l, const struct db_rows *rows,
                                struct srow_error *e)
{
    AUTO(str_free) char *other = NULL, *action = NULL;
    TRY(text_at(&other, rows, 0, e));
    TRY(text_at(&action, rows, 1, e));
    return finding_add(l->list, "bind-cascade", l->where, e,
                       "column %s follows table %s (ON UPDATE %s), and sealed values do not open "
                       "after that: remove ON UPDATE",
                       l->column, other, action);
}

static enum srow_rc see_assigning(const struct look *l, const struct db_rows *rows,
                                  struct srow_error *e)
{
    AUTO(str_free) char *name = NULL, *sql = NULL;
    TRY(text_at(&name, rows, 0, e));
    TRY(text_at(&sql, rows, 1, e));
    bool makes = tokens_mention(sql, l->table->name) && tokens_assign(sql, l->column);
    return !makes ? SROW_OK
                  : finding_add(l->list, "bind-made", l->where, e,
                                "trigger %s gives column %s its value, so it is not known before "
                                "INSERT: bind a column that the application gives",
                                name, l->column);
}

enum srow_rc dependent_bound(struct finding_list *list, struct db *db,
                             const struct live_table *table, const char *column, const char *where,
                             struct srow_error *e)
{
    struct look l = {list, db, table, column, where, false};
    TRY(each(&l, db->ops->dialect->catalog.cascades, see_cascade, e));
    return each(&l, db->ops->dialect->catalog.triggers, see_assigning, e);
}
