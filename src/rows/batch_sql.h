/* SPDX-License-Identifier: Apache-2.0
 *
 * The statements of a batch, for one of its rows. What they need of a row is its columns, which are
 * the same in all.
 */
#ifndef ROWS_BATCH_SQL_H
#define ROWS_BATCH_SQL_H

#include "rows/batch.h"

enum batch_sql_look {
    BATCH_SQL_BOUND,   /* parameters are the binding alone: the columns as they are */
    BATCH_SQL_COMPARE, /* the other columns' values too: behind the columns, for each other column
                          whether it holds what is given, as the database converts it */
};

/* SELECT of the row's columns, in the order of the batch. */
void batch_sql_look(struct srow_buf *out, const struct batch *b, enum batch_sql_look what);
void batch_sql_insert(struct srow_buf *out, const struct batch *b);
void batch_sql_update(struct srow_buf *out, const struct batch *b);

/* Rows that are looked up at once, with so many parameters each. */
size_t batch_sql_most(size_t params);

/* The name of a column of the order above, in the database. */
const char *batch_sql_column(const struct batch *b, size_t at);

#endif
