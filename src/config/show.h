/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration as it is in force, and every key it may have: both from the binder's tables.
 */
#ifndef CONFIG_SHOW_H
#define CONFIG_SHOW_H

#include "base/bytes.h"

struct show_line {
    char *key;   /* "tables.customer.columns.userid.required" */
    char *value; /* as the file says it, or the default */
    size_t line; /* of the file; 0: default */
};

struct show {
    struct show_line *lines;
    size_t count;
};

/* Reads a configuration and tells each setting. Fails as srow_config_parse. */
MUST enum srow_rc show_config(struct show *out, struct srow_bytes yaml, struct srow_error *e);
void show_cleanup(struct show *s);

/* Every key that this version reads, in the order of the tables, as
 * "tables.NAME.columns.NAME.required"; [] stands for an element of a list. Values are words that
 * may stand there, separated by '|', or empty. */
MUST enum srow_rc show_keys(struct show *out, struct srow_error *e);

#endif
