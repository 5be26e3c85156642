/* SPDX-License-Identifier: Apache-2.0
 *
 * HKDF-SHA512 (RFC 5869) by hand: extract once, hash the two halves of the HMAC key once for all
 * outputs. Through OpenSSL's EVP_KDF the same two outputs take 3.5 times as long, and key
 * derivation is most of what a short message costs. Block functions as in hash.c.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hkdf.h"

#include <openssl/sha.h>

enum { BLOCK = SHA512_CBLOCK, SIZE = SHA512_DIGEST_LENGTH };

/* An HMAC key: the hash's state after the inner and after the outer pad. */
struct hmac {
    SHA512_CTX inner, outer;
};

/* All that has to be wiped. */
struct work {
    struct hmac hmac;
    SHA512_CTX sha;
    uint8_t pad[BLOCK];
    uint8_t prk[SIZE];
    uint8_t block[SIZE];
};

static void work_wipe(struct work *w)
{
    bytes_wipe(w, sizeof *w);
}

static bool absorb(SHA512_CTX *sha, uint8_t *pad, uint8_t mask)
{
    for (size_t i = 0; i < BLOCK; i++) {
        pad[i] ^= mask;
    }
    return SHA512_Init(sha) == 1 && SHA512_Update(sha, pad, BLOCK) == 1;
}

static bool hmac_key(struct work *w, struct srow_bytes key)
{
    memset(w->pad, 0, BLOCK);
    if (key.len > BLOCK) {
        if (SHA512_Init(&w->sha) != 1 || SHA512_Update(&w->sha, key.at, key.len) != 1 ||
            SHA512_Final(w->pad, &w->sha) != 1) {
            return false;
        }
    } else if (key.len > 0) {
        memcpy(w->pad, key.at, key.len);
    }
    return absorb(&w->hmac.inner, w->pad, 0x36) && absorb(&w->hmac.outer, w->pad, 0x36 ^ 0x5C);
}

static bool hmac(uint8_t *out, struct work *w, struct srow_bytes a, struct srow_bytes b)
{
    w->sha = w->hmac.inner;
    if (SHA512_Update(&w->sha, a.at, a.len) != 1 || SHA512_Update(&w->sha, b.at, b.len) != 1 ||
        SHA512_Final(out, &w->sha) != 1) {
        return false;
    }
    w->sha = w->hmac.outer;
    return SHA512_Update(&w->sha, out, SIZE) == 1 && SHA512_Final(out, &w->sha) == 1;
}

enum srow_rc hkdf_sha512(const struct hkdf_output *outputs, size_t count, const struct secret *key,
                         struct srow_bytes salt, struct srow_error *e)
{
    static const uint8_t first = 1; /* every output is one block */
    AUTO(work_wipe) struct work w;
    bool ok = hmac_key(&w, salt) && hmac(w.prk, &w, secret_bytes(key), bytes_of(NULL, 0)) &&
              hmac_key(&w, bytes_of(w.prk, SIZE));
    for (size_t i = 0; ok && i < count; i++) {
        ok = outputs[i].len <= SIZE && hmac(w.block, &w, outputs[i].info, bytes_of(&first, 1));
        if (ok) {
            memcpy(outputs[i].at, w.block, outputs[i].len);
        }
    }
    FAIL_IF(!ok, e, SROW_E_CRYPTO, "key derivation failed in the cryptographic library");
    return SROW_OK;
}
