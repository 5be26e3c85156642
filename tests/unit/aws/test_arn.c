/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/arn.h"
#include "check.h"

#define KEY "arn:aws:kms:eu-central-1:111122223333:key/"
#define UUID "1234abcd-12ab-34cd-56ef-1234567890ab"
#define MRK "mrk-4321abcd12ab34cd56ef1234567890ab"

CASE(an_arn_is_taken_apart)
{
    struct srow_error e = {0};
    struct arn arn;
    CHECK_OK(arn_parse(&arn, srow_str(KEY UUID), &e), e);
    CHECK(bytes_equal_str(arn.partition, "aws") && bytes_equal_str(arn.region, "eu-central-1"));
    CHECK(bytes_equal_str(arn.account, "111122223333") && bytes_equal_str(arn.resource_id, UUID));
    CHECK(!arn_is_multi_region(&arn));
    CHECK_OK(arn_parse(&arn, srow_str("arn:aws-cn:kms:r:a:alias/x/y:z"), &e), e);
    CHECK(bytes_equal_str(arn.resource_id, "x/y:z"));
}

CASE(what_is_no_kms_arn_is_refused)
{
    static const char *const texts[] = {
        "",
        "arn",
        "arn:aws:kms:r:a",
        "arn:aws:kms:r:a:",
        "arn:aws:kms:r:a:key",
        "arn:aws:kms:r:a:key/",
        "arn:aws:kms:r:a:/x",
        "arn:aws:kms:r:a:grant/x",
        "arn:aws:s3:r:a:key/x",
        "arn::kms:r:a:key/x",
        "arn:aws:kms::a:key/x",
        "arn:aws:kms:r::key/x",
        "xrn:aws:kms:r:a:key/x",
        UUID,
        "alias/x",
        "arn:aws:kms:r:a:key/x y",
        "arn:aws:kms:r:a:key/x\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct arn arn;
        CHECK_RC(arn_parse(&arn, srow_str(texts[i]), NULL), SROW_E_VALUE);
    }
    struct arn arn;
    CHECK_RC(arn_parse_key(&arn, srow_str("arn:aws:kms:r:a:alias/x"), NULL), SROW_E_VALUE);
}

CASE(only_keys_of_one_mrk_id_match_across_regions)
{
    static const struct {
        const char *a, *b;
        bool match;
    } rows[] = {
        {"arn:aws:kms:r1:1:key/" UUID, "arn:aws:kms:r1:1:key/" UUID, true},
        {"arn:aws:kms:r1:1:key/" UUID, "arn:aws:kms:r2:1:key/" UUID, false},
        {"arn:aws:kms:r1:1:key/" MRK, "arn:aws:kms:r2:1:key/" MRK, true},
        {"arn:aws:kms:r1:1:key/" MRK, "arn:aws:kms:r2:2:key/" MRK, false},
        {"arn:aws:kms:r1:1:key/" MRK, "arn:aws-cn:kms:r2:1:key/" MRK, false},
        {"arn:aws:kms:r1:1:key/" MRK, "arn:aws:kms:r1:1:key/" UUID, false},
        {"arn:aws:kms:r1:1:alias/" MRK, "arn:aws:kms:r2:1:alias/" MRK, false},
        {"arn:aws:kms:r1:1:alias/" MRK, "arn:aws:kms:r1:1:key/" MRK, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        struct arn a, b;
        CHECK_OK(arn_parse(&a, srow_str(rows[i].a), &e), e);
        CHECK_OK(arn_parse(&b, srow_str(rows[i].b), &e), e);
        CHECK(arn_matches(&a, &b) == rows[i].match);
    }
}

int main(void)
{
    RUN(an_arn_is_taken_apart);
    RUN(what_is_no_kms_arn_is_refused);
    RUN(only_keys_of_one_mrk_id_match_across_regions);
    return check_done();
}
