/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/scan.h"

#include <inttypes.h>
#include <stdlib.h>

#include <sealrow/message.h>

#include "base/text.h"
#include "client/client.h"

void scan_cleanup(struct scan *s)
{
    walk_cleanup(&s->walk);
    live_table_cleanup(&s->live);
    free(s->columns);
    free(s->places);
    *s = (struct scan){0};
}

/* -- what is walked over -- */

static size_t add_column(struct scan *s, const char *name)
{
    s->columns[s->column_count] = live_walk_column(&s->live, name);
    return s->column_count++;
}

static enum srow_rc add_known(struct scan *s, const char *name, const char *where,
                              struct srow_error *e)
{
    FAIL_IF(live_column_find(&s->live, name) == NULL, e, SROW_E_SCHEMA,
            "table %s has no column %s: correct it, or tables.%s.%s", s->table->table, name,
            s->table->name, where);
    add_column(s, name);
    return SROW_OK;
}

/* A table that init has not seen has no sealed columns, and not everybody has plaintext. */
static size_t add_if_there(struct scan *s, const char *name)
{
    return name == NULL || live_column_find(&s->live, name) == NULL ? 0 : add_column(s, name);
}

static enum srow_rc choose_columns(struct scan *s, struct srow_error *e)
{
    const struct config_table *t = s->table;
    s->columns = calloc(t->key_count + t->bind_count + 3 * t->column_count, sizeof *s->columns);
    s->places = calloc(t->column_count + 1, sizeof *s->places);
    FAIL_IF(s->columns == NULL || s->places == NULL, e, SROW_E_NOMEM, "no memory for a table");
    for (size_t i = 0; i < t->key_count; i++) {
        TRY(add_known(s, t->key[i], "key", e));
    }
    for (size_t i = 0; i < t->bind_count; i++) {
        TRY(add_known(s, t->binds[i].column, "bind", e));
    }
    for (size_t i = 0; i < t->column_count; i++) {
        const struct config_column *c = &t->columns[i];
        FAIL_IF(c->plain != NULL && live_column_find(&s->live, c->plain) == NULL, e, SROW_E_SCHEMA,
                "table %s has no column %s: correct tables.%s.columns.%s.plain", t->table, c->plain,
                t->name, c->name);
        s->places[i] = (struct scan_place){.sealed = add_if_there(s, c->sealed),
                                           .plain = add_if_there(s, c->plain),
                                           .version = add_if_there(s, c->version)};
    }
    return SROW_OK;
}

static enum srow_rc start(struct scan *s, struct db *db, const struct scan_ask *ask,
                          struct srow_error *e)
{
    const struct config_table *t = s->table;
    struct walk_plan plan = {.schema = t->schema,
                             .table = t->table,
                             .keys = s->columns,
                             .key_count = t->key_count,
                             .columns = s->columns + t->key_count,
                             .column_count = s->column_count - t->key_count,
                             .page_rows = ask->page_rows};
    walk_plan_sample(&plan, s->rows, ask->sample);
    return walk_init(&s->walk, db, &plan, e);
}

enum srow_rc scan_open(struct scan *out, const struct scan_ask *ask, struct db *db,
                       struct srow_error *e)
{
    AUTO(scan_cleanup) struct scan s = {0};
    TRY(config_table_named(&s.table, ask->config, ask->table, e));
    TRY(live_table_read(&s.live, db, s.table->schema, s.table->table, e));
    FAIL_IF(s.live.name == NULL, e, SROW_E_SCHEMA,
            "table %s is not in the database: create it, or correct tables.%s.table",
            s.table->table, s.table->name);
    TRY(choose_columns(&s, e));
    TRY(live_key_is_bound(&s.live, s.table) ? SROW_OK : live_walk_fit(&s.live, db, s.table, e));
    TRY(db_count(&s.rows, db, s.table->schema, s.table->table, e));
    TRY(start(&s, db, ask, e));
    *out = s;
    s = (struct scan){0};
    return SROW_OK;
}

enum srow_rc scan_next(struct walk_page *page, struct scan *s, struct srow_error *e)
{
    return walk_next(page, &s->walk, e);
}

/* -- what a row holds -- */

