/* SPDX-License-Identifier: Apache-2.0
 *
 * What a caller's names mean in one table: its binding, its sealed columns, its other columns; and
 * that the live table has them.
 */
#ifndef ROWS_PICK_H
#define ROWS_PICK_H

#include "rows/rows.h"
#include "schema/live.h"

/* A table of the configuration, and what the database says about it: asked once for many rows. */
struct pick_table {
    const struct config_table *table;
    struct live_table live;
    const struct db_dialect *dialect;
};

/* Fails with COLUMN (not in the configuration), SCHEMA, the errors of db, NOMEM. */
MUST enum srow_rc pick_table_find(struct pick_table *out, const struct rows *rows, const char *name,
                                  struct srow_error *e);
void pick_table_cleanup(struct pick_table *t);

/* What a name stands for. */
enum pick_kind {
    PICK_OTHER,  /* another column, or nothing: given as text, which the database converts */
    PICK_BINARY, /* another column that holds bytes */
    PICK_TEXT,   /* configured: the text of its type */
    PICK_BYTES,  /* configured: type bytes */
    PICK_JSON,   /* configured: type json */
};
enum pick_kind pick_table_kind(const struct pick_table *t, const char *name);

/* Whether rows that give the names of this header can be stored: all are known, none is there
 * twice, and no binding is missing but one that `makes` allows. Fails with COLUMN, BINDING, USAGE,
 * NOMEM. */
MUST enum srow_rc pick_table_check(const struct pick_table *t, char *const *names, size_t n,
                                   bool makes, struct srow_error *e);

/* A column in stage plain is in `others` alone, one in stage dual there and in `sealed`. */
struct pick {
    const struct config_table *table;
    const struct live_table *live;
    const struct db_dialect *dialect;
    struct srow_bind *binds;          /* by table->binds */
    struct db_value *bound;           /* the same as the database takes them */
    struct srow_buf *texts;           /* what they view: two a binding, then two a column */
    const struct rows_given **sealed; /* by table->columns; NULL: not given */
    struct rows_given *plains;        /* the same as plaintext, by table->columns; no name: none */
    const struct rows_given **others; /* with the column's name in the database; plaintext too */
    size_t other_count;
};

/* Rows whose cells are sealed or opened together: all requests of a page have one deadline. */
enum { PICK_PAGE = 256 };
size_t pick_page(const struct srow_config *config, const struct config_table *table);

/* What is given of one row. */
struct pick_given {
    const struct rows_given *list;
    size_t count;
    bool write; /* `sealed` and `others` are allowed */
    bool makes; /* a binding that can be made may be missing: it has no name then */
};

/* Borrows the table, and the names and values given. Fails with COLUMN, BINDING, USAGE, NOMEM. */
MUST enum srow_rc pick_names(struct pick *out, const struct pick_table *table,
                             const struct pick_given *given, struct srow_error *e);
void pick_cleanup(struct pick *p);

/* The value of a binding that was missing, which is copied. Fails with VALUE, NOMEM. */
MUST enum srow_rc pick_give(struct pick *p, size_t bind, struct srow_bytes value,
                            struct srow_error *e);

/* Appends the condition that the row has the bound values, which are the parameters behind
 * `before`: " WHERE ...". */
void pick_put_where(struct srow_buf *out, const struct pick *p, const struct db *db, size_t before);

/* A bound number or moment, which comes back in the database's own way of writing it. */
bool pick_is_rewritten(const struct pick *p, size_t bind);

/* Appends the canonical text of what a row holds in a bound column. Fails with VALUE, NOMEM. */
MUST enum srow_rc pick_stored_text(struct srow_buf *out, const struct pick *p, size_t bind,
                                   struct srow_bytes stored, struct srow_error *e);

/* Whether a value for the column was given. */
bool pick_has(const struct pick *p, size_t column);

/* The cell of a column, which borrows the pick. */
struct srow_cell pick_cell(const struct pick *p, size_t column, const char *via);

#endif
