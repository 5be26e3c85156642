/* SPDX-License-Identifier: Apache-2.0
 *
 * Three roles with no more rights than they need. A writer may not change a bound column, which
 * names the row and stands in its sealed values; nobody deletes or changes an event.
 */
#include "schema/booked.h"
#include "schema/ddl.h"

struct draft {
    struct ddl_plan *plan;
    struct db *db;
    const struct ddl_roles *roles;
};

/* The same grant may be planned for several tables. */
static enum srow_rc add_once(const struct draft *d, struct srow_buf *sql, struct srow_error *e)
{
    TRY(buf_check(sql, e));
    for (size_t i = 0; i < d->plan->count; i++) {
        if (bytes_equal_str(bytes_buf(sql), d->plan->statements[i])) {
            return SROW_OK;
        }
    }
    return ddl_plan_add(d->plan, sql, e);
}

static enum srow_rc is_there(bool *out, struct db *db, const char *role, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    const struct db_value asked[] = {db_text(role)};
    *out = false;
    if (db->ops->dialect->catalog.role == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, db, db->ops->dialect->catalog.role, asked, 1, e));
    return db_next(out, rows, e);
}

static enum srow_rc create(const struct draft *d, const char *role, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    bool there = false;
    TRY(is_there(&there, d->db, role, e));
    if (there) {
        return SROW_OK;
    }
    db_put_sql(&sql, d->db, d->db->ops->dialect->create_role, &(struct db_words){.column = role});
    return add_once(d, &sql, e);
}

/* "GRANT rights ON table TO role" */
static enum srow_rc grant(const struct draft *d, const char *rights, const struct db_words *on,
                          const char *role, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_printf(&sql, "GRANT %s", rights);
    db_put_sql(&sql, d->db, " ON @t TO ", on);
    db_put_name(&sql, d->db, role);
    return add_once(d, &sql, e);
}

static bool is_bound(const struct config_table *table, const struct live_table *live,
                     const char *column)
{
    for (size_t i = 0; i < table->bind_count; i++) {
        if (live_same_name(live, table->binds[i].column, column)) {
            return true;
        }
    }
    return false;
}

/* Sealed columns that init will add are among them. */
static void put_updatable(struct srow_buf *out, const struct draft *d,
                          const struct config_table *table, const struct live_table *live)
{
    const char *between = "UPDATE (";
    for (size_t i = 0; i < live->column_count; i++) {
        const struct live_column *c = &live->columns[i];
        if (!is_bound(table, live, c->name) && !c->generated) {
            buf_put_str(out, between);
            db_put_name(out, d->db, c->name);
            between = ", ";
        }
    }
    for (size_t i = 0; i < table->column_count; i++) {
        if (live_column_find(live, table->columns[i].sealed) == NULL) {
            buf_put_str(out, between);
            db_put_name(out, d->db, table->columns[i].sealed);
            between = ", ";
        }
    }
    buf_put_str(out, ")");
}

/* All three look into the schema, and a migrator makes our tables there. */
static enum srow_rc grant_schema(const struct draft *d, const char *schema, struct srow_error *e)
{
    const char *roles[] = {d->roles->writer, d->roles->reader, d->roles->migrator};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf sql = {0};
        const struct db_words words = {.table = schema, .column = roles[i]};
        bool creates = i == 2;
        db_put_sql(&sql, d->db,
                   creates ? "GRANT USAGE, CREATE ON SCHEMA @t TO @c"
                           : "GRANT USAGE ON SCHEMA @t TO @c",
                   &words);
        TRY(add_once(d, &sql, e));
    }
    return SROW_OK;
}

static enum srow_rc grant_member(const struct draft *d, const char *owner, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    if (strcmp(owner, d->roles->migrator) == 0) {
        return SROW_OK;
    }
    db_put_sql(&sql, d->db, "GRANT @t TO @c",
               &(struct db_words){.table = owner, .column = d->roles->migrator});
    return add_once(d, &sql, e);
}

