/* SPDX-License-Identifier: Apache-2.0
 *
 * The CHECK of a sealed column, and its room.
 */
#include "schema/ddl.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/text.h"
#include "crypto/hash.h"

enum {
    ROOM_INTEGER = 20, /* "-9223372036854775808" */
    ROOM_BOOLEAN = 5,  /* "false" */
    ROOM_DATE = 10,
    ROOM_UUID = 36,
    ROOM_DECIMAL = 1 + 35 + 1 + 30,
    ROOM_TIMESTAMP = 27, /* "2026-11-24T08:30:00.120000Z" */
    ROOM_WRAPPED = 200,  /* KMS's ciphertext of a data key */
    ROOM_PAIR = 4,       /* two lengths around key and value */
    ROOM_EDK = 2 + 7 + 2 + 2,
    ROOM_SIGNATURE = (ROOM_PAIR + 21 + 68) + (2 + 104), /* the signer's pair, and a footer */
    ROOM_VERSION = ROOM_PAIR + 15 + ROOM_INTEGER,
    ROOM_STEP = 100,
};

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

enum { NAME_ROOM = 63 }; /* PostgreSQL's; MySQL's is 64 */

enum srow_rc ddl_put_check_name(struct srow_buf *out, const struct db *db, const char *table,
                                const char *column, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0}, shorter = {0};
    uint8_t digest[HASH_SHA256];
    buf_printf(&name, "sealrow_%s_%s", table, column);
    const char *text = buf_cstr(&name);
    TRY(buf_check(&name, e));
    if (strlen(text) > NAME_ROOM) {
        TRY(hash_sha256(digest, srow_str(text), e));
        buf_put_str(&shorter, "sealrow_");
        text_put_hex(&shorter, bytes_of(digest, NAME_ROOM / 4));
        text = buf_cstr(&shorter);
        TRY(buf_check(&shorter, e));
    }
    db_put_name(out, db, text);
    return SROW_OK;
}

/* The length of "0x020478", as MySQL writes X'020478'; 0: it is none. */
static size_t hex_length(const char *text, char before)
{
    if (strncmp(text, "0x", 2) != 0 || isalnum((unsigned char)before) != 0 || before == '_') {
        return 0;
    }
    size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
    return digits == 0 ? 0 : digits + 2;
}

/* DDL without white space and quotes of names, for comparing. */
static void put_dense(struct srow_buf *out, const char *text)
{
    for (char before = ' '; *text != '\0'; before = *text++) {
        size_t hex = hex_length(text, before);
        if (hex > 0) {
            buf_printf(out, "X'%.*s'", (int)hex - 2, text + 2);
            text += hex - 1;
        } else if (isspace((unsigned char)*text) == 0 && strchr("\"`[]", *text) == NULL) {
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

/* What a CHECK that is there lets in, by the parts that it has. */
static enum ddl_check check_of(const struct config_column *column, bool either, bool plain,
                               bool is_signed)
{
    if (column->is_signed) {
        return is_signed ? DDL_CHECK_FITS : DDL_CHECK_OTHER;
    }
    /* what other writers left is of either suite; our own unsigned values are of one */
    bool fits = either || (plain && !column->accepts_no_cell);
    return fits ? DDL_CHECK_FITS : DDL_CHECK_OTHER;
}

enum srow_rc ddl_check_read(enum ddl_check *out, const struct db *db, const char *table_sql,
                            const struct config_column *column, struct srow_error *e)
{
    const struct db_check *check = &db->ops->dialect->check;
    AUTO(buf_cleanup) struct srow_buf sql = {0}, name = {0};
    bool blob = false, either = false, plain = false, is_signed = false;
    put_dense(&sql, table_sql);
    put_dense(&name, column->sealed);
    TRY(buf_check(&sql, e));
    TRY(buf_check(&name, e));
    TRY(has_part(&blob, &sql, &name, check->binary, e));
    TRY(has_part(&either, &sql, &name, check->either, e));
    TRY(has_part(&plain, &sql, &name, check->plain, e));
    TRY(has_part(&is_signed, &sql, &name, check->is_signed, e));
    bool checked = strcasestr(buf_cstr(&sql), "CHECK(") != NULL;
    TRY(buf_check(&sql, e));
    TRY(buf_check(&name, e));
    bool there = checked && blob && (either || plain || is_signed);
    *out = there ? check_of(column, either, plain, is_signed) : DDL_CHECK_NONE;
    return SROW_OK;
}

enum srow_rc ddl_longest(uint64_t *out, struct db *db, const struct live_table *table,
                         const char *column, struct srow_error *e)
{
    const struct live_column *c = live_column_find(table, column);
    const struct db_dialect *d = db->ops->dialect;
    const struct db_words words = {.schema = table->schema, .table = table->name, .column = column};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    bool binary = c != NULL && live_column_is_binary(c);
    buf_put_str(&sql, "SELECT max(");
    db_put_sql(&sql, db, binary ? d->bytes_length : d->text_length, &words);
    db_put_sql(&sql, db, ") FROM @t", &words);
    return db_number(out, db, &sql, e);
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

uint64_t ddl_usual_bytes(enum srow_type type, uint64_t open_ended)
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
    base += column->version != NULL ? ROOM_VERSION : 0;
    struct ddl_room room = {.least = base + value_bytes(column, 0), .width = base};
    for (size_t i = 0; i < table->bind_count; i++) {
        const struct config_bind *bind = &table->binds[i];
        uint64_t longest = 0;
        TRY(ddl_longest(&longest, db, place->live, bind->column, e));
        uint64_t usual = ddl_usual_bytes(bind->type, DDL_ROOM_BINDING);
        uint64_t twice = bind->type == SROW_TYPE_BYTES ? 2 : 1; /* bytes are bound as hex */
        room.least += ROOM_PAIR + strlen(bind->name) + longest * twice;
        room.width += ROOM_PAIR + strlen(bind->name) + (longest > usual ? longest : usual) * twice;
    }
    uint64_t plain = 0;
    if (column->plain != NULL) {
        TRY(ddl_longest(&plain, db, place->live, column->plain, e));
    }
    uint64_t value = ddl_usual_bytes(column->type, DDL_ROOM_VALUE);
    room.width += value_bytes(column, plain > value ? plain : value);
    room.width = (room.width + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
    *out = room;
    return SROW_OK;
}
