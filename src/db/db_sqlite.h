/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite as a row of the table of databases. The only file that knows sqlite3.h is db_sqlite.c.
 */
#ifndef DB_DB_SQLITE_H
#define DB_DB_SQLITE_H

#include "db/db.h"

extern const struct db_dialect db_sqlite_dialect;

/* The path stands behind "sqlite:". */
MUST enum srow_rc db_sqlite_open(struct db **out, const char *url, bool create,
                                 struct srow_error *e);

/* Copies a database as it is at one moment, while others go on writing, into the file at `path`,
 * which is made if it is not there. Whoever reads the copy sees what it was before or all of what
 * it is then. Fails with USAGE (not SQLite), BUSY, DB_DENIED, DB, IO, NOMEM. */
MUST enum srow_rc db_sqlite_copy(struct db *db, const char *path, struct srow_error *e);

#endif
