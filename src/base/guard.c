/* SPDX-License-Identifier: Apache-2.0 */
#include "base/guard.h"

#include <sched.h>
#include <unistd.h>

/* Of several threads that are the first, one makes the lock new and the others wait for it. */
bool guard_lock(struct guard *guard)
{
    pid_t mine = getpid(), owner = atomic_load(&guard->owner);
    while (owner != mine) {
        if (owner != -mine && atomic_compare_exchange_strong(&guard->owner, &owner, -mine)) {
            pthread_mutex_init(&guard->lock, NULL);
            pthread_mutex_lock(&guard->lock);
            atomic_store(&guard->owner, mine);
            return true;
        }
        sched_yield();
        owner = atomic_load(&guard->owner);
    }
    pthread_mutex_lock(&guard->lock);
    return false;
}

void guard_unlock(struct guard *guard)
{
    pthread_mutex_unlock(&guard->lock);
}

void guard_cleanup(struct guard *guard)
{
    if (atomic_load(&guard->owner) == getpid()) {
        pthread_mutex_destroy(&guard->lock);
        atomic_store(&guard->owner, 0);
    }
}
