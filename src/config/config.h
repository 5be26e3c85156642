/* SPDX-License-Identifier: Apache-2.0
 *
 * The room config: the file into plain structs, and where it is wrong. Knows YAML and nobody else
 * does. Everything is owned by the configuration and immutable after it is read.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <sealrow/sealrow.h>

#include "base/bytes.h"

struct config_region {
    char *name;
    char *endpoint; /* NULL: AWS's, or the environment's */
};

struct config_key {
    char *region;
    char *arn;
    bool open_only; /* use: open */
};

struct config_key_set {
    char *name;
    struct config_key *keys; /* as in the file: by Region */
    size_t count;
};

enum config_require { CONFIG_REQUIRE_ALL, CONFIG_REQUIRE_QUORUM, CONFIG_REQUIRE_LOCAL };
enum config_failover { CONFIG_FAILOVER_ANY, CONFIG_FAILOVER_UNAVAILABLE, CONFIG_FAILOVER_NONE };

struct config_alarm {
    char **command; /* to: exec; ends with NULL */
};

/* Who makes the value of a binding that a new row is not given. */
enum config_made { CONFIG_MADE_NOT, CONFIG_MADE_UUID, CONFIG_MADE_SEQUENCE };

struct config_bind {
    char *name;   /* logical: in the context */
    char *column; /* where it is now */
    enum srow_type type;
    enum config_made made;
    char *sequence_schema, *sequence; /* physical, of CONFIG_MADE_SEQUENCE; no schema: NULL */
};

/* Of a column that has plaintext in the table. */
enum config_stage {
    CONFIG_STAGE_NONE,  /* it has none */
    CONFIG_STAGE_PLAIN, /* plaintext is written and read */
    CONFIG_STAGE_DUAL,  /* both are written, plaintext is read */
};

struct config_column {
    char *name;      /* logical */
    char *full_name; /* "table.column", both logical */
    char *sealed;    /* physical column of the sealed value */
    char *plain;     /* physical column of the plaintext; NULL: there is none */
    enum config_stage stage;
    char *until;   /* the last day of the stage, "2027-01-31"; NULL without one */
    char *version; /* physical column of the value's version; NULL: it has none */
    enum srow_type type;
    char *keys; /* name of the key set */
    bool required;
    bool is_signed;       /* sealed signed, and nothing unsigned is opened */
    uint32_t pad;         /* to a multiple of so many bytes; 0: not at all */
    bool accepts_no_cell; /* accept: [context:no-cell]: opens values without sealrow:cell too */
};

struct config_table {
    char *name;   /* logical */
    char *schema; /* physical, of the table; NULL: the one that is in force */
    char *table;  /* physical */
    char **key;   /* physical columns jobs walk by; default: the bound columns */
    size_t key_count;
    struct config_bind *binds;
    size_t bind_count;
    struct config_column *columns;
    size_t column_count;
};

struct srow_config {
    char *path;      /* NULL when parsed from memory */
    char *canonical; /* domain, keys and tables as one text: config/canon.h */
    char *domain;
    struct config_region *regions;
    size_t region_count;
    struct config_key_set *key_sets;
    size_t key_set_count;
    enum config_require require;
    uint32_t quorum;   /* of CONFIG_REQUIRE_QUORUM: 1 or more */
    char **while_down; /* Regions declared down from the start; never all of them */
    size_t while_down_count;
    char *while_down_file; /* NULL: none */
    enum config_failover failover;
    char **order; /* Regions after the local one; default: as listed */
    size_t order_count;
    uint32_t deadline_ms, attempt_ms, in_flight, wrapped_keys, context_bytes;
    struct config_alarm *alarms; /* exec sinks; the log is always there */
    size_t alarm_count;
    char *writer; /* databases.writer: an environment variable's name; NULL: DATABASE_URL */
    struct config_table *tables;
    size_t table_count;
};

/* NULL if there is none. */
const struct config_region *config_region_find(const struct srow_config *c, const char *name);
const struct config_key_set *config_key_set_find(const struct srow_config *c, const char *name);
/* Whether a set has a key for new values in a Region, and in how many it has one. */
bool config_key_set_seals_in(const struct config_key_set *set, const char *region);
uint32_t config_key_set_regions(const struct srow_config *c, const struct config_key_set *set);
const struct config_table *config_table_find(const struct srow_config *c, struct srow_bytes name);
/* The table of a name that somebody has typed. Fails with COLUMN, naming the nearest; NOMEM. */
MUST enum srow_rc config_table_named(const struct config_table **out, const struct srow_config *c,
                                     const char *name, struct srow_error *e);
const struct config_column *config_column_find(const struct config_table *t,
                                               struct srow_bytes name);

#endif
