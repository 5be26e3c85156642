/* SPDX-License-Identifier: Apache-2.0
 *
 * Which database a URL means, and the calls that are the same for all of them.
 */
#include "db/db.h"

#include "db/db_sqlite.h"

struct engine {
    const char *scheme, *name;
    enum srow_rc (*open)(struct db **out, const char *rest, bool create, struct srow_error *e);
};

/* An engine whose `open` is NULL is known and not in this build. */
static const struct engine engines[] = {
    {"sqlite:", "SQLite", db_sqlite_open}, {"postgresql:", "PostgreSQL", NULL},
    {"postgres:", "PostgreSQL", NULL},     {"mysql:", "MySQL", NULL},
    {"mariadb:", "MariaDB", NULL},
};

static enum srow_rc open_url(struct db **out, const char *url, bool create, struct srow_error *e)
{
    for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++) {
        size_t n = strlen(engines[i].scheme);
        if (strncmp(url, engines[i].scheme, n) != 0) {
            continue;
        }
        FAIL_IF(engines[i].open == NULL, e, SROW_E_NOT_BUILT,
                "database URL: this build speaks to SQLite only, not to %s: use sqlite:PATH",
                engines[i].name);
        return engines[i].open(out, url + n, create, e);
    }
    FAIL(e, SROW_E_USAGE, "database URL: unknown scheme: write sqlite:PATH");
}

enum srow_rc db_open(struct db **out, const char *url, struct srow_error *e)
{
    return open_url(out, url, false, e);
}

enum srow_rc db_create(struct db **out, const char *url, struct srow_error *e)
{
    return open_url(out, url, true, e);
}

void db_free(struct db **db)
{
    if (*db != NULL) {
        (*db)->ops->free(*db);
        *db = NULL;
    }
}

enum srow_rc db_exec(struct db *db, const char *sql, const struct db_value *params, size_t n,
                     struct srow_error *e)
{
    return db->ops->exec(db, sql, params, n, e);
}

enum srow_rc db_query(struct db_rows **out, struct db *db, const char *sql,
                      const struct db_value *params, size_t n, struct srow_error *e)
{
    return db->ops->query(out, db, sql, params, n, e);
}

enum srow_rc db_next(bool *more, struct db_rows *rows, struct srow_error *e)
{
    return rows->ops->next(more, rows, e);
}

void db_rows_free(struct db_rows **rows)
{
    if (*rows != NULL) {
        (*rows)->ops->free(*rows);
        *rows = NULL;
    }
}

uint64_t db_changed(const struct db *db)
{
    return db->ops->changed(db);
}

enum srow_rc db_begin(struct db_work *work, struct db *db, struct srow_error *e)
{
    TRY(db_exec(db, db->ops->dialect->begin, NULL, 0, e));
    work->db = db;
    return SROW_OK;
}

enum srow_rc db_commit(struct db_work *work, struct srow_error *e)
{
    TRY(db_exec(work->db, "COMMIT", NULL, 0, e));
    work->db = NULL;
    return SROW_OK;
}

void db_rollback(struct db_work *work)
{
    /* Some failures have rolled back already. A rollback that fails leaves nothing to do: the
     * engine rolls back when the connection closes. */
    if (work->db != NULL && work->db->ops->in_work(work->db)) {
        enum srow_rc rc = db_exec(work->db, "ROLLBACK", NULL, 0, NULL);
        (void)rc;
    }
    work->db = NULL;
}

void db_put_name(struct srow_buf *out, const struct db *db, const char *name)
{
    char quote = db->ops->dialect->quote;
    buf_put_u8(out, (uint8_t)quote);
    for (; *name != '\0'; name++) {
        if (*name == quote) {
            buf_put_u8(out, (uint8_t)quote);
        }
        buf_put_u8(out, (uint8_t)*name);
    }
    buf_put_u8(out, (uint8_t)quote);
}
