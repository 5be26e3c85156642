/* SPDX-License-Identifier: Apache-2.0
 *
 * The DDL of sealed columns and of our own tables.
 *
 * A sealed column is BLOB(n) with a CHECK that refuses plaintext: a net under the application, not
 * the proof of a value. n = 132 + encryption context + wrapped keys + value with its padding, and
 * 199 if it is signed, rounded up to a hundred, where each text or bytes binding counts 64 bytes
 * (or the longest in the table), an integer 20, a boolean 5, a date 10, a UUID 36, a wrapped key 13
 * + its ARN + 200 (AWS does not publish the length of KMS's ciphertext; 184 were seen), and a text
 * or bytes value 128. For longer values print the DDL, raise the number and run it.
 */
#ifndef SCHEMA_DDL_H
#define SCHEMA_DDL_H

#include "config/config.h"
#include "schema/live.h"

enum { DDL_FIXED_BYTES = 132 }; /* of a message with one frame (docs/format.md) */

#define DDL_PROBE_TABLE "sealrow_probe"

/* Statements, in the order in which they are run; the last `later` each on its own, as they take
 * long and hold no lock that a writer would wait for. */
struct ddl_plan {
    char **statements;
    size_t count, later;
};
void ddl_plan_cleanup(struct ddl_plan *plan);
MUST enum srow_rc ddl_plan_add(struct ddl_plan *plan, struct srow_buf *sql, struct srow_error *e);

/* What init may be told. */
struct ddl_how {
    bool again; /* a configuration that was booked earlier becomes the last one */
    bool blob;  /* sealed columns outside of the row, where the engine has both */
};

/* What init has to do to the live schema: nothing, once it was done. `how` may be NULL. Fails with
 * SCHEMA (a configured table is not there or a view), BOOKED (a newer one is booked), the errors of
 * db, NOMEM. */
MUST enum srow_rc ddl_plan_make(struct ddl_plan *out, const struct srow_config *config,
                                struct db *db, const struct ddl_how *how, struct srow_error *e);
/* Bytes that the table's columns take of those that a row of the engine has, DDL_ROW_MOST of them;
 * 0: it has no such bound. Fails with the errors of db. */
enum { DDL_ROW_MOST = 65535 };
MUST enum srow_rc ddl_plan_row_bytes(uint64_t *out, struct db *db, const struct live_table *live,
                                     struct srow_error *e);
/* Runs the plan. Where DDL is part of transactions, all but the later ones or nothing. */
MUST enum srow_rc ddl_plan_run(const struct ddl_plan *plan, struct db *db, struct srow_error *e);

/* What is taken away. */
struct ddl_back {
    const char *table;   /* by its logical name; NULL: all, and the tables of our own */
    bool discard_sealed; /* values too whose plaintext, whatever it is, stands beside them */
};

/* What takes all that away: sealed columns that hold no value, then the tables of our own. Fails
 * with COLUMN (no such table), SCHEMA (sealed values would be lost), the errors of db, NOMEM. */
MUST enum srow_rc ddl_revert_make(struct ddl_plan *out, const struct srow_config *config,
                                  struct db *db, const struct ddl_back *back, struct srow_error *e);
/* Makes the plan and runs it, in one transaction where DDL is part of them. */
MUST enum srow_rc ddl_revert_run(struct ddl_plan *out, const struct srow_config *config,
                                 struct db *db, const struct ddl_back *back, struct srow_error *e);

/* Roles and grants for the schema as it is after the plan; none where the engine has none. */
struct ddl_roles {
    const char *writer, *reader, *migrator;
};
MUST enum srow_rc ddl_roles_make(struct ddl_plan *out, const struct srow_config *config,
                                 struct db *db, const struct ddl_roles *roles,
                                 struct srow_error *e);

/* Appends the CHECK of a sealed column of at most `width` bytes; 0: of any. */
void ddl_put_check(struct srow_buf *out, const struct db *db, const char *column, bool is_signed,
                   uint64_t width);

/* The CHECK that a table's DDL has for a sealed column: its parts are looked for without regard to
 * white space, quotes or the length, so one that a person has rewritten another way is not found.
 * Fails with NOMEM. */
enum ddl_check {
    DDL_CHECK_NONE,
    DDL_CHECK_FITS,
    DDL_CHECK_OTHER, /* it keeps plaintext out, and lets in more or less than the column takes */
};
MUST enum srow_rc ddl_check_read(enum ddl_check *out, const struct db *db, const char *table_sql,
                                 const struct config_column *column, struct srow_error *e);

/* Appends the quoted name of the CHECK that init gives a column. Fails with CRYPTO. */
MUST enum srow_rc ddl_put_check_name(struct srow_buf *out, const struct db *db, const char *table,
                                     const char *column, struct srow_error *e);

/* The CHECK with which init --revert keeps values out of a column before it is dropped: its quoted
 * name, and whether it was left behind. Fails with CRYPTO, the errors of db, NOMEM. */
MUST enum srow_rc ddl_guard_put_name(struct srow_buf *out, const struct db *db,
                                     const struct live_table *table, const char *column,
                                     struct srow_error *e);
MUST enum srow_rc ddl_guard_find(bool *out, struct db *db, const struct live_table *table,
                                 const char *column, struct srow_error *e);

/* Bytes of the longest value in a column, 0 for an empty table. Fails with the errors of db. */
MUST enum srow_rc ddl_longest(uint64_t *out, struct db *db, const struct live_table *table,
                              const char *column, struct srow_error *e);

/* A column of the configuration and the table it lives in. */
struct ddl_place {
    const struct srow_config *config;
    const struct config_table *table;
    const struct config_column *column;
    const struct live_table *live;
};

enum {
    DDL_ROOM_BINDING = 64, /* a text or bytes binding, if none in the table is longer */
    DDL_ROOM_VALUE = 128,  /* a text or bytes value */
};
/* Bytes of the longest canonical text of a type, or `open_ended` where there is none. */
uint64_t ddl_usual_bytes(enum srow_type type, uint64_t open_ended);

/* Bytes a message of this column has beside its value, given the longest binding of the live
 * table. Fails with the errors of db. */
struct ddl_room {
    uint64_t least; /* with the bindings that are there: nothing smaller can hold a value */
    uint64_t width; /* what init declares */
};
MUST enum srow_rc ddl_room_read(struct ddl_room *out, struct db *db, const struct ddl_place *place,
                                struct srow_error *e);

#endif
