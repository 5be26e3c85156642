/* SPDX-License-Identifier: Apache-2.0
 *
 * What a thread keeps of OpenSSL between calls: fetching an algorithm and making a context cost
 * more than encrypting a short value. Freed when the thread ends. For the files of this room only.
 */
#ifndef CRYPTO_ENGINE_H
#define CRYPTO_ENGINE_H

#include <openssl/evp.h>

#include "base/secret.h"

enum { ENGINE_ENCRYPT, ENGINE_DECRYPT, ENGINE_DIRECTIONS };
enum { ENGINE_128, ENGINE_192, ENGINE_256, ENGINE_SIZES };

struct engine_cipher {
    EVP_CIPHER_CTX *context; /* NULL until it is used first */
    bool is_keyed;           /* holds the schedule of `key`, which gcm_forget has to overwrite */
    struct secret key;
};

struct engine_pool; /* random.c knows */

struct engine {
    struct engine_cipher gcm[ENGINE_DIRECTIONS][ENGINE_SIZES];
    struct engine_pool *pool; /* NULL until it is used first */
};

/* Sees that the cryptographic library has started, before its first use. Fails with CRYPTO. */
MUST enum srow_rc engine_start(struct srow_error *e);

/* This thread's engine. Fails with CRYPTO or NOMEM. */
MUST enum srow_rc engine_get(struct engine **out, struct srow_error *e);

/* The AES-GCM of one key size; fetched once for the process, NULL when the library has none. */
const EVP_CIPHER *engine_aes_gcm(int size);

/* Memory that a forked child sees as zeros; NULL if the system has none. */
void *engine_map_unforked(size_t len);
void engine_unmap(void *at, size_t len);

/* The size of random.c's pool with its head: one page. */
enum { ENGINE_POOL = 4096 };

#endif
