/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/html.h"

#include "check.h"

#define GONE "\xEF\xBF\xBD"

static bool is_text(struct srow_buf *buf, const char *wanted)
{
    bool same = strcmp(buf_cstr(buf), wanted) == 0;
    if (!same) {
        printf("# %s, not %s\n", buf_cstr(buf), wanted);
    }
    buf_cleanup(buf);
    return same;
}

CASE(text_is_never_markup)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"", ""},
        {"customer", "customer"},
        {"<b a='x' c=\"y\">&amp;", "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;amp;"},
        {"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x94\x91", "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x94\x91"},
        {"a\x01z\n\t\x7F", "a" GONE "z" GONE GONE GONE},
        {"\xC2\x85\xC2\xA0", GONE "\xC2\xA0"},
        {"\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBC", GONE GONE "\xEF\xBF\xBC"},
        {"\xFF<\xC3<\xE2\x82", GONE "&lt;" GONE "&lt;" GONE GONE},
        {"\xED\xA0\x80", GONE GONE GONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_buf out = {0};
        html_put_text(&out, rows[i].text);
        CHECK(is_text(&out, rows[i].wanted));
    }
    struct srow_buf out = {0};
    html_put_name(&out, "\xE2\x80\xAE<x");
    CHECK(is_text(&out, "<bdi>\xE2\x80\xAE&lt;x</bdi>"));
}

CASE(only_all_is_a_hundred_and_only_nothing_is_zero)
{
    static const struct {
        uint64_t part, whole;
        const char *wanted;
    } rows[] = {
        {0, 0, "0&#160;%"},
        {0, 7, "0&#160;%"},
        {7, 7, "100&#160;%"},
        {1, 3, "33.3&#160;%"},
        {2, 3, "66.7&#160;%"},
        {1, 2, "50.0&#160;%"},
        {1, 1000000, "0.1&#160;%"},
        {999999, 1000000, "99.9&#160;%"},
        {1, UINT64_MAX, "0.1&#160;%"},
        {UINT64_MAX - 1, UINT64_MAX, "99.9&#160;%"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_buf out = {0};
        html_put_share(&out, rows[i].part, rows[i].whole);
        CHECK(is_text(&out, rows[i].wanted));
    }
}

#define BAR(inner) "<svg class=\"bar\" aria-hidden=\"true\">" inner "</svg>"
#define PART(name, x, width)                                                                       \
    "<rect class=\"" name "\" x=\"" x "%\" width=\"" width "%\" height=\"100%\"/>"

CASE(the_parts_of_a_bar_fill_it_and_each_is_seen)
{
    static const struct {
        uint64_t a, b, c;
        const char *wanted;
    } rows[] = {
        {0, 0, 0, BAR("")},
        {1, 0, 0, BAR(PART("a", "0.0", "100.0"))},
        {0, 0, 5, BAR(PART("c", "0.0", "100.0"))},
        {1, 1, 2,
         BAR(PART("a", "0.0", "25.0") PART("b", "25.0", "25.0") PART("c", "50.0", "50.0"))},
        {1, 1000000, 1,
         BAR(PART("a", "0.0", "0.8") PART("b", "0.8", "98.4") PART("c", "99.2", "0.8"))},
        {1, 1, 1,
         BAR(PART("a", "0.0", "33.4") PART("b", "33.4", "33.3") PART("c", "66.7", "33.3"))},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_buf out = {0};
        const struct html_part parts[] = {{"a", rows[i].a}, {"b", rows[i].b}, {"c", rows[i].c}};
        html_put_bar(&out, parts, 3);
        CHECK(is_text(&out, rows[i].wanted));
    }
}

int main(void)
{
    RUN(text_is_never_markup);
    RUN(only_all_is_a_hundred_and_only_nothing_is_zero);
    RUN(the_parts_of_a_bar_fill_it_and_each_is_seen);
    return check_done();
}
