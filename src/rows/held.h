/* SPDX-License-Identifier: Apache-2.0
 *
 * One row as the database gave it, held: what a later look is compared with, byte by byte.
 */
#ifndef ROWS_HELD_H
#define ROWS_HELD_H

#include "db/db.h"

struct held_value {
    enum db_type type;
    struct srow_buf bytes; /* the bytes; integers and reals as text */
};

struct held_row {
    bool there;
    bool twice; /* another row was found too */
    struct held_value *values;
    size_t count;
};

/* Holds the row that a query stands at, from one of its columns on. NOMEM. */
MUST enum srow_rc held_row_take(struct held_row *out, const struct db_rows *rows, size_t from,
                                struct srow_error *e);

/* Fails with DB if a row that is there has not as many values as were asked for. */
MUST enum srow_rc held_row_check(const struct held_row *row, size_t count, struct srow_error *e);

/* Runs a query that finds one row or none. Fails with SCHEMA if there are two (the binding is not
 * unique), the errors of db, NOMEM. */
MUST enum srow_rc held_row_read(struct held_row *out, struct db *db, const char *sql,
                                const struct db_value *params, size_t n, struct srow_error *e);
void held_row_cleanup(struct held_row *row);

/* What a version column holds; 0 for NULL and for what is no version. */
uint64_t held_version(const struct held_value *v);

/* Both absent, or the same types and bytes in the first `count` values. */
bool held_row_equal(const struct held_row *a, const struct held_row *b, size_t count);

/* The text of a value: what the database gave, whatever it converted it to. */
MUST enum srow_rc held_value_of(struct held_value *out, const struct db_value *v,
                                struct srow_error *e);
void held_value_cleanup(struct held_value *v);

#endif
