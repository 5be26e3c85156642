/* SPDX-License-Identifier: Apache-2.0
 *
 * sealrow-kmsd: a KMS of several Regions in one process, for machines without an AWS account.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sealrow/sealrow.h>

#include "kmsd/command.h"

static const struct command *const commands[] = {&command_serve, &command_audit, &command_region,
                                                 &command_status, NULL};

static void print_help(void)
{
    puts("sealrow-kmsd: an embedded KMS with the AWS KMS API, several Regions in one process\n");
    for (const struct command *const *at = commands; *at != NULL; at++) {
        printf("sealrow-kmsd %s\n  %s\n", (*at)->synopsis, (*at)->help);
        options_print((*at)->options);
        puts("");
    }
    puts("sealrow-kmsd --help | --version");
}

/* Keys are in this process's memory: no core file, no debugger of another process of this user. */
static enum srow_rc close_up(struct srow_error *e)
{
    struct rlimit none = {0, 0};
    umask(0077);
    FAIL_IF(setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0, e,
            SROW_E_INTERNAL, "core dumps cannot be switched off");
    return SROW_OK;
}

/* No file of ours becomes the standard output, and a descriptor of ours is never 0, which stands
 * for none. Reading or writing one that was closed fails. */
static enum srow_rc occupy(struct srow_error *e)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY}; /* the wrong way round */
    for (int fd = 0; fd <= 2; fd++) {
        FAIL_IF(fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd, e, SROW_E_IO,
                "/dev/null, for descriptor %d, which is closed: %s", fd, strerror(errno));
    }
    return SROW_OK;
}

static enum srow_rc run(char *const *args, struct srow_error *e)
{
    const struct command *command = &command_serve;
    TRY(occupy(e));
    TRY(close_up(e));
    for (const struct command *const *at = commands; *at != NULL && *args != NULL; at++) {
        if ((*at)->name != NULL && strcmp((*at)->name, *args) == 0) {
            command = *at;
            args++;
            break;
        }
    }
    return command->run(args, e);
}

/* The exit code, when all is said. A server goes on and ends well also where nobody heard it. */
static int told(bool failed)
{
    if (fflush(stdout) != 0 || failed) {
        fprintf(stderr, "sealrow-kmsd: standard output cannot be written: make room (SROW-181)\n");
        return error_exit(SROW_CLASS_RESOURCE);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct srow_error e = {0};
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        printf("sealrow-kmsd %s\n", srow_version());
        return told(ferror(stdout) != 0);
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help();
            return told(ferror(stdout) != 0);
        }
    }
    if (run(argv + 1, &e) != SROW_OK) {
        fprintf(stderr, "sealrow-kmsd: %s (%s)\n", e.text, e.event);
        return error_exit((enum srow_class)e.cls);
    }
    return told(false);
}
