/* SPDX-License-Identifier: Apache-2.0
 *
 * libsealrow-sql: tables and rows through the configuration. In this version its work is reached
 * through the command line (sealrow init, check, put, get); a program can ask what it is.
 */
#ifndef SEALROW_SQL_H
#define SEALROW_SQL_H

#include <sealrow/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library, as "0.1.0"; the same as srow_version(), with which it is made. Static. */
SROW_API const char *srow_sql_version(void);

#ifdef __cplusplus
}
#endif
#endif
