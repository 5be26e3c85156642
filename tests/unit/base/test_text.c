/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "check.h"

CASE(utf8_is_accepted_only_when_well_formed)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool good;
    } rows[] = {
        {"", 0, true},
        {"abc", 3, true},
        {"a\0b", 3, true},
        {"\xC3\xA4", 2, true},
        {"\xE2\x82\xAC", 3, true},
        {"\xF0\x9F\x94\x91", 4, true},
        {"\xC0\x80", 2, false},         /* overlong NUL */
        {"\xED\xA0\x80", 3, false},     /* surrogate */
        {"\xF4\x90\x80\x80", 4, false}, /* above U+10FFFF */
        {"\xC3", 1, false},
        {"\x80", 1, false},
        {"\xE2\x82", 2, false},
        {"\xE0\x80\xAF", 3, false},
        {"\xF0\x82\x82\xAC", 4, false},
        {"\xFF", 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(text_is_utf8(bytes_of(rows[i].bytes, rows[i].len)) == rows[i].good);
    }
}

CASE(counts_and_sizes_are_told_for_people)
{
    static const struct {
        uint64_t n;
        const char *count, *size;
    } rows[] = {
        {0, "0", "0 bytes"},
        {999, "999", "999 bytes"},
        {1000, "1,000", "1000 bytes"},
        {1024, "1,024", "1.0 KiB"},
        {1234567, "1,234,567", "1.2 MiB"},
        {UINT64_MAX, "18,446,744,073,709,551,615", "16777216.0 TiB"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf count = {0}, size = {0};
        text_put_count(&count, rows[i].n);
        text_put_size(&size, rows[i].n);
        CHECK(bytes_equal_str(bytes_buf(&count), rows[i].count));
        CHECK(bytes_equal_str(bytes_buf(&size), rows[i].size));
    }
}

CASE(an_integer_has_one_form)
{
    static const struct {
        const char *text;
        int64_t value;
        bool good;
    } rows[] = {
        {"0", 0, true},
        {"-1", -1, true},
        {"9223372036854775807", INT64_MAX, true},
        {"-9223372036854775808", INT64_MIN, true},
        {"9223372036854775808", 0, false},
        {"-9223372036854775809", 0, false},
        {"99999999999999999999", 0, false},
        {"-0", 0, false},
        {"01", 0, false},
        {"+1", 0, false},
        {"", 0, false},
        {"-", 0, false},
        {" 1", 0, false},
        {"1 ", 0, false},
        {"1.0", 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t v = 7;
        enum srow_rc rc = text_parse_integer(&v, srow_str(rows[i].text), NULL);
        CHECK(rc == (rows[i].good ? SROW_OK : SROW_E_VALUE));
        CHECK(v == (rows[i].good ? rows[i].value : 7));
    }
}

CASE(hex_has_two_lower_case_digits_a_byte)
{
    for (unsigned v = 0; v < 256; v++) {
        AUTO(buf_cleanup) struct srow_buf text = {0};
        uint8_t byte = (uint8_t)v;
        char wanted[3];
        snprintf(wanted, sizeof wanted, "%02x", v);
        text_put_hex(&text, bytes_of(&byte, 1));
        CHECK(bytes_equal_str(bytes_buf(&text), wanted));
    }
}

CASE(base64_reads_back_what_it_wrote)
{
    uint8_t bytes[256];
    struct srow_error e = {0};
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7 + 3);
    }
    for (size_t n = 0; n <= sizeof bytes; n++) {
        AUTO(buf_cleanup) struct srow_buf text = {0}, back = {0};
        text_put_base64(&text, bytes_of(bytes, n));
        CHECK_OK(text_parse_base64(&back, bytes_buf(&text), &e), e);
        CHECK_BYTES(bytes_buf(&back), bytes_of(bytes, n));
    }
}

CASE(base64_of_another_form_is_refused)
{
    static const char *const wrong[] = {
        "Zg=",  "Zg",   "Zh==", "Zg==\n", "Z g=",     "Zg==Zg==",  "-_==",
        "=g==", "====", "Zm9=", "Z===",   "Zm8=Zm8=", "\303\244AA"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf back = {0};
        CHECK_RC(text_parse_base64(&back, srow_str(wrong[i]), NULL), SROW_E_MALFORMED);
        CHECK(back.len == 0);
    }
}

CASE(the_nearest_word_is_found_and_a_far_one_is_not)
{
    static const char *const words[] = {"regions", "keys", "tables", NULL};
    CHECK(strcmp(text_nearest(srow_str("region"), words), "regions") == 0);
    CHECK(strcmp(text_nearest(srow_str("tabels"), words), "tables") == 0);
    CHECK(text_nearest(srow_str("zzzzzzzz"), words) == NULL);
}

int main(void)
{
    RUN(utf8_is_accepted_only_when_well_formed);
    RUN(counts_and_sizes_are_told_for_people);
    RUN(an_integer_has_one_form);
    RUN(hex_has_two_lower_case_digits_a_byte);
    RUN(base64_reads_back_what_it_wrote);
    RUN(base64_of_another_form_is_refused);
    RUN(the_nearest_word_is_found_and_a_far_one_is_not);
    return check_done();
}
