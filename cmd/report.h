/* SPDX-License-Identifier: Apache-2.0
 *
 * A page for people (--html FILE): a file that replaces the one of before, whole or not at all, or
 * standard output.
 */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "cmd.h"
#include "output.h"

struct report {
    char *folder, *path; /* NULL: standard output */
    struct output to;
    bool dry_run;
};

/* Whether args->html may be written, before the work begins. Fails with USAGE, NOT_FOUND (its
 * folder), PERMISSIONS, IO, NOMEM. */
MUST enum srow_rc report_init(struct report *out, const struct args *args, struct srow_error *e);

/* Fails also with IO. Without effect in a dry run. */
MUST enum srow_rc report_write(const struct report *r, const struct srow_buf *page,
                               struct srow_error *e);
void report_cleanup(struct report *r);

#endif
