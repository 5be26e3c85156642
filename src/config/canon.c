/* SPDX-License-Identifier: Apache-2.0
 *
 * Every text is a JSON string, whatever quotes the file has around it.
 */
#include "config/canon.h"

#include <stdlib.h>

#include "base/json.h"

static const char *const promised[] = {"domain", "keys", "tables"};

static void free_nodes(const struct node ***nodes)
{
    free(*nodes);
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const struct node *const *)a)->key, (*(const struct node *const *)b)->key);
}

static enum srow_rc put_node(struct srow_buf *out, const struct node *n, struct srow_error *e);

static enum srow_rc put_children(struct srow_buf *out, const struct node *n, struct srow_error *e)
{
    size_t count = 0;
    for (const struct node *child = n->first; child != NULL; child = child->next) {
        count++;
    }
    AUTO(free_nodes) const struct node **nodes = calloc(count + 1, sizeof *nodes);
    FAIL_IF(nodes == NULL, e, SROW_E_NOMEM, "no memory for the configuration");
    const struct node *child = n->first;
    for (size_t i = 0; i < count; i++, child = child->next) {
        nodes[i] = child;
    }
    if (n->kind == NODE_MAPPING) {
        qsort(nodes, count, sizeof *nodes, by_key);
    }
    for (size_t i = 0; i < count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        if (n->kind == NODE_MAPPING) {
            json_put_string(out, srow_str(nodes[i]->key));
            buf_put_str(out, ":");
        }
        TRY(put_node(out, nodes[i], e));
    }
    return SROW_OK;
}

static enum srow_rc put_node(struct srow_buf *out, const struct node *n, struct srow_error *e)
{
    if (n->kind == NODE_TEXT) {
        json_put_string(out, srow_str(n->text));
        return SROW_OK;
    }
    buf_put_str(out, n->kind == NODE_MAPPING ? "{" : "[");
    TRY(put_children(out, n, e));
    buf_put_str(out, n->kind == NODE_MAPPING ? "}" : "]");
    return SROW_OK;
}

enum srow_rc canon_put(struct srow_buf *out, const struct node *root, struct srow_error *e)
{
    for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++) {
        const struct node *n = node_find(root, promised[i]);
        buf_printf(out, "%s\"%s\":", i == 0 ? "{" : ",", promised[i]);
        if (n == NULL) {
            buf_put_str(out, "null");
        } else {
            TRY(put_node(out, n, e));
        }
    }
    buf_put_str(out, "}");
    return buf_check(out, e);
}
