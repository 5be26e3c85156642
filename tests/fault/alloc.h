/* SPDX-License-Identifier: Apache-2.0
 *
 * The program's allocator with a fault in it: linked into a test, it stands before the one of the C
 * library for everybody in the process, OpenSSL, curl, jansson, libyaml and SQLite included. While
 * it is armed, allocation N fails, once or together with all that follow.
 */
#ifndef FAULT_ALLOC_H
#define FAULT_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on allocation `n` (1, 2, ...) fails, and with `for_good` all that follow. */
void alloc_arm(size_t n, bool for_good);

/* All succeed again. Returns how many have failed since alloc_arm. */
size_t alloc_disarm(void);

/* Allocations of this thread never fail and are not counted: for what belongs to the test. */
void alloc_exempt(bool exempt);

/* Blocks that have been allocated and not freed. */
long alloc_live(void);

#endif
