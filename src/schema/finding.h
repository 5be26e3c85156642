/* SPDX-License-Identifier: Apache-2.0
 *
 * What is wrong with the live schema, with the keys, or dangerous in the configuration: one finding
 * a defect, with a stable code and its repair. All codes stand in finding_kinds.c and
 * docs/check.md.
 */
#ifndef SCHEMA_FINDING_H
#define SCHEMA_FINDING_H

#include "config/config.h"
#include "db/db.h"
#include "schema/live.h"

struct finding_kind {
    const char *code;    /* stable */
    const char *meaning; /* half a sentence */
    const char *repair;
    bool may_accept; /* check --accept CODE */
};

enum { FINDING_KINDS = 128 };                     /* at most */
extern const struct finding_kind finding_kinds[]; /* ends with a NULL code */
/* NULL if there is none. */
const struct finding_kind *finding_kind_find(const char *code);

struct finding {
    const char *code; /* static */
    char *where;      /* "customer_profile.userid" */
    char *text;       /* what: what to do */
    bool accepted;
};

struct finding_list {
    struct finding *all;
    size_t count;
};

/* `code` is one of finding_kinds. */
MUST enum srow_rc finding_add(struct finding_list *list, const char *code, const char *where,
                              struct srow_error *e, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void finding_list_cleanup(struct finding_list *list);

/* Whether one of this code is among those from `from` on. */
bool finding_has(const struct finding_list *list, size_t from, const char *code);

/* Marks the findings of a code as known to the operator. Fails with USAGE: no such code, or one
 * that nobody may accept. */
MUST enum srow_rc finding_accept(struct finding_list *list, const char *code, struct srow_error *e);
/* How many are not accepted. */
size_t finding_open(const struct finding_list *list);

/* Adds what the configuration allows and a reviewer should know of. Fails with NOMEM. */
MUST enum srow_rc finding_config(struct finding_list *list, const struct srow_config *config,
                                 struct srow_error *e);
/* Adds what a program in this Region could not write. Fails with NOMEM. */
MUST enum srow_rc finding_local(struct finding_list *list, const struct srow_config *config,
                                const char *region, struct srow_error *e);
/* Adds what is wrong with all configured tables. Fails with the errors of db, NOMEM. */
MUST enum srow_rc finding_schema(struct finding_list *list, const struct srow_config *config,
                                 struct db *db, struct srow_error *e);

/* Adds that it is not verified who answers, and settings of the server that show values, do not
 * enforce our CHECKs, or keep rows from its replicas. Fails with the errors of db, NOMEM. */
MUST enum srow_rc finding_server(struct finding_list *list, struct db *db, struct srow_error *e);

/* Adds what a table is that keeps its rows from a crash, replicas or jobs, or its plaintext in
 * logs. Fails with the errors of db, NOMEM. */
MUST enum srow_rc finding_table(struct finding_list *list, struct db *db,
                                const struct config_table *table, const struct live_table *live,
                                struct srow_error *e);

#endif
