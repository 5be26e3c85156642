/* SPDX-License-Identifier: Apache-2.0
 *
 * What init writes: one ALTER TABLE for each sealed column that is missing (SQLite takes a CHECK
 * only together with its column), and the table of probes.
 */
#include "schema/ddl.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "schema/booked.h"

enum {
    ROOM_BINDING = 64, /* a text or bytes binding, if none in the table is longer */
    ROOM_INTEGER = 20, /* "-9223372036854775808" */
    ROOM_BOOLEAN = 5,  /* "false" */
    ROOM_DATE = 10,
    ROOM_UUID = 36,
    ROOM_DECIMAL = 1 + 35 + 1 + 30,
    ROOM_TIMESTAMP = 27, /* "2026-11-24T08:30:00.120000Z" */
    ROOM_VALUE = 128,    /* a text or bytes value */
    ROOM_WRAPPED = 200,  /* KMS's ciphertext of a data key */
    ROOM_PAIR = 4,       /* two lengths around key and value */
    ROOM_EDK = 2 + 7 + 2 + 2,
    ROOM_SIGNATURE = (ROOM_PAIR + 21 + 68) + (2 + 104), /* the signer's pair, and a footer */
    ROOM_STEP = 100,
};

void ddl_plan_cleanup(struct ddl_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->statements[i]);
    }
    free(plan->statements);
    *plan = (struct ddl_plan){0};
}

static enum srow_rc plan_add(struct ddl_plan *plan, struct srow_buf *sql, struct srow_error *e)
{
    TRY(buf_check(sql, e));
    char **bigger = realloc(plan->statements, (plan->count + 1) * sizeof *bigger);
    FAIL_IF(bigger == NULL, e, SROW_E_NOMEM, "no memory for a plan");
    plan->statements = bigger;
    TRY(bytes_dup_str(&plan->statements[plan->count], bytes_buf(sql), e));
    plan->count++;
    return SROW_OK;
}

/* The first bytes of messages of a suite, as the dialect writes bytes. */
static void put_beginning(struct srow_buf *out, const struct db *db, const char *suite)
{
    buf_printf(out, "%s02%s%s", db->ops->dialect->hex[0], suite, db->ops->dialect->hex[1]);
}

void ddl_put_check(struct srow_buf *out, const struct db *db, const char *column, bool is_signed,
                   uint64_t width)
{
    const struct db_words words = {.column = column};
    buf_put_str(out, "CHECK (");
    db_put_sql(out, db, "@c IS NULL OR ", &words);
    db_put_sql(out, db, db->ops->dialect->is_bytes, &words);
    db_put_sql(out, db, "length(@c)", &words);
    if (width > 0) {
        buf_printf(out, " BETWEEN %d AND %" PRIu64, DDL_FIXED_BYTES, width);
    } else {
        buf_printf(out, " >= %d", DDL_FIXED_BYTES);
    }
    db_put_sql(out, db, " AND substr(@c, 1, 3) ", &words);
    if (is_signed) {
        buf_put_str(out, "= ");
    } else {
        buf_put_str(out, "IN (");
        put_beginning(out, db, "0478");
        buf_put_str(out, ", ");
    }
    put_beginning(out, db, "0578");
    buf_put_str(out, is_signed ? ")" : "))");
}

/* DDL without white space and quotes of names, for comparing. */
static void put_dense(struct srow_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (isspace((unsigned char)*text) == 0 && strchr("\"`[]", *text) == NULL) {
            buf_put_u8(out, (uint8_t)*text);
        }
    }
}

/* Whether dense DDL has a part of the CHECK of the column with that dense name. */
static enum srow_rc has_part(bool *out, struct srow_buf *sql, struct srow_buf *name,
                             const char *part, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf wanted = {0};
    const char *column = buf_cstr(name);
    for (; *part != '\0'; part++) {
        if (part[0] == '@' && part[1] == 'c') {
            buf_put_str(&wanted, column);
            part++;
        } else {
            buf_put_u8(&wanted, (uint8_t)*part);
        }
    }
    const char *text = buf_cstr(&wanted);
    TRY(buf_check(&wanted, e));
    *out = strcasestr(buf_cstr(sql), text) != NULL;
    return SROW_OK;
}

