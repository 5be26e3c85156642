/* SPDX-License-Identifier: Apache-2.0 */
#include "config/table_name.h"

static enum srow_rc read_list(struct config_table *t, const struct node *n, struct srow_error *e)
{
    const struct node *first = n->first, *second = first == NULL ? NULL : first->next;
    if (first == NULL || (second != NULL && second->next != NULL)) {
        return node_fail(e, SROW_E_CONFIG, n, "[NAME] or [SCHEMA, NAME] is expected");
    }
    for (const struct node *item = first; item != NULL; item = item->next) {
        TRY(binder_expect(item, NODE_TEXT, e));
        if (item->text[0] == '\0') {
            return node_fail(e, SROW_E_CONFIG, item, "it is empty");
        }
    }
    if (second == NULL) {
        return bytes_dup_str(&t->table, srow_str(first->text), e);
    }
    TRY(bytes_dup_str(&t->schema, srow_str(first->text), e));
    return bytes_dup_str(&t->table, srow_str(second->text), e);
}

enum srow_rc table_name_read(struct srow_config *c, void *base, const struct binder_field *f,
                             const struct node *n, struct srow_error *e)
{
    struct config_table *t = base;
    (void)c;
    (void)f;
    if (n->kind == NODE_SEQUENCE) {
        return read_list(t, n, e);
    }
    TRY(binder_expect(n, NODE_TEXT, e));
    const char *dot = strchr(n->text, '.');
    const char *name = dot == NULL ? n->text : dot + 1;
    if (*name == '\0' || dot == n->text || strchr(name, '.') != NULL) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "NAME or SCHEMA.NAME is expected: write a name that has dots of its own "
                         "as a list, [NAME] or [SCHEMA, NAME]");
    }
    if (dot != NULL) {
        TRY(bytes_dup_str(&t->schema, bytes_of(n->text, (size_t)(dot - n->text)), e));
    }
    return bytes_dup_str(&t->table, srow_str(name), e);
}
