/* SPDX-License-Identifier: Apache-2.0
 *
 * The face of libsealrow-sql.
 */
#include <sealrow/sql.h>

const char *srow_sql_version(void)
{
    return SROW_VERSION;
}
