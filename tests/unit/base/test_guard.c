/* SPDX-License-Identifier: Apache-2.0 */
#include "base/guard.h"

#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { CHILD_SECONDS = 20 };

CASE(the_first_to_take_it_is_told_so_and_nobody_after)
{
    struct guard guard = {0};
    CHECK(guard_lock(&guard));
    guard_unlock(&guard);
    CHECK(!guard_lock(&guard));
    guard_unlock(&guard);
    guard_cleanup(&guard);
    guard_cleanup(&guard);
    CHECK(guard_lock(&guard));
    guard_unlock(&guard);
    guard_cleanup(&guard);
}

/* ThreadSanitizer takes the child for a thread that locks twice: skipped there, aloud. */
#ifndef __SANITIZE_THREAD__
CASE(a_child_of_fork_finds_it_free_whoever_holds_it_in_the_parent)
{
    struct guard guard = {0};
    int status = -1;
    (void)guard_lock(&guard);
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        bool fresh = guard_lock(&guard);
        guard_unlock(&guard);
        bool again = guard_lock(&guard);
        guard_unlock(&guard);
        _exit(!fresh || again);
    }
    bool ended = child > 0 && waitpid(child, &status, 0) == child;
    CHECK(pthread_mutex_trylock(&guard.lock) != 0); /* the parent's is as it was */
    guard_unlock(&guard);
    guard_cleanup(&guard);
    CHECK(ended && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
#endif

int main(void)
{
    RUN(the_first_to_take_it_is_told_so_and_nobody_after);
#ifdef __SANITIZE_THREAD__
    printf("# fork: skipped under ThreadSanitizer\n");
#else
    RUN(a_child_of_fork_finds_it_free_whoever_holds_it_in_the_parent);
#endif
    return check_done();
}
