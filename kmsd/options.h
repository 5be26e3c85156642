/* SPDX-License-Identifier: Apache-2.0
 *
 * Command line options by table; the table also prints the usage.
 */
#ifndef KMSD_OPTIONS_H
#define KMSD_OPTIONS_H

#include "base/bytes.h"

enum { OPTIONS_LIST = 32 };

enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_TEXT,   /* const char * */
    OPTION_LIST,   /* struct option_list */
    OPTION_NUMBER, /* uint32_t, at least 1 */
};

struct option_list {
    const char *at[OPTIONS_LIST];
    size_t count;
};

struct option {
    const char *name;  /* "--data"; NULL ends a table */
    const char *value; /* how the usage calls its value; NULL for flags */
    enum option_kind kind;
    size_t offset; /* into the command's struct */
    const char *help;
};

/* Fills `out` and collects what is no option in `words`. "--" ends options; "--name=value" and
 * "--name value" are the same. Fails with USAGE. */
MUST enum srow_rc options_parse(void *out, struct option_list *words, const struct option *table,
                                char *const *args, struct srow_error *e);

void options_print(const struct option *table);

#endif
