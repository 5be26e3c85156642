/* SPDX-License-Identifier: Apache-2.0
 *
 * What PostgreSQL's failures mean to a caller: SQLSTATE to code and text, in one table. Texts never
 * hold a value: the server's own words are shown only where they name tables, columns or users.
 */
#ifndef DB_DB_POSTGRES_ERROR_H
#define DB_DB_POSTGRES_ERROR_H

#include <libpq-fe.h>

#include "base/error.h"

/* The failure of a statement. `result` may be NULL: the connection is lost. */
MUST enum srow_rc db_postgres_error_result(const PGresult *result, struct srow_error *e);

/* The failure of a connection, from libpq's words (verbosity PQERRORS_VERBOSE). */
MUST enum srow_rc db_postgres_error_connect(const char *message, struct srow_error *e);

#endif
