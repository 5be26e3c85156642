/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

CASE(every_code_has_a_name_a_class_and_an_exit_code)
{
    unsigned last = 0;
    for (const struct error_row *row = error_table; row->name != NULL; row++) {
        CHECK((unsigned)row->rc > last);
        last = (unsigned)row->rc;
        CHECK(srow_rc_class(row->rc) == row->cls);
        CHECK(strcmp(srow_rc_name(row->rc), row->name) == 0);
        CHECK(error_exit(row->cls) >= 2);
        CHECK(strcmp(error_class_name(row->cls), "ok") != 0);
        CHECK(row->text[0] != '\0' && row->cause[0] != '\0' && row->repair[0] != '\0');
    }
    CHECK(srow_rc_class((enum srow_rc)19) == SROW_CLASS_INTERNAL);
    CHECK(error_exit(SROW_CLASS_OK) == 0);
}

CASE(a_text_stays_one_line_and_is_cut_at_a_character)
{
    struct srow_error e = {0};
    char text[600];
    memset(text, 'x', sizeof text);
    text[476] = '\xE2', text[477] = '\x82', text[478] = '\xAC', text[599] = '\0';
    CHECK_RC(error_set(&e, SROW_E_USAGE, "%s", text), SROW_E_USAGE);
    CHECK(strlen(e.text) == 479);
    text[477] = '\xE2', text[478] = '\x82', text[479] = '\xAC', text[476] = '\n';
    CHECK_RC(error_set(&e, SROW_E_USAGE, "%s", text), SROW_E_USAGE);
    CHECK(strlen(e.text) == 477 && e.text[476] == '?');
    CHECK(strcmp(e.event, "SROW-001") == 0 && e.cls == SROW_CLASS_USAGE);
}

CASE(wrapping_puts_the_place_before_the_cause)
{
    struct srow_error e = {0};
    CHECK_RC(error_set(&e, SROW_E_TIMEOUT, "no answer"), SROW_E_TIMEOUT);
    CHECK_RC(error_wrap(&e, SROW_E_TIMEOUT, "Region %s", "eu-west-1"), SROW_E_TIMEOUT);
    CHECK(strcmp(e.text, "Region eu-west-1: no answer") == 0);
    CHECK_RC(error_wrap(NULL, SROW_E_TIMEOUT, "x"), SROW_E_TIMEOUT);
}

CASE(what_to_do_is_added_where_the_bottom_did_not_know_it)
{
    struct srow_error e = {0};
    (void)error_set(&e, SROW_E_HEADER_TAG, "the tag is wrong");
    error_advise(&e);
    CHECK(strcmp(e.text, "the tag is wrong: an alarm: restore the value from a backup") == 0);
    (void)error_set(&e, SROW_E_NOT_MESSAGE, "this is hex: decode it first");
    error_advise(&e);
    CHECK(strcmp(e.text, "this is hex: decode it first") == 0);
    char text[600];
    memset(text, 'x', sizeof text);
    text[599] = '\0';
    (void)error_set(&e, SROW_E_HEADER_TAG, "%s", text);
    error_advise(&e);
    CHECK(strlen(e.text) == 479 && strstr(e.text, "x: an alarm: restore") != NULL);
    error_advise(NULL);
}

CASE(the_public_text_tells_no_cause_apart)
{
    static const enum srow_rc same[] = {
        SROW_E_CONTEXT,  SROW_E_NO_DATA_KEY,    SROW_E_COMMITMENT, SROW_E_HEADER_TAG,
        SROW_E_BODY_TAG, SROW_E_KMS_CIPHERTEXT, SROW_E_KMS_DENIED, SROW_E_KMS_DISABLED,
        SROW_E_SEQUENCE, SROW_E_KMS_NOT_FOUND,  SROW_E_TRUNCATED,  SROW_E_MALFORMED,
        SROW_E_POLICY,   SROW_E_EDK_LIMIT,      SROW_E_TRAILING,   SROW_E_VALUE,
    };
    struct srow_error e = {0}, none = {0};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        CHECK_RC(error_set(&e, same[i], "key arn:aws:kms, row 4711"), same[i]);
        CHECK(strcmp(srow_error_public(&e), "the value cannot be processed") == 0);
    }
    for (const struct error_row *row = error_table; row->name != NULL; row++) {
        (void)error_set(&e, row->rc, "key arn:aws:kms, row 4711");
        CHECK(srow_error_public(&e)[0] != '\0' && strstr(srow_error_public(&e), "4711") == NULL);
    }
    (void)error_set(&e, SROW_E_TIMEOUT, "x");
    CHECK(strstr(srow_error_public(&e), "try again") != NULL);
    CHECK(srow_error_public(NULL)[0] == '\0' && srow_error_public(&none)[0] == '\0');
}

int main(void)
{
    RUN(every_code_has_a_name_a_class_and_an_exit_code);
    RUN(a_text_stays_one_line_and_is_cut_at_a_character);
    RUN(wrapping_puts_the_place_before_the_cause);
    RUN(what_to_do_is_added_where_the_bottom_did_not_know_it);
    RUN(the_public_text_tells_no_cause_apart);
    return check_done();
}
