/* SPDX-License-Identifier: Apache-2.0 */
#include "format/context.h"

#include "check.h"
#include "hex.h"

static struct srow_pair pair(const char *key, const char *value)
{
    return (struct srow_pair){srow_str(key), srow_str(value)};
}

CASE(pairs_are_kept_in_the_order_of_their_bytes)
{
    /* by UTF-16 the third would stand before the second: U+1F600 is D83D DE00 there */
    static const char *const keys[] = {"b", "\xF0\x9F\x98\x80", "\xEF\xBF\xBD", "a", "", "B"};
    static const char *const sorted[] = {"", "B", "a", "b", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80"};
    AUTO(context_cleanup) struct context c = {0};
    struct srow_error e = {0};
    for (size_t i = 0; i < 6; i++) {
        CHECK_OK(context_add(&c, pair(keys[i], "v"), &e), e);
    }
    for (size_t i = 0; i < 6; i++) {
        CHECK(bytes_equal_str(c.pairs[i].key, sorted[i]));
    }
    CHECK(context_get(&c, "a") != NULL && context_get(&c, "A") == NULL);
}

CASE(an_empty_context_has_length_0_and_nothing_else)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    struct context c = {0};
    context_write(&out, &c);
    CHECK(out.len == 0 && context_size(&c) == 0);
}

CASE(what_is_written_is_read)
{
    AUTO(context_cleanup) struct context c = {0}, back = {0};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    struct srow_error e = {0};
    static const char nul[] = {'a', 0, 'b'};
    CHECK_OK(context_add(&c, (struct srow_pair){bytes_of(nul, 3), bytes_of(nul, 2)}, &e), e);
    CHECK_OK(context_add(&c, pair("a", ""), &e), e);
    buf_put_u16(&out, (uint16_t)context_size(&c));
    context_write(&out, &c);
    uint8_t want[64];
    CHECK_BYTES(bytes_buf(&out), hex(want, "00100002000161000000036100620002"
                                           "6100"));
    struct reader r = reader_of(bytes_buf(&out));
    CHECK_OK(context_read(&back, &r, &e), e);
    CHECK(r.left == 0 && context_equal(&c, &back) && context_size(&back) == context_size(&c));
}

CASE(pairs_in_another_order_are_read_as_the_same_set)
{
    AUTO(context_cleanup) struct context c = {0}, back = {0};
    struct srow_error e = {0};
    uint8_t wire[32];
    struct reader r = reader_of(hex(wire, "000e0002000162000178000161000179"));
    CHECK_OK(context_read(&back, &r, &e), e);
    CHECK_OK(context_add(&c, pair("a", "y"), &e), e);
    CHECK_OK(context_add(&c, pair("b", "x"), &e), e);
    CHECK(context_equal(&c, &back));
}

CASE(contexts_differ_by_any_byte)
{
    AUTO(context_cleanup) struct context a = {0}, b = {0}, c = {0};
    struct srow_error e = {0};
    CHECK_OK(context_add(&a, pair("ab", "c"), &e), e);
    CHECK_OK(context_add(&b, pair("a", "bc"), &e), e);
    CHECK_OK(context_add(&c, pair("ab", "C"), &e), e);
    CHECK(!context_equal(&a, &b) && !context_equal(&a, &c));
    CHECK_OK(context_add(&b, pair("ab", "c"), &e), e);
    CHECK(!context_equal(&a, &b) && context_equal(&a, &a));
}

