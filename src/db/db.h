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
    char quote;             /* around identifiers, doubled inside */
    const char *begin;      /* starts a transaction that will write */
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
    uint64_t (*changed)(const struct db *db);
    bool (*in_work)(const struct db *db); /* a transaction is open */
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
 * NOT_BUILT (an engine this build lacks), DB_MISSING, DB, DB_DENIED, BUSY, IO, NOMEM. Texts never
 * hold the URL, which may carry a password. */
MUST enum srow_rc db_open(struct db **out, const char *url, struct srow_error *e);
/* The same, and makes an empty database that only its owner can read where there is none. */
MUST enum srow_rc db_create(struct db **out, const char *url, struct srow_error *e);
void db_free(struct db **db);

/* One statement. All $1..$n it names are bound, neither fewer nor more (INTERNAL). Fails with
 * DB_DENIED (constraint, rights, read-only), BUSY (locked by another for longer than 5 s), IO (disk
 * full), LIMIT (too large for the engine), DB, NOMEM; texts never hold a value. */
MUST enum srow_rc db_exec(struct db *db, const char *sql, const struct db_value *params, size_t n,
                          struct srow_error *e);
MUST enum srow_rc db_query(struct db_rows **out, struct db *db, const char *sql,
                           const struct db_value *params, size_t n, struct srow_error *e);
MUST enum srow_rc db_next(bool *more, struct db_rows *rows, struct srow_error *e);
void db_rows_free(struct db_rows **rows);

/* Rows that the last INSERT, UPDATE or DELETE changed. */
uint64_t db_changed(const struct db *db);

/* A transaction: AUTO(db_rollback) struct db_work w = {0}; begin; ...; commit. What was not
 * committed is rolled back when the scope ends. A commit is on the disk when it returns. */
struct db_work {
    struct db *db;
};
MUST enum srow_rc db_begin(struct db_work *work, struct db *db, struct srow_error *e);
MUST enum srow_rc db_commit(struct db_work *work, struct srow_error *e);
void db_rollback(struct db_work *work);

static inline struct db_value db_text(const char *text)
{
    return (struct db_value){.type = DB_TEXT, .bytes = srow_str(text)};
}

static inline struct db_value db_bytes(struct srow_bytes bytes)
{
    return (struct db_value){.type = DB_BYTES, .bytes = bytes};
}

static inline struct db_value db_integer(int64_t n)
{
    return (struct db_value){.type = DB_INTEGER, .integer = n};
}

/* Appends an identifier in the dialect's quotes; "a.b" stays one name. */
void db_put_name(struct srow_buf *out, const struct db *db, const char *name);

#endif
