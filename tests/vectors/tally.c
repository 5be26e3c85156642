/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[TALLY_KINDS] = {"tests", "negative", "mutations", "informative"};

struct tally_row *tally_row_of(struct tally *t, const char *suite, const char *key_type)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->rows[i].suite, suite) == 0 && strcmp(t->rows[i].key_type, key_type) == 0) {
            return &t->rows[i];
        }
    }
    if (t->count == sizeof t->rows / sizeof *t->rows) {
        return &t->rows[t->count - 1];
    }
    struct tally_row *row = &t->rows[t->count++];
    snprintf(row->suite, sizeof row->suite, "%s", suite);
    row->key_type = key_type;
    return row;
}

void tally_case(struct tally *t, struct tally_row *row, enum tally_kind kind, const char *name,
                const char *why)
{
    t->points++;
    (why == NULL ? row->passed : row->failed)[kind]++;
    if (t->is_tap) {
        printf("%s %zu - %s\n", why == NULL ? "ok" : "not ok", t->points, name);
    }
    if (why != NULL) {
        printf("%s %s: %s\n", t->is_tap ? "#" : "FAIL", name, why);
    }
}

void tally_skip(struct tally *t, struct tally_row *row, enum tally_kind kind, size_t cases)
{
    row->skipped[kind] += cases;
    for (size_t i = 0; t->is_tap && i < cases; i++) {
        printf("ok %zu - suite %s, %s key # SKIP not in this release\n", ++t->points, row->suite,
               row->key_type);
    }
}

bool tally_report(const struct tally *t)
{
    const char *lead = t->is_tap ? "# " : "";
    size_t passed = 0, failed = 0, skipped = 0;
    printf("%ssuite keys kind          passed  failed skipped\n", lead);
    for (size_t i = 0; i < t->count; i++) {
        const struct tally_row *row = &t->rows[i];
        for (int kind = 0; kind < TALLY_KINDS; kind++) {
            if (row->passed[kind] + row->failed[kind] + row->skipped[kind] > 0) {
                printf("%s%-5s %-4s %-11s %8zu%8zu%8zu\n", lead, row->suite, row->key_type,
                       kinds[kind], row->passed[kind], row->failed[kind], row->skipped[kind]);
            }
            passed += row->passed[kind];
            failed += row->failed[kind];
            skipped += row->skipped[kind];
        }
    }
    if (t->is_tap) {
        printf("1..%zu\n", t->points);
    } else {
        printf("%zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
    }
    return failed == 0 && passed > 0;
}
