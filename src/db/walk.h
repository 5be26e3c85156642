/* SPDX-License-Identifier: Apache-2.0
 *
 * All rows of a table, a page at a time, in the order of a key. A page starts behind the last key
 * of the page before it, so a row that is there from the beginning to the end comes exactly once,
 * whatever happens to other rows meanwhile. Memory is bounded by bytes: lengths are asked for
 * before values. Pages are copies: between two of them the connection is free for other statements.
 */
#ifndef DB_WALK_H
#define DB_WALK_H

#include "db/db.h"

/* What a column holds: how its length is asked for, and how it is compared. UNORDERED: what it
 * gives back does not stand where it says in its order: ENUM, SET, floating point. It is no key. */
enum walk_kind { WALK_BYTES, WALK_TEXT, WALK_OTHER, WALK_UNORDERED };

struct walk_column {
    const char *name;
    enum walk_kind kind;
};

enum { WALK_PAGE_BYTES = 4 << 20, WALK_PAGE_ROWS = 1000 };

/* What is walked over; all of it is borrowed as long as the walk lives. */
struct walk_plan {
    const char *schema; /* NULL: the one in force */
    const char *table;
    const struct walk_column *keys; /* no column NULL, no two rows alike */
    size_t key_count;
    const struct walk_column *columns; /* what a page has beside the key */
    size_t column_count;
    const char *where; /* the rows wanted, in SQL with $1..$param_count; NULL: all */
    const struct db_value *params;
    size_t param_count;
    const struct db_value
        *after; /* a key as a page gave it: starts behind it; NULL: at the start */
    size_t page_bytes, page_rows; /* 0: as above. One row may be larger than a page */
    uint64_t skip;                /* rows that are left out before each page: a sample */
};

/* The key's columns first, then the others; views into the page. */
struct walk_row {
    struct db_value *values;
    struct srow_buf bytes;
};

/* A zeroed page is an empty one. */
struct walk_page {
    struct walk_row *rows;
    size_t count;
};
void walk_page_cleanup(struct walk_page *page);

struct walk {
    struct db *db;
    struct walk_plan plan;
    struct db_value *params; /* the plan's, then the key */
    struct walk_row after;   /* the last key */
    bool has_after;
    struct srow_buf select, lengths, from, order;
};

/* Asks the database nothing. Fails with SCHEMA (a key that is UNORDERED), NOMEM. */
MUST enum srow_rc walk_init(struct walk *out, struct db *db, const struct walk_plan *plan,
                            struct srow_error *e);
void walk_cleanup(struct walk *walk);

/* Makes a plan one of `sample` rows at most (0: no bound) of a table of `rows`: a hundred pages
 * with the same distance between them, so that old and new rows have their part. */
void walk_plan_sample(struct walk_plan *plan, uint64_t rows, uint64_t sample);

/* The next page in place of the last one; an empty page is the end. After a failure the same page
 * may be asked for again. Fails with the errors of db, NOMEM. */
MUST enum srow_rc walk_next(struct walk_page *page, struct walk *walk, struct srow_error *e);

#endif
