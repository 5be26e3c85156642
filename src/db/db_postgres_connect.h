/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection to PostgreSQL: TLS with a verified host unless the URL names less, no password
 * without TLS but to this machine, and an end in time whatever the server does.
 */
#ifndef DB_DB_POSTGRES_CONNECT_H
#define DB_DB_POSTGRES_CONNECT_H

#include <libpq-fe.h>

#include "base/error.h"

/* libpq's own service file, password file and variables count. Fails with USAGE, CONFIG (a password
 * would go in clear), CONNECT, TIMEOUT, TLS, DB_DENIED, DB_MISSING, DB, NOMEM. */
MUST enum srow_rc db_postgres_connect(PGconn **out, const char *url, struct srow_error *e);

#endif