enum srow_rc ddl_has_check(bool *out, const struct db *db, const char *table_sql,
                           const char *column, bool is_signed, struct srow_error *e)
{
    const struct db_check *check = &db->ops->dialect->check;
    AUTO(buf_cleanup) struct srow_buf sql = {0}, name = {0};
    bool blob = false, one = false, other = false;
    put_dense(&sql, table_sql);
    put_dense(&name, column);
    TRY(buf_check(&sql, e));
    TRY(buf_check(&name, e));
    TRY(has_part(&blob, &sql, &name, check->binary, e));
    /* an unsigned column may also take unsigned messages alone */
    TRY(has_part(&one, &sql, &name, is_signed ? check->is_signed : check->either, e));
    TRY(has_part(&other, &sql, &name, is_signed ? check->is_signed : check->plain, e));
    bool checked = strcasestr(buf_cstr(&sql), "CHECK(") != NULL;
    TRY(buf_check(&sql, e));
    TRY(buf_check(&name, e));
    *out = checked && blob && (one || other);
    return SROW_OK;
}

enum srow_rc ddl_longest(uint64_t *out, struct db *db, const struct live_table *table,
                         const char *column, struct srow_error *e)
{
    const struct live_column *c = live_column_find(table, column);
    const struct db_dialect *d = db->ops->dialect;
    const struct db_words words = {.schema = table->schema, .table = table->name, .column = column};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    bool binary = c != NULL && live_column_is_binary(c);
    buf_put_str(&sql, "SELECT max(");
    db_put_sql(&sql, db, binary ? d->bytes_length : d->text_length, &words);
    db_put_sql(&sql, db, ") FROM @t", &words);
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    TRY(db_query(&rows, db, text, NULL, 0, e));
    TRY(db_next(&more, rows, e));
    struct db_value v = more ? rows->ops->value(rows, 0) : (struct db_value){0};
    *out = v.type == DB_INTEGER ? (uint64_t)v.integer : 0;
    return SROW_OK;
}

static uint64_t wrapped_bytes(const struct srow_config *config, const struct config_column *column)
{
    const struct config_key_set *set = config_key_set_find(config, column->keys);
    uint64_t bytes = 0;
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        if (!set->keys[i].open_only) {
            bytes += ROOM_EDK + strlen(set->keys[i].arn) + ROOM_WRAPPED;
        }
    }
    return bytes;
}

/* The longest text of a type, or what is usual where there is none. */
static uint64_t usual_bytes(enum srow_type type, uint64_t open_ended)
{
    switch (type) {
    case SROW_TYPE_INTEGER:
        return ROOM_INTEGER;
    case SROW_TYPE_BOOLEAN:
        return ROOM_BOOLEAN;
    case SROW_TYPE_DATE:
        return ROOM_DATE;
    case SROW_TYPE_UUID:
        return ROOM_UUID;
    case SROW_TYPE_DECIMAL:
        return ROOM_DECIMAL;
    case SROW_TYPE_TIMESTAMP:
        return ROOM_TIMESTAMP;
    case SROW_TYPE_JSON:
    case SROW_TYPE_TEXT:
    case SROW_TYPE_BYTES:
    case SROW_TYPE_NULL:
        break;
    }
    return open_ended;
}

/* A value of `len` bytes with its padding. */
static uint64_t value_bytes(const struct config_column *column, uint64_t len)
{
    return column->pad == 0 ? len : (len / column->pad + 1) * column->pad;
}

