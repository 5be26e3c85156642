/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts of cases by suite, key type and kind, and the lines that report them.
 */
#ifndef VECTORS_TALLY_H
#define VECTORS_TALLY_H

#include "base/bytes.h"

enum tally_kind { TALLY_TEST, TALLY_NEGATIVE, TALLY_MUTATION, TALLY_INFORMATIVE, TALLY_KINDS };

struct tally_row {
    char suite[8]; /* "0478"; "none": the case names no suite */
    const char *key_type;
    size_t passed[TALLY_KINDS], failed[TALLY_KINDS], skipped[TALLY_KINDS];
};

struct tally {
    bool is_tap;
    size_t points;
    struct tally_row rows[32];
    size_t count;
};

/* The row of a suite and key type; the last one if there are too many. */
struct tally_row *tally_row_of(struct tally *t, const char *suite, const char *key_type);

/* One case: passed if `why` is NULL. Failures are named; in TAP every case is. */
void tally_case(struct tally *t, struct tally_row *row, enum tally_kind kind, const char *name,
                const char *why);
void tally_skip(struct tally *t, struct tally_row *row, enum tally_kind kind, size_t cases);

/* Prints the table and the last line; true if nothing failed and something passed. */
bool tally_report(const struct tally *t);

#endif
