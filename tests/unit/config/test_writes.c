/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "check.h"
#include "config/config.h"

#define ARN_US "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define ARN_EU "arn:aws:kms:eu-west-1:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "domain: test\n"                                                                               \
    "regions: {us-east-1: {}, eu-west-1: {endpoint: http://127.0.0.1:1}}\n"                        \
    "keys: {default: {us-east-1: [" ARN_US "], eu-west-1: [" ARN_EU "]}}\n"
#define TABLES                                                                                     \
    "tables:\n"                                                                                    \
    "  customer:\n"                                                                                \
    "    bind: {id: integer}\n"                                                                    \
    "    columns: {name: {}}\n"
#define REQUIRE ": unknown value: all, local or quorum:N with N from 1 on is expected"

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

CASE(what_a_write_requires_and_who_is_declared_down_is_read)
{
    static const struct {
        const char *text;
        enum config_require require;
        uint32_t quorum;
    } rows[] = {
        {"require: all", CONFIG_REQUIRE_ALL, 0},
        {"require: local", CONFIG_REQUIRE_LOCAL, 0},
        {"require: quorum:2", CONFIG_REQUIRE_QUORUM, 2},
        {"while_down: []", CONFIG_REQUIRE_ALL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        AUTO(free_config) struct srow_config *c = NULL;
        char yaml[1024];
        snprintf(yaml, sizeof yaml, "%swrite:\n  %s\n", HEAD TABLES, rows[i].text);
        CHECK_OK(srow_config_parse(&c, srow_str(yaml), &e), e);
        CHECK(c->require == rows[i].require && c->quorum == rows[i].quorum);
        CHECK(c->while_down_count == 0 && c->while_down_file == NULL);
        CHECK(config_key_set_regions(c, &c->key_sets[0]) == 2);
    }
    struct srow_error e = {0};
    AUTO(free_config) struct srow_config *c = NULL;
    CHECK_OK(srow_config_parse(&c,
                               srow_str("write: {while_down: [eu-west-1], while_down_file: "
                                        "/run/down}\n" HEAD TABLES),
                               &e),
             e);
    CHECK(c->while_down_count == 1 && strcmp(c->while_down[0], "eu-west-1") == 0);
    CHECK(strcmp(c->while_down_file, "/run/down") == 0);
}

struct row {
    const char *yaml;
    enum srow_rc rc;
    const char *text;
};

static bool refused(const struct row *row)
{
    struct srow_error e = {0};
    AUTO(free_config) struct srow_config *c = NULL;
    enum srow_rc rc = srow_config_parse(&c, srow_str(row->yaml), &e);
    if (rc == row->rc && c == NULL && strcmp(e.text, row->text) == 0) {
        return true;
    }
    printf("# %s: %s\n# wanted %s: %s\n", srow_rc_name(rc), e.text, srow_rc_name(row->rc),
           row->text);
    return false;
}

CASE(what_a_write_cannot_require_is_refused_with_its_place)
{
    static const struct row rows[] = {
        {HEAD TABLES "write: {require: most}\n", SROW_E_CONFIG,
         "line 9, column 18: write.require" REQUIRE},
        {HEAD TABLES "write: {require: \"quorum:0\"}\n", SROW_E_CONFIG,
         "line 9, column 18: write.require" REQUIRE},
        {HEAD TABLES "write: {require: \"quorum:\"}\n", SROW_E_CONFIG,
         "line 9, column 18: write.require" REQUIRE},
        {HEAD TABLES "write: {require: \"quorum:+2\"}\n", SROW_E_CONFIG,
         "line 9, column 18: write.require" REQUIRE},
        {HEAD TABLES "write: {require: \"quorum:1001\"}\n", SROW_E_CONFIG,
         "line 9, column 18: write.require" REQUIRE},
        {HEAD TABLES "write: {require: \"local \"}\n", SROW_E_CONFIG,
         "line 9, column 18: write.require" REQUIRE},
        {HEAD TABLES "write: {while_down: us-east-1}\n", SROW_E_CONFIG,
         "line 9, column 21: write.while_down: a list ([a, b]) is expected"},
        {HEAD TABLES "write: {while_down: [us-east-9]}\n", SROW_E_CONFIG,
         "line 9, column 22: write.while_down[0]: this Region is not under \"regions\""},
        {HEAD TABLES "write: {while_down: [us-east-1, us-east-1]}\n", SROW_E_CONFIG,
         "line 9, column 33: write.while_down[1]: this Region is named twice"},
        {HEAD TABLES "write: {while_down: [us-east-1, eu-west-1]}\n", SROW_E_CONFIG,
         "line 9, column 21: write.while_down: every Region would be declared down: leave one "
         "that is written to"},
        {HEAD TABLES "write: {while_down_file: \"\"}\n", SROW_E_CONFIG,
         "line 9, column 26: write.while_down_file: it is empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(refused(&rows[i]));
    }
}

int main(void)
{
    RUN(what_a_write_requires_and_who_is_declared_down_is_read);
    RUN(what_a_write_cannot_require_is_refused_with_its_place);
    return check_done();
}
