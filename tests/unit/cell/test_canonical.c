/* SPDX-License-Identifier: Apache-2.0 */
#include "cell/type.h"
#include "check.h"

struct row {
    const char *given, *text; /* NULL: refused */
};

/* Each text comes out as it should, and what comes out is canonical. */
static void check_rows(enum srow_type type, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO(buf_cleanup) struct srow_buf room = {0};
        struct srow_bytes text = {0}, given = srow_str(rows[i].given);
        bool good = rows[i].text != NULL;
        CHECK_RC(type_text(&text, &room, type, given, NULL), good ? SROW_OK : SROW_E_VALUE);
        CHECK(!good || bytes_equal_str(text, rows[i].text));
        CHECK_RC(type_check(type, given, NULL),
                 good && strcmp(rows[i].given, rows[i].text) == 0 ? SROW_OK : SROW_E_VALUE);
        CHECK_RC(good ? type_check(type, srow_str(rows[i].text), NULL) : SROW_OK, SROW_OK);
    }
}
#define CHECK_ROWS(type, rows) check_rows(type, rows, sizeof(rows) / sizeof(rows)[0])

#define TEN "1234567890"

CASE(a_number_has_one_text)
{
    static const struct row rows[] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.00", "0"},
        {"0.0", "0"},
        {"000", "0"},
        {"1.0", "1"},
        {"1.00", "1"},
        {"1.50", "1.5"},
        {"-007.0500", "-7.05"},
        {"-0.5", "-0.5"},
        {"100", "100"},
        {"12345678901234567890.123456789", "12345678901234567890.123456789"},
        {TEN TEN TEN "12345." TEN TEN TEN, TEN TEN TEN "12345." TEN TEN "123456789"},
        {TEN TEN TEN "12345." TEN TEN "1234567891", TEN TEN TEN "12345." TEN TEN "1234567891"},
        {"0" TEN TEN TEN "12345", TEN TEN TEN "12345"},
        {TEN TEN TEN "123456", NULL},
        {"0." TEN TEN TEN "1", NULL},
        {"", NULL},
        {"-", NULL},
        {"--1", NULL},
        {"+1", NULL},
        {".5", NULL},
        {"5.", NULL},
        {".", NULL},
        {"1e3", NULL},
        {"1E-3", NULL},
        {"NaN", NULL},
        {"Infinity", NULL},
        {"-inf", NULL},
        {"1,5", NULL},
        {"1 000", NULL},
        {" 1", NULL},
        {"1 ", NULL},
        {"1.2.3", NULL},
        {"0x10", NULL},
        {"\xD9\xA1", NULL}, /* an Arabic one */
    };
    CHECK_ROWS(SROW_TYPE_DECIMAL, rows);
    CHECK_RC(type_check(SROW_TYPE_DECIMAL, bytes_of("1\0", 2), NULL), SROW_E_VALUE);
}

