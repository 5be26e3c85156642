/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements of ours have parameters $1, $2 ..., in any order and as often as they like; MariaDB
 * and MySQL know only ?, each of them once.
 */
#ifndef DB_DB_MYSQL_SQL_H
#define DB_DB_MYSQL_SQL_H

#include "base/bytes.h"

struct db_mysql_sql {
    struct srow_buf text; /* with ? for each $N outside of quotes and comments */
    size_t *order;        /* of each ?: the index of its parameter, from 0 */
    size_t count;
    size_t group, group_len; /* (?, ?) behind VALUES, if it has all parameters: may be repeated */
};

enum { DB_MYSQL_SQL_PARAMETERS = 65535 }; /* of a prepared statement: two bytes on the wire */

/* All of $1..$n must be named, and no other (INTERNAL). Quotes are doubled inside: the connection
 * has NO_BACKSLASH_ESCAPES. */
MUST enum srow_rc db_mysql_sql_parse(struct db_mysql_sql *out, const char *sql, size_t n,
                                     struct srow_error *e);
/* The statement for several rows of n parameters each, one after the other in its parameters. */
MUST enum srow_rc db_mysql_sql_repeat(struct db_mysql_sql *out, const struct db_mysql_sql *sql,
                                      size_t n, size_t rows, struct srow_error *e);
/* A SELECT for several rows of parameters, as one SELECT. */
MUST enum srow_rc db_mysql_sql_unite(struct db_mysql_sql *out, const struct db_mysql_sql *sql,
                                     size_t n, size_t rows, struct srow_error *e);
void db_mysql_sql_cleanup(struct db_mysql_sql *sql);

#endif
