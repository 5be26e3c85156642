/* SPDX-License-Identifier: Apache-2.0
 *
 * The room db: one way to speak to several databases. Functions are a table, facts are a row of the
 * dialect; statements have bound parameters only, written as $1, $2 ... in all dialects.
 *
 * Failures say what a caller can do: BUSY: once more (a deadlock, a lock, a serialization failure,
 * DDL that another has run meanwhile); CONNECT, TIMEOUT, TLS, DB: later, or at another server (a
 * lost connection, a server that shuts down, a replica that takes no writes): nothing of an open
 * transaction is stored; COMMIT_UNKNOWN: db_reopen, and the same transaction again: it waits for
 * the lost one, and sees what that has done; everything else will fail again.
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

/* How the database describes its tables: queries. $1 is a table's name, $2 its schema
 * (NULL: the one in force), $3 a column's. */
struct db_catalog {
    const char *table; /* ($1, $2): name, DDL or its CHECKs, is a view, types carry no length, has
                          no transactions */
    const char *ddl;   /* of @t, no parameters: its DDL in the second column; NULL: table has it */
    const char *columns; /* ($1, $2): name, type, not null, in primary key, takes no value, made by
                            the database, kind (enum live_kind's letter or NULL), width or NULL */
    const char *uniques; /* ($1, $2): column, of the primary key, place in its index from 0 */
    const char *indexes; /* ($1, $2, $3): name, DDL, unique, names the column */
    const char *foreign_keys; /* ($1, $2, $3): the other table */
    const char *cascades;     /* ($1, $2, $3): the other table, what happens ON UPDATE */
    const char *views;        /* ($1, $2, $3): name, DDL, keeps what it shows */
    const char *triggers;     /* ($1, $2, $3): name, DDL; "SET column =" where it assigns */
    const char *functions;    /* ($1, $2, $3): name, body; NULL: none */
    const char *publications; /* ($1, $2, $3): name of one that has the table, has the column,
                                 leaves rows out; NULL: none */
    const char *facts;  /* ($1, $2): a finding's code, a fact of the table, its value; NULL: none */
    const char *checks; /* ($1, $2, $3): name of a CHECK over the column, is not validated */
    const char *sequence; /* ($1, $2): a row if there is such a sequence; NULL: there are none */
    const char *owner;    /* ($1, $2): who alone may alter the table, its schema, whether he may do
                             more    than any owner needs; NULL: rights */
    const char *role; /* ($1): a row if there is such a role; NULL: create_role may say it again */
    const char *row_bytes; /* ($1, $2): of all columns of a row; NULL: any */
    const char *server;    /* (): a finding's code, a setting, its value; NULL: none */
};

/* The parts of a CHECK as the catalog gives them back, without white space, brackets and quotes of
 * names. */
struct db_check {
    const char *binary; /* that it is bytes; "" if the type says so */
    const char *either; /* begins like a message of either suite */
    const char *plain;  /* ... of the unsigned one */
    const char *is_signed;
};

/* The trigger of a column beside its plaintext (schema/trigger.h). Its words beside those below: @o
 * is the plaintext column, @n the trigger's name, @q that behind the schema, @u the table without
 * it, @b the body and @l the body as a text,
 * @d whose rights it has. */
struct db_trigger {
    const char *body; /* its catalog gives this back word for word */
    const char *row;  /* for each bound column: that it is NEW's; NULL: nothing */
    const char *end;
    const char *create, *drop;
    const char *function, *drop_function; /* that it calls; NULL: none */
    const char *live;    /* ($1, $2, $3: its name): the body; "" if it does not fire as it should */
    const char *definer; /* query ($1, $2): what @d of create is; NULL: nothing */
    const char *seen; /* is DB_RIGHTS where it is there and live does not show it to this login */
};

