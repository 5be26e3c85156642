/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding something in a configuration; also while it is read, for what refers to other parts.
 */
#include "config/config.h"

#include <stdlib.h>

#include "base/text.h"

const struct config_region *config_region_find(const struct srow_config *c, const char *name)
{
    for (size_t i = 0; i < c->region_count; i++) {
        if (strcmp(c->regions[i].name, name) == 0) {
            return &c->regions[i];
        }
    }
    return NULL;
}

const struct config_key_set *config_key_set_find(const struct srow_config *c, const char *name)
{
    for (size_t i = 0; i < c->key_set_count; i++) {
        if (strcmp(c->key_sets[i].name, name) == 0) {
            return &c->key_sets[i];
        }
    }
    return NULL;
}

bool config_key_set_seals_in(const struct config_key_set *set, const char *region)
{
    for (size_t i = 0; i < set->count; i++) {
        if (!set->keys[i].open_only && strcmp(set->keys[i].region, region) == 0) {
            return true;
        }
    }
    return false;
}

uint32_t config_key_set_regions(const struct srow_config *c, const struct config_key_set *set)
{
    uint32_t count = 0;
    for (size_t i = 0; i < c->region_count; i++) {
        count += config_key_set_seals_in(set, c->regions[i].name);
    }
    return count;
}

const struct config_table *config_table_find(const struct srow_config *c, struct srow_bytes name)
{
    for (size_t i = 0; i < c->table_count; i++) {
        if (bytes_equal_str(name, c->tables[i].name)) {
            return &c->tables[i];
        }
    }
    return NULL;
}

enum srow_rc config_table_named(const struct config_table **out, const struct srow_config *c,
                                const char *name, struct srow_error *e)
{
    const struct config_table *found = config_table_find(c, srow_str(name));
    if (found != NULL) {
        *out = found;
        return SROW_OK;
    }
    const char **words = calloc(c->table_count + 1, sizeof *words);
    FAIL_IF(words == NULL, e, SROW_E_NOMEM, "no memory for names of tables");
    for (size_t i = 0; i < c->table_count; i++) {
        words[i] = c->tables[i].name;
    }
    const char *near = text_nearest(srow_str(name), words);
    free(words);
    FAIL_IF(near != NULL, e, SROW_E_COLUMN, "table %s: not in the configuration: did you mean %s?",
            name, near);
    FAIL(e, SROW_E_COLUMN, "table %s: not in the configuration: add it under tables", name);
}

const struct config_column *config_column_find(const struct config_table *t, struct srow_bytes name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (bytes_equal_str(name, t->columns[i].name)) {
            return &t->columns[i];
        }
    }
    return NULL;
}
