/* SPDX-License-Identifier: Apache-2.0
 *
 * What an error number of MariaDB or MySQL means for the caller. The server's own texts hold values
 * ("Duplicate entry '...'"), so none of them is ever shown.
 */
#ifndef DB_DB_MYSQL_ERROR_H
#define DB_DB_MYSQL_ERROR_H

#include "base/bytes.h"

/* Always fails: with the meaning of `code`, DB for a number that is not in the table. */
MUST enum srow_rc db_mysql_error_fail(unsigned code, struct srow_error *e);

#endif
