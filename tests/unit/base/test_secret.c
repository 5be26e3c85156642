/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"
#include "check.h"

CASE(a_secret_is_wiped_when_it_dies)
{
    struct secret s;
    struct srow_error e = {0};
    CHECK_OK(secret_of(&s, srow_str("0123456789abcdef0123456789abcdef"), &e), e);
    const uint8_t *at = s.at;
    secret_cleanup(&s);
    CHECK(s.at == NULL && s.len == 0);
    for (size_t i = sizeof(void *); i < 32; i++) { /* the first bytes link the free slots */
        CHECK(at[i] == 0);
    }
    secret_cleanup(&s);
}

CASE(many_secrets_do_not_share_memory)
{
    enum { N = 1000 };
    static struct secret s[N];
    struct srow_error e = {0};
    for (size_t i = 0; i < N; i++) {
        CHECK_OK(secret_new(&s[i], 32, &e), e);
        memset(s[i].at, (int)(i & 0xFF), 32);
    }
    for (size_t i = 0; i < N; i++) {
        CHECK(s[i].at[0] == (i & 0xFF) && s[i].at[31] == (i & 0xFF));
        secret_cleanup(&s[i]);
    }
}

CASE(a_secret_of_no_size_or_too_large_is_refused)
{
    struct secret s;
    CHECK_RC(secret_new(&s, 0, NULL), SROW_E_LIMIT);
    CHECK_RC(secret_new(&s, 4097, NULL), SROW_E_LIMIT);
    struct srow_error e = {0};
    CHECK_OK(secret_new(&s, 4096, &e), e);
    secret_cleanup(&s);
}

int main(void)
{
    RUN(a_secret_is_wiped_when_it_dies);
    RUN(many_secrets_do_not_share_memory);
    RUN(a_secret_of_no_size_or_too_large_is_refused);
    return check_done();
}
