/* SPDX-License-Identifier: Apache-2.0
 *
 * A YAML file as a tree of mappings, sequences and texts that remember where they stood. What a
 * configuration has no use for and an attacker has (anchors, aliases, tags, several documents,
 * doubled keys, control characters, great depth) is refused while reading.
 */
#ifndef CONFIG_NODE_H
#define CONFIG_NODE_H

#include "base/bytes.h"

enum node_kind { NODE_TEXT, NODE_MAPPING, NODE_SEQUENCE };

struct node {
    enum node_kind kind;
    char *key;  /* in a mapping; else NULL */
    char *text; /* of NODE_TEXT; else NULL */
    bool plain; /* text without quotes */
    size_t line, column;
    size_t key_line, key_column;
    size_t index; /* among its siblings */
    struct node *parent, *first, *next;
};

/* One document. The caller owns *out: node_free. Fails with CONFIG, NOMEM. */
MUST enum srow_rc node_parse(struct node **out, struct srow_bytes yaml, struct srow_error *e);
void node_free(struct node **node);

/* Value of a key of a mapping; NULL if there is none. */
const struct node *node_find(const struct node *mapping, const char *key);

/* "tables.customer.columns.userid", with [1] for elements of sequences; cut at its room. */
void node_path(char *out, size_t room, const struct node *node);

/* Fails with "line 12, column 5: tables.customer.bind: text", at a node's value or its key. */
enum srow_rc node_fail(struct srow_error *e, enum srow_rc rc, const struct node *node,
                       const char *text);
enum srow_rc node_fail_key(struct srow_error *e, enum srow_rc rc, const struct node *node,
                           const char *text);

#endif
