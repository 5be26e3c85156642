/* SPDX-License-Identifier: Apache-2.0
 *
 * The room rows: rows in and out through the configuration. A row is named by its binding, as the
 * caller asked for it; the database only stores bytes.
 */
#ifndef ROWS_ROWS_H
#define ROWS_ROWS_H

#include "config/config.h"
#include "db/db.h"

/* What the calls of this room work with; borrowed. */
struct rows {
    const struct srow_config *config;
    struct srow_client *client;
    struct db *db;
};

/* A value by its name: a binding, a configured column, or (put) another column of the table by its
 * name in the database. Text as people write it; bytes as they are. */
struct rows_given {
    const char *name;
    struct srow_bytes value;
    bool null;   /* put: NULL, whatever the value says; not of a binding */
    bool binary; /* put: the value of another column is bytes and not their text */
};

/* One row to be stored. A configured column that is not given stays NULL, or as it is. */
struct rows_put {
    const char *table; /* logical */
    const struct rows_given *given;
    size_t count;
    bool replace; /* overwrite what is there */
    bool dry_run; /* everything but the commit */
};

enum rows_done { ROWS_INSERTED, ROWS_ALREADY_THERE, ROWS_REPLACED };

/* Stores a row. A row with the same binding is opened and compared: equal is ALREADY_THERE;
 * different is CONFLICT, or REPLACED if so asked. All is sealed before the transaction begins,
 * which looks again that nobody else has changed the row since (CONFLICT) and reads back what it
 * wrote (SELF_CHECK). Fails also with COLUMN, BINDING, USAGE (a name that cannot be written,
 * a required column missing), SCHEMA, TOO_WIDE, the errors of srow_cell_seal and srow_cell_match,
 * and of db. */
MUST enum srow_rc rows_put(enum rows_done *out, const struct rows *rows, const struct rows_put *put,
                           struct srow_error *e);

/* One row to be read. */
struct rows_get {
    const char *table;
    const struct rows_given *bind; /* the bindings, all of them and nothing else */
    size_t count;
    const char *via; /* NULL, or the one Region that opens */
};

struct rows_field {
    char *name; /* logical if configured, else the column's */
    enum rows_kind { ROWS_BOUND, ROWS_SEALED, ROWS_OTHER } kind;
    enum db_type type;     /* DB_NULL, DB_INTEGER, DB_REAL, DB_TEXT, DB_BYTES */
    struct srow_buf value; /* as text, or the bytes */
    bool is_json;          /* the text is a JSON document */
};

/* Bound, then sealed, then other columns. */
struct rows_row {
    struct rows_field *fields;
    size_t count;
};

/* Reads a row by its binding and opens all its sealed columns. NULL stays NULL, and is NULL_CELL in
 * a required column. Fails with COLUMN, BINDING, SCHEMA, NOT_FOUND, the errors of srow_cell_open
 * and of db. */
MUST enum srow_rc rows_get(struct rows_row *out, const struct rows *rows,
                           const struct rows_get *get, struct srow_error *e);
void rows_row_cleanup(struct rows_row *row);

#endif
