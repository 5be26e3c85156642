/* SPDX-License-Identifier: Apache-2.0
 *
 * The live schema held against the configuration.
 */
#include <inttypes.h>

#include "schema/ddl.h"
#include "schema/dependent.h"
#include "schema/finding.h"
#include "schema/live.h"
#include "schema/sequence.h"
#include "schema/trigger.h"

struct look {
    struct finding_list *list;
    const struct srow_config *config;
    struct db *db;
    const struct config_table *table;
    const struct live_table *live;
};

/* -- the binding -- */

/* Of this table, by whatever logical name. */
static bool is_sealed(const struct look *l, const char *column)
{
    for (size_t t = 0; t < l->config->table_count; t++) {
        const struct config_table *table = &l->config->tables[t];
        for (size_t i = 0; i < table->column_count; i++) {
            if (live_same_table(l->live, l->table, table) &&
                live_same_name(l->live, table->columns[i].sealed, column)) {
                return true;
            }
        }
    }
    return false;
}

/* The type of a bound column against that of its binding. */
static enum srow_rc look_bind_type(const struct look *l, const struct config_bind *bind,
                                   const struct live_column *c, const char *w, struct srow_error *e)
{
    bool converts = bind->type == SROW_TYPE_TEXT || bind->type == SROW_TYPE_BYTES;
    if (c->kind == LIVE_FLOAT) {
        return finding_add(l->list, "bind-inexact", w, e,
                           "column %s is %s, in which numbers are rounded: make it an exact type",
                           bind->column, c->type);
    }
    if (bind->type == SROW_TYPE_DECIMAL && c->kind != LIVE_DECIMAL && !live_column_is_text(c)) {
        return finding_add(l->list, "bind-inexact", w, e,
                           "column %s is %s and does not hold each decimal as it is: make it "
                           "NUMERIC, or TEXT in SQLite",
                           bind->column, c->type);
    }
    if (bind->type == SROW_TYPE_TIMESTAMP && c->kind == LIVE_OTHER) {
        return finding_add(l->list, "bind-inexact", w, e,
                           "column %s is %s and does not hold microseconds: make it "
                           "TIMESTAMP(6), with time zone in PostgreSQL",
                           bind->column, c->type);
    }
    if (bind->type == SROW_TYPE_TIMESTAMP && c->kind == LIVE_CLOCK) {
        return finding_add(l->list, "bind-zoneless", w, e,
                           "column %s is %s, without a zone, and is taken as UTC: make it a type "
                           "with a zone, or have all who write there write UTC",
                           bind->column, c->type);
    }
    if (converts && live_column_converts(c)) {
        return finding_add(l->list, "bind-converted", w, e,
                           "column %s is %s and turns '007' into 7: bind it as what it is, or make "
                           "it TEXT",
                           bind->column, c->type);
    }
    if (converts && (c->kind == LIVE_LOOSE || c->kind == LIVE_LISTED)) {
        return finding_add(l->list, "bind-loose", w, e,
                           "column %s is %s and takes different texts for equal: make it a text "
                           "that is compared byte by byte",
                           bind->column, c->type);
    }
    return SROW_OK;
}

/* Who makes the value: the configuration says how it is known before INSERT, or it is not. */
static enum srow_rc look_made(const struct look *l, const struct config_bind *bind,
                              const struct live_column *c, const char *w, struct srow_error *e)
{
    struct srow_error why = {0};
    if (c->made_by_db && bind->made == CONFIG_MADE_NOT) {
        TRY(finding_add(l->list, "bind-made", w, e,
                        "column %s is made by the database and not known before INSERT: say how "
                        "it is made (bind.%s.made), or bind a column that the application gives",
                        bind->column, bind->name));
    } else if (c->generated) {
        TRY(finding_add(l->list, "bind-made", w, e,
                        "column %s is always generated and takes no value: make it BY DEFAULT",
                        bind->column));
    }
    if (bind->made != CONFIG_MADE_SEQUENCE || sequence_check(l->db, bind, &why) == SROW_OK) {
        return SROW_OK;
    }
    FAIL_IF(why.rc != SROW_E_SCHEMA, e, (enum srow_rc)why.rc, "%s", why.text);
    return finding_add(l->list, "sequence-missing", w, e, "%s", why.text);
}

