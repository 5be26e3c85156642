/* SPDX-License-Identifier: Apache-2.0
 *
 * What init --revert takes away: the table of events first, so that no writer begins any more, then
 * sealed columns that are empty, then the probes. That plaintext stands beside a sealed value does
 * not say that it is the same: it may be masked. So only who says discard_sealed lets such a value
 * go. What somebody stores meanwhile is not lost either: a CHECK that it is so goes before the
 * DROP, also in the DDL that is printed; SQLite has one writer.
 */
#include <inttypes.h>

#include "schema/booked.h"
#include "schema/ddl.h"
#include "schema/trigger.h"

static enum srow_rc count_values(uint64_t *out, struct db *db, const struct db_words *words,
                                 struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    db_put_sql(&sql, db, "SELECT count(*) FROM @t WHERE @c IS NOT NULL", words);
    db_put_sql(&sql, db, words->plain != NULL ? " AND @o IS NULL" : "", words);
    return db_number(out, db, &sql, e);
}

static void put_drop(struct srow_buf *sql, bool there, const char *quoted)
{
    if (there) {
        buf_printf(sql, "DROP CONSTRAINT %s, ", quoted);
    }
}

/* The trigger goes behind the CHECK: if that is refused, nothing goes stale. PostgreSQL drops a
 * column's CHECKs with it, and its DDL has no names; elsewhere they stand in the table's DDL. */
static enum srow_rc plan_guarded_drop(struct ddl_plan *plan, struct db *db,
                                      const struct ddl_place *place, const struct db_words *words,
                                      struct srow_error *e)
{
    const struct live_table *live = place->live;
    AUTO(buf_cleanup) struct srow_buf guard = {0}, ours = {0}, add = {0}, drop = {0};
    bool left = false;
    TRY(ddl_guard_find(&left, db, live, words->column, e));
    TRY(ddl_guard_put_name(&guard, db, live, words->column, e));
    TRY(ddl_put_check_name(&ours, db, words->table, words->column, e));
    const char *name = buf_cstr(&guard), *check = buf_cstr(&ours);
    TRY(buf_check(&guard, e));
    TRY(buf_check(&ours, e));
    db_put_sql(&add, db, "ALTER TABLE @t ", words);
    put_drop(&add, left, name); /* of a revert that was stopped behind it: it may ask for less */
    buf_printf(&add, "ADD CONSTRAINT %s", name);
    db_put_sql(&add, db, " CHECK (@c IS NULL", words);
    db_put_sql(&add, db, words->plain != NULL ? " OR @o IS NOT NULL)" : ")", words);
    TRY(ddl_plan_add(plan, &add, e));
    TRY(trigger_plan_drop(plan, db, place, e));
    db_put_sql(&drop, db, "ALTER TABLE @t ", words);
    put_drop(&drop, strstr(live->sql, check) != NULL, check);
    buf_printf(&drop, "DROP CONSTRAINT %s, ", name);
    db_put_sql(&drop, db, "DROP COLUMN @c", words);
    return ddl_plan_add(plan, &drop, e);
}

static enum srow_rc plan_column(struct ddl_plan *plan, struct db *db, const struct ddl_place *place,
                                const struct db_words *words, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    uint64_t values = 0;
    TRY(count_values(&values, db, words, e));
    FAIL_IF(values > 0, e, SROW_E_SCHEMA,
            "table %s, column %s: %" PRIu64
            " sealed value%s would be lost: get out what is needed with "
            "sealrow get, set the column to NULL, then run init --revert again%s",
            words->table, words->column, values, values == 1 ? "" : "s",
            place->column->plain == NULL || words->plain != NULL
                ? ""
                : "; or, if the plaintext beside each is what shall stay, with --discard-sealed");
    if (!db->ops->dialect->check_only_at_add) {
        return plan_guarded_drop(plan, db, place, words, e);
    }
    TRY(trigger_plan_drop(plan, db, place, e));
    db_put_sql(&sql, db, "ALTER TABLE @t DROP COLUMN @c", words);
    return ddl_plan_add(plan, &sql, e);
}

static enum srow_rc plan_table(struct ddl_plan *plan, struct db *db,
                               const struct srow_config *config, const struct config_table *table,
                               bool discard, struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    TRY(live_table_read(&live, db, table->schema, table->table, e));
    for (size_t i = 0; live.name != NULL && i < table->column_count; i++) {
        const struct live_column *c = live_column_find(&live, table->columns[i].sealed);
        if (c != NULL && live_column_is_binary(c)) {
            const char *plain = table->columns[i].plain;
            bool is_beside = discard && plain != NULL && live_column_find(&live, plain) != NULL;
            const struct db_words words = {.schema = live.schema,
                                           .table = live.name,
                                           .column = c->name,
                                           .plain = is_beside ? plain : NULL};
            const struct ddl_place place = {config, table, &table->columns[i], &live};
            TRY(plan_column(plan, db, &place, &words, e));
        }
    }
    return SROW_OK;
}

static enum srow_rc plan_own(struct ddl_plan *plan, struct db *db, const char *name,
                             struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    TRY(live_table_read(&live, db, NULL, name, e));
    buf_printf(&sql, "DROP TABLE %s", name);
    return live.name == NULL ? SROW_OK : ddl_plan_add(plan, &sql, e);
}

enum srow_rc ddl_revert_make(struct ddl_plan *out, const struct srow_config *config, struct db *db,
                             const struct ddl_back *back, struct srow_error *e)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    const struct config_table *table = NULL; /* all */
    TRY(back->table == NULL ? SROW_OK : config_table_named(&table, config, back->table, e));
    TRY(table == NULL ? plan_own(&plan, db, BOOKED_TABLE, e) : SROW_OK);
    for (size_t i = 0; i < config->table_count; i++) {
        if (table == NULL || table == &config->tables[i]) {
            TRY(plan_table(&plan, db, config, &config->tables[i], back->discard_sealed, e));
        }
    }
    TRY(table == NULL ? plan_own(&plan, db, DDL_PROBE_TABLE, e) : SROW_OK);
    *out = plan;
    plan = (struct ddl_plan){0};
    return SROW_OK;
}

enum srow_rc ddl_revert_run(struct ddl_plan *out, const struct srow_config *config, struct db *db,
                            const struct ddl_back *back, struct srow_error *e)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    AUTO(db_rollback) struct db_work work = {0};
    TRY(db_begin(&work, db, e));
    TRY(ddl_revert_make(&plan, config, db, back, e));
    for (size_t i = 0; i < plan.count; i++) {
        TRY(db_exec(db, plan.statements[i], NULL, 0, e));
    }
    TRY(db_commit(&work, e));
    *out = plan;
    plan = (struct ddl_plan){0};
    return SROW_OK;
}
