/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line into struct args, and the usage out of the same tables.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd.h"

/* Options of every command; ends with a NULL name. */
extern const struct option options_globals[];

/* Options stand before or after the command's name; "--" ends them. *command is NULL if only help
 * was asked for. Fails with USAGE. */
MUST enum srow_rc options_parse(struct args *out, const struct command **command, char **argv,
                                struct srow_error *e);

/* Appends the usage of a command, or of the program for NULL. */
void options_put_usage(struct srow_buf *out, const struct command *command);

#endif
