/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of one statement for libpq, an array for each of its arguments.
 */
#ifndef DB_DB_POSTGRES_PARAMS_H
#define DB_DB_POSTGRES_PARAMS_H

#include <libpq-fe.h>

#include "db/db.h"

enum { DB_POSTGRES_BYTEA = 17 }; /* the type of bytes */

struct db_postgres_params {
    Oid *types;          /* 0: of the column that it meets */
    const char **values; /* views of the values, or of the texts */
    int *lengths, *formats;
    struct srow_buf *texts; /* a text must end with NUL */
    size_t count;
};

/* Into an empty one; the values' bytes are borrowed. Fails with LIMIT (a value above 2 GiB), VALUE
 * (a text with a NUL), NOMEM. */
MUST enum srow_rc db_postgres_params_put(struct db_postgres_params *out,
                                         const struct db_value *params, size_t n,
                                         struct srow_error *e);
void db_postgres_params_cleanup(struct db_postgres_params *params);

#endif
