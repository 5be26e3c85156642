/* SPDX-License-Identifier: Apache-2.0
 *
 * The threads of this process, as the system lists them.
 */
#ifndef CLIENT_TASKS_H
#define CLIENT_TASKS_H

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Whether a thread has this name and takes no signal. */
static inline bool tasks_is_deaf(const char *task, const char *name)
{
    /* all that somebody else may send, but SIGKILL, SIGSTOP and those of the C library */
    static const int own[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGKILL, SIGSTOP};
    unsigned long long every = 0x7FFFFFFF;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        every &= ~(1ULL << (own[i] - 1));
    }
    char path[300], line[256], wanted[32];
    bool named = false, deaf = false;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task);
    snprintf(wanted, sizeof wanted, "Name:\t%s\n", name);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        unsigned long long mask;
        named = named || strcmp(line, wanted) == 0;
        deaf = deaf || (sscanf(line, "SigBlk: %llx", &mask) == 1 && (mask & every) == every);
    }
    if (f != NULL) {
        fclose(f);
    }
    return named && deaf;
}

static inline unsigned tasks_deaf(const char *name)
{
    unsigned count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *d; tasks != NULL && (d = readdir(tasks)) != NULL;) {
        count += d->d_name[0] != '.' && tasks_is_deaf(d->d_name, name);
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
    return count;
}

#endif
