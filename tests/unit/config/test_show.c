/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "config/show.h"

#define ARN "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

static const char file[] = "version: 1\n"
                           "domain: test\n"
                           "regions: {us-east-1: {}, eu-west-1: {endpoint: http://127.0.0.1:1}}\n"
                           "keys: {default: {us-east-1: [" ARN "]}}\n"
                           "limits: {attempt: 500ms}\n"
                           "open: {order: [eu-west-1]}\n"
                           "alarm:\n"
                           "  - to: log\n"
                           "tables:\n"
                           "  customer:\n"
                           "    bind: {id: integer}\n"
                           "    columns: {name: {required: true}, note: }\n";

CASE(each_setting_has_its_line_or_is_a_default)
{
    static const struct {
        const char *key, *value;
        size_t line;
    } wanted[] = {
        {"version", "1", 1},
        {"domain", "test", 2},
        {"regions.us-east-1", "{}", 3},
        {"regions.eu-west-1.endpoint", "http://127.0.0.1:1", 3},
        {"keys.default.us-east-1[0]", ARN, 4},
        {"write.require", "all", 0},
        {"open.failover", "any", 0},
        {"open.order[0]", "eu-west-1", 6},
        {"limits.deadline", "5s", 0},
        {"limits.attempt", "500ms", 5},
        {"alarm[0].to", "log", 8},
        {"tables.customer.key", "[id]", 0},
        {"tables.customer.bind.id", "integer", 11},
        {"tables.customer.columns.name.required", "true", 12},
        {"tables.customer.columns.note.required", "false", 0},
        {"tables.customer.columns.note.sealed", "note_sealed", 0},
        {"tables.customer.columns.note.keys", "default", 0},
    };
    AUTO(show_cleanup) struct show show = {0};
    CHECK_RC(show_config(&show, srow_str(file), NULL), SROW_OK);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        size_t at = 0;
        while (at < show.count && strcmp(show.lines[at].key, wanted[i].key) != 0) {
            at++;
        }
        CHECK(at < show.count && strcmp(show.lines[at].value, wanted[i].value) == 0 &&
              show.lines[at].line == wanted[i].line);
    }
}

CASE(a_file_that_cannot_be_read_is_not_shown)
{
    AUTO(show_cleanup) struct show show = {0};
    CHECK_RC(show_config(&show, srow_str("version: 2\n"), NULL), SROW_E_CONFIG);
    CHECK_RC(show_config(&show, srow_str("a: [\n"), NULL), SROW_E_CONFIG);
    CHECK(show.count == 0);
}

CASE(keys_are_listed_with_the_words_they_take)
{
    AUTO(show_cleanup) struct show keys = {0};
    CHECK_RC(show_keys(&keys, NULL), SROW_OK);
    size_t found = 0;
    for (size_t i = 0; i < keys.count; i++) {
        const struct show_line *k = &keys.lines[i];
        found +=
            strcmp(k->key, "keys.NAME.REGION[].use") == 0 && strcmp(k->value, "seal|open") == 0;
        found += strcmp(k->key, "alarm[].to") == 0 && strcmp(k->value, "log|exec") == 0;
        found += strcmp(k->key, "tables.NAME.columns.NAME.required") == 0;
        found += strcmp(k->key, "domain") == 0 && k->value[0] == '\0';
        found -= strcmp(k->key, "tables.NAME.columns.NAME.context") == 0; /* of a later version */
    }
    CHECK(found == 4);
}

int main(void)
{
    RUN(each_setting_has_its_line_or_is_a_default);
    RUN(a_file_that_cannot_be_read_is_not_shown);
    RUN(keys_are_listed_with_the_words_they_take);
    return check_done();
}