static enum srow_rc look_bind(const struct look *l, const struct config_bind *bind,
                              struct srow_error *e)
{
    const struct live_column *c = live_column_find(l->live, bind->column);
    AUTO(buf_cleanup) struct srow_buf where = {0};
    buf_printf(&where, "%s.%s", l->table->name, bind->name);
    const char *w = buf_cstr(&where);
    TRY(buf_check(&where, e));
    if (c == NULL) {
        return finding_add(l->list, "bind-missing", w, e,
                           "table %s has no column %s: correct the table or bind.%s.column",
                           l->table->table, bind->column, bind->name);
    }
    TRY(look_made(l, bind, c, w, e));
    if (is_sealed(l, bind->column)) {
        TRY(finding_add(l->list, "bind-sealed", w, e,
                        "column %s is a sealed column, whose bytes are never the same twice: bind "
                        "what is not sealed",
                        bind->column));
    }
    TRY(dependent_bound(l->list, l->db, l->live, c->name, w, e));
    if (!c->not_null) {
        TRY(finding_add(l->list, "bind-nullable", w, e, "column %s may be NULL: make it NOT NULL",
                        bind->column));
    }
    return look_bind_type(l, bind, c, w, e);
}

/* -- a sealed column -- */

/* What makes a column hold `width` bytes: its type, its CHECK, or both stand in the way. */
static void put_wider(struct srow_buf *out, const struct look *l, const struct live_column *c,
                      uint64_t width)
{
    const struct db_dialect *d = l->db->ops->dialect;
    bool type = c->declared > 0 && c->declared < width;
    bool check = c->checked > 0 && c->checked < width;
    if (d->check_only_at_add) {
        buf_printf(out, "make the table anew with %s and a CHECK of %" PRIu64 " bytes", c->type,
                   width);
        return;
    }
    if (type) {
        buf_printf(out, "declare %s(%" PRIu64 ")%s", d->blob_type, width, check ? ", " : "");
    }
    buf_put_str(out, check ? "drop the CHECK that says so and run sealrow init" : "");
}

static enum srow_rc look_room(const struct look *l, const struct config_column *column,
                              const struct live_column *c, const char *where, struct srow_error *e)
{
    const struct ddl_place place = {l->config, l->table, column, l->live};
    AUTO(buf_cleanup) struct srow_buf wider = {0};
    struct ddl_room room = {0};
    uint64_t stored = 0;
    TRY(ddl_room_read(&room, l->db, &place, e));
    TRY(ddl_longest(&stored, l->db, l->live, column->sealed, e));
    put_wider(&wider, l, c, stored > room.width ? stored : room.width);
    const char *repair = buf_cstr(&wider);
    TRY(buf_check(&wider, e));
    if (c->width > 0 && c->width < stored) {
        return finding_add(l->list, "column-narrow", where, e,
                           "column %s holds %" PRIu64 " bytes and a value that is stored has "
                           "%" PRIu64 ": %s",
                           column->sealed, c->width, stored, repair);
    }
    if (c->width == 0 || c->width > room.least) {
        return SROW_OK;
    }
    return finding_add(l->list, "column-narrow", where, e,
                       "column %s holds %" PRIu64 " bytes and a sealed value of this table has "
                       "%" PRIu64 " and more: %s",
                       column->sealed, c->width, room.least + 1, repair);
}

/* CHECKs that hold for what is written, and were never held against what is there. */
static enum srow_rc look_unvalidated(const struct look *l, const struct config_column *column,
                                     const char *where, struct srow_error *e)
{
    const struct db_dialect *d = l->db->ops->dialect;
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value asked[] = {db_text(l->live->name), db_text_or_null(l->live->schema),
                               db_text(column->sealed)};
    bool more = false;
    if (d->validate == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, l->db, d->catalog.checks, asked, 3, e));
    TRY(db_next(&more, rows, e));
    while (more && rows->ops->value(rows, 1).integer == 0) {
        TRY(db_next(&more, rows, e));
    }
    return !more ? SROW_OK
                 : finding_add(l->list, "check-unvalidated", where, e,
                               "the CHECK of column %s is NOT VALID, so plaintext may stand there "
                               "from before: run sealrow init, which validates it",
                               column->sealed);
}