/* PostgreSQL lets a table's owner alter it and nobody else; its schema has rights too. */
static enum srow_rc grant_owner(const struct draft *d, const struct db_words *on,
                                struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(buf_cleanup) struct srow_buf owner = {0}, schema = {0};
    struct db_value asked[] = {db_text(on->table), db_text_or_null(on->schema)};
    bool more = false;
    TRY(db_query(&rows, d->db, d->db->ops->dialect->catalog.owner, asked, 2, e));
    TRY(db_next(&more, rows, e));
    if (!more) {
        return SROW_OK;
    }
    buf_put(&owner, rows->ops->value(rows, 0).bytes);
    buf_put(&schema, rows->ops->value(rows, 1).bytes);
    const char *o = buf_cstr(&owner), *s = buf_cstr(&schema);
    TRY(buf_check(&owner, e));
    TRY(buf_check(&schema, e));
    FAIL_IF(rows->ops->value(rows, 2).integer != 0, e, SROW_E_SCHEMA,
            "table %s belongs to %s, who is a superuser or may make roles, and a migrator would be "
            "as he: ALTER TABLE ... OWNER TO somebody else, then print the roles again",
            on->table, o);
    TRY(grant_schema(d, s, e));
    return grant_member(d, o, e);
}

/* A writer takes the values that name new rows. */
static enum srow_rc grant_sequences(const struct draft *d, const struct config_table *table,
                                    struct srow_error *e)
{
    for (size_t i = 0; i < table->bind_count; i++) {
        AUTO(buf_cleanup) struct srow_buf sql = {0};
        const struct config_bind *bind = &table->binds[i];
        if (bind->made == CONFIG_MADE_SEQUENCE) {
            db_put_sql(&sql, d->db, d->db->ops->dialect->grant_values,
                       &(struct db_words){.schema = bind->sequence_schema,
                                          .table = bind->sequence,
                                          .column = d->roles->writer});
            TRY(add_once(d, &sql, e));
        }
    }
    return SROW_OK;
}

static enum srow_rc grant_table(const struct draft *d, const struct config_table *table,
                                struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    AUTO(buf_cleanup) struct srow_buf update = {0};
    TRY(live_table_read(&live, d->db, table->schema, table->table, e));
    if (live.name == NULL) {
        return SROW_OK;
    }
    const struct db_words on = {.schema = live.schema, .table = live.name};
    put_updatable(&update, d, table, &live);
    const char *rights = buf_cstr(&update);
    TRY(buf_check(&update, e));
    TRY(grant(d, "SELECT, INSERT", &on, d->roles->writer, e));
    TRY(grant(d, rights, &on, d->roles->writer, e));
    TRY(grant_sequences(d, table, e));
    TRY(grant(d, "SELECT", &on, d->roles->reader, e));
    if (d->db->ops->dialect->catalog.owner != NULL) {
        return grant_owner(d, &on, e);
    }
    return grant(d, "SELECT, INSERT, UPDATE, CREATE, ALTER, DROP, TRIGGER", &on, d->roles->migrator,
                 e);
}

static enum srow_rc grant_own(const struct draft *d, struct srow_error *e)
{
    static const struct db_words events = {.table = BOOKED_TABLE},
                                 probes = {.table = DDL_PROBE_TABLE};
    bool owner = d->db->ops->dialect->catalog.owner != NULL;
    TRY(grant(d, "SELECT", &events, d->roles->writer, e));
    TRY(grant(d, "SELECT", &probes, d->roles->reader, e));
    TRY(grant(d, owner ? "SELECT, INSERT" : "SELECT, INSERT, CREATE, DROP", &events,
              d->roles->migrator, e));
    return grant(d, owner ? "SELECT, INSERT, UPDATE" : "SELECT, INSERT, UPDATE, CREATE, DROP",
                 &probes, d->roles->migrator, e);
}

enum srow_rc ddl_roles_make(struct ddl_plan *out, const struct srow_config *config, struct db *db,
                            const struct ddl_roles *roles, struct srow_error *e)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    const struct draft d = {&plan, db, roles};
    if (db->ops->dialect->create_role == NULL) {
        return SROW_OK;
    }
    TRY(create(&d, roles->writer, e));
    TRY(create(&d, roles->reader, e));
    TRY(create(&d, roles->migrator, e));
    for (size_t i = 0; i < config->table_count; i++) {
        TRY(grant_table(&d, &config->tables[i], e));
    }
    TRY(grant_own(&d, e));
    *out = plan;
    plan = (struct ddl_plan){0};
    return SROW_OK;
}
