/* SPDX-License-Identifier: Apache-2.0
 *
 * MariaDB and MySQL as a row of the table of databases. Only db_mysql*.c know libmariadb.
 */
#ifndef DB_DB_MYSQL_H
#define DB_DB_MYSQL_H

#include "db/db.h"

extern const struct db_dialect db_mysql_dialect;

/* A connection by URL (db_mysql_url.h). Databases are not made: `create` changes nothing. */
MUST enum srow_rc db_mysql_open(struct db **out, const char *url, const struct db_login *login,
                                bool create, struct srow_error *e);

#endif