CASE(a_moment_has_one_text_whatever_its_zone)
{
    static const struct row rows[] = {
        {"2026-11-24T08:30:00Z", "2026-11-24T08:30:00Z"},
        {"2026-11-24 08:30:00Z", "2026-11-24T08:30:00Z"},
        {"2026-11-24T08:30:00.120000Z", "2026-11-24T08:30:00.120000Z"},
        {"2026-11-24T08:30:00.12Z", "2026-11-24T08:30:00.120000Z"},
        {"2026-11-24T08:30:00.000Z", "2026-11-24T08:30:00Z"},
        {"2026-11-24T08:30:00.000001Z", "2026-11-24T08:30:00.000001Z"},
        {"2026-11-24T08:30:00.999999000Z", "2026-11-24T08:30:00.999999Z"},
        {"2026-11-24T08:30:00.0000001Z", NULL},
        {"2026-11-24T08:30:00.Z", NULL},
        {"2026-11-24T08:30:00+02", "2026-11-24T06:30:00Z"},
        {"2026-11-24T08:30:00+0530", "2026-11-24T03:00:00Z"},
        {"2026-11-24T08:30:00-05:45", "2026-11-24T14:15:00Z"},
        {"2026-11-24T08:30:00-00:00", "2026-11-24T08:30:00Z"},
        {"2027-01-01T00:30:00+01:00", "2026-12-31T23:30:00Z"},
        {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
        {"2024-03-01T00:00:00.5+00:01", "2024-02-29T23:59:00.500000Z"},
        {"2023-02-28T23:59:59-00:01", "2023-03-01T00:00:59Z"},
        {"2000-02-28T24:00:00Z", NULL},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"0001-01-01T00:00:00+00:01", NULL},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
        {"9999-12-31T23:59:59-00:01", NULL},
        {"0000-12-31T23:00:00-01:00", NULL},
        {"2016-12-31T23:59:60Z", NULL},
        {"2026-02-29T00:00:00Z", NULL},
        {"2026-11-24T08:60:00Z", NULL},
        {"2026-11-24T08:30:00", NULL},
        {"2026-11-24T08:30Z", NULL},
        {"2026-11-24", NULL},
        {"2026-11-24T08:30:00z", NULL},
        {"2026-11-24t08:30:00Z", NULL},
        {"2026-11-24T08:30:00+16:00", NULL},
        {"2026-11-24T08:30:00+15:59", "2026-11-23T16:31:00Z"},
        {"2026-11-24T08:30:00+02:60", NULL},
        {"2026-11-24T08:30:00+2", NULL},
        {"2026-11-24T08:30:00+02:", NULL},
        {"2026-11-24T08:30:00+02:0", NULL},
        {"2026-11-24T08:30:00+02:00:00", NULL},
        {"2026-11-24T08:30:00 Europe/Berlin", NULL},
        {"2026-11-24T08:30:00Z ", NULL},
        {"20261124T083000Z", NULL},
        {"infinity", NULL},
        {"", NULL},
    };
    CHECK_ROWS(SROW_TYPE_TIMESTAMP, rows);
}

CASE(a_document_has_one_text_and_keeps_its_numbers)
{
    static const struct row rows[] = {
        {"{}", "{}"},
        {" [ ] ", "[]"},
        {"null", "null"},
        {"\"\"", "\"\""},
        {" { \"b\" : 1 , \"a\" : [ 2 , true , null ] }\n", "{\"a\":[2,true,null],\"b\":1}"},
        {"{\"b\":{\"d\":1.0,\"c\":1},\"a\":1e0}", "{\"a\":1e0,\"b\":{\"c\":1,\"d\":1.0}}"},
        {"[12345678901234567890123, 0.1, -0, 1E+2, 1.7e308]",
         "[12345678901234567890123,0.1,-0,1E+2,1.7e308]"},
        {"{\"9\":-1,\"10\":\"2\",\"e\":\"3\\\"4\"}", "{\"10\":\"2\",\"9\":-1,\"e\":\"3\\\"4\"}"},
        {"\"\\u00e4\\/\\u0008\\u001f\\n\\u007f\\ud83d\\ude00\\u0000\"",
         "\"\xC3\xA4/\\b\\u001f\\n\x7F\xF0\x9F\x98\x80\\u0000\""},
        {"{\"\\ud83d\\ude00\":1,\"\\uffee\":2,\"z\":3}",
         "{\"z\":3,\"\xEF\xBF\xAE\":2,\"\xF0\x9F\x98\x80\":1}"},
        {"{\"a\":1,\"\\u0061\":2}", NULL},
        {"[1e400]", NULL},
        {"[1e-400]", "[1e-400]"},
        {"[01]", NULL},
        {"[.5]", NULL},
        {"[NaN]", NULL},
        {"[1,]", NULL},
        {"{a:1}", NULL},
        {"'a'", NULL},
        {"{} {}", NULL},
        {"\"\\ud800\"", NULL},
        {"\"\xC3\"", NULL},
        {"// c\n1", NULL},
        {"", NULL},
        {" ", NULL},
    };
    CHECK_ROWS(SROW_TYPE_JSON, rows);
}

