/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/engine.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_exit;
static bool ready;
static _Atomic(EVP_CIPHER *) ciphers[ENGINE_SIZES];
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

/* OpenSSL sets itself up once. When that fails, for lack of memory, later calls into it crash. */
static void start(void)
{
    ready = OPENSSL_init_crypto(0, NULL) == 1 && OSSL_LIB_CTX_get0_global_default() != NULL &&
            pthread_key_create(&at_exit, engine_free) == 0;
}

/* A fetch that failed for lack of memory is tried again. */
const EVP_CIPHER *engine_aes_gcm(int size)
{
    static const char *const names[ENGINE_SIZES] = {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"};
    EVP_CIPHER *known = atomic_load(&ciphers[size]);
    if (known != NULL) {
        return known;
    }
    EVP_CIPHER *fetched = EVP_CIPHER_fetch(NULL, names[size], NULL);
    if (fetched != NULL && !atomic_compare_exchange_strong(&ciphers[size], &known, fetched)) {
        EVP_CIPHER_free(fetched); /* another thread was faster */
        return known;
    }
    return fetched;
}

enum srow_rc engine_start(struct srow_error *e)
{
    pthread_once(&once, start);
    FAIL_IF(!ready, e, SROW_E_CRYPTO,
            "the cryptographic library could not start, perhaps for lack of memory: restart the "
            "program");
    return SROW_OK;
}

enum srow_rc engine_get(struct engine **out, struct srow_error *e)
{
    if (mine == NULL) {
        TRY(engine_start(e));
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
