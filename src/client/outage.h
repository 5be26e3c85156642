/* SPDX-License-Identifier: Apache-2.0
 *
 * Which Regions are declared down, and what that has cost. Two lists add up: one that begins as
 * SEALROW_WHILE_DOWN or, where that is not set, write.while_down, and that a program may replace;
 * and that of the watched file. Never all Regions.
 */
#ifndef CLIENT_OUTAGE_H
#define CLIENT_OUTAGE_H

#include "config/config.h"
#include "keys/keyring_regions.h"

struct outage;

/* Borrows the configuration. `clock`: monotonic milliseconds, NULL: the system's. A file that
 * cannot be used is logged and counted, and declares nothing down. Fails with REGION or CONFIG
 * (SEALROW_WHILE_DOWN names an unknown Region, or all of them), NOMEM. */
MUST enum srow_rc outage_new(struct outage **out, const struct srow_config *config,
                             uint64_t (*clock)(void), struct srow_error *e);
void outage_free(struct outage **outage);

/* For keyrings. The file is read again when it is asked, at most twice a second. */
struct keyring_outage *outage_face(struct outage *outage);

/* Replaces the first list; `regions` ends with NULL, and may be NULL. Fails with REGION (unknown),
 * USAGE (no Region would be left). */
MUST enum srow_rc outage_declare(struct outage *outage, const char *const *regions,
                                 struct srow_error *e);

/* Of one Region: whether it is declared down, and values written without it since the start. */
struct outage_region {
    bool down;
    uint64_t missing;
};
struct outage_region outage_read(struct outage *outage, const char *region);

/* Since the start: values that lack a Region, changes of what is declared down, and times that the
 * file could not be used. */
struct outage_counts {
    uint64_t debts, changes, file_errors;
};
struct outage_counts outage_count(struct outage *outage);

#endif
