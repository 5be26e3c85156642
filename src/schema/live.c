/* SPDX-License-Identifier: Apache-2.0
 *
 * The live schema, from the queries of the dialect: names are bound and not pasted.
 */
#include "schema/live.h"

#include <stdlib.h>
#include <strings.h>

#include "base/text.h"
#include "schema/tokens.h"

static void column_cleanup(struct live_column *c)
{
    str_free(&c->name);
    str_free(&c->type);
}

static void unique_cleanup(struct live_unique *u)
{
    for (size_t i = 0; i < u->count; i++) {
        free(u->columns[i]);
    }
    free(u->columns);
    *u = (struct live_unique){0};
}

void live_table_cleanup(struct live_table *t)
{
    str_free(&t->schema);
    str_free(&t->name);
    str_free(&t->sql);
    for (size_t i = 0; i < t->column_count; i++) {
        column_cleanup(&t->columns[i]);
    }
    for (size_t i = 0; i < t->unique_count; i++) {
        unique_cleanup(&t->uniques[i]);
    }
    free(t->columns);
    free(t->uniques);
    *t = (struct live_table){0};
}

/* One more element, zeroed, at the end of an array. */
static enum srow_rc grow(void **array, size_t count, size_t size, struct srow_error *e)
{
    void *bigger = realloc(*array, (count + 1) * size);
    FAIL_IF(bigger == NULL, e, SROW_E_NOMEM, "no memory for the schema");
    memset((char *)bigger + count * size, 0, size);
    *array = bigger;
    return SROW_OK;
}

static struct db_value at(const struct db_rows *rows, size_t column)
{
    return rows->ops->value(rows, column);
}

/* What the queries of the catalog ask for: table and schema. */
enum { ASKED = 2 };

static enum srow_rc read_head(struct live_table *t, struct db *db, const struct db_value *asked,
                              struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    TRY(db_query(&rows, db, db->ops->dialect->catalog.table, asked, ASKED, e));
    TRY(db_next(&more, rows, e));
    if (!more) {
        return SROW_OK;
    }
    TRY(bytes_dup_str(&t->name, at(rows, 0).bytes, e));
    TRY(bytes_dup_str(&t->sql, at(rows, 1).bytes, e));
    t->names_have_case = db->ops->dialect->names_have_case;
    t->is_view = at(rows, 2).integer != 0;
    t->strict = at(rows, 3).integer != 0;
    t->is_unprotected = at(rows, 4).integer != 0;
    return SROW_OK;
}

/* The DDL of a table that is there, where it takes a statement of its own. */
static enum srow_rc read_ddl(struct live_table *t, struct db *db, const char *schema,
                             struct srow_error *e)
{
    const struct db_words words = {.schema = schema, .table = t->name};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    if (db->ops->dialect->catalog.ddl == NULL || t->is_view) {
        return SROW_OK;
    }
    db_put_sql(&sql, db, db->ops->dialect->catalog.ddl, &words);
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    TRY(db_query(&rows, db, text, NULL, 0, e));
    TRY(db_next(&more, rows, e));
    if (more) {
        str_free(&t->sql);
        TRY(bytes_dup_str(&t->sql, at(rows, 1).bytes, e));
    }
    return SROW_OK;
}

/* SQLite's affinity (its documentation, datatype3, 3.1): the first word that occurs decides. */
static enum live_kind affinity(const char *type)
{
    static const struct {
        const char *word;
        enum live_kind kind;
    } rows[] = {{"INT", LIVE_NUMBER}, {"CHAR", LIVE_TEXT},   {"CLOB", LIVE_TEXT},
                {"TEXT", LIVE_TEXT},  {"BLOB", LIVE_BINARY}, {"REAL", LIVE_FLOAT},
                {"FLOA", LIVE_FLOAT}, {"DOUB", LIVE_FLOAT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcasestr(type, rows[i].word) != NULL) {
            return rows[i].kind;
        }
    }
    return *type == '\0' ? LIVE_BINARY : LIVE_AFFINE;
}

static enum live_kind kind_of(const char *type, struct db_value said)
{
    return said.type == DB_TEXT && said.bytes.len == 1
               ? (enum live_kind) * (const unsigned char *)said.bytes.at
               : affinity(type);
}

