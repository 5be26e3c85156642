/* SPDX-License-Identifier: Apache-2.0
 *
 * `--after POSITION --wait TIME`: what has been written elsewhere is here before it is read.
 */
#ifndef CMD_AFTER_H
#define CMD_AFTER_H

#include "cmd.h"
#include "db/db.h"

/* Nothing without --after. Fails with USAGE, NOT_REPLICATED (the server has not come as far within
 * the time), the errors of db. */
MUST enum srow_rc after_wait(struct db *db, const struct args *args, struct srow_error *e);

#endif
