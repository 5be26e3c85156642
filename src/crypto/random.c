/* SPDX-License-Identifier: Apache-2.0
 *
 * Random bytes. A call into the generator costs more than the bytes, so ids and IVs come from a
 * pool: one page for each thread that the system gives a forked child as zeros, that is empty.
 */
#include "crypto/random.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "crypto/engine.h"

struct engine_pool {
    size_t left; /* the bytes from 0 to left are not used yet, those behind are wiped */
    uint8_t bytes[ENGINE_POOL - sizeof(size_t)];
};
_Static_assert(sizeof(struct engine_pool) == ENGINE_POOL, "a pool is one page");

static MUST enum srow_rc broken(struct srow_error *e)
{
    ERR_clear_error();
    FAIL(e, SROW_E_CRYPTO, "the random generator failed");
}

enum srow_rc random_bytes(void *out, size_t len, struct srow_error *e)
{
    TRY(engine_start(e));
    if (len > INT_MAX || RAND_priv_bytes(out, (int)len) != 1) {
        return broken(e);
    }
    return SROW_OK;
}

enum srow_rc random_public(void *out, size_t len, struct srow_error *e)
{
    struct engine *engine;
    TRY(engine_get(&engine, e));
    if (engine->pool == NULL) {
        engine->pool = engine_map_unforked(ENGINE_POOL);
    }
    struct engine_pool *pool = engine->pool;
    if (pool == NULL || len > sizeof pool->bytes) {
        return random_bytes(out, len, e);
    }
    if (pool->left < len) {
        if (RAND_bytes(pool->bytes, (int)sizeof pool->bytes) != 1) {
            pool->left = 0;
            return broken(e);
        }
        pool->left = sizeof pool->bytes;
    }
    pool->left -= len;
    memcpy(out, pool->bytes + pool->left, len);
    bytes_wipe(pool->bytes + pool->left, len);
    return SROW_OK;
}

void random_forget(void)
{
    struct engine *engine;
    if (engine_get(&engine, NULL) == SROW_OK && engine->pool != NULL) {
        bytes_wipe(engine->pool, ENGINE_POOL); /* `left` too: it is empty */
    }
}