/* Texts with @c stand for a quoted column, @t a quoted table, @p a parameter: db_put_sql. */
struct db_dialect {
    const char *name;         /* "sqlite" */
    const char *scheme;       /* "sqlite:" */
    const char *blob_type;    /* "BLOB" */
    bool blob_has_width;      /* "BLOB(900)" */
    const char *blob_any;     /* bytes of any length */
    const char *key_type;     /* of a text that is a primary key */
    const char *own_table;    /* behind the columns of a table of our own, or "" */
    char quote;               /* around identifiers, doubled inside */
    bool names_have_case;     /* "ID" and "id" are two columns */
    const char *begin;        /* starts a transaction that will write */
    int attempts;             /* at a transaction that fails with BUSY; 0: as 1 */
    const char *lock;         /* behind a SELECT: the row stays as it is until the end */
    bool check_only_at_add;   /* a CHECK comes only together with its column */
    const char *add_with;     /* further clauses of the ALTER that adds a sealed column, or "" */
    const char *validate;     /* a CHECK is added NOT VALID, then this and its name; NULL: not so */
    const char *create_role;  /* @c; NULL: there are no roles */
    const char *blob_huge;    /* bytes that blob_any does not hold */
    const char *hex[2];       /* around the hex of bytes: "X'", "'" */
    const char *is_bytes;     /* a condition before AND, or "" */
    const char *bytes_length; /* of a binary column */
    const char *text_length;  /* in bytes, of any other as text */
    const char *equal;        /* @c = @p, without collation */
    const char *equal_text;   /* the same where the column is text */
    const char *equal_decimal; /* the same where it is an exact number with a fraction */
    bool time_without_zone;    /* a moment is written "2026-11-24 08:30:00.12", in UTC */
    const char *same;          /* 1 where @c holds @p as the column converts it, or both are NULL */
    const char *same_text;     /* the same where the column is text */
    const char *same_decimal;  /* the same where it is an exact number with a fraction */
    const char *same_float;    /* the same where its type is called FLOAT */
    const char *next_values;   /* query: $3 values of the sequence @t, which is $1 in the schema $2;
                                  NULL: there are no sequences */
    const char *grant_values;  /* lets the role @c take them from @t */
    const char *position;      /* query: how far the server has come: db_position.h */
    const char *exact;         /* @c ordered and compared by its bytes: ops->folds */
    bool row_order;            /* (a, b) > (c, d) goes by an index over both */
    bool cast_decimals;        /* a number given as text is compared roughly unless it is cast */
    const char *number;        /* @p, whose value is a DB_INTEGER, in the list of a SELECT */
    const char *upsert;        /* behind an INSERT, where @t is the key: "ON CONFLICT (@t) DO .." */
    const char *upsert_column; /* one assignment of it */
    struct db_trigger trigger;
    const char *limits; /* of values, rows and indexes, for people: one sentence */
    struct db_check check;
    struct db_catalog catalog;
};

struct db;
struct db_rows;

/* Parameters for one statement many times: a row of n behind another. In one column all are of one
 * type, or NULL. */
struct db_many {
    const struct db_value *params;
    size_t n, rows;
};

struct db_ops {
    const struct db_dialect *dialect;
    enum srow_rc (*exec)(struct db *db, const char *sql, const struct db_value *params, size_t n,
                         struct srow_error *e);
    enum srow_rc (*query)(struct db_rows **out, struct db *db, const char *sql,
                          const struct db_value *params, size_t n, struct srow_error *e);
    /* What the SELECT finds for each row of parameters, which are there until the end. */
    enum srow_rc (*query_many)(struct db_rows **out, struct db *db, const char *sql,
                               const struct db_many *many, struct srow_error *e);
    enum srow_rc (*exec_many)(struct db *db, const char *sql, const struct db_many *many,
                              struct srow_error *e);
    uint64_t (*changed)(const struct db *db);
    bool (*in_work)(const struct db *db); /* a transaction is open */
    int (*socket)(const struct db *db);   /* to the server; -1: lost. NULL: there is no server */
    /* db_folds; NULL: an index has the column's collation */
    bool (*folds)(struct db *db, const char *schema, const char *table, const char *column);
    void (*swap)(struct db *db, struct db *other); /* each gets the other's connection */
    void (*free)(struct db *db);
};

/* Who logs in at one connection. */
struct db_login {
    char *user;    /* NULL: as the URL says */
    char *secret;  /* NULL: the password of the URL, or of the engine's own files */
    bool is_token; /* the secret is a token, which servers ask for in clear: it is only sent over
                      TLS to a host that is verified, to this machine too */
};
void db_login_cleanup(struct db_login *login); /* wipes */

struct db_options {
    /* Asked at each new connection, also by db_reopen; *out is zeroed, and wiped after use. What it
     * fails with is the connection's failure. NULL: nobody is asked. SQLite takes no notice. */
    enum srow_rc (*login)(struct db_login *out, void *state, struct srow_error *e);
    void *state; /* borrowed as long as the database is open */
};

struct db {
    const struct db_ops *ops;
    char *url; /* may hold a password */
    struct db_options options;
    bool unverified; /* another machine answers, and which one is not known */
};

struct db_rows_ops {
    /* *more false at the end. The row's values are views until the next call. */
    enum srow_rc (*next)(bool *more, struct db_rows *rows, struct srow_error *e);
    size_t (*columns)(const struct db_rows *rows);
    const char *(*name)(const struct db_rows *rows, size_t column);
    /* NULL where the answer has no such column: who asks by number has counted them, or bears it */
    struct db_value (*value)(const struct db_rows *rows, size_t column);
    void (*free)(struct db_rows *rows);
};

struct db_rows {
    const struct db_rows_ops *ops;
    struct db_value *params; /* of db_query_many */
};

