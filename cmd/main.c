/* SPDX-License-Identifier: Apache-2.0
 *
 * sealrow: the command line. Data goes to standard output, one line about a failure to standard
 * error; the exit code is the failure's class.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "failure.h"
#include "io.h"
#include "options.h"
#include "output.h"
#include "program.h"

static volatile sig_atomic_t is_json; /* a signal handler sees globals only */

/* What was begun in a transaction is rolled back by whoever opens the database next. */
static void interrupted(int number)
{
    (void)number;
    failure_print_interrupted(is_json != 0);
    output_abandon();
    _exit(error_exit(srow_rc_class(SROW_E_INTERRUPTED))); /* looks a number up in two tables */
}

/* What whoever started us has switched off stays off: nohup, the background of a shell. */
static void stop_at(int number)
{
    struct sigaction stop = {.sa_handler = interrupted}, old = {0};
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
        sigaction(number, &stop, NULL);
    }
}

/* How SIGPIPE was when we were started. */
static struct sigaction pipe_was;

static void catch_signals(void)
{
    struct sigaction broken = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &broken, &pipe_was);
    sigaction(SIGXFSZ, &broken, NULL); /* the write fails and says so */
    stop_at(SIGINT);
    stop_at(SIGTERM);
    stop_at(SIGHUP);
}

/* Whoever read standard output has closed it. All has been cleaned up: what is left is to end as
 * every tool does, by the signal, of which a shell makes 141. Where it is switched off the failure
 * is told like any other. */
static void end_with_pipe(const struct srow_error *e)
{
    if (e->rc == SROW_E_IO && io_pipe_is_closed() && pipe_was.sa_handler != SIG_IGN) {
        sigaction(SIGPIPE, &pipe_was, NULL);
        raise(SIGPIPE);
    }
}

static enum srow_rc run(int *status, char **argv, struct srow_error *e)
{
    struct args args = {0};
    const struct command *command = NULL;
    TRY(options_parse(&args, &command, argv, e));
    TRY(program_log(&args, e));
    return command->run(status, &args, e);
}

int main(int argc, char **argv)
{
    struct srow_error e = {0};
    int status = 0;
    io_occupy();
    is_json = options_want_json(argv);
    catch_signals();
    enum srow_rc rc = run(&status, argv + (argc > 0), &e);
    if (rc != SROW_OK) {
        end_with_pipe(&e);
        failure_print(&e, is_json != 0);
        status = error_exit(srow_rc_class(rc));
    }
    if (rc == SROW_E_TIMEOUT) {
        /* A thread may still compute in a library that did not come back in time: what libraries
         * take down at an ordinary exit, they would take from under it. */
        fflush(NULL);
        _exit(status);
    }
    return status;
}
