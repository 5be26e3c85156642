/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

CASE(numbers_are_written_big_endian_and_read_back)
{
    AUTO(buf_cleanup) struct srow_buf b = {0};
    struct srow_error e = {0};
    buf_put_u8(&b, 0x01);
    buf_put_u16(&b, 0x0203);
    buf_put_u32(&b, 0x04050607);
    buf_put_u64(&b, 0x08090A0B0C0D0E0F);
    CHECK_OK(buf_check(&b, &e), e);
    for (size_t i = 0; i < 15; i++) {
        CHECK(((uint8_t *)b.at)[i] == i + 1);
    }
    struct reader r = reader_of(bytes_buf(&b));
    uint8_t v8;
    uint16_t v16;
    uint32_t v32;
    uint64_t v64;
    CHECK_OK(read_u8(&v8, &r, &e), e);
    CHECK_OK(read_u16(&v16, &r, &e), e);
    CHECK_OK(read_u32(&v32, &r, &e), e);
    CHECK_OK(read_u64(&v64, &r, &e), e);
    CHECK(v8 == 0x01 && v16 == 0x0203 && v32 == 0x04050607 && v64 == 0x08090A0B0C0D0E0F);
    CHECK_RC(read_u8(&v8, &r, NULL), SROW_E_TRUNCATED);
}

CASE(a_reader_moves_nothing_when_too_little_is_left)
{
    struct reader r = reader_of(srow_str("abc"));
    struct srow_bytes b = {0};
    CHECK_RC(read_bytes(&b, &r, 4, NULL), SROW_E_TRUNCATED);
    CHECK_RC(read_bytes(&b, &r, SIZE_MAX, NULL), SROW_E_TRUNCATED);
    CHECK(r.left == 3 && b.at == NULL);
}

CASE(a_buffer_remembers_that_it_failed)
{
    AUTO(buf_cleanup) struct srow_buf b = {0};
    buf_put_str(&b, "abc");
    CHECK(buf_room(&b, SIZE_MAX / 2) == NULL);
    buf_put_str(&b, "def");
    CHECK_RC(buf_check(&b, NULL), SROW_E_NOMEM);
    CHECK(b.at == NULL);
}

CASE(a_part_that_failed_leaves_no_hole)
{
    AUTO(buf_cleanup) struct srow_buf all = {0}, part = {0};
    struct srow_error e = {0};
    buf_put_str(&part, "12");
    buf_put_padded(&all, &part, 4);
    buf_put_padded(&all, &part, -3);
    CHECK(bytes_equal_str(bytes_buf(&all), "  1212 "));
    CHECK(buf_room(&part, SIZE_MAX) == NULL);
    buf_put_padded(&all, &part, 4);
    buf_put_str(&all, "behind");
    CHECK_RC(buf_check(&all, &e), SROW_E_NOMEM);
}

CASE(a_taken_buffer_leaves_an_empty_one)
{
    AUTO(buf_cleanup) struct srow_buf a = {0};
    buf_put_str(&a, "abc");
    AUTO(buf_cleanup) struct srow_buf b = buf_take(&a);
    CHECK(a.at == NULL && a.len == 0 && b.len == 3);
    CHECK(strcmp(buf_cstr(&b), "abc") == 0 && b.len == 3);
}

CASE(a_cleared_buffer_holds_no_old_bytes)
{
    AUTO(buf_cleanup) struct srow_buf b = {0};
    buf_put_str(&b, "secret");
    const char *at = b.at;
    buf_clear(&b);
    CHECK(b.len == 0 && b.at == at);
    for (size_t i = 0; i < 6; i++) {
        CHECK(at[i] == 0);
    }
}

CASE(bytes_are_zero_when_none_has_a_bit)
{
    uint8_t bytes[4] = {0};
    CHECK(bytes_is_zero(bytes_of(NULL, 0)));
    CHECK(bytes_is_zero(bytes_of(bytes, sizeof bytes)));
    for (size_t bit = 0; bit < 32; bit++) {
        bytes[bit / 8] = (uint8_t)(1U << bit % 8);
        CHECK(!bytes_is_zero(bytes_of(bytes, sizeof bytes)));
        bytes[bit / 8] = 0;
    }
}

CASE(order_is_by_unsigned_bytes)
{
    CHECK(bytes_compare(srow_str("a"), srow_str("b")) < 0);
    CHECK(bytes_compare(srow_str("a"), srow_str("ab")) < 0);
    CHECK(bytes_compare(srow_str("\x7F"), srow_str("\x80")) < 0);
    CHECK(bytes_compare(srow_str(""), srow_str("")) == 0);
    CHECK(!bytes_equal(srow_str("ab"), srow_str("abc")));
}

int main(void)
{
    RUN(numbers_are_written_big_endian_and_read_back);
    RUN(a_reader_moves_nothing_when_too_little_is_left);
    RUN(a_buffer_remembers_that_it_failed);
    RUN(a_part_that_failed_leaves_no_hole);
    RUN(a_taken_buffer_leaves_an_empty_one);
    RUN(a_cleared_buffer_holds_no_old_bytes);
    RUN(bytes_are_zero_when_none_has_a_bit);
    RUN(order_is_by_unsigned_bytes);
    return check_done();
}
