/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of events, which init only adds to: each configuration that was booked, as a digest
 * (SHA-256 of its domain, keys and tables, config/canon.h), with the time and the version. The last
 * one writes; one that was booked before it, or never, does not. Readers are not asked.
 *
 * `init` comes first, at the server that takes writes; replicas have the event when they have the
 * rows. A program asks when it begins, not for each row: one that runs already goes on.
 */
#ifndef SCHEMA_BOOKED_H
#define SCHEMA_BOOKED_H

#include "config/config.h"
#include "db/db.h"
#include "schema/finding.h"

#define BOOKED_TABLE "sealrow_meta"

/* For what writes sealed values: once a connection, outside of a transaction. Fails with BOOKED
 * (this configuration is older than the one booked, or init has not booked it), the errors of db,
 * NOMEM. */
MUST enum srow_rc booked_may_write(struct db *db, const struct srow_config *config,
                                   struct srow_error *e);

/* Appends the statement that books the configuration; nothing if it is the last one, or `made` says
 * that the table is yet to be made. One that was booked earlier fails with BOOKED, but with `again`
 * it becomes the last. Fails with the errors of db, NOMEM. */
struct booked_how {
    bool made, again;
};
MUST enum srow_rc booked_put(struct srow_buf *out, struct db *db, const struct srow_config *config,
                             const struct booked_how *how, struct srow_error *e);

/* Adds what would keep a writer from writing. */
MUST enum srow_rc booked_look(struct finding_list *list, const struct srow_config *config,
                              struct db *db, struct srow_error *e);

#endif
