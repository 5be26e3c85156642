/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/sequence.h"

enum { ASKED = 3 };

/* Name, schema, how many. */
static void ask(struct db_value asked[ASKED], const struct config_bind *bind, size_t n)
{
    asked[0] = db_text(bind->sequence);
    asked[1] = db_text_or_null(bind->sequence_schema);
    asked[2] = db_integer((int64_t)n);
}

enum srow_rc sequence_check(struct db *db, const struct config_bind *bind, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    const struct db_dialect *d = db->ops->dialect;
    struct db_value asked[ASKED];
    bool there = false;
    FAIL_IF(d->next_values == NULL, e, SROW_E_SCHEMA,
            "%s has no sequences: say made: uuid, or give each row its %s", d->name, bind->name);
    ask(asked, bind, 0);
    TRY(db_query(&rows, db, d->catalog.sequence, asked, ASKED - 1, e));
    TRY(db_next(&there, rows, e));
    FAIL_IF(!there, e, SROW_E_SCHEMA,
            "sequence %s is not in the database: create it, or correct made", bind->sequence);
    return SROW_OK;
}

enum srow_rc sequence_take(int64_t *values, size_t n, struct db *db, const struct config_bind *bind,
                           struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value asked[ASKED];
    bool more = false;
    TRY(sequence_check(db, bind, e));
    db_put_sql(&sql, db, db->ops->dialect->next_values,
               &(struct db_words){.schema = bind->sequence_schema, .table = bind->sequence});
    buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    ask(asked, bind, n);
    TRY(db_query(&rows, db, sql.at, asked, ASKED, e));
    for (size_t i = 0; i < n; i++) {
        TRY(db_next(&more, rows, e));
        FAIL_IF(!more || rows->ops->value(rows, 0).type != DB_INTEGER, e, SROW_E_DB,
                "sequence %s gave fewer values than it was asked for", bind->sequence);
        values[i] = rows->ops->value(rows, 0).integer;
    }
    return SROW_OK;
}
