/* SPDX-License-Identifier: Apache-2.0
 *
 * What init writes: one ALTER TABLE with column and CHECK for each sealed column that is missing
 * (SQLite takes a CHECK only together with its column; PostgreSQL adds it NOT VALID, which is
 * quick, and validates it without keeping writers waiting), the table of probes, and the table of
 * events.
 */
#include <inttypes.h>

#include "base/text.h"
#include "schema/booked.h"
#include "schema/ddl.h"
#include "schema/trigger.h"

enum {
    ROW_SPARE = 128,   /* of them for NULLs and what else has to be told */
    BLOB_MOST = 65535, /* of MySQL's BLOB */
};

/* What is planned for one table. */
struct draft {
    struct ddl_plan *plan, *later;
    struct db *db;
    const struct srow_config *config;
    const struct config_table *table;
    struct live_table live;
    uint64_t row_bytes; /* of all columns, with those that are planned; 0: they share nothing */
    bool blob;
};

static void draft_cleanup(struct draft *d)
{
    live_table_cleanup(&d->live);
}

static struct db_words words_of(const struct draft *d, const struct config_column *column)
{
    return (struct db_words){
        .schema = d->live.schema, .table = d->live.name, .column = column->sealed};
}

/* -- a CHECK -- */

/* "ADD CONSTRAINT name CHECK (...)", valid or to be validated later. */
static enum srow_rc put_constraint(struct srow_buf *sql, const struct draft *d,
                                   const struct config_column *column, uint64_t width,
                                   struct srow_error *e)
{
    buf_put_str(sql, "ADD CONSTRAINT ");
    TRY(ddl_put_check_name(sql, d->db, d->live.name, column->sealed, e));
    buf_put_str(sql, " ");
    ddl_put_check(sql, d->db, column->sealed, column->is_signed, width);
    buf_put_str(sql, d->db->ops->dialect->validate == NULL ? "" : " NOT VALID");
    return SROW_OK;
}

static enum srow_rc plan_validate(const struct draft *d, const struct config_column *column,
                                  struct srow_error *e)
{
    const struct db_dialect *dialect = d->db->ops->dialect;
    const struct db_words words = words_of(d, column);
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    if (dialect->validate == NULL) {
        return SROW_OK;
    }
    db_put_sql(&sql, d->db, dialect->validate, &words);
    TRY(ddl_put_check_name(&sql, d->db, d->live.name, column->sealed, e));
    return ddl_plan_add(d->later, &sql, e);
}

