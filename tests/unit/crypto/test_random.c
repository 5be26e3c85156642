/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/random.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { N = 2000, LEN = 32 };

static bool all_differ(uint8_t (*ids)[LEN], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            if (memcmp(ids[i], ids[k], LEN) == 0) {
                return false;
            }
        }
    }
    return true;
}

CASE(no_id_comes_twice_and_none_is_empty)
{
    static uint8_t ids[N][LEN]; /* the last stays zero */
    struct srow_error e = {0};
    for (size_t i = 0; i < N - 1; i++) {
        CHECK_OK(random_public(ids[i], LEN, &e), e);
    }
    CHECK(all_differ(ids, N));
}

CASE(requests_larger_than_the_pool_are_served)
{
    static uint8_t large[2][10000];
    struct srow_error e = {0};
    CHECK_OK(random_public(large[0], sizeof large[0], &e), e);
    CHECK_OK(random_public(large[1], sizeof large[1], &e), e);
    CHECK(memcmp(large[0], large[1], sizeof large[0]) != 0);
    CHECK_OK(random_bytes(large[0], sizeof large[0], &e), e);
    CHECK(memcmp(large[0], large[1], sizeof large[0]) != 0);
}

CASE(a_forked_child_draws_other_bytes)
{
    uint8_t ids[3][LEN];
    struct srow_error e = {0};
    CHECK_OK(random_public(ids[2], LEN, &e), e); /* the pool is filled */
    for (int child = 0; child < 2; child++) {
        int ends[2];
        CHECK(pipe(ends) == 0);
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            uint8_t id[LEN];
            bool ok = random_public(id, LEN, NULL) == SROW_OK && write(ends[1], id, LEN) == LEN;
            _exit(!ok);
        }
        close(ends[1]);
        CHECK(read(ends[0], ids[child], LEN) == LEN);
        close(ends[0]);
        int status;
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
    CHECK_OK(random_public(ids[2], LEN, &e), e);
    CHECK(all_differ(ids, 3));
}

static void *draw(void *ids)
{
    for (size_t i = 0; i < N / 4; i++) {
        if (random_public((uint8_t *)ids + i * LEN, LEN, NULL) != SROW_OK) {
            break;
        }
    }
    return NULL;
}

CASE(threads_draw_different_bytes)
{
    static uint8_t ids[N][LEN];
    pthread_t thread[4];
    for (size_t i = 0; i < 4; i++) {
        CHECK(pthread_create(&thread[i], NULL, draw, ids[i * N / 4]) == 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
    }
    CHECK(all_differ(ids, N));
}

int main(void)
{
    RUN(no_id_comes_twice_and_none_is_empty);
    RUN(requests_larger_than_the_pool_are_served);
    RUN(a_forked_child_draws_other_bytes);
    RUN(threads_draw_different_bytes);
    return check_done();
}
