/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line into struct args, and the usage out of the same tables.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd.h"

/* Options of every command; ends with a NULL name. */
extern const struct option options_globals[];

/* Options stand before or after the command's name; "--" ends them. *command is that of --help or
 * --version where these are given. Fails with USAGE. */
MUST enum srow_rc options_parse(struct args *out, const struct command **command, char **argv,
                                struct srow_error *e);

/* The command of a name; NULL if there is none, which the next function says. */
const struct command *options_command(const char *name);
MUST enum srow_rc options_unknown_command(const char *name, struct srow_error *e);

/* Whether --json stands among the words: known also where these are wrong. */
bool options_want_json(char *const *argv);

/* Appends the usage of a command, or of the program for NULL. */
void options_put_usage(struct srow_buf *out, const struct command *command);

#endif
