/* SPDX-License-Identifier: Apache-2.0
 *
 * A sequence of the database that makes the values of a binding: bind.NAME.made says which.
 */
#ifndef SCHEMA_SEQUENCE_H
#define SCHEMA_SEQUENCE_H

#include "config/config.h"
#include "db/db.h"

/* Fails with SCHEMA if the engine has no sequences, or the database not this one; the text has no
 * place. Fails also with the errors of db. */
MUST enum srow_rc sequence_check(struct db *db, const struct config_bind *bind,
                                 struct srow_error *e);

/* The next n values, in one statement. Nobody else gets them, whatever becomes of them. Fails as
 * sequence_check, and with the errors of db. */
MUST enum srow_rc sequence_take(int64_t *values, size_t n, struct db *db,
                                const struct config_bind *bind, struct srow_error *e);

#endif
