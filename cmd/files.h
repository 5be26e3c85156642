/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole files and folders into messages and back: what encrypt and decrypt share.
 */
#ifndef CMD_FILES_H
#define CMD_FILES_H

#include "message/message.h"
#include "program.h"

struct files {
    const struct args *args;
    const struct files_way *way;
    struct program program;
    const char *key_set;
    struct context context;
    size_t max_edks;
    uint16_t suite;
    size_t done;
};

/* There, or back. */
struct files_way {
    const char *done; /* "encrypted" */
    size_t most;      /* bytes of an input */
    enum srow_rc (*turn)(struct srow_buf *out, struct files *f, struct srow_bytes in,
                         struct srow_error *e);
    void (*put_name)(struct srow_buf *out, const char *name); /* of the output in a folder */
};

MUST enum srow_rc files_run(const struct args *args, const struct files_way *way,
                            struct srow_error *e);

/* What a message is made and opened with, its deadline beginning now. */
MUST enum srow_rc files_tools(struct cell_tools *out, struct files *f, struct srow_error *e);

/* Refusals that a keyring saw, for the log. */
extern struct key_watch files_watch;

#define FILES_OPTIONS                                                                              \
    {.name = "key",                                                                                \
     .value = "ARN",                                                                               \
     .help = "a KMS key; once for each",                                                           \
     .kind = OPTION_LIST,                                                                          \
     .at = offsetof(struct args, keys),                                                            \
     .count = offsetof(struct args, key_count)},                                                   \
        {.name = "key-set",                                                                        \
         .value = "NAME",                                                                          \
         .help = "keys of the configuration instead (default: default)",                           \
         .kind = OPTION_VALUE,                                                                     \
         .at = offsetof(struct args, key_set)},                                                    \
        {.name = "in",                                                                             \
         .value = "PATH",                                                                          \
         .help = "a file or folder (default -: standard input)",                                   \
         .kind = OPTION_VALUE,                                                                     \
         .at = offsetof(struct args, in)},                                                         \
        {.name = "out",                                                                            \
         .value = "PATH",                                                                          \
         .help = "a file or folder (default -: standard output)",                                  \
         .kind = OPTION_VALUE,                                                                     \
         .at = offsetof(struct args, out)},                                                        \
        {.name = "overwrite",                                                                      \
         .help = "replace files that are there",                                                   \
         .kind = OPTION_FLAG,                                                                      \
         .at = offsetof(struct args, overwrite)},                                                  \
    {                                                                                              \
        .name = "max-edks", .value = "N",                                                          \
        .help = "most encrypted data keys of a message (default: the configuration's)",            \
        .kind = OPTION_VALUE, .at = offsetof(struct args, max_edks)                                \
    }

#define FILES_OPTION_CONTEXT(text)                                                                 \
    {                                                                                              \
        .name = "context", .value = "KEY=VALUE", .help = text, .kind = OPTION_LIST,                \
        .at = offsetof(struct args, contexts), .count = offsetof(struct args, context_count)       \
    }

#endif