CASE(a_document_may_have_a_hundred_levels)
{
    char text[203];
    AUTO(buf_cleanup) struct srow_buf room = {0};
    struct srow_bytes out;
    memset(text, '[', 101);
    memset(text + 101, ']', 101);
    CHECK_RC(type_text(&out, &room, SROW_TYPE_JSON, bytes_of(text + 1, 200), NULL), SROW_OK);
    buf_clear(&room);
    CHECK_RC(type_text(&out, &room, SROW_TYPE_JSON, bytes_of(text, 202), NULL), SROW_E_VALUE);
}

CASE(what_a_database_holds_is_read_by_its_meaning)
{
    static const struct {
        enum srow_type type;
        const char *stored, *text;
    } rows[] = {
        {SROW_TYPE_BOOLEAN, "1", "true"},
        {SROW_TYPE_BOOLEAN, "0", "false"},
        {SROW_TYPE_BOOLEAN, "2", NULL},
        {SROW_TYPE_DECIMAL, "1.5000", "1.5"},
        {SROW_TYPE_DECIMAL, "NaN", NULL},
        {SROW_TYPE_TIMESTAMP, "2026-11-24 08:30:00", "2026-11-24T08:30:00Z"},
        {SROW_TYPE_TIMESTAMP, "2026-11-24 08:30:00.120000", "2026-11-24T08:30:00.120000Z"},
        {SROW_TYPE_TIMESTAMP, "2026-11-24 08:30:00.12+00", "2026-11-24T08:30:00.120000Z"},
        {SROW_TYPE_TIMESTAMP, "infinity", NULL},
        {SROW_TYPE_INTEGER, "-7", "-7"},
        {SROW_TYPE_DATE, "2026-11-24", "2026-11-24"},
        {SROW_TYPE_TEXT, "007", "007"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf text = {0};
        CHECK_RC(type_put_stored(&text, rows[i].type, srow_str(rows[i].stored), NULL),
                 rows[i].text != NULL ? SROW_OK : SROW_E_VALUE);
        CHECK(rows[i].text == NULL || bytes_equal_str(bytes_buf(&text), rows[i].text));
    }
}

CASE(bound_numbers_and_moments_have_their_canonical_text)
{
    const struct {
        enum srow_type type;
        struct srow_value value;
        enum srow_rc rc;
        const char *text;
    } rows[] = {
        {SROW_TYPE_DECIMAL, srow_text("1.50"), SROW_OK, "1.5"},
        {SROW_TYPE_DECIMAL, {SROW_TYPE_DECIMAL, 0, 0, {"-2.0", 4}}, SROW_OK, "-2"},
        {SROW_TYPE_DECIMAL, srow_integer(1), SROW_E_BINDING, ""},
        {SROW_TYPE_DECIMAL, srow_text("1e3"), SROW_E_VALUE, ""},
        {SROW_TYPE_DECIMAL, srow_text(""), SROW_E_BINDING, ""},
        {SROW_TYPE_TIMESTAMP, srow_text("2026-11-24 08:30:00+01"), SROW_OK, "2026-11-24T07:30:00Z"},
        {SROW_TYPE_TIMESTAMP, srow_text("2026-11-24 08:30:00"), SROW_E_VALUE, ""},
        {SROW_TYPE_JSON, srow_text("{}"), SROW_E_BINDING, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf text = {0};
        CHECK_RC(type_bind(&text, rows[i].type, &rows[i].value, "b", NULL), rows[i].rc);
        CHECK(rows[i].rc != SROW_OK || bytes_equal_str(bytes_buf(&text), rows[i].text));
    }
}

int main(void)
{
    RUN(a_number_has_one_text);
    RUN(a_moment_has_one_text_whatever_its_zone);
    RUN(a_document_has_one_text_and_keeps_its_numbers);
    RUN(a_document_may_have_a_hundred_levels);
    RUN(what_a_database_holds_is_read_by_its_meaning);
    RUN(bound_numbers_and_moments_have_their_canonical_text);
    return check_done();
}
