/* SPDX-License-Identifier: Apache-2.0
 *
 * An operation under failing allocations: number 1, 2, 3, ... fails, once and then for good, until
 * a run meets no failure. Each run must end in the out-of-memory code, or, where a library of
 * others survives or renames the failure, in the whole right result or one clean error; it must
 * leave its out parameters alone when it fails, no block behind, and no byte of a key in memory.
 * Other things than allocations can be made to fail in the same way.
 */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <stdint.h>

#include "check.h"

/* What fails: from arm(n, for_good) on number n, and with for_good all that follow; `disarm`
 * returns how many have failed. */
struct fault_kind {
    const char *name; /* "allocation" */
    void (*arm)(size_t n, bool for_good);
    size_t (*disarm)(void);
};

struct fault_case {
    const char *name; /* a sentence */

    /* One run: does everything, compares the result and cleans up. Returns what the operation did;
     * what breaks a promise is reported by fault_wrong. */
    enum srow_rc (*run)(struct srow_error *e);

    /* What a failure may be besides NOMEM; ends with SROW_OK. NULL: nothing else. */
    const enum srow_rc *others;

    bool survives; /* a failed allocation may be made good: the right result counts */
    const struct fault_kind *kind;        /* NULL: allocations */
    void (*before)(void), (*after)(void); /* each run, without failures; NULL: nothing */
    size_t stride; /* in a short run only each such number is failed; 0: all of them */
};

/* A key that is to be nowhere in the process's memory behind each run from now on. It is given, and
 * stays, with each byte XOR FAULT_MASK, so that this copy is none; at most 4. */
enum { FAULT_KEY = 32, FAULT_MASK = 0x5A };
void fault_forbid(const uint8_t masked[FAULT_KEY]);

/* Whether a forbidden key is in memory. */
bool fault_has_key(void);

/* Says that a promise is broken; returns INTERNAL, so that a run can return it. */
enum srow_rc fault_wrong(const char *what);

/* Whether the case holds in one mode; prints what does not as comments. FAULT_ALL in the
 * environment: no strides. */
bool fault_holds(const struct fault_case *c, bool for_good);

/* Both modes: a TAP point for each. */
static inline void fault_run(const struct fault_case *c)
{
    for (int mode = 0; mode < 2; mode++) {
        char name[200];
        snprintf(name, sizeof name, "%s, %s", c->name, mode == 1 ? "for good" : "once");
        check_failed = !fault_holds(c, mode == 1);
        check_point(name);
    }
}

#endif
