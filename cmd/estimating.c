/* SPDX-License-Identifier: Apache-2.0 */
#include "estimating.h"

uint64_t estimating_rate(const struct estimating *x, size_t region)
{
    uint64_t sum = 0;
    for (size_t t = 0; t < x->count; t++) {
        for (size_t i = 0; i < x->tables[t].column_count; i++) {
            const struct estimate_region *r = &x->tables[t].columns[i].regions[region];
            sum += x->writes * r->writes + x->reads * r->reads;
        }
    }
    return sum;
}

uint64_t estimating_mode_rate(const struct estimating *x, enum estimate_mode mode)
{
    uint64_t sum = 0;
    for (size_t t = 0; t < x->count; t++) {
        for (size_t i = 0; i < x->tables[t].column_count; i++) {
            const struct estimate_wrap *w = &x->tables[t].columns[i].wraps[mode];
            sum += x->writes * w->writes + x->reads * w->reads;
        }
    }
    return sum;
}

/* The first column that has a key set; NULL: none of these tables uses it. */
static const struct estimate_column *user_of(const struct estimating *x, const char *key_set)
{
    for (size_t t = 0; t < x->count; t++) {
        for (size_t i = 0; i < x->tables[t].column_count; i++) {
            if (strcmp(x->tables[t].columns[i].column->keys, key_set) == 0) {
                return &x->tables[t].columns[i];
            }
        }
    }
    return NULL;
}

uint64_t estimating_mode_keys(const struct estimating *x, enum estimate_mode mode)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < x->config->key_set_count; i++) {
        const struct estimate_column *c = user_of(x, x->config->key_sets[i].name);
        sum += c == NULL ? 0 : c->wraps[mode].keys;
    }
    return sum;
}

const char *estimating_mode_name(enum estimate_mode mode)
{
    static const char *const names[] = {[ESTIMATE_CONFIGURED] = "as configured",
                                        [ESTIMATE_REGIONS] = "a key for each Region",
                                        [ESTIMATE_MULTI] = "one multi-Region key",
                                        [ESTIMATE_BRANCH] = "branch keys"};
    return names[mode];
}

bool estimating_mode_is_built(enum estimate_mode mode)
{
    return mode != ESTIMATE_BRANCH;
}
