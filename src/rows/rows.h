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

/* What was made of the binding of a row that was stored: it is new, and found by this alone. */
struct rows_made {
    uint64_t line; /* of the file, where the row begins; 0: it comes from no file */
    const struct srow_bind *values;
    size_t count;
};
typedef enum srow_rc rows_made_told(void *state, const struct rows_made *made,
                                    struct srow_error *e);

/* One row to be stored. A configured column that is not given stays NULL, or as it is. */
struct rows_put {
    const char *table; /* logical */
    const struct rows_given *given;
    size_t count;
    bool replace; /* overwrite what is there */
    bool dry_run; /* everything but the commit */
    /* NULL: a binding is always given. Else one may be missing if the configuration says how it is
     * made (bind.NAME.made), and this is told, but in a dry run. */
    rows_made_told *made;
    void *state; /* of it */
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

enum rows_format { ROWS_ANY_FORMAT, ROWS_CSV, ROWS_JSONL };

/* Where the rows of a file come from. */
struct rows_input {
    /* Up to `room` bytes; *got 0 is the end. */
    enum srow_rc (*read)(size_t *got, void *state, void *at, size_t room, struct srow_error *e);
    void *state;
    const char *name; /* for people */
    size_t row_most;  /* bytes; 0: 256 MiB */
};

/* A row that was not stored. */
struct rows_bad {
    uint64_t line; /* of the file, where the row begins */
    const struct srow_error *error;
    struct srow_bytes row; /* as it stands in the file */
};

/* What a load has done so far. In a dry run, what it would have done. */
struct rows_counts {
    uint64_t inserted, already_there, replaced, bad;
    uint64_t missing; /* of those stored: wrapped in fewer Regions than promised */
    uint64_t bytes;   /* of the file */
};

/* Many rows to be stored. */
struct rows_load {
    const char *table; /* logical */
    struct rows_input input;
    enum rows_format format; /* ROWS_ANY_FORMAT: by the first byte */
    bool replace, dry_run;   /* as in rows_put */
    void *state;             /* of the three below */
    /* NULL: the load ends at the first bad row. Else it is told of each and goes on, but not behind
     * one that is too long (LIMIT). */
    enum srow_rc (*bad)(void *state, const struct rows_bad *bad, struct srow_error *e);
    /* As in rows_put; of each row, behind the commit of its batch. A binding that is missing makes
     * a new row in each run: the same load again would store it twice. */
    rows_made_told *made;
    /* NULL, or called after each batch; what it fails with ends the load. */
    enum srow_rc (*tell)(void *state, const struct rows_counts *counts, struct srow_error *e);
};

/* Stores the rows of a file as rows_put does each of them, in batches of one transaction each. What
 * has been stored stays, whatever follows, so the same load again goes on where this one ended;
 * *counts is written also on failure. The text of a bad row's error has its line. Fails with
 * MALFORMED and JSON (a row that is none), as rows_put, and as reading, `bad` and `tell` do. Where
 * KMS or the database is not to be had, that is no bad row: the load ends. */
MUST enum srow_rc rows_load(struct rows_counts *counts, const struct rows *rows,
                            const struct rows_load *load, struct srow_error *e);

/* One row to be read. */
struct rows_get {
    const char *table;
    const struct rows_given *bind; /* the bindings, all of them and nothing else */
    size_t count;
    const char *via;      /* NULL, or the one Region that opens */
    uint64_t min_version; /* 0: any; else no value with an older version is opened */
};

struct rows_field {
    char *name; /* logical if configured, else the column's */
    enum rows_kind { ROWS_BOUND, ROWS_SEALED, ROWS_OTHER } kind;
    size_t place;      /* among those of its kind: in the configuration, or (others) the table */
    enum db_type type; /* DB_NULL, DB_INTEGER, DB_REAL, DB_TEXT, DB_BYTES */
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

/* All rows of a table, or the first `limit` of them, in the order of its key. */
struct rows_list {
    const char *table; /* logical */
    const char *via;   /* NULL, or the one Region that opens */
    uint64_t limit;    /* 0: all */
    void *state;       /* of what is called */
    /* Before the first row: what each consists of, without values. */
    enum srow_rc (*head)(void *state, const struct rows_row *row, struct srow_error *e);
    /* A row that is opened whole; and one that is not, which has the values of its binding alone.
     */
    enum srow_rc (*row)(void *state, const struct rows_row *row, struct srow_error *e);
    enum srow_rc (*bad)(void *state, const struct rows_row *row, const struct srow_error *error,
                        struct srow_error *e);
};

/* Reads rows a page at a time, in constant memory, and opens each cell under the binding that the
 * row itself has: nobody has asked for it, so a row in place of another is not noticed, but a cell
 * out of another row is. A row that does not open is told to `bad` and the rest goes on; where KMS
 * or the database is not to be had the list ends. Fails with COLUMN, SCHEMA, the errors of db and
 * of KMS, and as the three functions do. */
MUST enum srow_rc rows_list(const struct rows *rows, const struct rows_list *list,
                            struct srow_error *e);

#endif
