/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a table is, and a plaintext column on its way out.
 */
#include <stdio.h>

#include "check.h"
#include "config/config.h"
#include "config/stages.h"

#define ARN_US "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define ARN_EU "arn:aws:kms:eu-west-1:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "domain: test\n"                                                                               \
    "regions: {us-east-1: {}, eu-west-1: {endpoint: http://127.0.0.1:1}}\n"                        \
    "keys: {default: {us-east-1: [" ARN_US "], eu-west-1: [" ARN_EU "]}}\n"
#define COLUMN(text)                                                                               \
    HEAD "tables:\n"                                                                               \
         "  customer:\n"                                                                           \
         "    bind: {id: integer}\n"                                                               \
         "    columns:\n"                                                                          \
         "      name:\n"                                                                           \
         "        " text "\n"

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

CASE(a_column_with_plaintext_has_a_stage_and_a_last_day)
{
    static const struct {
        const char *text;
        enum config_stage stage;
        const char *says; /* NULL: it is read */
    } rows[] = {
        {"plain: p, stage: plain, until: 2027-01-31", CONFIG_STAGE_PLAIN, NULL},
        {"plain: p, stage: dual, until: 2028-02-29", CONFIG_STAGE_DUAL, NULL},
        {"", CONFIG_STAGE_NONE, NULL},
        {"plain: p", 0, "needs `stage`, and `until`"},
        {"plain: p, stage: dual", 0, "needs `stage`, and `until`"},
        {"plain: p, until: 2027-01-31", 0, "needs `stage`, and `until`"},
        {"stage: dual", 0, "a column without `plain` has no stage"},
        {"until: 2027-01-31", 0, "a column without `plain` has no stage"},
        {"plain: p, stage: dual, until: 2027-02-29", 0, "a day as 2027-01-31 is expected"},
        {"plain: p, stage: dual, until: 2027-1-31", 0, "a day as 2027-01-31 is expected"},
        {"plain: p, stage: dual, until: 2027-01-31T00", 0, "a day as 2027-01-31 is expected"},
        {"plain: p, stage: dual, until: ' 2027-01-31'", 0, "a day as 2027-01-31 is expected"},
        {"plain: p, stage: later, until: 2027-01-31", 0, "unknown value"},
        {"plain: id, stage: dual, until: 2027-01-31", 0,
         "column \"id\" of the table is used twice"},
        {"version: {column: id}", 0, "column \"id\" of the table is used twice"},
        {"version: {column: name_sealed}", 0, "\"name_sealed\" of the table is used twice"},
        {"version: {}", 0, "column"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char yaml[2000];
        struct srow_error e = {0};
        AUTO(free_config) struct srow_config *c = NULL;
        snprintf(yaml, sizeof yaml,
                 HEAD "tables: {customer: {bind: {id: text}, columns: {name: {%s}}}}\n",
                 rows[i].text);
        if (rows[i].says != NULL) {
            CHECK_RC(srow_config_parse(&c, srow_str(yaml), &e), SROW_E_CONFIG);
            CHECK(strstr(e.text, rows[i].says) != NULL);
            continue;
        }
        CHECK_OK(srow_config_parse(&c, srow_str(yaml), &e), e);
        CHECK(c != NULL && c->tables[0].columns[0].stage == rows[i].stage);
    }
}

CASE(a_stage_ends_with_its_day_in_utc)
{
    struct srow_error e = {0};
    AUTO(free_config) struct srow_config *c = NULL;
    CHECK_OK(
        srow_config_parse(
            &c, srow_str(COLUMN("plain: p\n        stage: dual\n        until: 2027-01-31")), &e),
        e);
    const int64_t end = 1801440000; /* 2027-02-01T00:00:00Z */
    const struct config_column *column = &c->tables[0].columns[0];
    CHECK(stages_left(column, end - 5) == 5 && stages_left(column, end + 1) == -1);
    CHECK_OK(stages_check(c, end - 1, &e), e);
    CHECK_RC(stages_check(c, end, &e), SROW_E_CONFIG);
    CHECK(strcmp(e.text, "customer.name: its stage dual has ended with 2027-01-31 (until): move it "
                         "on, or give it a later day") == 0);
    struct config_column none = {0};
    CHECK(stages_left(&none, end) == INT64_MAX);
    CHECK(strcmp(stages_word(&none), "none") == 0);
    CHECK(strcmp(stages_word(column), "dual") == 0);
}

CASE(a_table_has_a_name_and_may_have_a_schema)
{
    static const struct {
        const char *table, *schema, *name;
    } rows[] = {
        {"t", NULL, "t"},
        {"app.t", "app", "t"},
        {"[t]", NULL, "t"},
        {"[a.t]", NULL, "a.t"},
        {"[a.b, c.d]", "a.b", "c.d"},
        {"['x\"y', '`; DROP TABLE t; -- %s']", "x\"y", "`; DROP TABLE t; -- %s"},
        {".t", NULL, NULL},
        {"a.", NULL, NULL},
        {"a.b.c", NULL, NULL},
        {"[]", NULL, NULL},
        {"[a, b, c]", NULL, NULL},
        {"['', b]", NULL, NULL},
        {"[[a]]", NULL, NULL},
        {"{a: b}", NULL, NULL},
        {"\"a\\0b\"", NULL, NULL},
        {"\"a\\nb\"", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char yaml[2000];
        struct srow_error e = {0};
        AUTO(free_config) struct srow_config *c = NULL;
        snprintf(yaml, sizeof yaml,
                 HEAD "tables: {customer: {table: %s, bind: {id: text}, columns: {name: {}}}}\n",
                 rows[i].table);
        if (rows[i].name == NULL) {
            CHECK_RC(srow_config_parse(&c, srow_str(yaml), &e), SROW_E_CONFIG);
            continue;
        }
        CHECK_OK(srow_config_parse(&c, srow_str(yaml), &e), e);
        CHECK(strcmp(c->tables[0].table, rows[i].name) == 0);
        const char *schema = c->tables[0].schema;
        CHECK(rows[i].schema == NULL ? schema == NULL : strcmp(schema, rows[i].schema) == 0);
    }
}

int main(void)
{
    RUN(a_column_with_plaintext_has_a_stage_and_a_last_day);
    RUN(a_stage_ends_with_its_day_in_utc);
    RUN(a_table_has_a_name_and_may_have_a_schema);
    return check_done();
}
