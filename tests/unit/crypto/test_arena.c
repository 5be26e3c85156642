/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/arena.h"

#include <gmp.h>
#include <stdlib.h>

#include "check.h"
#include "crypto/ecdsa.h"

/* What the program under the library uses: counted. */
static int allocations;

static void *count_alloc(size_t len)
{
    allocations++;
    return malloc(len);
}

static void *count_realloc(void *at, size_t old, size_t len)
{
    (void)old;
    return realloc(at, len);
}

static void count_free(void *at, size_t len)
{
    (void)len;
    free(at);
}

CASE(signatures_take_no_memory_but_the_arena)
{
    struct srow_error e = {0};
    AUTO(secret_cleanup) struct secret key = {0};
    AUTO(buf_cleanup) struct srow_buf signature = {0};
    uint8_t point[ECDSA_POINT], hash[HASH_SHA384];
    allocations = 0;
    for (int i = 0; i < 50; i++) {
        CHECK_OK(hash_sha384(hash, bytes_of(&i, sizeof i), &e), e);
        CHECK_OK(ecdsa_generate(&key, point, &e), e);
        CHECK_OK(ecdsa_sign(&signature, &key, hash, &e), e);
        CHECK_OK(ecdsa_verify(bytes_of(point, sizeof point), hash, bytes_buf(&signature), &e), e);
        secret_cleanup(&key);
        buf_cleanup(&signature);
    }
    CHECK(allocations == 0);
}

CASE(numbers_of_the_program_stay_its_own)
{
    struct srow_error e = {0};
    struct arena arena = {0};
    mpz_t before, inside;
    allocations = 0;
    mpz_init_set_ui(before, 1);
    CHECK(allocations == 1);
    CHECK_OK(arena_begin(&arena, &e), e);
    mpz_init_set_ui(inside, 1);
    mpz_mul_2exp(inside, inside, 2000); /* grows where it is */
    mpz_mul_2exp(before, before, 2000); /* grows where the program put it */
    CHECK(mpz_cmp(inside, before) == 0 && arena.used > 250 && allocations == 1);
    mpz_mul_2exp(inside, inside, 8 * 100000); /* does not fit */
    CHECK(allocations > 1);
    mpz_clear(inside);
    arena_end(&arena);
    mpz_mul_2exp(before, before, 2000);
    CHECK(mpz_sizeinbase(before, 2) == 4001);
    mpz_clear(before);
}

CASE(an_arena_that_never_began_ends)
{
    struct arena arena = {0};
    arena_end(&arena);
    arena_end(&arena);
    CHECK(arena.at == NULL);
}

int main(void)
{
    mp_set_memory_functions(count_alloc, count_realloc, count_free);
    RUN(signatures_take_no_memory_but_the_arena);
    RUN(numbers_of_the_program_stay_its_own);
    RUN(an_arena_that_never_began_ends);
    return check_done();
}