static enum srow_rc look_guard(const struct look *l, const struct config_column *column,
                               const char *where, struct srow_error *e)
{
    bool left = false;
    TRY(ddl_guard_find(&left, l->db, l->live, column->sealed, e));
    return !left
               ? SROW_OK
               : finding_add(l->list, "check-other", where, e,
                             "column %s has the CHECK of an init --revert that was stopped, which "
                             "refuses values: run sealrow init, which drops it, or init --revert "
                             "again",
                             column->sealed);
}

static enum srow_rc look_check(const struct look *l, const struct config_column *column,
                               const char *where, struct srow_error *e)
{
    enum ddl_check check = DDL_CHECK_NONE;
    TRY(look_guard(l, column, where, e));
    TRY(ddl_check_read(&check, l->db, l->live->sql, column, e));
    if (check == DDL_CHECK_NONE) {
        return finding_add(l->list, "check-missing", where, e, "column %s takes plaintext too: %s",
                           column->sealed,
                           l->db->ops->dialect->check_only_at_add
                               ? "SQLite adds a CHECK only with its column: make the table anew "
                                 "with the one that docs/databases.md shows"
                               : "run sealrow init, which adds its CHECK");
    }
    if (check == DDL_CHECK_OTHER) {
        TRY(finding_add(l->list, "check-other", where, e,
                        "column %s has the CHECK of a column that is %s: drop it, and run sealrow "
                        "init",
                        column->sealed,
                        column->is_signed ? "not signed"
                                          : "signed, or accepts "
                                            "no other writers"));
    }
    return look_unvalidated(l, column, where, e);
}

/* Rows whose column is NULL: at least one? */
static enum srow_rc has_null(bool *out, const struct look *l, const char *column,
                             struct srow_error *e)
{
    const struct db_words words = {
        .schema = l->live->schema, .table = l->live->name, .column = column};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    db_put_sql(&sql, l->db, "SELECT 1 FROM @t WHERE @c IS NULL LIMIT 1", &words);
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    TRY(db_query(&rows, l->db, text, NULL, 0, e));
    return db_next(out, rows, e);
}

static enum srow_rc look_plain(const struct look *l, const struct config_column *column,
                               const char *where, struct srow_error *e)
{
    const struct ddl_place place = {l->config, l->table, column, l->live};
    bool null = false, right = true;
    if (column->required) {
        TRY(has_null(&null, l, column->plain, e));
    }
    if (null) {
        TRY(finding_add(l->list, "plain-null", where, e,
                        "column %s has rows that are NULL, and a value is required: give them one, "
                        "or take required away",
                        column->plain));
    }
    TRY(dependent_plain(l->list, l->db, l->live, column->plain, where, e));
    if (column->stage == CONFIG_STAGE_DUAL) {
        TRY(trigger_is_right(&right, l->db, &place, e));
    }
    return right ? SROW_OK
                 : finding_add(l->list, "trigger-missing", where, e,
                               "the trigger that keeps column %s from going stale is not there, "
                               "switched off or altered, or this user may not see it: run sealrow "
                               "init",
                               column->sealed);
}

/* *whole false: what else there is to say needs these columns. */
static enum srow_rc look_beside(bool *whole, const struct look *l,
                                const struct config_column *column, const char *where,
                                struct srow_error *e)
{
    const char *plain = column->plain, *version = column->version;
    const struct live_column *v = version == NULL ? NULL : live_column_find(l->live, version);
    *whole = plain == NULL || live_column_find(l->live, plain) != NULL;
    if (!*whole) {
        TRY(finding_add(l->list, "plain-missing", where, e,
                        "table %s has no column %s: correct the table, or plain", l->table->table,
                        plain));
    }
    if (version != NULL && (v == NULL || v->kind != LIVE_NUMBER)) {
        TRY(finding_add(l->list, "version-missing", where, e,
                        "column %s is not in table %s, or no integer: add it as one, or correct "
                        "version",
                        version, l->table->table));
    }
    return *whole && plain != NULL ? look_plain(l, column, where, e) : SROW_OK;
}

