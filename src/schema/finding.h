/* SPDX-License-Identifier: Apache-2.0
 *
 * What is wrong with the live schema: one finding a defect, with a stable code and its repair.
 *
 *     table-missing        the configured table is not in the database, or is a view
 *     bind-missing         a bound column is not in the table
 *     bind-nullable        a bound column may be NULL
 *     bind-made            its value is made by the database, so it is not known before INSERT
 *     bind-converted       its type turns '007' into 7, so it would not come back as asked for
 *     bind-not-unique      no primary key or unique index over the bound columns
 *     column-missing       the sealed column is not in the table
 *     column-not-binary    its type converts what is written
 *     column-narrow        its declared length does not hold a sealed value
 *     check-missing        its CHECK is not there
 */
#ifndef SCHEMA_FINDING_H
#define SCHEMA_FINDING_H

#include "config/config.h"
#include "db/db.h"

struct finding {
    const char *code; /* static */
    char *where;      /* "customer_profile.userid" */
    char *text;       /* what: what to do */
};

struct finding_list {
    struct finding *all;
    size_t count;
};

MUST enum srow_rc finding_add(struct finding_list *list, const char *code, const char *where,
                              struct srow_error *e, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void finding_list_cleanup(struct finding_list *list);

/* Adds what is wrong with all configured tables. Fails with the errors of db, NOMEM. */
MUST enum srow_rc finding_schema(struct finding_list *list, const struct srow_config *config,
                                 struct db *db, struct srow_error *e);

#endif