/* Opens by URL: "sqlite:PATH", "postgresql://...", "mysql://..." (docs/databases.md); the database
 * must exist. Fails with USAGE (unknown scheme), NOT_BUILT (an engine this build lacks), CONFIG (a
 * password or token would go in clear), PERMISSIONS (of a file with a password), DB_MISSING, DB,
 * DB_RIGHTS, CONNECT, TIMEOUT, TLS, BUSY, IO, NOMEM. Texts never hold the URL, which may carry a
 * password. */
MUST enum srow_rc db_open(struct db **out, const char *url, struct srow_error *e);
MUST enum srow_rc db_open_with(struct db **out, const char *url, const struct db_options *options,
                               struct srow_error *e);
/* As db_open, and makes an empty SQLite file that only its owner can read where there is none. */
MUST enum srow_rc db_create(struct db **out, const char *url, struct srow_error *e);
void db_free(struct db **db);

/* A new connection by the same URL for the same `db`, in place of one that was lost. Rows that are
 * being read end with a failure; an open transaction is rolled back. Fails as db_open. */
MUST enum srow_rc db_reopen(struct db *db, struct srow_error *e);

/* One statement. All $1..$n it names are bound, neither fewer nor more (INTERNAL). Fails with
 * DB_DENIED (constraint), DB_RIGHTS, BUSY (locked by another for longer than 5 s, deadlock), IO
 * (disk full), LIMIT (too large for the engine), CONNECT, TIMEOUT, DB, NOMEM; texts never hold a
 * value. */
MUST enum srow_rc db_exec(struct db *db, const char *sql, const struct db_value *params, size_t n,
                          struct srow_error *e);
MUST enum srow_rc db_query(struct db_rows **out, struct db *db, const char *sql,
                           const struct db_value *params, size_t n, struct srow_error *e);
/* A "SELECT ..." once for each row of parameters, one at least, in the engine's fastest way. What
 * they find comes together, each behind the number from 0 of the parameters that found it (column
 * 0). The parameters' bytes stay until the rows are freed. Fails as db_query. */
MUST enum srow_rc db_query_many(struct db_rows **out, struct db *db, const char *sql,
                                const struct db_many *many, struct srow_error *e);

/* An INSERT, UPDATE or DELETE once for each row of parameters, in the engine's fastest way. Only
 * inside of a transaction (INTERNAL), which is rolled back after a failure: a part of the rows may
 * have been done. db_changed is their sum then. Fails as db_exec. */
MUST enum srow_rc db_exec_many(struct db *db, const char *sql, const struct db_many *many,
                               struct srow_error *e);
MUST enum srow_rc db_next(bool *more, struct db_rows *rows, struct srow_error *e);
void db_rows_free(struct db_rows **rows);
/* How many rows a table has. Fails as db_query. */
MUST enum srow_rc db_count(uint64_t *out, struct db *db, const char *schema, const char *table,
                           struct srow_error *e);
/* The one count that a statement without parameters asks for; 0: NULL. Fails as db_query, and with
 * DB for what is none. */
MUST enum srow_rc db_number(uint64_t *out, struct db *db, struct srow_buf *sql,
                            struct srow_error *e);

/* Rows that the last INSERT, UPDATE or DELETE changed; found, if they were so already. */
uint64_t db_changed(const struct db *db);

/* A transaction: AUTO(db_rollback) struct db_work w = {0}; begin; ...; commit. What was not
 * committed is rolled back when the scope ends. A commit is on the disk when it returns, unless its
 * server is told to answer before; COMMIT_UNKNOWN: the connection was lost on the way; CONNECT:
 * before, and nothing is stored. */
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

static inline struct db_value db_text_or_null(const char *text)
{
    return text == NULL ? (struct db_value){.type = DB_NULL} : db_text(text);
}

static inline struct db_value db_bytes(struct srow_bytes bytes)
{
    return (struct db_value){.type = DB_BYTES, .bytes = bytes};
}

static inline struct db_value db_integer(int64_t n)
{
    return (struct db_value){.type = DB_INTEGER, .integer = n};
}

/* Appends the URLs that this build takes, for people: "sqlite:PATH or mysql://...". */
void db_put_urls(struct srow_buf *out);

/* Appends an identifier in the dialect's quotes; "a.b" stays one name. */
void db_put_name(struct srow_buf *out, const struct db *db, const char *name);

/* The same of a table, behind its schema unless that is NULL. */
void db_put_table(struct srow_buf *out, const struct db *db, const char *schema, const char *name);

/* Appends a text of the dialect: @t, @c and @p are the table, the column and $param. */
struct db_words {
    const char *schema, *table, *column, *plain, *name, *body, *definer;
    size_t param;
};
void db_put_sql(struct srow_buf *out, const struct db *db, const char *text,
                const struct db_words *words);

/* Whether the column's own order has equals where a unique index over it may have none. */
bool db_folds(struct db *db, const char *schema, const char *table, const char *column);

/* Whether two names mean the same table or column. */
bool db_same_name(const struct db *db, const char *a, const char *b);

#endif
