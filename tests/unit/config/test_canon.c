/* SPDX-License-Identifier: Apache-2.0 */
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

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

/* Layout, comments and the order of names say nothing; what is not told of stored values neither.
 */
CASE(the_canonical_text_is_of_what_a_file_says_and_not_of_how)
{
    static const char canonical[] =
        "{\"domain\":\"test\",\"keys\":{\"default\":{\"eu-west-1\":[\"" ARN_EU
        "\"],\"us-east-1\":[\"" ARN_US
        "\"]}},\"tables\":{\"customer\":{\"bind\":{\"id\":\"integer\"},"
        "\"columns\":{\"name\":{}}}}}";
    static const char *const same[] = {
        HEAD TABLES,
        "\xEF\xBB\xBF" HEAD TABLES, /* a byte order mark */
        HEAD "write: {require: local}\n" TABLES,
        "# a comment\n" TABLES "version: 1\ndomain: 'test'\n"
        "keys:\n  default:\n    eu-west-1:\n    - " ARN_EU "\n    us-east-1: [\"" ARN_US "\"]\n"
        "regions: {eu-west-1: {}, us-east-1: {}}\n",
    };
    struct srow_error e = {0};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        AUTO(free_config) struct srow_config *c = NULL;
        CHECK_OK(srow_config_parse(&c, srow_str(same[i]), &e), e);
        CHECK(c != NULL && strcmp(c->canonical, canonical) == 0);
    }
    AUTO(free_config) struct srow_config *other = NULL;
    CHECK_OK(
        srow_config_parse(
            &other,
            srow_str(
                HEAD
                "tables: {customer: {bind: {id: integer}, columns: {name: {type: integer}}}}\n"),
            &e),
        e);
    CHECK(other != NULL && strcmp(other->canonical, canonical) != 0);
}

int main(void)
{
    RUN(the_canonical_text_is_of_what_a_file_says_and_not_of_how);
    return check_done();
}
