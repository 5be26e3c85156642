/* SPDX-License-Identifier: Apache-2.0 */
#include "config/region_list.h"

bool region_list_has(char *const *list, size_t count, const char *region)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], region) == 0) {
            return true;
        }
    }
    return false;
}

enum srow_rc region_list_add(char ***list, size_t *count, const char *region, struct srow_error *e)
{
    void *grown = NULL;
    TRY(binder_grow(&grown, *list, *count, sizeof(char *), e));
    *list = grown;
    TRY(bytes_dup_str(&(*list)[*count], srow_str(region), e));
    (*count)++;
    return SROW_OK;
}

enum srow_rc region_list_read(struct srow_config *c, void *base, const struct binder_field *f,
                              const struct node *n, struct srow_error *e)
{
    char ***list = (char ***)(void *)((char *)base + f->offset);
    size_t *count = (size_t *)(void *)((char *)base + *(const size_t *)f->more);
    TRY(binder_expect(n, NODE_SEQUENCE, e));
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        TRY(binder_expect(item, NODE_TEXT, e));
        if (config_region_find(c, item->text) == NULL) {
            return node_fail(e, SROW_E_CONFIG, item, "this Region is not under \"regions\"");
        }
        if (region_list_has(*list, *count, item->text)) {
            return node_fail(e, SROW_E_CONFIG, item, "this Region is named twice");
        }
        TRY(region_list_add(list, count, item->text, e));
    }
    return SROW_OK;
}
