/* SPDX-License-Identifier: Apache-2.0
 *
 * A database that loses the answer to a COMMIT, or its connection at some call: another one stands
 * behind it and does the work.
 */
#ifndef TESTS_FAKE_DB_H
#define TESTS_FAKE_DB_H

#include "db/db.h"

/* Calls that find the connection lost; several databases may have one of these. */
struct fake_db_break {
    size_t at;     /* so manieth call from now on; 0: none */
    bool for_good; /* and all that follow */
    size_t count;  /* that have failed */
};

struct fake_db {
    struct db base;
    struct db *inner; /* borrowed */
    unsigned losses;  /* so many COMMITs more are lost: each is then the connection's last word */
    bool stores;      /* whether such a COMMIT is carried out */
    const char *then; /* SQL that another runs right after it; NULL: none */
    bool is_lost;
    bool owns;                    /* db_free frees both */
    struct fake_db_break *breaks; /* borrowed; NULL: no call fails */
};

/* In the caller's memory: no db_free. `url` is where db_reopen goes. */
void fake_db_init(struct fake_db *fake, struct db *inner, const char *url);

/* One that db_free frees, around a connection of its own. */
MUST enum srow_rc fake_db_open(struct db **out, const char *url, struct fake_db_break *breaks,
                               struct srow_error *e);

#endif