CASE(wrong_contexts_are_refused_with_their_own_code)
{
    static const struct {
        const char *wire;
        enum srow_rc rc;
    } table[] = {
        {"", SROW_E_TRUNCATED},
        {"00", SROW_E_TRUNCATED},
        {"0005", SROW_E_TRUNCATED},
        {"000100", SROW_E_MALFORMED},                           /* no room for a count */
        {"00020000", SROW_E_MALFORMED},                         /* count 0 */
        {"0002ffff", SROW_E_MALFORMED},                         /* count 65,535 and nothing */
        {"00070001000161000178", SROW_E_MALFORMED},             /* a byte short */
        {"0009000100016100017800", SROW_E_MALFORMED},           /* a byte left over */
        {"00080002000161000178", SROW_E_MALFORMED},             /* count too high */
        {"00080001000461000178", SROW_E_MALFORMED},             /* key length past the end */
        {"0008000100016100ff78", SROW_E_MALFORMED},             /* value length past the end */
        {"000800010001ff000178", SROW_E_MALFORMED},             /* key no UTF-8 */
        {"00080001000161000180", SROW_E_MALFORMED},             /* value no UTF-8 */
        {"000900010002c081000178", SROW_E_MALFORMED},           /* overlong */
        {"000a00010003eda080000178", SROW_E_MALFORMED},         /* a surrogate */
        {"000e0002000161000178000161000178", SROW_E_MALFORMED}, /* the same pair twice */
        {"000e0002000161000178000161000179", SROW_E_MALFORMED}, /* one key, two values */
        {"00140003000161000178000162000178000161000179", SROW_E_MALFORMED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(context_cleanup) struct context c = {0};
        uint8_t wire[64];
        struct reader r = reader_of(hex(wire, table[i].wire));
        CHECK_RC(context_read(&c, &r, NULL), table[i].rc);
        CHECK(c.pairs == NULL);
    }
}

CASE(what_cannot_be_written_cannot_be_added)
{
    static char large[65536];
    memset(large, 'x', sizeof large - 1);
    AUTO(context_cleanup) struct context c = {0};
    struct srow_error e = {0};
    CHECK_RC(context_add(&c, pair("k", large), &e), SROW_E_CONTEXT_LIMIT);
    struct srow_pair fits = {srow_str("k"), bytes_of(large, 65535 - 2 - 4 - 1)};
    CHECK_OK(context_add(&c, fits, &e), e);
    CHECK(context_size(&c) == 65535);
    CHECK_RC(context_add(&c, pair("", ""), &e), SROW_E_CONTEXT_LIMIT);
    context_cleanup(&c);
    CHECK_OK(context_add(&c, pair("k", "1"), &e), e);
    CHECK_RC(context_add(&c, pair("k", "2"), &e), SROW_E_MALFORMED);
    CHECK_RC(context_add(&c, pair("\xFF", "2"), &e), SROW_E_MALFORMED);
    CHECK(c.count == 1);
}

CASE(nine_thousand_pairs_in_reverse_are_read)
{
    enum { N = 9000 };
    AUTO(context_cleanup) struct context c = {0};
    AUTO(buf_cleanup) struct srow_buf wire = {0};
    struct srow_error e = {0};
    buf_put_u16(&wire, 2 + N * 7);
    buf_put_u16(&wire, N);
    for (int i = N; i-- > 0;) {
        buf_put_u16(&wire, 3);
        buf_printf(&wire, "%c%c%c", ' ' + i / 900, ' ' + i / 30 % 30, ' ' + i % 30);
        buf_put_u16(&wire, 0);
    }
    struct reader r = reader_of(bytes_buf(&wire));
    CHECK_OK(context_read(&c, &r, &e), e);
    CHECK(c.count == N && bytes_compare(c.pairs[0].key, c.pairs[N - 1].key) < 0);
}

int main(void)
{
    RUN(pairs_are_kept_in_the_order_of_their_bytes);
    RUN(an_empty_context_has_length_0_and_nothing_else);
    RUN(what_is_written_is_read);
    RUN(pairs_in_another_order_are_read_as_the_same_set);
    RUN(contexts_differ_by_any_byte);
    RUN(wrong_contexts_are_refused_with_their_own_code);
    RUN(what_cannot_be_written_cannot_be_added);
    RUN(nine_thousand_pairs_in_reverse_are_read);
    return check_done();
}
