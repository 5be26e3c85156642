/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL as a row of the table of databases. Only db_postgres*.c know libpq.
 */
#ifndef DB_DB_POSTGRES_H
#define DB_DB_POSTGRES_H

#include "db/db.h"

extern const struct db_dialect db_postgres_dialect;

/* A connection by URL, as libpq reads it. */
MUST enum srow_rc db_postgres_open(struct db **out, const char *url, const struct db_login *login,
                                   bool create, struct srow_error *e);

#endif
