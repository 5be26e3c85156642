/* SPDX-License-Identifier: Apache-2.0
 *
 * The CHECK that a sealed column is empty, which init --revert puts before its DROP. Where DDL is
 * not part of transactions, or a person runs what was printed, it may be left behind.
 */
#include "schema/ddl.h"

enum srow_rc ddl_guard_put_name(struct srow_buf *out, const struct db *db,
                                const struct live_table *table, const char *column,
                                struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf empty = {0};
    buf_printf(&empty, "%s.empty", column);
    const char *name = buf_cstr(&empty);
    TRY(buf_check(&empty, e));
    return ddl_put_check_name(out, db, table->name, name, e);
}

/* PostgreSQL's DDL of a table has no names, its catalog has. */
static enum srow_rc is_in_catalog(bool *out, struct db *db, const struct live_table *table,
                                  const char *column, const char *quoted, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    const struct db_value asked[] = {db_text(table->name), db_text_or_null(table->schema),
                                     db_text(column)};
    bool more = false;
    TRY(db_query(&rows, db, db->ops->dialect->catalog.checks, asked, 3, e));
    TRY(db_next(&more, rows, e));
    while (more && !*out) {
        AUTO(buf_cleanup) struct srow_buf name = {0}, here = {0};
        buf_put(&name, rows->ops->value(rows, 0).bytes);
        db_put_name(&here, db, buf_cstr(&name));
        TRY(buf_check(&name, e));
        TRY(buf_check(&here, e));
        *out = bytes_equal_str(bytes_buf(&here), quoted);
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

enum srow_rc ddl_guard_find(bool *out, struct db *db, const struct live_table *table,
                            const char *column, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0};
    *out = false;
    TRY(ddl_guard_put_name(&name, db, table, column, e));
    const char *quoted = buf_cstr(&name);
    TRY(buf_check(&name, e));
    if (db->ops->dialect->catalog.checks != NULL) {
        return is_in_catalog(out, db, table, column, quoted, e);
    }
    *out = strstr(table->sql, quoted) != NULL;
    return SROW_OK;
}
