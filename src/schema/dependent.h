/* SPDX-License-Identifier: Apache-2.0
 *
 * What else in the database hangs on a column: indexes, foreign keys, views, triggers, generated
 * columns, publications; and what changes a bound column behind the application.
 */
#ifndef SCHEMA_DEPENDENT_H
#define SCHEMA_DEPENDENT_H

#include "schema/finding.h"
#include "schema/live.h"

/* Adds what hangs on a sealed column. Fails with the errors of db, NOMEM. */
MUST enum srow_rc dependent_sealed(struct finding_list *list, struct db *db,
                                   const struct live_table *table, const char *column,
                                   const char *where, struct srow_error *e);

/* Adds what hangs on the plaintext beside a sealed column. Fails with the errors of db, NOMEM. */
MUST enum srow_rc dependent_plain(struct finding_list *list, struct db *db,
                                  const struct live_table *table, const char *column,
                                  const char *where, struct srow_error *e);

/* Adds what changes a bound column: a foreign key that follows, a trigger that assigns. Fails with
 * the errors of db, NOMEM. */
MUST enum srow_rc dependent_bound(struct finding_list *list, struct db *db,
                                  const struct live_table *table, const char *column,
                                  const char *where, struct srow_error *e);

#endif