enum srow_rc ddl_room_read(struct ddl_room *out, struct db *db, const struct ddl_place *place,
                           struct srow_error *e)
{
    const struct config_table *table = place->table;
    const struct config_column *column = place->column;
    uint64_t cell = strlen("sealrow:cell") + strlen(place->config->domain) + 1 +
                    strlen(table->name) + 1 + strlen(column->name);
    uint64_t base = DDL_FIXED_BYTES + 2 + ROOM_PAIR + cell + wrapped_bytes(place->config, column);
    base += column->is_signed ? ROOM_SIGNATURE : 0;
    struct ddl_room room = {.least = base + value_bytes(column, 0), .width = base};
    for (size_t i = 0; i < table->bind_count; i++) {
        const struct config_bind *bind = &table->binds[i];
        uint64_t longest = 0;
        TRY(ddl_longest(&longest, db, place->live, bind->column, e));
        uint64_t usual = usual_bytes(bind->type, ROOM_BINDING);
        uint64_t twice = bind->type == SROW_TYPE_BYTES ? 2 : 1; /* bytes are bound as hex */
        room.least += ROOM_PAIR + strlen(bind->name) + longest * twice;
        room.width += ROOM_PAIR + strlen(bind->name) + (longest > usual ? longest : usual) * twice;
    }
    room.width += value_bytes(column, usual_bytes(column->type, ROOM_VALUE));
    room.width = (room.width + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
    *out = room;
    return SROW_OK;
}

static enum srow_rc plan_column(struct ddl_plan *plan, struct db *db, const struct live_table *live,
                                const struct config_column *column, uint64_t width,
                                struct srow_error *e)
{
    const struct db_dialect *d = db->ops->dialect;
    const struct db_words words = {
        .schema = live->schema, .table = live->name, .column = column->sealed};
    AUTO(buf_cleanup) struct srow_buf sql = {0}, after = {0};
    db_put_sql(&sql, db, "ALTER TABLE @t ADD COLUMN @c ", &words);
    buf_put_str(&sql, d->blob_type);
    if (d->blob_has_width && !live->strict) {
        buf_printf(&sql, "(%" PRIu64 ")", width);
    }
    buf_put_str(&sql, " ");
    ddl_put_check(&sql, db, column->sealed, column->is_signed, width);
    TRY(plan_add(plan, &sql, e));
    if (d->after_add == NULL) {
        return SROW_OK;
    }
    db_put_sql(&after, db, d->after_add, &words);
    return plan_add(plan, &after, e);
}

static enum srow_rc plan_table(struct ddl_plan *plan, struct db *db,
                               const struct srow_config *config, const struct config_table *table,
                               struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    TRY(live_table_read(&live, db, table->schema, table->table, e));
    FAIL_IF(live.name == NULL, e, SROW_E_SCHEMA,
            "table %s is not in the database: create it, or correct tables.%s.table", table->table,
            table->name);
    FAIL_IF(live.is_view, e, SROW_E_SCHEMA,
            "%s is a view: a sealed column needs a table: name that one", table->table);
    for (size_t i = 0; i < table->bind_count; i++) {
        FAIL_IF(live_column_find(&live, table->binds[i].column) == NULL, e, SROW_E_SCHEMA,
                "table %s has no column %s, which tables.%s.bind names: correct one of them",
                table->table, table->binds[i].column, table->name);
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct config_column *column = &table->columns[i];
        const struct ddl_place place = {config, table, column, &live};
        struct ddl_room room = {0};
        if (live_column_find(&live, column->sealed) != NULL) {
            continue;
        }
        TRY(ddl_room_read(&room, db, &place, e));
        TRY(plan_column(plan, db, &live, column, room.width, e));
    }
    return SROW_OK;
}

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
    buf_put_str(&sql, ")");
    return plan_add(plan, &sql, e);
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
                   "NOT NULL, digest %s NOT NULL, booked_at %s NOT NULL, version %s NOT NULL)",
                   text, text, text, text);
        TRY(plan_add(plan, &table, e));
    }
    const struct booked_how how = {.made = live.name == NULL, .again = again};
    TRY(booked_put(&event, db, config, &how, e));
    return event.len == 0 ? SROW_OK : plan_add(plan, &event, e);
}

enum srow_rc ddl_plan_make(struct ddl_plan *out, const struct srow_config *config, struct db *db,
                           bool again, struct srow_error *e)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    for (size_t i = 0; i < config->table_count; i++) {
        TRY(plan_table(&plan, db, config, &config->tables[i], e));
    }
    TRY(plan_probe(&plan, db, e));
    TRY(plan_booked(&plan, config, db, again, e));
    *out = plan;
    plan = (struct ddl_plan){0};
    return SROW_OK;
}

enum srow_rc ddl_plan_run(const struct ddl_plan *plan, struct db *db, struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    TRY(db_begin(&work, db, e));
    for (size_t i = 0; i < plan->count; i++) {
        TRY(db_exec(db, plan->statements[i], NULL, 0, e));
    }
    return db_commit(&work, e);
}
