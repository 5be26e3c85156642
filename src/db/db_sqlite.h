/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite as a row of the table of databases. The only file that knows sqlite3.h is db_sqlite.c.
 */
#ifndef DB_DB_SQLITE_H
#define DB_DB_SQLITE_H

#include "db/db.h"

extern const struct db_dialect db_sqlite_dialect;

/* The path stands behind "sqlite:". */
MUST enum srow_rc db_sqlite_open(struct db **out, const char *url, const struct db_login *login,
                                 bool create, struct srow_error *e);

#endif
