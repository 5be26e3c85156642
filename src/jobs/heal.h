/* SPDX-License-Identifier: Apache-2.0
 *
 * The room jobs: long work that may be killed at any point and run again. This file: heal, which
 * pays debt. A value whose header lacks a Region that its key set promises now is opened under its
 * row's own binding and sealed anew, with a new data key and message id: a stored message is never
 * wrapped again in place. Which values are left to do stands in the values themselves, so that a
 * job that was stopped, or a machine that was, is run again and that is all.
 *
 * A batch is opened, sealed, held against what was asked and proven before its transaction begins;
 * inside, each value takes the place of its old bytes if they are still there, and is read back.
 */
#ifndef JOBS_HEAL_H
#define JOBS_HEAL_H

#include "config/config.h"
#include "db/db.h"

/* What a job works with; borrowed. It opens its own connections, one to read and one to write. */
struct heal {
    const struct srow_config *config;
    struct srow_client *client;
    enum srow_rc (*connect)(struct db **out, void *state, struct srow_error *e);
    void *state;
};

/* Cells, but for the rows. Each cell that was looked at is one of whole, healed, changed, waiting,
 * failed or NULL, but for those of the batch that a failure of the job has ended. */
struct heal_counts {
    uint64_t rows_there; /* when it began */
    uint64_t rows, scanned;
    uint64_t whole;   /* wrapped in each promised Region */
    uint64_t healed;  /* were in debt and are no longer, to Regions that are not declared down */
    uint64_t changed; /* somebody has changed or deleted it meanwhile: left alone */
    uint64_t waiting; /* left alone while a Region is declared down, since it would lose that one */
    uint64_t failed;  /* did not open, or would not fit its column: as it was */
    uint64_t nulls;
};

struct heal_report {
    struct heal_counts counts;
    struct srow_error first; /* of the failed ones; rc 0: none */
};

/* One value that failed: its column as "table.column", and its row. */
struct heal_failure {
    const char *column;
    const struct srow_bind *binds;
    size_t bind_count;
    const struct srow_error *why;
};

enum { HEAL_PROVE_ALL = 1, HEAL_PROVE_NONE = 0 };

struct heal_options {
    const char *table;        /* logical */
    uint64_t prove;           /* each so manieth new value is opened through each promised Region
                                 before it is stored; 0: none */
    uint64_t rows_per_second; /* 0: as fast as it goes */
    bool dry_run;             /* everything but the commit */
    bool stop_at_first;       /* the first value that fails ends the job */
    void *state;
    bool (*go_on)(void *state, const struct heal_counts *counts); /* between rows; NULL: always */
    void (*failed)(void *state, const struct heal_failure *failure); /* NULL: nobody hears */
};

/* Heals one table. *out is right whenever this returns, also with a failure. A value that fails
 * (classes format, limit and integrity) is counted and told, and the rest goes on. Fails with
 * STOPPED (go_on said so, behind the values that are gathered; run again), COLUMN (no such table),
 * SCHEMA, the errors of the KMS (nothing is read unless each key for new values works in each
 * Region not declared down), REGIONS (a Region was lost on the way), SELF_CHECK (the database gave
 * back other bytes than were written), those of db, NOMEM; with stop_at_first as the value. */
MUST enum srow_rc heal_run(struct heal_report *out, const struct heal *h,
                           const struct heal_options *options, struct srow_error *e);

#endif
