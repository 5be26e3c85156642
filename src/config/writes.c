/* SPDX-License-Identifier: Apache-2.0 */
#include "config/writes.h"

#include "base/text.h"
#include "config/region_list.h"

static enum srow_rc read_require(struct srow_config *c, void *base, const struct binder_field *f,
                                 const struct node *n, struct srow_error *e)
{
    static const char quorum[] = "quorum:";
    uint64_t regions = 0;
    (void)base;
    (void)f;
    TRY(binder_expect(n, NODE_TEXT, e));
    if (strcmp(n->text, "all") == 0 || strcmp(n->text, "local") == 0) {
        c->require = n->text[0] == 'a' ? CONFIG_REQUIRE_ALL : CONFIG_REQUIRE_LOCAL;
        return SROW_OK;
    }
    const char *number = n->text + sizeof quorum - 1;
    if (strncmp(n->text, quorum, sizeof quorum - 1) != 0 ||
        text_parse_size(&regions, srow_str(number), 1000, NULL) != SROW_OK || regions == 0) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "unknown value: all, local or quorum:N with N from 1 on is expected");
    }
    c->require = CONFIG_REQUIRE_QUORUM;
    c->quorum = (uint32_t)regions;
    return SROW_OK;
}

static enum srow_rc read_while_down(struct srow_config *c, void *base, const struct binder_field *f,
                                    const struct node *n, struct srow_error *e)
{
    TRY(region_list_read(c, base, f, n, e));
    if (c->while_down_count == c->region_count) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "every Region would be declared down: leave one that is written to");
    }
    return SROW_OK;
}

static const size_t while_down_count = offsetof(struct srow_config, while_down_count);

const struct binder_field writes_fields[] = {
    {"require", read_require, 0, NULL, false},
    {"while_down", read_while_down, offsetof(struct srow_config, while_down), &while_down_count,
     false},
    {"while_down_file", binder_text, offsetof(struct srow_config, while_down_file), NULL, false},
    {0},
};
