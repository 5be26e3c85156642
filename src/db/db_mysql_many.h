/* SPDX-License-Identifier: Apache-2.0
 *
 * One statement for many rows. MariaDB takes the rows' parameters together (its bulk operations);
 * servers without them, MySQL and Aurora MySQL, take an INSERT of many rows, and every other
 * statement once a row, prepared but once.
 */
#ifndef DB_DB_MYSQL_MANY_H
#define DB_DB_MYSQL_MANY_H

#include <mysql.h>

#include "db/db.h"

struct db_mysql_many {
    MYSQL *handle;
    struct db_many many;
    bool no_bulk; /* not even where the server has it */
};

/* *changed: the sum of the rows. Fails as db_exec_many. */
MUST enum srow_rc db_mysql_many_run(uint64_t *changed, const struct db_mysql_many *many,
                                    const char *text, struct srow_error *e);

#endif
