/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/region.h"

#include <stdlib.h>

#include "check.h"

static void environment(const char *ours, const char *region, const char *fallback)
{
    static const char *const names[] = {"SEALROW_LOCAL_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"};
    const char *values[] = {ours, region, fallback};
    for (size_t i = 0; i < 3; i++) {
        unsetenv(names[i]);
        if (values[i] != NULL) {
            setenv(names[i], values[i], 1);
        }
    }
}

CASE(the_first_variable_that_is_set_names_the_local_Region)
{
    static const struct {
        const char *ours, *region, *fallback, *wanted;
    } rows[] = {
        {"eu-west-1", "us-east-1", "us-west-2", "eu-west-1"},
        {NULL, "us-east-1", "us-west-2", "us-east-1"},
        {"", "", "us-west-2", "us-west-2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        const char *got = NULL;
        environment(rows[i].ours, rows[i].region, rows[i].fallback);
        CHECK_OK(region_local(&got, &e), e);
        CHECK(strcmp(got, rows[i].wanted) == 0);
    }
}

CASE(no_variable_or_a_wrong_one_is_refused_by_name)
{
    struct srow_error e = {0};
    const char *got = NULL;
    environment(NULL, NULL, NULL);
    CHECK_RC(region_local(&got, &e), SROW_E_REGION);
    CHECK(strstr(e.text, "SEALROW_LOCAL_REGION") != NULL);
    environment(NULL, "us-east-1.evil.example/", NULL);
    CHECK_RC(region_local(&got, &e), SROW_E_REGION);
    CHECK(strstr(e.text, "AWS_REGION is") != NULL);
    CHECK(got == NULL);
}

CASE(a_Regions_name_is_safe_in_a_host_name)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"us-east-1", true},
        {"us-gov-west-1", true},
        {"local", true},
        {"", false},
        {"-us", false},
        {"us-", false},
        {"us--east", false},
        {"US-EAST-1", false},
        {"us-east-1.", false},
        {"us_east", false},
        {"us/east", false},
        {"us east", false},
        {"aaaaaaaaaabbbbbbbbbbccccccccccddd", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(region_is_name(srow_str(rows[i].text)) == rows[i].good);
    }
}

int main(void)
{
    RUN(the_first_variable_that_is_set_names_the_local_Region);
    RUN(no_variable_or_a_wrong_one_is_refused_by_name);
    RUN(a_Regions_name_is_safe_in_a_host_name);
    return check_done();
}