const struct db_value *scan_bound(const struct scan *s, const struct walk_row *row, size_t bind)
{
    return &row->values[s->table->key_count + bind];
}

enum srow_rc scan_put_text(struct srow_buf *out, enum srow_type type, const struct db_value *v,
                           struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf number = {0};
    struct srow_bytes held = v->bytes;
    if (v->type == DB_INTEGER || v->type == DB_REAL) {
        if (v->type == DB_INTEGER) {
            buf_printf(&number, "%" PRId64, v->integer);
        } else {
            buf_printf(&number, "%.17g", v->real);
        }
        TRY(buf_check(&number, e));
        held = bytes_buf(&number);
    }
    return (type == SROW_TYPE_JSON ? client_given_text : client_stored_text)(out, type, held, e);
}

/* What is none of its type will not be sealed, and has a length all the same. */
static enum srow_rc text_bytes(uint64_t *out, enum srow_type type, const struct db_value *v,
                               struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    struct srow_error why = {0};
    enum srow_rc rc = scan_put_text(&text, type, v, &why);
    FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", why.text);
    *out = rc == SROW_OK ? text.len : v->bytes.len;
    return SROW_OK;
}

enum srow_rc scan_bound_bytes(uint64_t *out, const struct scan *s, const struct walk_row *row,
                              struct srow_error *e)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s->table->bind_count; i++) {
        enum srow_type type = s->table->binds[i].type;
        const struct db_value *v = scan_bound(s, row, i);
        uint64_t bytes = 0;
        TRY(v->type == DB_NULL ? SROW_OK : text_bytes(&bytes, type, v, e));
        sum += type == SROW_TYPE_BYTES ? bytes * 2 : bytes; /* bound as hex */
    }
    *out = sum;
    return SROW_OK;
}

uint64_t scan_padded(const struct config_column *column, uint64_t len)
{
    return column->pad == 0 ? len : (len / column->pad + 1) * column->pad;
}

static const struct db_value *value_at(const struct walk_row *row, size_t place)
{
    return place == 0 || row->values[place].type == DB_NULL ? NULL : &row->values[place];
}

static enum srow_rc read_message(struct scan_cell *c, const struct db_value *v,
                                 struct srow_error *e)
{
    struct srow_message_info m = {0};
    struct srow_error why = {0};
    enum srow_rc rc = srow_message_inspect(&m, v->bytes, &why);
    FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", why.text);
    if (rc != SROW_OK) {
        return SROW_OK;
    }
    c->source = SCAN_SEALED;
    c->held = v;
    c->value = m.plaintext_len;
    for (size_t i = 0; i < m.key_count && c->ciphertext == 0; i++) {
        if (bytes_equal_str(m.keys[i].provider, "aws-kms")) {
            c->ciphertext = m.keys[i].ciphertext.len;
        }
    }
    srow_message_info_free(&m);
    return SROW_OK;
}

static enum srow_rc read_plain(struct scan_cell *c, const struct config_column *column,
                               const struct db_value *v, struct srow_error *e)
{
    uint64_t bytes = 0;
    TRY(text_bytes(&bytes, column->type, v, e));
    c->source = SCAN_PLAIN;
    c->held = v;
    c->value = scan_padded(column, bytes);
    return SROW_OK;
}

static uint64_t version_of(const struct db_value *v)
{
    uint64_t n = 0;
    if (v != NULL && v->type == DB_INTEGER) {
        return v->integer > 0 ? (uint64_t)v->integer : 0;
    }
    return v != NULL && text_parse_size(&n, v->bytes, INT64_MAX, NULL) == SROW_OK ? n : 0;
}

enum srow_rc scan_cell(struct scan_cell *out, const struct scan *s, const struct walk_row *row,
                       size_t column, struct srow_error *e)
{
    const struct scan_place *at = &s->places[column];
    const struct db_value *sealed = value_at(row, at->sealed), *plain = value_at(row, at->plain);
    struct scan_cell c = {.version = version_of(value_at(row, at->version))};
    TRY(sealed == NULL ? SROW_OK : read_message(&c, sealed, e));
    if (c.source == SCAN_NONE && plain != NULL) {
        TRY(read_plain(&c, &s->table->columns[column], plain, e));
    }
    *out = c;
    return SROW_OK;
}
