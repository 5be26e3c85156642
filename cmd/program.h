/* SPDX-License-Identifier: Apache-2.0
 *
 * What commands work with: configuration, client, database, and the names and values of a command
 * line.
 */
#ifndef CMD_PROGRAM_H
#define CMD_PROGRAM_H

#include "client/client.h"
#include "cmd.h"
#include "rows/rows.h"

/* A setting of the program itself, and where it comes from. */
struct program_setting {
    const char *value;
    const char *from;  /* "flag", "environment", "default" */
    const char *where; /* "--local-region", "AWS_REGION", "default" */
};

/* The option's value, else the first variable that is set and not empty, else the default. */
struct program_setting program_setting_of(const char *given, const char *option,
                                          const char *const *variables, const char *fallback);

/* A file's path, "env:NAME", or the configuration itself where SEALROW_CONFIG has several lines. */
struct program_setting program_config_file(const struct args *args);
/* The variable that holds the configuration; NULL if a file does. */
const char *program_config_variable(const struct program_setting *file);
struct program_setting program_local_region(const struct args *args);
struct program_setting program_log_level(const struct args *args);

/* Sets the log's level. Fails with USAGE (the option), CONFIG (the variable). */
MUST enum srow_rc program_log(const struct args *args, struct srow_error *e);

struct program {
    struct srow_config *config;
    struct srow_client *client;
    struct db *db;
};

/* Each loads what it names and what that needs. */
MUST enum srow_rc program_config(struct program *p, const struct args *args, struct srow_error *e);
MUST enum srow_rc program_client(struct program *p, const struct args *args, struct srow_error *e);
MUST enum srow_rc program_db(struct program *p, const struct args *args, struct srow_error *e);
void program_cleanup(struct program *p);

struct rows program_rows(const struct program *p);

/* NAME=VALUE words; a VALUE of "-" is read from standard input, once. */
struct program_given {
    struct rows_given list[CMD_MAX_WORDS];
    char *names[CMD_MAX_WORDS];
    size_t count;
    struct srow_buf input;
    bool has_input;
};
MUST enum srow_rc program_given_read(struct program_given *out, const char *const *words, size_t n,
                                     struct srow_error *e);
/* Appends names whose value is NULL. */
MUST enum srow_rc program_given_null(struct program_given *out, const char *const *names, size_t n,
                                     struct srow_error *e);
void program_given_cleanup(struct program_given *g);

/* A cell of the command line: TABLE.COLUMN and --bind NAME=VALUE. */
struct program_cell {
    struct program_given given;
    struct srow_bind binds[CMD_MAX_WORDS];
    struct srow_cell cell;
};
MUST enum srow_rc program_cell_read(struct program_cell *out, const struct program *p,
                                    const struct args *args, struct srow_error *e);
void program_cell_cleanup(struct program_cell *c);

#endif
