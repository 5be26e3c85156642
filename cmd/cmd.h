/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line: what its files share. main() and one file a subcommand; a command says in a
 * table what it takes, and the same table prints its usage.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stddef.h>

#include <sealrow/sealrow.h>

#include "base/bytes.h"

enum { CMD_MAX_WORDS = 64 };

/* What was said: options, and the words that are none. Views into argv. */
struct args {
    const char *config, *local_region, *log_level;
    bool json, dry_run, help, version;
    const char *as, *message, *via, *min_version;
    bool regions;
    bool print, replace, overwrite, rebook, blob, roles, revert, discard_sealed;
    const char *writer_role, *reader_role, *migrator_role;
    const char *key_set, *in, *out, *suite, *max_edks;
    bool all, stop_at_first;
    const char *prove, *rows_per_second;
    const char *writes_per_second, *reads_per_second, *prices, *rows;
    bool measure;
    const char *from, *format, *skip_bad, *made, *limit, *after, *wait;
    bool list, progress;
    const char *html;
    const char *keys[CMD_MAX_WORDS];
    size_t key_count;
    const char *contexts[CMD_MAX_WORDS];
    size_t context_count;
    const char *binds[CMD_MAX_WORDS];
    size_t bind_count;
    const char *nulls[CMD_MAX_WORDS];
    size_t null_count;
    const char *accepts[CMD_MAX_WORDS];
    size_t accept_count;
    const char *words[CMD_MAX_WORDS];
    size_t word_count;
};

enum option_kind { OPTION_FLAG, OPTION_VALUE, OPTION_LIST };

struct option {
    char brief; /* 0: none */
    const char *name;
    const char *value; /* what its value is, as "FILE" */
    const char *help;
    enum option_kind kind;
    size_t at;    /* offset in struct args */
    size_t count; /* of a list: offset of its length */
};

/* Options that several commands take. */
#define CMD_OPTION_BIND                                                                            \
    {                                                                                              \
        .name = "bind", .value = "NAME=VALUE", .help = "a binding of the row; once for each",      \
        .kind = OPTION_LIST, .at = offsetof(struct args, binds),                                   \
        .count = offsetof(struct args, bind_count)                                                 \
    }
#define CMD_OPTION_VIA                                                                             \
    {                                                                                              \
        .name = "via", .value = "REGION", .help = "open in this Region and in no other",           \
        .kind = OPTION_VALUE, .at = offsetof(struct args, via)                                     \
    }

struct command {
    const char *name;
    const char *takes;            /* "TABLE.COLUMN" */
    const char *brief;            /* one line */
    const char *more;             /* further lines, or NULL */
    const char *words;            /* that may stand as arguments, for completion; NULL: none */
    const struct option *options; /* ends with a NULL name; NULL: none but the global ones */
    size_t least, most;           /* words */
    /* *status is the exit code where the call succeeds: 0, or 1 (findings, not equal). */
    enum srow_rc (*run)(int *status, const struct args *args, struct srow_error *e);
};

extern const struct command cmd_init, cmd_check, cmd_seal, cmd_open, cmd_match, cmd_put, cmd_get,
    cmd_encrypt, cmd_decrypt, cmd_inspect, cmd_config, cmd_explain, cmd_completion, cmd_heal,
    cmd_status, cmd_estimate, cmd_bench, cmd_help, cmd_version;
extern const struct command *const cmd_all[]; /* ends with NULL */

#endif
