/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of the server, which the dialect asks for in one query.
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
};

static enum srow_rc add(struct finding_list *list, const struct db_rows *rows, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf setting = {0}, value = {0};
    struct srow_bytes code = rows->ops->value(rows, 0).bytes;
    buf_put(&setting, rows->ops->value(rows, 1).bytes);
    buf_put(&value, rows->ops->value(rows, 2).bytes);
    const char *where = buf_cstr(&setting), *is = buf_cstr(&value);
    TRY(buf_check(&setting, e));
    TRY(buf_check(&value, e));
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (bytes_equal_str(code, meanings[i].code)) {
            return finding_add(list, meanings[i].code, where, e, "it is %s: %s", is,
                               meanings[i].text);
        }
    }
    FAIL(e, SROW_E_INTERNAL, "setting %s has no meaning", where);
}

enum srow_rc finding_server(struct finding_list *list, struct db *db, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    if (db->ops->dialect->catalog.server == NULL) {
        return SROW_OK;
    }
    TRY(db_query(&rows, db, db->ops->dialect->catalog.server, NULL, 0, e));
    TRY(db_next(&more, rows, e));
    while (more) {
        TRY(add(list, rows, e));
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}
