/* SPDX-License-Identifier: Apache-2.0
 *
 * Client libraries block where a deadline does not reach: in the lookup of a name, in the
 * arithmetic of a login that a hostile server makes long. So a connection is made in a thread of
 * its own, which is abandoned at the deadline, and cleans up after itself when the library lets go.
 */
#ifndef DB_DB_ATTEMPT_H
#define DB_DB_ATTEMPT_H

#include "base/error.h"

struct db_attempt {
    void (*run)(void *what); /* in the thread: touches nothing but `what` */
    void (*free)(void *what);
};

/* Runs `*what` to its end, in `seconds` at most. On failure *what is taken, and NULL. Fails with
 * TIMEOUT, NOMEM. */
MUST enum srow_rc db_attempt_run(void **what, const struct db_attempt *how, int seconds,
                                 struct srow_error *e);

#endif
