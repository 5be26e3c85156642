/* SPDX-License-Identifier: Apache-2.0
 *
 * posix_spawn with a pipe. The child leads a group of its own, so that all of it can be killed, and
 * starts with default signals. Waiting looks every few milliseconds: there is no portable way to
 * wait for one child with a deadline, and the application's own SIGCHLD handling is left alone.
 */
#include "client/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"

enum { LOOK_MS = 10 };

extern char **environ;

struct child {
    pid_t pid;
    int input;
    uint64_t deadline;
    const _Atomic uint64_t *sooner;
};

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

static bool is_late(const struct child *child)
{
    uint64_t now = time_monotonic_ms(), sooner = atomic_load(child->sooner);
    return now >= child->deadline || (sooner != 0 && now >= sooner);
}

static int spawn(pid_t *pid, const char *const *command, int input)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    int failed = posix_spawn(pid, command[0], &files, &attributes,
                             (char *const *)(uintptr_t)command, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

/* Writes until all is written, the child has closed its end, or it is late. */
static void feed(struct child *child, struct srow_bytes input)
{
    const char *at = input.at;
    while (input.len > 0 && !is_late(child)) {
        ssize_t n = write(child->input, at, input.len);
        if (n >= 0) {
            at += n;
            input.len -= (size_t)n;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {child->input, POLLOUT, 0};
            poll(&ready, 1, LOOK_MS);
        } else if (errno != EINTR) {
            break;
        }
    }
    close_fd(&child->input);
}

/* Whether the child has ended; a program that ignores SIGCHLD leaves no status: 0 then. */
static bool has_ended(int *status, pid_t pid)
{
    pid_t ended = waitpid(pid, status, WNOHANG);
    if (ended < 0 && errno == ECHILD) {
        *status = 0;
        return true;
    }
    return ended == pid;
}

static enum srow_rc wait_for(struct child *child, const char *program, struct srow_error *e)
{
    int status = 0;
    while (!has_ended(&status, child->pid)) {
        if (is_late(child)) {
            kill(-child->pid, SIGKILL);
            (void)!waitpid(child->pid, &status, 0);
            FAIL(e, SROW_E_TIMEOUT, "%s did not end in time and was killed", program);
        }
        poll(NULL, 0, LOOK_MS);
    }
    FAIL_IF(status != 0, e, SROW_E_IO, "%s failed with %s %d", program,
            WIFEXITED(status) ? "exit code" : "signal",
            WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return SROW_OK;
}

enum srow_rc exec_run(const char *const *command, struct srow_bytes input, uint64_t deadline,
                      const _Atomic uint64_t *sooner, struct srow_error *e)
{
    int ends[2];
    FAIL_IF(pipe2(ends, O_CLOEXEC) != 0, e, SROW_E_IO, "no pipe for %s: %s", command[0],
            strerror(errno));
    AUTO(close_fd) int from = ends[0];
    AUTO(close_fd) int to = ends[1];
    fcntl(to, F_SETFL, O_NONBLOCK);
    struct child child = {0, to, deadline, sooner};
    int failed = spawn(&child.pid, command, from);
    FAIL_IF(failed != 0, e, SROW_E_IO, "%s cannot be started: %s", command[0], strerror(failed));
    close_fd(&from);
    feed(&child, input);
    to = -1; /* feed closed it */
    return wait_for(&child, command[0], e);
}