/* CHECKs that were added and not validated: somebody stopped in between. */
static enum srow_rc plan_unvalidated(const struct draft *d, const struct config_column *column,
                                     struct srow_error *e)
{
    const struct db_dialect *dialect = d->db->ops->dialect;
    const struct db_words words = words_of(d, column);
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value asked[] = {db_text(d->live.name), db_text_or_null(d->live.schema),
                               db_text(column->sealed)};
    bool more = false;
    if (dialect->validate == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, d->db, dialect->catalog.checks, asked, 3, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        AUTO(buf_cleanup) struct srow_buf sql = {0}, name = {0};
        buf_put(&name, rows->ops->value(rows, 0).bytes);
        db_put_sql(&sql, d->db, dialect->validate, &words);
        db_put_name(&sql, d->db, buf_cstr(&name));
        TRY(buf_check(&name, e));
        if (rows->ops->value(rows, 1).integer != 0) {
            TRY(ddl_plan_add(d->later, &sql, e));
        }
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

/* -- a column -- */

static void put_type(struct srow_buf *sql, struct draft *d, uint64_t width)
{
    const struct db_dialect *dialect = d->db->ops->dialect;
    bool shared = d->row_bytes > 0;
    if (shared && (d->blob || d->row_bytes + width + ROW_SPARE > DDL_ROW_MOST)) {
        buf_put_str(sql, width > BLOB_MOST ? dialect->blob_huge : dialect->blob_any);
        return;
    }
    d->row_bytes += shared ? width + 2 : 0;
    buf_put_str(sql, dialect->blob_type);
    if (dialect->blob_has_width && !d->live.strict) {
        buf_printf(sql, "(%" PRIu64 ")", width);
    }
}

static enum srow_rc plan_new(struct draft *d, const struct config_column *column, uint64_t width,
                             struct srow_error *e)
{
    const struct db_dialect *dialect = d->db->ops->dialect;
    const struct db_words words = words_of(d, column);
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    db_put_sql(&sql, d->db, "ALTER TABLE @t ADD COLUMN @c ", &words);
    put_type(&sql, d, width);
    if (dialect->check_only_at_add) {
        buf_put_str(&sql, " ");
        ddl_put_check(&sql, d->db, column->sealed, column->is_signed, width);
        return ddl_plan_add(d->plan, &sql, e);
    }
    db_put_sql(&sql, d->db, dialect->add_with, &words);
    buf_put_str(&sql, ", ");
    TRY(put_constraint(&sql, d, column, width, e));
    TRY(ddl_plan_add(d->plan, &sql, e));
    return plan_validate(d, column, e);
}

/* What a revert that was stopped has left would refuse every value. */
static enum srow_rc plan_guard_away(const struct draft *d, const struct config_column *column,
                                    struct srow_error *e)
{
    const struct db_words words = words_of(d, column);
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    bool left = false;
    TRY(ddl_guard_find(&left, d->db, &d->live, column->sealed, e));
    if (!left) {
        return SROW_OK;
    }
    db_put_sql(&sql, d->db, "ALTER TABLE @t DROP CONSTRAINT ", &words);
    TRY(ddl_guard_put_name(&sql, d->db, &d->live, column->sealed, e));
    return ddl_plan_add(d->plan, &sql, e);
}

/* A column that is there gets its CHECK, where the engine can add one. */
static enum srow_rc plan_there(struct draft *d, const struct config_column *column,
                               const struct live_column *there, uint64_t width,
                               struct srow_error *e)
{
    const struct db_words words = words_of(d, column);
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    enum ddl_check check = DDL_CHECK_NONE;
    TRY(plan_guard_away(d, column, e));
    TRY(ddl_check_read(&check, d->db, d->live.sql, column, e));
    if (check != DDL_CHECK_NONE) {
        return plan_unvalidated(d, column, e);
    }
    if (d->db->ops->dialect->check_only_at_add || !live_column_is_binary(there)) {
        return SROW_OK;
    }
    bool wider = there->declared == 0 || there->declared > width;
    db_put_sql(&sql, d->db, "ALTER TABLE @t ", &words);
    TRY(put_constraint(&sql, d, column, wider ? there->declared : width, e));
    TRY(ddl_plan_add(d->plan, &sql, e));
    return plan_validate(d, column, e);
}

/* What one cell seals would not open as the other. */
static enum srow_rc refuse_shared(const struct draft *d, const struct config_column *column,
                                  struct srow_error *e)
{
    for (size_t t = 0; t < d->config->table_count; t++) {
        const struct config_table *table = &d->config->tables[t];
        for (size_t i = 0; i < table->column_count; i++) {
            const struct config_column *other = &table->columns[i];
            FAIL_IF(other != column && live_same_table(&d->live, d->table, table) &&
                        live_same_name(&d->live, other->sealed, column->sealed),
                    e, SROW_E_SCHEMA, "%s and %s are both sealed in column %s: give each its own",
                    column->full_name, other->full_name, column->sealed);
        }
    }
    return SROW_OK;
}

static enum srow_rc plan_column(struct draft *d, const struct config_column *column,
                                struct srow_error *e)
{
    const struct live_column *there = live_column_find(&d->live, column->sealed);
    const struct ddl_place place = {d->config, d->table, column, &d->live};
    struct ddl_room room = {0};
    FAIL_IF(column->plain != NULL && live_column_find(&d->live, column->plain) == NULL, e,
            SROW_E_SCHEMA, "table %s has no column %s: correct tables.%s.columns.%s.plain",
            d->table->table, column->plain, d->table->name, column->name);
    TRY(refuse_shared(d, column, e));
    TRY(ddl_room_read(&room, d->db, &place, e));
    TRY(there == NULL ? plan_new(d, column, room.width, e)
                      : plan_there(d, column, there, room.width, e));
    return trigger_plan(d->plan, d->db, &place, e);
}

/* -- a table -- */

enum srow_rc ddl_plan_row_bytes(uint64_t *out, struct db *db, const struct live_table *live,
                                struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value asked[] = {db_text(live->name), db_text_or_null(live->schema)};
    const char *sql = db->ops->dialect->catalog.row_bytes;
    bool more = false;
    if (sql == NULL) {
        *out = 0;
        return SROW_OK;
    }
    TRY(db_query(&rows, db, sql, asked, 2, e));
    TRY(db_next(&more, rows, e));
    struct db_value v = more ? rows->ops->value(rows, 0) : (struct db_value){0};
    uint64_t bytes = 0;
    TRY(v.type == DB_TEXT ? text_parse_size(&bytes, v.bytes, INT64_MAX, e) : SROW_OK);
    *out = 1 + (v.type == DB_INTEGER ? (uint64_t)v.integer : bytes);
    return SROW_OK;
}

static enum srow_rc plan_table(struct draft *d, struct srow_error *e)
{
    const struct config_table *table = d->table;
    TRY(live_table_read(&d->live, d->db, table->schema, table->table, e));
    FAIL_IF(d->live.name == NULL, e, SROW_E_SCHEMA,
            "table %s is not in the database: create it, or correct tables.%s.table", table->table,
            table->name);
    FAIL_IF(d->live.is_view, e, SROW_E_SCHEMA,
            "%s is a view: a sealed column needs a table: name that one", table->table);
    TRY(live_table_protected(&d->live, e));
    for (size_t i = 0; i < table->bind_count; i++) {
        FAIL_IF(live_column_find(&d->live, table->binds[i].column) == NULL, e, SROW_E_SCHEMA,
                "table %s has no column %s, which tables.%s.bind names: correct one of them",
                table->table, table->binds[i].column, table->name);
    }
    TRY(ddl_plan_row_bytes(&d->row_bytes, d->db, &d->live, e));
    for (size_t i = 0; i < table->column_count; i++) {
        TRY(plan_column(d, &table->columns[i], e));
    }
    return SROW_OK;
}

/* -- tables of our own -- */

static enum srow_rc plan_probe(struct ddl_plan *plan, struct db *db, struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    const struct db_dialect *d = db->ops->dialect;
    TRY(live_table_read(&live, db, NULL, DDL_PROBE_TABLE, e));
    if (live.name != NULL) {
        return SROW_OK;
    }
    buf_printf(&sql,
               "CREATE TABLE " DDL_PROBE_TABLE " (key_set %s NOT NULL PRIMARY KEY, "
               "%ckeys%c TEXT NOT NULL, message %s NOT NULL ",
               d->key_type, d->quote, d->quote, d->blob_any);
    ddl_put_check(&sql, db, "message", false, 0);
    buf_printf(&sql, ")%s", d->own_table);
    return ddl_plan_add(plan, &sql, e);
}

static enum srow_rc plan_booked(struct ddl_plan *plan, const struct srow_config *config,
                                struct db *db, bool again, struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    AUTO(buf_cleanup) struct srow_buf table = {0}, event = {0};
    const char *text = db->ops->dialect->key_type;
    TRY(live_table_read(&live, db, NULL, BOOKED_TABLE, e));
    if (live.name == NULL) {
        buf_printf(&table,
                   "CREATE TABLE " BOOKED_TABLE " (number BIGINT NOT NULL PRIMARY KEY, event %s "
                   "NOT NULL, digest %s NOT NULL, booked_at %s NOT NULL, version %s NOT NULL)%s",
                   text, text, text, text, db->ops->dialect->own_table);
        TRY(ddl_plan_add(plan, &table, e));
    }
    const struct booked_how how = {.made = live.name == NULL, .again = again};
    TRY(booked_put(&event, db, config, &how, e));
    return event.len == 0 ? SROW_OK : ddl_plan_add(plan, &event, e);
}

/* -- the plan -- */

static enum srow_rc add_later(struct ddl_plan *plan, const struct ddl_plan *later,
                              struct srow_error *e)
{
    for (size_t i = 0; i < later->count; i++) {
        AUTO(buf_cleanup) struct srow_buf sql = {0};
        buf_put_str(&sql, later->statements[i]);
        TRY(ddl_plan_add(plan, &sql, e));
    }
    plan->later = later->count;
    return SROW_OK;
}

enum srow_rc ddl_plan_make(struct ddl_plan *out, const struct srow_config *config, struct db *db,
                           const struct ddl_how *how, struct srow_error *e)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0}, later = {0};
    for (size_t i = 0; i < config->table_count; i++) {
        AUTO(draft_cleanup)
        struct draft d = {.plan = &plan,
                          .later = &later,
                          .db = db,
                          .config = config,
                          .table = &config->tables[i],
                          .blob = how != NULL && how->blob};
        TRY(plan_table(&d, e));
    }
    TRY(plan_probe(&plan, db, e));
    TRY(plan_booked(&plan, config, db, how != NULL && how->again, e));
    TRY(add_later(&plan, &later, e));
    *out = plan;
    plan = (struct ddl_plan){0};
    return SROW_OK;
}
