/* SPDX-License-Identifier: Apache-2.0
 *
 * The room schema: our DDL, and the live schema and what is wrong with it. This file: a table as
 * the database describes it.
 */
#ifndef SCHEMA_LIVE_H
#define SCHEMA_LIVE_H

#include "config/config.h"
#include "db/walk.h"

/* What a column does with what is written; the letters that a dialect's query gives. */
enum live_kind {
    LIVE_BINARY = 'b',  /* takes bytes as they are */
    LIVE_TEXT = 't',    /* text, compared byte by byte */
    LIVE_LOOSE = 'l',   /* text in which different bytes are equal: case, accents, padding */
    LIVE_LISTED = 'e',  /* loose too, and ordered by its place in a list */
    LIVE_NUMBER = 'n',  /* whole */
    LIVE_DECIMAL = 'd', /* exact, with a fraction */
    LIVE_FLOAT = 'f',   /* rounded to binary fractions, or by a locale */
    LIVE_AFFINE = 'a',  /* what looks like a number becomes one, all else stays as it is */
    LIVE_MOMENT = 'z',  /* microseconds of UTC */
    LIVE_CLOCK = 'w',   /* microseconds of a clock on the wall */
    LIVE_OTHER = 'o',   /* dates, UUIDs, booleans, times without microseconds */
};

struct live_column {
    char *name;
    char *type;      /* as declared: "BLOB(900)" */
    bool not_null;   /* cannot be NULL */
    bool in_key;     /* of the primary key */
    bool made_by_db; /* rowid alias, generated or with a computed default */
    bool generated;  /* always: no value may be given */
    enum live_kind kind;
    uint64_t width;    /* the most bytes it takes, 0: any; what SQLite does not enforce put does */
    uint64_t declared; /* by its type: 900 for BLOB(900) */
    uint64_t checked;  /* by CHECKs over it alone */
};

/* Columns that no two rows have in common: the primary key, or a unique index over whole rows. */
struct live_unique {
    char **columns;
    size_t count;
};

struct live_table {
    char *schema; /* as it was asked for; NULL: the one in force */
    char *name;   /* NULL: the database has no such table */
    char *sql;    /* its DDL */
    bool is_view;
    bool names_have_case;
    bool strict;         /* declared types may not carry a length */
    bool is_unprotected; /* its engine has no transactions: what is written stays written */
    struct live_column *columns;
    size_t column_count;
    struct live_unique *uniques;
    size_t unique_count;
};

/* Reads what the database says about a table. A table that is not there is no failure: out->name
 * is NULL then. `schema` NULL: the one in force. Fails with DB, BUSY, IO, NOMEM. */
MUST enum srow_rc live_table_read(struct live_table *out, struct db *db, const char *schema,
                                  const char *name, struct srow_error *e);
void live_table_cleanup(struct live_table *t);

/* Names are compared as the database does: with or without case. */
bool live_same_name(const struct live_table *t, const char *a, const char *b);
/* Whether two tables of the configuration are one of the database, as they name it. */
bool live_same_table(const struct live_table *t, const struct config_table *a,
                     const struct config_table *b);
/* NULL if there is none. */
const struct live_column *live_column_find(const struct live_table *t, const char *name);

/* Fails with SCHEMA where a write could not be taken back. */
MUST enum srow_rc live_table_protected(const struct live_table *t, struct srow_error *e);

/* Reads a table of the configuration, which must be protected so and have what that names: the
 * bound columns, and the sealed ones as binary columns. Fails with SCHEMA, and as live_table_read.
 */
MUST enum srow_rc live_table_fit(struct live_table *out, struct db *db,
                                 const struct config_table *table, struct srow_error *e);

/* Appends the condition that a column holds $param, byte by byte whatever its collation. */
void live_put_equal(struct srow_buf *out, const struct db *db, const struct live_table *t,
                    const char *column, size_t param);

/* A column as a walk over the table takes it. */
struct walk_column live_walk_column(const struct live_table *t, const char *name);

/* Whether no two rows have one binding: a unique index lies within the bound columns. */
bool live_is_unique(const struct live_table *t, const struct config_table *table);

/* Whether the columns that a table is walked by are the bound ones, and whether no two rows have
 * them in common. */
bool live_key_is_bound(const struct live_table *t, const struct config_table *table);
bool live_key_is_unique(const struct live_table *t, const struct config_table *table);
/* Fails with SCHEMA where a walk by the table's key would leave rows out: a column that is not
 * there, a NULL that is no binding's, or rows that have one key. Else as db_query. */
MUST enum srow_rc live_walk_fit(const struct live_table *t, struct db *db,
                                const struct config_table *table, struct srow_error *e);

/* Takes bytes as they are and converts nothing. */
bool live_column_is_binary(const struct live_column *column);
/* Text, with whatever collation. */
bool live_column_is_text(const struct live_column *column);
/* Gives back another text than was written: '007' becomes 7. */
bool live_column_converts(const struct live_column *column);

#endif
