/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_exit;
static bool ready;
static EVP_CIPHER *ciphers[ENGINE_SIZES]; /* written by `start` alone */
static _Thread_local struct engine *mine;

static void engine_free(void *thing)
{
    struct engine *engine = thing;
    for (int direction = 0; direction < ENGINE_DIRECTIONS; direction++) {
        for (int size = 0; size < ENGINE_SIZES; size++) {
            EVP_CIPHER_CTX_free(engine->gcm[direction][size].context);
            secret_cleanup(&engine->gcm[direction][size].key);
        }
    }
    engine_unmap(engine->pool, ENGINE_POOL);
    free(engine);
    mine = NULL;
}

static void start(void)
{
    static const char *const names[ENGINE_SIZES] = {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"};
    for (int size = 0; size < ENGINE_SIZES; size++) {
        ciphers[size] = EVP_CIPHER_fetch(NULL, names[size], NULL);
    }
    ready = pthread_key_create(&at_exit, engine_free) == 0;
}

const EVP_CIPHER *engine_aes_gcm(int size)
{
    return ciphers[size];
}

enum srow_rc engine_get(struct engine **out, struct srow_error *e)
{
    if (mine == NULL) {
        pthread_once(&once, start);
        FAIL_IF(!ready, e, SROW_E_CRYPTO, "no thread key left for the cryptographic contexts");
        struct engine *engine = calloc(1, sizeof *engine);
        FAIL_IF(engine == NULL, e, SROW_E_NOMEM, "no memory for cryptographic contexts");
        if (pthread_setspecific(at_exit, engine) != 0) {
            free(engine);
            FAIL(e, SROW_E_NOMEM, "no memory for cryptographic contexts");
        }
        mine = engine;
    }
    *out = mine;
    return SROW_OK;
}

void *engine_map_unforked(size_t len)
{
    void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        return NULL;
    }
    if (madvise(at, len, MADV_WIPEONFORK) != 0) {
        munmap(at, len);
        return NULL;
    }
    return at;
}

void engine_unmap(void *at, size_t len)
{
    if (at != NULL) {
        bytes_wipe(at, len);
        munmap(at, len);
    }
}