/* 900 for BLOB(900). */
static uint64_t declared_width(const char *type)
{
    const char *open = strchr(type, '(');
    uint64_t width = 0;
    if (open == NULL) {
        return 0;
    }
    struct srow_bytes digits = bytes_of(open + 1, strcspn(open + 1, ") ,"));
    return text_parse_size(&width, digits, INT64_MAX, NULL) == SROW_OK ? width : 0;
}

static enum srow_rc read_columns(struct live_table *t, struct db *db, const struct db_value *asked,
                                 struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    TRY(db_query(&rows, db, db->ops->dialect->catalog.columns, asked, ASKED, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        TRY(grow((void **)&t->columns, t->column_count, sizeof *t->columns, e));
        struct live_column *c = &t->columns[t->column_count++];
        TRY(bytes_dup_str(&c->name, at(rows, 0).bytes, e));
        TRY(bytes_dup_str(&c->type, at(rows, 1).bytes, e));
        c->not_null = at(rows, 2).integer != 0;
        c->in_key = at(rows, 3).integer != 0;
        c->generated = at(rows, 4).integer != 0;
        c->made_by_db = at(rows, 5).integer != 0;
        c->kind = kind_of(c->type, at(rows, 6));
        c->declared = at(rows, 7).type == DB_INTEGER ? (uint64_t)at(rows, 7).integer
                                                     : declared_width(c->type);
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

/* A condition that names another column too may hold without its bound. */
static bool is_alone(const struct live_table *t, const struct live_column *c, const char *check)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (&t->columns[i] != c && tokens_mention(check, t->columns[i].name)) {
            return false;
        }
    }
    return true;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

static enum srow_rc read_widths(struct live_table *t, struct srow_error *e)
{
    const char *sql = t->sql;
    struct srow_bytes inside = {0};
    while (tokens_next_check(&inside, &sql)) {
        AUTO(str_free) char *check = NULL;
        TRY(bytes_dup_str(&check, inside, e));
        for (size_t i = 0; i < t->column_count; i++) {
            struct live_column *c = &t->columns[i];
            uint64_t most = tokens_most(check, c->name);
            c->checked = is_alone(t, c, check) ? least_of(c->checked, most) : c->checked;
        }
    }
    for (size_t i = 0; i < t->column_count; i++) {
        t->columns[i].width = least_of(t->columns[i].declared, t->columns[i].checked);
    }
    return SROW_OK;
}

static enum srow_rc unique_add(struct live_unique *u, struct srow_bytes name, struct srow_error *e)
{
    TRY(grow((void **)&u->columns, u->count, sizeof *u->columns, e));
    TRY(bytes_dup_str(&u->columns[u->count], name, e));
    u->count++;
    return SROW_OK;
}

static enum srow_rc read_indexes(struct live_table *t, bool *key_has_index, struct db *db,
                                 const struct db_value *asked, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    TRY(db_query(&rows, db, db->ops->dialect->catalog.uniques, asked, ASKED, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        if (at(rows, 2).integer == 0) {
            TRY(grow((void **)&t->uniques, t->unique_count, sizeof *t->uniques, e));
            t->unique_count++;
        }
        *key_has_index |= at(rows, 1).integer != 0;
        TRY(unique_add(&t->uniques[t->unique_count - 1], at(rows, 0).bytes, e));
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

/* A primary key without an index of its own is the row's number, which SQLite makes. */
static enum srow_rc read_rowid(struct live_table *t, struct srow_error *e)
{
    for (size_t i = 0; i < t->column_count; i++) {
        struct live_column *c = &t->columns[i];
        if (!c->in_key) {
            continue;
        }
        c->made_by_db = true;
        c->not_null = true;
        TRY(grow((void **)&t->uniques, t->unique_count, sizeof *t->uniques, e));
        t->unique_count++;
        TRY(unique_add(&t->uniques[t->unique_count - 1], srow_str(c->name), e));
    }
    return SROW_OK;
}

enum srow_rc live_table_read(struct live_table *out, struct db *db, const char *schema,
                             const char *name, struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table t = {0};
    bool key_has_index = false;
    struct db_value asked[ASKED] = {db_text(name), db_text_or_null(schema)};
    TRY(read_head(&t, db, asked, e));
    if (t.name != NULL) {
        asked[0] = db_text(t.name);
        TRY(read_ddl(&t, db, schema, e));
        TRY(read_columns(&t, db, asked, e));
        TRY(read_widths(&t, e));
        TRY(read_indexes(&t, &key_has_index, db, asked, e));
    }
    if (schema != NULL) {
        TRY(bytes_dup_str(&t.schema, srow_str(schema), e));
    }
    if (!key_has_index) {
        TRY(read_rowid(&t, e));
    }
    *out = t;
    t = (struct live_table){0};
    return SROW_OK;
}

const struct live_column *live_column_find(const struct live_table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (live_same_name(t, t->columns[i].name, name)) {
            return &t->columns[i];
        }
    }
    return NULL;
}

bool live_same_name(const struct live_table *t, const char *a, const char *b)
{
    return (t->names_have_case ? strcmp(a, b) : strcasecmp(a, b)) == 0;
}

bool live_same_table(const struct live_table *t, const struct config_table *a,
                     const struct config_table *b)
{
    bool none = a->schema == NULL || b->schema == NULL;
    bool schema = none ? a->schema == b->schema : live_same_name(t, a->schema, b->schema);
    return schema && live_same_name(t, a->table, b->table);
}

bool live_column_is_binary(const struct live_column *column)
{
    return column->kind == LIVE_BINARY;
}

bool live_column_is_text(const struct live_column *column)
{
    return column->kind == LIVE_TEXT || column->kind == LIVE_LOOSE || column->kind == LIVE_LISTED;
}

bool live_column_converts(const struct live_column *column)
{
    return column->kind != LIVE_BINARY && !live_column_is_text(column);
}

enum srow_rc live_table_protected(const struct live_table *t, struct srow_error *e)
{
    FAIL_IF(t->is_unprotected, e, SROW_E_SCHEMA,
            "table %s has no transactions, so nothing that goes wrong could be taken back: ALTER "
            "TABLE ... ENGINE = InnoDB",
            t->name);
    return SROW_OK;
}

enum srow_rc live_table_fit(struct live_table *out, struct db *db, const struct config_table *table,
                            struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table t = {0};
    TRY(live_table_read(&t, db, table->schema, table->table, e));
    FAIL_IF(t.name == NULL, e, SROW_E_SCHEMA,
            "table %s is not in the database: create it, or correct tables.%s.table", table->table,
            table->name);
    TRY(live_table_protected(&t, e));
    for (size_t i = 0; i < table->bind_count; i++) {
        FAIL_IF(live_column_find(&t, table->binds[i].column) == NULL, e, SROW_E_SCHEMA,
                "table %s has no column %s: correct it, or tables.%s.bind", table->table,
                table->binds[i].column, table->name);
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct live_column *c = live_column_find(&t, table->columns[i].sealed);
        FAIL_IF(c == NULL, e, SROW_E_SCHEMA, "table %s has no column %s: run sealrow init",
                table->table, table->columns[i].sealed);
        FAIL_IF(!live_column_is_binary(c), e, SROW_E_SCHEMA,
                "column %s of table %s is %s and not binary: make it BLOB, see sealrow init "
                "--print",
                table->columns[i].sealed, table->table, c->type);
    }
    *out = t;
    t = (struct live_table){0};
    return SROW_OK;
}

void live_put_equal(struct srow_buf *out, const struct db *db, const struct live_table *t,
                    const char *column, size_t param)
{
    const struct live_column *c = live_column_find(t, column);
    const struct db_dialect *d = db->ops->dialect;
    const char *equal = d->equal;
    if (c != NULL && live_column_is_text(c)) {
        equal = d->equal_text;
    } else if (c != NULL && c->kind == LIVE_DECIMAL) {
        equal = d->equal_decimal;
    }
    db_put_sql(out, db, equal, &(struct db_words){.column = column, .param = param});
}

struct walk_column live_walk_column(const struct live_table *t, const char *name)
{
    const struct live_column *c = live_column_find(t, name);
    bool text = c != NULL && live_column_is_text(c);
    bool binary = c != NULL && c->kind == LIVE_BINARY;
    if (c != NULL && (c->kind == LIVE_LISTED || c->kind == LIVE_FLOAT)) {
        return (struct walk_column){name, WALK_UNORDERED};
    }
    return (struct walk_column){name, text ? WALK_TEXT : binary ? WALK_BYTES : WALK_OTHER};
}

static bool is_bound(const struct live_table *t, const struct config_table *table,
                     const char *column)
{
    for (size_t i = 0; i < table->bind_count; i++) {
        if (live_same_name(t, table->binds[i].column, column)) {
            return true;
        }
    }
    return false;
}

static bool is_in_key(const struct live_table *t, const struct config_table *table,
                      const char *column)
{
    for (size_t i = 0; i < table->key_count; i++) {
        if (live_same_name(t, table->key[i], column)) {
            return true;
        }
    }
    return false;
}

/* Unique over a part of some columns is unique over all of them. */
static bool is_unique_in(const struct live_table *t, const struct config_table *table,
                         bool (*is_one)(const struct live_table *, const struct config_table *,
                                        const char *))
{
    for (size_t i = 0; i < t->unique_count; i++) {
        const struct live_unique *u = &t->uniques[i];
        size_t ones = 0;
        while (ones < u->count && is_one(t, table, u->columns[ones])) {
            ones++;
        }
        if (ones == u->count) {
            return true;
        }
    }
    return false;
}

bool live_is_unique(const struct live_table *t, const struct config_table *table)
{
    return is_unique_in(t, table, is_bound);
}

/* -- the key of a walk -- */

bool live_key_is_bound(const struct live_table *t, const struct config_table *table)
{
    size_t bound = 0;
    while (bound < table->key_count && is_bound(t, table, table->key[bound])) {
        bound++;
    }
    return bound == table->key_count && bound == table->bind_count;
}

bool live_key_is_unique(const struct live_table *t, const struct config_table *table)
{
    return is_unique_in(t, table, is_in_key);
}

static enum srow_rc check_null(const struct live_table *t, const struct live_column *c,
                               struct db *db, const struct config_table *table,
                               struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    uint64_t nulls = 0;
    if (c->not_null || is_bound(t, table, c->name)) {
        return SROW_OK; /* NULL for a binding is a row that does not open, which is told as such */
    }
    buf_put_str(&sql, "SELECT count(*) FROM ");
    db_put_table(&sql, db, table->schema, table->table);
    buf_put_str(&sql, " WHERE ");
    db_put_name(&sql, db, c->name);
    buf_put_str(&sql, " IS NULL");
    TRY(db_number(&nulls, db, &sql, e));
    FAIL_IF(nulls > 0, e, SROW_E_SCHEMA,
            "table %s has rows with NULL in %s, by which it is walked: make it NOT NULL, or name "
            "another unique column in tables.%s.key",
            table->table, c->name, table->name);
    return SROW_OK;
}

/* Without an index that says so, as in a copy, the rows are asked. */
static enum srow_rc check_doubles(const struct live_table *t, struct db *db,
                                  const struct config_table *table, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    uint64_t doubles = 0;
    if (live_key_is_unique(t, table)) {
        return SROW_OK;
    }
    buf_put_str(&sql, "SELECT count(*) FROM (SELECT 1 FROM ");
    db_put_table(&sql, db, table->schema, table->table);
    buf_put_str(&sql, " GROUP BY ");
    for (size_t i = 0; i < table->key_count; i++) {
        const char *name = table->key[i];
        bool folds = db_folds(db, table->schema, table->table, name);
        buf_put_str(&sql, i == 0 ? "" : ", ");
        db_put_sql(&sql, db, folds ? db->ops->dialect->exact : "@c",
                   &(struct db_words){.column = name});
    }
    buf_put_str(&sql, " HAVING count(*) > 1) AS doubles");
    TRY(db_number(&doubles, db, &sql, e));
    FAIL_IF(doubles > 0, e, SROW_E_SCHEMA,
            "table %s has rows with one key, by which it is walked: some would be left out: name "
            "unique columns in tables.%s.key",
            table->table, table->name);
    return SROW_OK;
}

enum srow_rc live_walk_fit(const struct live_table *t, struct db *db,
                           const struct config_table *table, struct srow_error *e)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct live_column *c = live_column_find(t, table->key[i]);
        FAIL_IF(c == NULL, e, SROW_E_SCHEMA,
                "table %s has no column %s: correct it, or tables.%s.key", table->table,
                table->key[i], table->name);
        TRY(check_null(t, c, db, table, e));
    }
    return check_doubles(t, db, table, e);
}
