/* SPDX-License-Identifier: Apache-2.0 */
#include "fake/fake_db.h"

#include <stdio.h>
#include <stdlib.h>

static struct fake_db *fake_of(const struct db *db)
{
    return (struct fake_db *)db;
}

static enum srow_rc lose(struct fake_db *f, struct srow_error *e)
{
    struct srow_error why = {0};
    enum srow_rc rc = db_exec(f->inner, f->stores ? "COMMIT" : "ROLLBACK", NULL, 0, &why);
    if (rc == SROW_OK && f->then != NULL) {
        rc = db_exec(f->inner, f->then, NULL, 0, &why);
    }
    if (rc != SROW_OK) {
        printf("Bail out! %s\n", why.text);
        exit(1);
    }
    f->losses--;
    f->is_lost = true;
    FAIL(e, SROW_E_CONNECT, "database: the connection was lost: by the test");
}

static bool breaks_now(struct fake_db_break *b)
{
    bool now = b->at == 1 || (b->at == 0 && b->for_good);
    b->at -= b->at > 0;
    b->count += now;
    return now;
}

/* Whether the call that is made now is carried out. */
static MUST enum srow_rc reach(struct fake_db *f, struct srow_error *e)
{
    f->is_lost |= f->breaks != NULL && breaks_now(f->breaks);
    FAIL_IF(f->is_lost, e, SROW_E_CONNECT, "database: the connection was lost: by the test");
    return SROW_OK;
}

static enum srow_rc exec(struct db *db, const char *sql, const struct db_value *params, size_t n,
                         struct srow_error *e)
{
    struct fake_db *f = fake_of(db);
    TRY(reach(f, e));
    if (f->losses > 0 && strcmp(sql, "COMMIT") == 0) {
        return lose(f, e);
    }
    return db_exec(f->inner, sql, params, n, e);
}

static enum srow_rc exec_many(struct db *db, const char *sql, const struct db_many *many,
                              struct srow_error *e)
{
    TRY(reach(fake_of(db), e));
    return db_exec_many(fake_of(db)->inner, sql, many, e);
}

/* -- rows of the other one -- */

struct fake_rows {
    struct db_rows base;
    struct db_rows *inner;
    struct fake_db *db;
};

static struct fake_rows *rows_of(const struct db_rows *rows)
{
    return (struct fake_rows *)rows;
}

static enum srow_rc next(bool *more, struct db_rows *rows, struct srow_error *e)
{
    TRY(reach(rows_of(rows)->db, e));
    return db_next(more, rows_of(rows)->inner, e);
}

static size_t columns(const struct db_rows *rows)
{
    const struct db_rows *inner = rows_of(rows)->inner;
    return inner->ops->columns(inner);
}

static const char *name(const struct db_rows *rows, size_t column)
{
    const struct db_rows *inner = rows_of(rows)->inner;
    return inner->ops->name(inner, column);
}

static struct db_value value(const struct db_rows *rows, size_t column)
{
    const struct db_rows *inner = rows_of(rows)->inner;
    return inner->ops->value(inner, column);
}

static void rows_free(struct db_rows *rows)
{
    db_rows_free(&rows_of(rows)->inner);
    free(rows);
}

static const struct db_rows_ops rows_ops = {next, columns, name, value, rows_free};

/* Takes the inner rows. */
static enum srow_rc wrap(struct db_rows **out, struct db *db, struct db_rows **inner,
                         struct srow_error *e)
{
    struct fake_rows *rows = malloc(sizeof *rows);
    FAIL_IF(rows == NULL, e, SROW_E_NOMEM, "no memory for rows");
    *rows = (struct fake_rows){{.ops = &rows_ops}, *inner, fake_of(db)};
    *inner = NULL;
    *out = &rows->base;
    return SROW_OK;
}

static enum srow_rc query(struct db_rows **out, struct db *db, const char *sql,
                          const struct db_value *params, size_t n, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *inner = NULL;
    TRY(reach(fake_of(db), e));
    TRY(db_query(&inner, fake_of(db)->inner, sql, params, n, e));
    return wrap(out, db, &inner, e);
}

static enum srow_rc query_many(struct db_rows **out, struct db *db, const char *sql,
                               const struct db_many *many, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *inner = NULL;
    struct db *to = fake_of(db)->inner;
    TRY(reach(fake_of(db), e));
    TRY(to->ops->query_many(&inner, to, sql, many, e));
    return wrap(out, db, &inner, e);
}

/* -- the rest -- */

static uint64_t changed(const struct db *db)
{
    return db_changed(fake_of(db)->inner);
}

static bool in_work(const struct db *db)
{
    const struct fake_db *f = fake_of(db);
    return !f->is_lost && f->inner->ops->in_work(f->inner);
}

static bool folds(struct db *db, const char *schema, const char *table, const char *column)
{
    return db_folds(fake_of(db)->inner, schema, table, column);
}

static void swap(struct db *db, struct db *other)
{
    fake_of(db)->inner->ops->swap(fake_of(db)->inner, other);
    fake_of(db)->is_lost = false;
}

static void free_owned(struct db *db)
{
    struct fake_db *f = fake_of(db);
    if (f->owns) {
        db_free(&f->inner);
        free(f);
    }
}

void fake_db_init(struct fake_db *fake, struct db *inner, const char *url)
{
    static struct db_ops ops;
    ops = (struct db_ops){.dialect = inner->ops->dialect,
                          .exec = exec,
                          .exec_many = exec_many,
                          .query = query,
                          .query_many = query_many,
                          .changed = changed,
                          .in_work = in_work,
                          .folds = folds,
                          .swap = swap,
                          .free = free_owned};
    *fake = (struct fake_db){.base = {.ops = &ops, .url = (char *)(uintptr_t)url}, .inner = inner};
}

enum srow_rc fake_db_open(struct db **out, const char *url, struct fake_db_break *breaks,
                          struct srow_error *e)
{
    AUTO(db_free) struct db *inner = NULL;
    AUTO(str_free) char *copy = NULL;
    TRY(db_open(&inner, url, e));
    TRY(bytes_dup_str(&copy, srow_str(url), e));
    struct fake_db *f = malloc(sizeof *f);
    FAIL_IF(f == NULL, e, SROW_E_NOMEM, "no memory for a database");
    fake_db_init(f, inner, copy);
    f->owns = true;
    f->breaks = breaks;
    inner = NULL;
    copy = NULL;
    *out = &f->base;
    return SROW_OK;
}
