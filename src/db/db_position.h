/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a server has come, as text: who has written at the primary gives it to who reads at a
 * replica, which waits until it has applied that much. "postgresql:0/16B3748",
 * "mariadb:0-1-42", "mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5", "sqlite:0" (a file has no
 * replicas that lag: it is always reached).
 */
#ifndef DB_DB_POSITION_H
#define DB_DB_POSITION_H

#include "db/db.h"

/* Everything that this connection has committed is at or before it. Empty: the server keeps none
 * (no binary log). Fails with the errors of db_query. */
MUST enum srow_rc db_position_read(struct srow_buf *out, struct db *db, struct srow_error *e);

/* Returns when the server has come as far. Fails with USAGE (not a position, or of another kind of
 * database), TIMEOUT (not within `ms`), the errors of db_query. */
MUST enum srow_rc db_position_wait(struct db *db, const char *position, uint64_t ms,
                                   struct srow_error *e);

#endif
