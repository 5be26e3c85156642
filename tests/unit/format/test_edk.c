/* SPDX-License-Identifier: Apache-2.0 */
#include "format/edk.h"

#include "check.h"

static struct edk edk(const char *provider, const char *info, const char *ciphertext)
{
    return (struct edk){srow_str(provider), srow_str(info), srow_str(ciphertext), {0}};
}

CASE(a_hundred_entries_are_written_and_read)
{
    AUTO(edk_list_cleanup) struct edk_list list = {0}, back = {0};
    AUTO(buf_cleanup) struct srow_buf wire = {0};
    struct srow_error e = {0};
    for (int i = 0; i < 100; i++) {
        struct edk one = edk("aws-kms", i % 2 == 0 ? "" : "arn", "wrapped");
        CHECK_OK(edk_list_add(&list, &one, &e), e);
    }
    edk_list_write(&wire, &list);
    CHECK(wire.len == edk_list_size(&list));
    struct reader r = reader_of(bytes_buf(&wire));
    CHECK_OK(edk_list_read(&back, &r, 100, &e), e);
    CHECK(r.left == 0 && edk_list_equal(&list, &back));
    back.edk[99].info = srow_str("arm");
    CHECK(!edk_list_equal(&list, &back));
}

CASE(more_entries_than_allowed_are_refused_unread)
{
    AUTO(edk_list_cleanup) struct edk_list list = {0};
    struct srow_error e = {0};
    struct reader r = reader_of(bytes_of("\0\3", 2)); /* no entry is there */
    CHECK_RC(edk_list_read(&list, &r, 2, &e), SROW_E_EDK_LIMIT);
    r = reader_of(bytes_of("\0\3", 2));
    CHECK_RC(edk_list_read(&list, &r, 3, &e), SROW_E_TRUNCATED);
    r = reader_of(bytes_of("\xFF\xFF\0\1p\0\0\0\0", 9)); /* nothing is set aside for 65535 */
    CHECK_RC(edk_list_read(&list, &r, 0, &e), SROW_E_TRUNCATED);
    CHECK(strstr(e.text, "65535 encrypted data keys announced") != NULL);
}

CASE(wrong_lists_are_refused_with_their_own_code)
{
    static const struct {
        const char *wire;
        size_t len;
        enum srow_rc rc;
    } table[] = {
        {"", 0, SROW_E_TRUNCATED},
        {"\0\0", 2, SROW_E_MALFORMED},
        {"\xFF\xFF\0\1p\0\0\0\0", 9, SROW_E_TRUNCATED},
        {"\0\1\0\1p\0\0\0\1", 9, SROW_E_TRUNCATED},
        {"\0\1\xFF\xFFp\0\0\0\1x", 10, SROW_E_TRUNCATED},
        {"\0\1\0\1p\xFF\xFF\0\1x", 10, SROW_E_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(edk_list_cleanup) struct edk_list list = {0};
        struct reader r = reader_of(bytes_of(table[i].wire, table[i].len));
        CHECK_RC(edk_list_read(&list, &r, 0, NULL), table[i].rc);
        CHECK(list.edk == NULL);
    }
}

CASE(a_part_that_does_not_fit_its_length_is_refused_and_not_cut)
{
    static char large[65537];
    memset(large, 'x', 65536);
    AUTO(edk_list_cleanup) struct edk_list list = {0};
    struct srow_error e = {0};
    struct edk one = edk("p", "i", large);
    CHECK_RC(edk_list_add(&list, &one, &e), SROW_E_LIMIT);
    one.ciphertext.len--;
    CHECK_OK(edk_list_add(&list, &one, &e), e);
    CHECK(list.count == 1);
}

int main(void)
{
    RUN(a_hundred_entries_are_written_and_read);
    RUN(more_entries_than_allowed_are_refused_unread);
    RUN(wrong_lists_are_refused_with_their_own_code);
    RUN(a_part_that_does_not_fit_its_length_is_refused_and_not_cut);
    return check_done();
}
