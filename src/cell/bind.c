/* SPDX-License-Identifier: Apache-2.0
 *
 * The binding. A name that is missing, unknown or given twice is refused: a context with a pair
 * less would make cells of different rows look alike.
 */
#include "cell/bind.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "cell/type.h"
#include "crypto/hash.h"

static const char cell_key[] = "sealrow:cell", version_key[] = "sealrow:version";

void bind_cleanup(struct bind *b)
{
    for (size_t i = 0; b->texts != NULL && i < b->table->bind_count; i++) {
        buf_cleanup(&b->texts[i]);
    }
    free(b->texts);
    buf_cleanup(&b->name);
    buf_cleanup(&b->version);
    context_cleanup(&b->context);
    context_cleanup(&b->no_cell);
    *b = (struct bind){0};
}

struct bind bind_take(struct bind *b)
{
    struct bind taken = *b;
    *b = (struct bind){0};
    return taken;
}

const char *bind_name(const struct bind *b)
{
    return b->name.at == NULL ? "" : b->name.at;
}

static enum srow_rc find_column(struct bind *b, const struct srow_config *config, const char *name,
                                struct srow_error *e)
{
    FAIL_IF(name == NULL, e, SROW_E_USAGE, "the cell names no column: name TABLE.COLUMN");
    const char *dot = strchr(name, '.');
    FAIL_IF(dot == NULL, e, SROW_E_COLUMN, "\"%s\" is no column: write TABLE.COLUMN", name);
    int len = (int)(dot - name);
    b->table = config_table_find(config, bytes_of(name, (size_t)(dot - name)));
    FAIL_IF(b->table == NULL, e, SROW_E_COLUMN,
            "the configuration has no table \"%.*s\": correct the name, or add it under tables",
            len, name);
    b->column = config_column_find(b->table, srow_str(dot + 1));
    FAIL_IF(b->column == NULL, e, SROW_E_COLUMN,
            "the configuration has no column \"%s\" in table \"%.*s\": correct the name, or add it "
            "under columns",
            dot + 1, len, name);
    return SROW_OK;
}

/* Place of a name among the table's bindings, bind_count if it is unknown. */
static size_t place(const struct config_table *t, const char *name)
{
    size_t i = 0;
    while (i < t->bind_count && strcmp(t->binds[i].name, name) != 0) {
        i++;
    }
    return i;
}

static enum srow_rc fail_missing(const struct bind *b, size_t index, struct srow_error *e)
{
    const char *table = b->table->name, *name = b->table->binds[index].name;
    FAIL(e, SROW_E_BINDING, "binding \"%s\" of table \"%s\" is missing: give its value", name,
         table);
}

static enum srow_rc fill(struct bind *b, const struct srow_cell *cell, struct srow_error *e)
{
    const struct config_table *t = b->table;
    FAIL_IF(cell->bind == NULL && cell->bind_count > 0, e, SROW_E_USAGE,
            "the cell counts bindings and has none");
    for (size_t i = 0; i < cell->bind_count; i++) {
        const struct srow_bind *given = &cell->bind[i];
        FAIL_IF(given->name == NULL, e, SROW_E_BINDING, "a binding has no name");
        size_t at = place(t, given->name);
        FAIL_IF(at == t->bind_count, e, SROW_E_BINDING,
                "table \"%s\" has no binding \"%s\": give the bindings of the configuration",
                t->name, given->name);
        FAIL_IF(b->texts[at].len > 0, e, SROW_E_BINDING,
                "binding \"%s\" is given twice: give it once", given->name);
        TRY(type_bind(&b->texts[at], t->binds[at].type, &given->value, given->name, e));
    }
    for (size_t i = 0; i < t->bind_count; i++) {
        TRY(b->texts[i].len > 0 ? SROW_OK : fail_missing(b, i, e));
    }
    return SROW_OK;
}

/* Version 0 is that of a value that was sealed before its column had versions: there is no pair. */
static enum srow_rc read_version(struct bind *b, const struct srow_cell *cell, struct srow_error *e)
{
    const char *table = b->table->name, *name = b->column->name;
    bool given = cell->version != 0 || cell->min_version != 0;
    FAIL_IF(given && b->column->version == NULL, e, SROW_E_USAGE,
            "%s.%s has no version column: give no version, or configure one", table, name);
    FAIL_IF(cell->version > INT64_MAX, e, SROW_E_USAGE,
            "%s.%s: a version is at most 9223372036854775807", table, name);
    b->too_old = cell->version < cell->min_version;
    if (cell->version > 0) {
        buf_printf(&b->version, "%" PRIu64, cell->version);
    }
    return buf_check(&b->version, e);
}

static enum srow_rc add_bindings(struct context *out, const struct bind *b, struct srow_error *e)
{
    if (b->version.len > 0) {
        struct srow_pair version = {srow_str(version_key), bytes_buf(&b->version)};
        TRY(context_add(out, version, e));
    }
    for (size_t i = 0; i < b->table->bind_count; i++) {
        struct srow_pair pair = {srow_str(b->table->binds[i].name), bytes_buf(&b->texts[i])};
        TRY(context_add(out, pair, e));
    }
    return SROW_OK;
}

static enum srow_rc make_contexts(struct bind *b, struct srow_error *e)
{
    struct srow_pair cell = {srow_str(cell_key), bytes_buf(&b->name)};
    TRY(context_add(&b->context, cell, e));
    TRY(add_bindings(&b->context, b, e));
    return b->column->accepts_no_cell ? add_bindings(&b->no_cell, b, e) : SROW_OK;
}

enum srow_rc bind_read(struct bind *out, const struct srow_config *config,
                       const struct srow_cell *cell, struct srow_error *e)
{
    AUTO(bind_cleanup) struct bind b = {0};
    FAIL_IF(cell == NULL, e, SROW_E_USAGE, "no cell is given");
    TRY(find_column(&b, config, cell->column, e));
    TRY(read_version(&b, cell, e));
    b.texts = calloc(b.table->bind_count, sizeof *b.texts);
    FAIL_IF(b.texts == NULL, e, SROW_E_NOMEM, "no memory for a binding");
    buf_printf(&b.name, "%s.%s.%s", config->domain, b.table->name, b.column->name);
    (void)buf_cstr(&b.name);
    TRY(buf_check(&b.name, e));
    TRY(fill(&b, cell, e));
    TRY(make_contexts(&b, e));
    FAIL_IF(context_size(&b.context) > config->context_bytes, e, SROW_E_CONTEXT_LIMIT,
            "the encryption context has %zu bytes, limits.context_bytes allows %u: "
            "bind shorter values, or raise it",
            context_size(&b.context), (unsigned)config->context_bytes);
    *out = bind_take(&b);
    return SROW_OK;
}

enum srow_rc bind_put_digest(struct srow_buf *out, const struct srow_config *config,
                             const struct bind *b, size_t index, struct srow_error *e)
{
    uint8_t hash[HASH_SHA256];
    AUTO(buf_cleanup) struct srow_buf text = {0};
    buf_put_str(&text, config->domain);
    buf_put_u8(&text, 0);
    buf_put_str(&text, b->table->binds[index].name);
    buf_put_u8(&text, 0);
    buf_put(&text, bytes_buf(&b->texts[index]));
    TRY(buf_check(&text, e));
    TRY(hash_sha256(hash, bytes_buf(&text), e));
    text_put_hex(out, bytes_of(hash, 8));
    return buf_check(out, e);
}
