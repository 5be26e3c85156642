/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of a piece of DDL, as the database stores it: enough to see which columns a view or a
 * trigger names. It does not parse SQL: what it finds is a reason to look, no proof.
 */
#ifndef SCHEMA_TOKENS_H
#define SCHEMA_TOKENS_H

#include "base/bytes.h"

/* Whether it names this table or column, bare or quoted; not within text or a comment. */
bool tokens_mention(const char *sql, const char *name);
/* Whether it selects all columns: SELECT *, t.*. */
bool tokens_select_all(const char *sql);
/* Whether it assigns the column: SET name = ... */
bool tokens_assign(const char *sql, const char *column);
/* The next CHECK in it: *inside is what stands between its brackets, *sql goes on behind it. */
bool tokens_next_check(struct srow_bytes *inside, const char **sql);
/* The most bytes that a condition lets the column have: length(name) BETWEEN a AND n, or <= n; 0 if
 * it does not say. */
uint64_t tokens_most(const char *sql, const char *column);
/* Whether a generated column in the DDL of a table is made of the column: AS (... name ...). */
bool tokens_generate(const char *sql, const char *column);

#endif
