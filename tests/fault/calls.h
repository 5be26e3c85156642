/* SPDX-License-Identifier: Apache-2.0
 *
 * The other thing that fails: calls of the database, each of which may find the connection lost.
 */
#ifndef FAULT_CALLS_H
#define FAULT_CALLS_H

#include "fake/fake_db.h"
#include "fault/fault.h"

static struct fake_db_break broken; /* for the fake databases of the test */

static inline void calls_arm(size_t n, bool for_good)
{
    broken = (struct fake_db_break){.at = n, .for_good = for_good};
}

static inline size_t calls_disarm(void)
{
    size_t count = broken.count;
    broken = (struct fake_db_break){0};
    return count;
}

static const struct fault_kind calls = {"call", calls_arm, calls_disarm};

static const enum srow_rc calls_lost[] = {SROW_E_CONNECT, SROW_E_COMMIT_UNKNOWN, SROW_OK};

/* A case under failing allocations, and the same where each call finds the connection lost. */
static inline void calls_run_too(const struct fault_case *c)
{
    char name[160];
    struct fault_case lost = *c;
    snprintf(name, sizeof name, "%s, also where the connection is lost", c->name);
    lost.name = name;
    lost.kind = &calls;
    lost.others = calls_lost;
    lost.stride = 1;
    fault_run(c);
    fault_run(&lost);
}

#endif
