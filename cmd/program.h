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
