/* SPDX-License-Identifier: Apache-2.0
 *
 * What a row that is read consists of: its bound columns, its sealed ones, then all others.
 */
#ifndef ROWS_FIELDS_H
#define ROWS_FIELDS_H

#include "rows/held.h"
#include "rows/pick.h"

/* A field without a value for each column. NOMEM. */
MUST enum srow_rc fields_make(struct rows_row *out, const struct pick_table *table,
                              struct srow_error *e);

/* The column of a field in the database. */
const char *fields_column(const struct pick_table *table, const struct rows_field *field);

/* Whether it is read as it is: a column in stage plain or dual too. */
bool fields_is_clear(const struct pick_table *table, const struct rows_field *field);

/* The column that holds the version of a sealed column's values, as a place in `row`; its count if
 * they have none. */
size_t fields_version(const struct rows_row *row, const struct pick_table *table, size_t column);

/* The value of a field that is read as it is; takes the bytes of *held. Fails with VALUE (a bound
 * one that is none of its type), NOMEM. */
MUST enum srow_rc fields_set(struct rows_field *field, const struct pick_table *table,
                             struct held_value *held, struct srow_error *e);

/* A sealed field has its value: sets what type that is. */
void fields_opened(struct rows_field *field, const struct pick_table *table);

/* Forgets the values, keeps the names. */
void fields_clear(struct rows_row *row);

#endif