/* The trigger of a stage that is over. */
static enum srow_rc look_left(const struct look *l, const struct config_column *column,
                              const char *where, struct srow_error *e)
{
    const struct ddl_place place = {l->config, l->table, column, l->live};
    bool left = false;
    TRY(trigger_is_left(&left, l->db, &place, e));
    return !left ? SROW_OK
                 : finding_add(l->list, "trigger-left", where, e,
                               "the trigger of stage dual is still there, and sets column %s to "
                               "NULL when the plaintext beside it changes: run sealrow init, which "
                               "drops it, before the plaintext is touched",
                               column->sealed);
}

static enum srow_rc look_column(const struct look *l, const struct config_column *column,
                                struct srow_error *e)
{
    const struct live_column *c = live_column_find(l->live, column->sealed);
    const char *w = column->full_name;
    if (c == NULL) {
        return finding_add(l->list, "column-missing", w, e,
                           "table %s has no column %s: run sealrow init", l->table->table,
                           column->sealed);
    }
    if (!live_column_is_binary(c)) {
        return finding_add(l->list, "column-not-binary", w, e,
                           "column %s is %s and converts what is written: make it %s",
                           column->sealed, c->type, l->db->ops->dialect->blob_type);
    }
    TRY(look_check(l, column, w, e));
    TRY(look_left(l, column, w, e));
    TRY(dependent_sealed(l->list, l->db, l->live, c->name, w, e));
    bool whole = true;
    TRY(look_beside(&whole, l, column, w, e));
    return !whole ? SROW_OK : look_room(l, column, c, w, e);
}

/* -- a table -- */

/* What long work walks by, where that is not the binding, of which the findings above tell. */
static enum srow_rc look_key(const struct look *l, struct srow_error *e)
{
    const struct config_table *t = l->table;
    for (size_t i = 0; !live_key_is_bound(l->live, t) && i < t->key_count; i++) {
        const struct live_column *c = live_column_find(l->live, t->key[i]);
        if (c == NULL || !c->not_null || c->kind == LIVE_LISTED || c->kind == LIVE_FLOAT) {
            return finding_add(l->list, "walk-key", t->name, e,
                               "column %s of tables.%s.key is not in table %s, may be NULL, or has "
                               "no reliable order: name other columns, or take key away",
                               t->key[i], t->name, t->table);
        }
    }
    if (!live_key_is_bound(l->live, t) && !live_key_is_unique(l->live, t)) {
        return finding_add(l->list, "walk-key", t->name, e,
                           "no primary key or unique index of %s lies within tables.%s.key: name "
                           "one, or take key away",
                           t->table, t->name);
    }
    return SROW_OK;
}

static enum srow_rc look_columns(const struct look *l, struct srow_error *e)
{
    size_t before = l->list->count;
    for (size_t i = 0; i < l->table->bind_count; i++) {
        TRY(look_bind(l, &l->table->binds[i], e));
    }
    if (!live_is_unique(l->live, l->table)) {
        TRY(finding_add(l->list, "bind-not-unique", l->table->name, e,
                        "no primary key or unique index of %s lies within the bound columns: add "
                        "one, or bind what is unique",
                        l->table->table));
    }
    TRY(look_key(l, e));
    TRY(finding_table(l->list, l->db, l->table, l->live, e));
    if (finding_has(l->list, before, "bind-missing")) {
        return SROW_OK; /* room cannot be measured without the bound columns */
    }
    for (size_t i = 0; i < l->table->column_count; i++) {
        TRY(look_column(l, &l->table->columns[i], e));
    }
    return SROW_OK;
}

enum srow_rc finding_schema(struct finding_list *list, const struct srow_config *config,
                            struct db *db, struct srow_error *e)
{
    for (size_t i = 0; i < config->table_count; i++) {
        const struct config_table *table = &config->tables[i];
        AUTO(live_table_cleanup) struct live_table live = {0};
        TRY(live_table_read(&live, db, table->schema, table->table, e));
        if (live.name == NULL || live.is_view) {
            TRY(finding_add(list, "table-missing", table->name, e,
                            "table %s is not in the database: create it, or correct "
                            "tables.%s.table",
                            table->table, table->name));
            continue;
        }
        struct look l = {list, config, db, table, &live};
        TRY(look_columns(&l, e));
    }
    return SROW_OK;
}
