/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection to PostgreSQL: TLS with a verified host unless the URL names less, no password
 * without TLS but to this machine, and an end in time whatever the server does.
 */
#ifndef DB_DB_POSTGRES_CONNECT_H
#define DB_DB_POSTGRES_CONNECT_H

#include <libpq-fe.h>

#include "db/db.h"

/* libpq's own service file, password file and variables count; `login` counts more than they and
 * the URL. Fails with USAGE, CONFIG (a password or token would go in clear), CONNECT, TIMEOUT, TLS,
 * DB_RIGHTS, DB_MISSING, DB, NOMEM. */
MUST enum srow_rc db_postgres_connect(PGconn **out, const char *url, const struct db_login *login,
                                      struct srow_error *e);

/* Whether the URL leads to another machine without asking for its certificate and name. */
bool db_postgres_is_unverified(const char *url, const struct db_login *login);

#endif
