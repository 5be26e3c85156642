/* SPDX-License-Identifier: Apache-2.0
 *
 * The room db: one way to speak to several databases. Functions are a table, facts are a row of the
 * dialect; statements have bound parameters only, written as $1, $2 ... in all dialects.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/bytes.h"

enum db_type { DB_NULL, DB_INTEGER, DB_REAL, DB_TEXT, DB_BYTES };

struct db_value {
    enum db_type type;
    int64_t integer;
    double real;
    struct srow_bytes bytes; /* text and bytes: a view, valid until the next row */
};

struct db_dialect {
    const char *name;       /* "sqlite" */
    const char *scheme;     /* "sqlite:" */
    const char *blob_type;  /* "BLOB" */
    bool check_only_at_add; /* a CHECK comes only together with its column */
};

struct db;
struct db_rows;

struct db_ops {
    const struct db_dialect *dialect;
    enum srow_rc (*exec)(struct db *db, const char *sql, const struct db_value *params, size_t n,
                         struct srow_error *e);
    enum srow_rc (*query)(struct db_rows **out, struct db *db, const char *sql,
                          const struct db_value *params, size_t n, struct srow_error *e);
    void (*free)(struct db *db);
};

struct db {
    const struct db_ops *ops;
};

struct db_rows_ops {
    /* *more false at the end. The row's values are views until the next call. */
    enum srow_rc (*next)(bool *more, struct db_rows *rows, struct srow_error *e);
    size_t (*columns)(const struct db_rows *rows);
    const char *(*name)(const struct db_rows *rows, size_t column);
    struct db_value (*value)(const struct db_rows *rows, size_t column);
    void (*free)(struct db_rows *rows);
};

struct db_rows {
    const struct db_rows_ops *ops;
};

/* Opens by URL ("sqlite:PATH"); the database must exist. Fails with USAGE (unknown scheme),
 * NOT_BUILT (an engine this build lacks), DB_MISSING, DB, DB_DENIED, NOMEM. */
MUST enum srow_rc db_open(struct db **out, const char *url, struct srow_error *e);
void db_free(struct db **db);

MUST enum srow_rc db_exec(struct db *db, const char *sql, const struct db_value *params, size_t n,
                          struct srow_error *e);
MUST enum srow_rc db_query(struct db_rows **out, struct db *db, const char *sql,
                           const struct db_value *params, size_t n, struct srow_error *e);
MUST enum srow_rc db_next(bool *more, struct db_rows *rows, struct srow_error *e);
void db_rows_free(struct db_rows **rows);

/* Appends an identifier in the dialect's quotes; "a.b" stays one name. */
void db_put_name(struct srow_buf *out, const struct db *db, const char *name);

#endif
