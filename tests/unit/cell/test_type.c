/* SPDX-License-Identifier: Apache-2.0 */
#include "cell/type.h"
#include "check.h"

CASE(a_value_is_the_canonical_text_of_its_type)
{
    static const struct {
        enum srow_type type;
        const char *value;
        size_t len;
        enum srow_rc rc;
    } rows[] = {
        {SROW_TYPE_TEXT, "", 0, SROW_OK},
        {SROW_TYPE_TEXT, "a\0\n\xC3\xA4", 5, SROW_OK},
        {SROW_TYPE_TEXT, "\xC3", 1, SROW_E_VALUE},
        {SROW_TYPE_TEXT, "\xED\xA0\x80", 3, SROW_E_VALUE},
        {SROW_TYPE_INTEGER, "0", 1, SROW_OK},
        {SROW_TYPE_INTEGER, "-9223372036854775808", 20, SROW_OK},
        {SROW_TYPE_INTEGER, "9223372036854775808", 19, SROW_E_VALUE},
        {SROW_TYPE_INTEGER, "01", 2, SROW_E_VALUE},
        {SROW_TYPE_INTEGER, "1.0", 3, SROW_E_VALUE},
        {SROW_TYPE_INTEGER, "1 ", 2, SROW_E_VALUE},
        {SROW_TYPE_INTEGER, "", 0, SROW_E_VALUE},
        {SROW_TYPE_BYTES, "", 0, SROW_OK},
        {SROW_TYPE_BYTES, "\xFF\0", 2, SROW_OK},
        {SROW_TYPE_BOOLEAN, "true", 4, SROW_OK},
        {SROW_TYPE_BOOLEAN, "false", 5, SROW_OK},
        {SROW_TYPE_BOOLEAN, "True", 4, SROW_E_VALUE},
        {SROW_TYPE_BOOLEAN, "1", 1, SROW_E_VALUE},
        {SROW_TYPE_BOOLEAN, "", 0, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-11-24", 10, SROW_OK},
        {SROW_TYPE_DATE, "0001-01-01", 10, SROW_OK},
        {SROW_TYPE_DATE, "9999-12-31", 10, SROW_OK},
        {SROW_TYPE_DATE, "2024-02-29", 10, SROW_OK},
        {SROW_TYPE_DATE, "2000-02-29", 10, SROW_OK},
        {SROW_TYPE_DATE, "2023-02-29", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "1900-02-29", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-04-31", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-01-32", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-01-00", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-00-01", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-13-01", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "0000-01-01", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "-001-01-01", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026/01/01", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-01-0a", 10, SROW_E_VALUE},
        {SROW_TYPE_DATE, "2026-01-01Z", 11, SROW_E_VALUE},
        {SROW_TYPE_DATE, "", 0, SROW_E_VALUE},
        {SROW_TYPE_UUID, "123e4567-e89b-12d3-a456-426614174000", 36, SROW_OK},
        {SROW_TYPE_UUID, "00000000-0000-0000-0000-000000000000", 36, SROW_OK},
        {SROW_TYPE_UUID, "123E4567-e89b-12d3-a456-426614174000", 36, SROW_E_VALUE},
        {SROW_TYPE_UUID, "123e4567ae89b-12d3-a456-426614174000", 36, SROW_E_VALUE},
        {SROW_TYPE_UUID, "123e4567-e89b-12d3-a456-42661417400", 35, SROW_E_VALUE},
        {SROW_TYPE_UUID, "123e4567-e89b-12d3-a456-42661417400g", 36, SROW_E_VALUE},
        {SROW_TYPE_UUID, "-23e4567-e89b-12d3-a456-426614174000", 36, SROW_E_VALUE},
        {SROW_TYPE_UUID, "{123e4567-e89b-12d3-a456-426614174000}", 38, SROW_E_VALUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_RC(type_check(rows[i].type, bytes_of(rows[i].value, rows[i].len), NULL), rows[i].rc);
    }
}

CASE(a_value_without_a_type_is_refused)
{
    CHECK_RC(type_check(SROW_TYPE_NULL, srow_str(""), NULL), SROW_E_VALUE);
    CHECK_RC(type_check((enum srow_type)99, srow_str("a"), NULL), SROW_E_VALUE);
}

static struct srow_value of(uint32_t type, const void *at, size_t len)
{
    struct srow_value v = {type, 0, 0, {at, len}};
    return v;
}

CASE(a_bound_value_has_one_text_and_never_none)
{
    const struct {
        enum srow_type type;
        struct srow_value value;
        enum srow_rc rc;
        const char *text;
    } rows[] = {
        {SROW_TYPE_TEXT, srow_text("12 34"), SROW_OK, "12 34"},
        {SROW_TYPE_TEXT, srow_text("01"), SROW_OK, "01"},
        {SROW_TYPE_TEXT, srow_text(""), SROW_E_BINDING, ""},
        {SROW_TYPE_TEXT, of(SROW_TYPE_NULL, NULL, 0), SROW_E_BINDING, ""},
        {SROW_TYPE_TEXT, of(SROW_TYPE_TEXT, NULL, 3), SROW_E_BINDING, ""},
        {SROW_TYPE_TEXT, of(SROW_TYPE_TEXT, "\xFF", 1), SROW_E_VALUE, ""},
        {SROW_TYPE_TEXT, srow_integer(1), SROW_E_BINDING, ""},
        {SROW_TYPE_TEXT, of(SROW_TYPE_BYTES, "a", 1), SROW_E_BINDING, ""},
        {SROW_TYPE_INTEGER, srow_integer(0), SROW_OK, "0"},
        {SROW_TYPE_INTEGER, srow_integer(INT64_MIN), SROW_OK, "-9223372036854775808"},
        {SROW_TYPE_INTEGER, srow_text("42"), SROW_OK, "42"},
        {SROW_TYPE_INTEGER, srow_text("042"), SROW_E_VALUE, ""},
        {SROW_TYPE_INTEGER, srow_text(""), SROW_E_BINDING, ""},
        {SROW_TYPE_INTEGER, of(SROW_TYPE_NULL, NULL, 0), SROW_E_BINDING, ""},
        {SROW_TYPE_INTEGER, of(SROW_TYPE_BYTES, "1", 1), SROW_E_BINDING, ""},
        {SROW_TYPE_BYTES, of(SROW_TYPE_BYTES, "\x00\xAB", 2), SROW_OK, "00ab"},
        {SROW_TYPE_BYTES, of(SROW_TYPE_BYTES, "", 0), SROW_E_BINDING, ""},
        {SROW_TYPE_BYTES, srow_text("00ab"), SROW_E_BINDING, ""},
        {SROW_TYPE_BOOLEAN, srow_boolean(1), SROW_OK, "true"},
        {SROW_TYPE_BOOLEAN, srow_boolean(0), SROW_OK, "false"},
        {SROW_TYPE_BOOLEAN, srow_text("false"), SROW_OK, "false"},
        {SROW_TYPE_BOOLEAN, srow_text("no"), SROW_E_VALUE, ""},
        {SROW_TYPE_BOOLEAN, {SROW_TYPE_BOOLEAN, 0, 2, {0}}, SROW_E_VALUE, ""},
        {SROW_TYPE_BOOLEAN, srow_integer(1), SROW_E_BINDING, ""},
        {SROW_TYPE_INTEGER, srow_boolean(1), SROW_E_BINDING, ""},
        {SROW_TYPE_DATE, srow_text("2026-11-24"), SROW_OK, "2026-11-24"},
        {SROW_TYPE_DATE, of(SROW_TYPE_DATE, "2026-11-24", 10), SROW_OK, "2026-11-24"},
        {SROW_TYPE_DATE, of(SROW_TYPE_DATE, "2026-11-31", 10), SROW_E_VALUE, ""},
        {SROW_TYPE_DATE, of(SROW_TYPE_DATE, "", 0), SROW_E_BINDING, ""},
        {SROW_TYPE_DATE, srow_integer(20261124), SROW_E_BINDING, ""},
        {SROW_TYPE_UUID, srow_text("123e4567-e89b-12d3-a456-426614174000"), SROW_OK,
         "123e4567-e89b-12d3-a456-426614174000"},
        {SROW_TYPE_UUID, of(SROW_TYPE_BYTES, "123e4567e89b12d3", 16), SROW_E_BINDING, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf text = {0};
        CHECK_RC(type_bind(&text, rows[i].type, &rows[i].value, "b", NULL), rows[i].rc);
        CHECK(rows[i].rc != SROW_OK || bytes_equal_str(bytes_buf(&text), rows[i].text));
    }
}

CASE(errors_name_the_binding_and_never_its_value)
{
    struct srow_error e = {0};
    AUTO(buf_cleanup) struct srow_buf text = {0};
    struct srow_value value = srow_text("canary");
    CHECK_RC(type_bind(&text, SROW_TYPE_INTEGER, &value, "tenant", &e), SROW_E_VALUE);
    CHECK(strstr(e.text, "tenant") != NULL && strstr(e.text, "canary") == NULL);
    CHECK_RC(type_bind(&text, SROW_TYPE_BYTES, &value, "tenant", &e), SROW_E_BINDING);
    CHECK(strstr(e.text, "tenant") != NULL && strstr(e.text, "canary") == NULL);
}

int main(void)
{
    RUN(a_value_is_the_canonical_text_of_its_type);
    RUN(a_value_without_a_type_is_refused);
    RUN(a_bound_value_has_one_text_and_never_none);
    RUN(errors_name_the_binding_and_never_its_value);
    return check_done();
}
