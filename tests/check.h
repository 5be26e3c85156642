/* SPDX-License-Identifier: Apache-2.0
 *
 * The test harness, one page. A test program is a list of CASEs; it prints TAP.
 *
 *     CASE(a_sentence_about_behaviour) { CHECK(1 + 1 == 2); }
 *     int main(void) { RUN(a_sentence_about_behaviour); return check_done(); }
 *
 * The first failed CHECK ends its case, says where, and the program goes on with the next.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

static int check_count, check_failures;
static bool check_failed;

#define CASE(name) static void name(void)

#define RUN(name)                                                                                  \
    do {                                                                                           \
        check_failed = false;                                                                      \
        name();                                                                                    \
        check_point(#name);                                                                        \
    } while (0)

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                               \
            check_failed = true;                                                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* A call that must succeed. `err` is a struct srow_error in scope whose text is shown otherwise. */
#define CHECK_OK(call, err)                                                                        \
    do {                                                                                           \
        enum srow_rc check_rc_ = (call);                                                           \
        if (check_rc_ != SROW_OK) {                                                                \
            printf("# %s:%d: %s: %s\n", __FILE__, __LINE__, srow_rc_name(check_rc_), (err).text);  \
            check_failed = true;                                                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* A call that must fail with this code and no other. */
#define CHECK_RC(call, wanted)                                                                     \
    do {                                                                                           \
        enum srow_rc check_rc_ = (call);                                                           \
        if (check_rc_ != (wanted)) {                                                               \
            printf("# %s:%d: got %s, wanted %s\n", __FILE__, __LINE__, srow_rc_name(check_rc_),    \
                   srow_rc_name(wanted));                                                          \
            check_failed = true;                                                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define CHECK_BYTES(a, b) CHECK(bytes_equal((a), (b)))

static inline void check_point(const char *name)
{
    check_count++;
    check_failures += check_failed;
    printf("%s %d - ", check_failed ? "not ok" : "ok", check_count);
    for (; *name != '\0'; name++) {
        putchar(*name == '_' ? ' ' : *name);
    }
    putchar('\n');
    fflush(stdout);
}

/* A case that forks a process with threads, which ThreadSanitizer cannot follow: skipped there. */
#ifdef __SANITIZE_THREAD__
#define RUN_FORK(name)                                                                             \
    do {                                                                                           \
        (void)name;                                                                                \
        printf("ok %d - %s # SKIP ThreadSanitizer cannot follow a fork\n", ++check_count, #name);  \
    } while (0)
#else
#define RUN_FORK(name) RUN(name)
#endif

static inline int check_done(void)
{
    printf("1..%d\n", check_count);
    return check_failures != 0;
}

#endif
