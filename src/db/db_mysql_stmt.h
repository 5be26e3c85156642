/* SPDX-License-Identifier: Apache-2.0
 *
 * A prepared statement of libmariadb: made, given its parameters, run, and what its failure means.
 */
#ifndef DB_DB_MYSQL_STMT_H
#define DB_DB_MYSQL_STMT_H

#include <mysql.h>

#include "db/db.h"
#include "db/db_mysql_sql.h"

MUST enum srow_rc db_mysql_stmt_prepare(MYSQL_STMT **out, MYSQL *handle,
                                        const struct db_mysql_sql *sql, struct srow_error *e);
/* `params` by their numbers in the statement; its result is still to be read. */
MUST enum srow_rc db_mysql_stmt_run(MYSQL_STMT *stmt, const struct db_mysql_sql *sql,
                                    const struct db_value *params, struct srow_error *e);
void db_mysql_stmt_close(MYSQL_STMT **stmt);

/* The last failure of a statement, and of a connection. */
MUST enum srow_rc db_mysql_stmt_fail(MYSQL_STMT *stmt, struct srow_error *e);
MUST enum srow_rc db_mysql_stmt_fail_at(MYSQL *handle, struct srow_error *e);

/* What the library may read of a value without changing it. */
enum enum_field_types db_mysql_stmt_type(enum db_type type);
const void *db_mysql_stmt_address(const struct db_value *v);

#endif
