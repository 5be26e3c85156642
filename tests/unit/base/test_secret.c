/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"
#include <sys/wait.h>
#include <unistd.h>

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

/* Kilobytes that this process has locked. */
static unsigned locked_kb(void)
{
    char line[256];
    unsigned kb = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        (void)sscanf(line, "VmLck: %u kB", &kb);
    }
    if (f != NULL) {
        fclose(f);
    }
    return kb;
}

CASE(what_is_locked_stays_locked_in_a_child_of_fork)
{
    AUTO(secret_cleanup) struct secret s = {0};
    struct srow_error e = {0};
    CHECK_OK(secret_of(&s, srow_str("key"), &e), e);
    unsigned before = locked_kb();
    pid_t child = fork();
    if (child == 0) {
        AUTO(secret_cleanup) struct secret own = {0};
        _exit(secret_new(&own, 32, NULL) != SROW_OK || locked_kb() < before);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
#ifndef __SANITIZE_ADDRESS__ /* there mlock() does nothing */
    CHECK(before > 0 || !secret_is_locked());
#endif
}

int main(void)
{
    RUN(a_secret_is_wiped_when_it_dies);
    RUN(many_secrets_do_not_share_memory);
    RUN(a_secret_of_no_size_or_too_large_is_refused);
    RUN(what_is_locked_stays_locked_in_a_child_of_fork);
    return check_done();
}
