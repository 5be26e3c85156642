/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of the server, and facts of a table, each of which the dialect asks for in one
 * query.
 */
#include "schema/finding.h"

static const struct {
    const char *code, *text;
} meanings[] = {
    {"log-statements",
     "statements are logged with their values, so what is not sealed stands in a log too: switch "
     "it off for this database, or say --accept log-statements"},
    {"binlog-statements",
     "the binary log has statements with their values until it expires: set binlog_format to ROW, "
     "or say --accept binlog-statements"},
    {"replica-filtered",
     "this replica leaves tables out: see that the configured ones and sealrow_probe and "
     "sealrow_meta are not among them, then say --accept replica-filtered"},
    {"check-unenforced",
     "the server ignores CHECKs and takes plaintext in a sealed column: switch them on, or use "
     "MySQL 8.0.16 or later"},
    {"table-unlogged",
     "a crash of the server loses its rows or a part of a transaction: make it a table that is "
     "logged, and of an engine with transactions"},
    {"rows-hidden",
     "it does not see each row, and what heal heals and status counts is what it sees: run them as "
     "a login that sees all, or say --accept rows-hidden"},
    {"table-unpublished",
     "other tables are replicated and this one is not: add it, sealrow_meta and sealrow_probe, or "
     "say --accept table-unpublished"},
    {"publication-identity",
     "a published row without one can be neither updated nor resealed: give the table a primary "
     "key, or a REPLICA IDENTITY"},
    {"plain-logged",
     "the log has the plaintext that a change replaces until it expires: see how long it is kept, "
     "or say --accept plain-logged"},
};

/* `table` NULL: it is a setting of the server. */
static enum srow_rc add(struct finding_list *list, const struct db_rows *rows, const char *table,
                        struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf setting = {0}, value = {0};
    struct srow_bytes code = rows->ops->value(rows, 0).bytes;
    buf_put(&setting, rows->ops->value(rows, 1).bytes);
    buf_put(&value, rows->ops->value(rows, 2).bytes);
    const char *what = buf_cstr(&setting), *is = buf_cstr(&value);
    TRY(buf_check(&setting, e));
    TRY(buf_check(&value, e));
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (bytes_equal_str(code, meanings[i].code)) {
            return finding_add(list, meanings[i].code, table == NULL ? what : table, e,
                               "%s is %s: %s", table == NULL ? "it" : what, is, meanings[i].text);
        }
    }
    FAIL(e, SROW_E_INTERNAL, "setting %s has no meaning", what);
}

enum srow_rc finding_server(struct finding_list *list, struct db *db, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    if (db->unverified) {
        TRY(finding_add(list, "connection-unverified", "DATABASE_URL", e,
                        "sslmode is less than verify-full, so whoever answers is taken for the "
                        "database: say verify-full, or --accept connection-unverified"));
    }
    if (db->ops->dialect->catalog.server == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, db, db->ops->dialect->catalog.server, NULL, 0, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        TRY(add(list, rows, NULL, e));
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

static bool has_plain(const struct config_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].plain != NULL) {
            return true;
        }
    }
    return false;
}

enum srow_rc finding_table(struct finding_list *list, struct db *db,
                           const struct config_table *table, const struct live_table *live,
                           struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    const struct db_value asked[] = {db_text(live->name), db_text_or_null(live->schema)};
    const char *sql = db->ops->dialect->catalog.facts;
    bool more = false;
    if (sql == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, db, sql, asked, 2, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        bool plain = bytes_equal_str(rows->ops->value(rows, 0).bytes, "plain-logged");
        if (!plain || has_plain(table)) {
            TRY(add(list, rows, table->name, e));
        }
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}
