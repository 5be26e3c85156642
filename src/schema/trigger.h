/* SPDX-License-Identifier: Apache-2.0
 *
 * The trigger of a column in stage dual: where the plaintext changes and the sealed value does not,
 * that becomes NULL, so a program that knows the plaintext alone leaves no stale value behind.
 */
#ifndef SCHEMA_TRIGGER_H
#define SCHEMA_TRIGGER_H

#include "schema/ddl.h"

/* What to do so that the trigger is there as it should be, or is not left behind; nothing if it is
 * so. Fails with SCHEMA (names too long for one, or one name for two), the errors of db, NOMEM. */
MUST enum srow_rc trigger_plan(struct ddl_plan *plan, struct db *db, const struct ddl_place *place,
                               struct srow_error *e);

/* What takes the trigger away; nothing if there is none. Fails with the errors of db, NOMEM. */
MUST enum srow_rc trigger_plan_drop(struct ddl_plan *plan, struct db *db,
                                    const struct ddl_place *place, struct srow_error *e);

/* Whether the trigger is there word for word, and is switched on; for a login that may not look at
 * triggers, whether there is one of its name. Fails with the errors of db, NOMEM. */
MUST enum srow_rc trigger_is_right(bool *out, struct db *db, const struct ddl_place *place,
                                   struct srow_error *e);

/* Whether it is still there for a column whose plaintext the configuration names no longer: it
 * would set the sealed value to NULL where that is emptied. Fails with the errors of db, NOMEM. */
MUST enum srow_rc trigger_is_left(bool *out, struct db *db, const struct ddl_place *place,
                                  struct srow_error *e);

/* Whether a trigger is named as that of the column "table.column". */
bool trigger_has_name(const char *name, const char *column);

#endif
