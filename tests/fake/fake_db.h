/* SPDX-License-Identifier: Apache-2.0
 *
 * A database that loses the answer to a COMMIT, or its connection at some call: another one stands
 * behind it and does the work.
 */
#ifndef TESTS_FAKE_DB_H
#define TESTS_FAKE_DB_H

#include "db/db.h"

struct fake_db {
    struct db base;
    struct db *inner; /* borrowed */
    unsigned losses;  /* so many COMMITs more are lost: each is then the connection's last word */
    bool stores;      /* whether such a COMMIT is carried out */
    const char *then; /* SQL that another runs right after it; NULL: none */
    bool is_lost;
    size_t breaks_at; /* so manieth call from now on fails with CONNECT; 0: none does */
    bool for_good;    /* and all that follow */
    size_t broken;    /* calls that failed so */
};

/* In the caller's memory: no db_free. `url` is where db_reopen goes. */
void fake_db_init(struct fake_db *fake, struct db *inner, const char *url);

#endif
