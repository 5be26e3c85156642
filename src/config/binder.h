/* SPDX-License-Identifier: Apache-2.0
 *
 * From the tree to plain structs, by tables: a row names a key, who reads it and where it goes. A
 * key is read in the order of the table, whatever the order of the file, so that a row may rely on
 * those above it.
 */
#ifndef CONFIG_BINDER_H
#define CONFIG_BINDER_H

#include "config/config.h"
#include "config/node.h"

struct binder_field;

/* Reads a node into its place in the struct at `base`. Fails with CONFIG, NOT_BUILT, NOMEM. */
typedef enum srow_rc binder_reader(struct srow_config *c, void *base, const struct binder_field *f,
                                   const struct node *n, struct srow_error *e);

struct binder_field {
    const char *name;    /* NULL ends the table */
    binder_reader *read; /* NULL: this version does not have it */
    size_t offset;       /* of the member */
    const void *more;    /* what the reader wants to know */
    bool required;
};

/* A mapping of known keys: everything the table names, nothing else. */
MUST enum srow_rc binder_fields(struct srow_config *c, void *base,
                                const struct binder_field *fields, const struct node *n,
                                struct srow_error *e);

/* Readers of texts: char *. A name is of [A-Za-z0-9_-] and does not begin with "aws-crypto-". */
binder_reader binder_text, binder_name, binder_variable;

/* Reads an enum; `more` is a table of words that ends with NULL. */
struct binder_word {
    const char *word;
    int value; /* BINDER_LATER: this version does not have it */
};
enum { BINDER_LATER = -1 };
binder_reader binder_word;

/* "true" or "false". */
binder_reader binder_bool;

/* Reads a uint32_t with a unit; `more` is a range. */
struct binder_range {
    uint32_t least, most;
};
binder_reader binder_duration, binder_count, binder_size;

/* A mapping of known keys whose members stand in the same struct; `more` is its table. */
binder_reader binder_group;

/* A list of texts: char ** at `offset`; `more` points to a size_t, the offset of its count. */
binder_reader binder_texts;

/* A mapping of free keys to structs that begin with `char *name`; `more` is their shape. */
struct binder_shape {
    size_t size;                       /* of one struct */
    size_t count_offset;               /* of the size_t that counts them */
    const struct binder_field *fields; /* NULL: finish reads the mapping */
    binder_reader *brief; /* reads a text instead of a mapping; NULL: there is no short form */
    enum srow_rc (*finish)(struct srow_config *c, void *element, const struct node *n,
                           struct srow_error *e); /* defaults and rules; NULL: none */
};
binder_reader binder_map;

/* Space for one more element, zeroed, behind `count` others; the caller counts it. */
MUST enum srow_rc binder_grow(void **out, void *array, size_t count, size_t size,
                              struct srow_error *e);

/* Fails unless the node is of the kind. An empty value counts as an empty mapping. */
MUST enum srow_rc binder_expect(const struct node *n, enum node_kind kind, struct srow_error *e);

#endif
