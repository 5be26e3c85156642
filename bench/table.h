/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of many rows, an integer key and one sealed text, for programs that measure. Its client
 * is that of a configuration file, or one over KMS functions of this process, which cost nothing
 * and protect nothing. Whatever fails ends the program with exit code 70.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "rows/rows.h"

struct table {
    struct srow_config *config;
    struct srow_client *client;
    struct db *db;
};

void must(bool ok, const char *what);
void must_ok(enum srow_rc rc, const struct srow_error *e);

/* `config` NULL: KMS functions of this process, two Regions. An SQLite file is made, and
 * has a write-ahead log. */
void table_open(struct table *t, const char *url, const char *config);
void table_close(struct table *t);
/* Makes the table anew, empty. */
void table_clear(struct table *t);

/* Rows 1 to `count`, each with a text of so many bytes, as CSV. */
void table_load(struct table *t, size_t count, size_t bytes);

/* Lists all rows, which must be as many, with texts of so many bytes. */
void table_list(struct table *t, size_t count, size_t bytes);

#endif
