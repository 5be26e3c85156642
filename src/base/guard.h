/* SPDX-License-Identifier: Apache-2.0
 *
 * A lock that a child of fork finds free, whoever held it in the parent. What it guards may have
 * been changed half way then: it is either such that this does no harm, or made anew.
 */
#ifndef BASE_GUARD_H
#define BASE_GUARD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Zeroed is free. */
struct guard {
    pthread_mutex_t lock;
    _Atomic pid_t owner; /* whose lock it is; negative while that process makes it its own */
};

/* True: this process has it for the first time. */
bool guard_lock(struct guard *guard);
void guard_unlock(struct guard *guard);
void guard_cleanup(struct guard *guard);

#endif
