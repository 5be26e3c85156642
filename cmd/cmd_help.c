/* SPDX-License-Identifier: Apache-2.0 */
#include "io.h"
#include "options.h"

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf usage = {0};
    const struct command *about = NULL;
    (void)status;
    if (args->word_count > 0) {
        about = options_command(args->words[0]);
        if (about == NULL) {
            return options_unknown_command(args->words[0], e);
        }
    }
    options_put_usage(&usage, about);
    return io_write_buf(&usage, e);
}

const struct command cmd_help = {
    .name = "help",
    .takes = "[COMMAND]",
    .brief = "Print what a command does and takes; without one, the list of commands",
    .more = "The same as sealrow COMMAND --help.",
    .most = 1,
    .run = run,
};
