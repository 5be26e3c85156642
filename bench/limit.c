/* SPDX-License-Identifier: Apache-2.0
 *
 * As fast as one core writes and reads a message with OpenSSL 3.0: algorithms fetched once,
 * contexts kept, the wrapping key's context keyed for good, one key schedule for header and body,
 * HKDF by hand on the old block functions, one call for all randomness of a message.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "limit.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 32, IV = 12, TAG = 16, ID = 32, COMMIT = 32, AAD = 96, FRAMED = 2, FRAME = 4096 };

#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "bench: limit.c:%d: %s is not so\n", __LINE__, #condition);            \
            exit(70);                                                                              \
        }                                                                                          \
    } while (0)

struct limit {
    EVP_CIPHER *gcm;
    EVP_CIPHER_CTX *wrap, *unwrap; /* keyed with the wrapping key */
    EVP_CIPHER_CTX *seal, *open;   /* keyed once a message */
};

static const uint8_t frame_iv[IV] = {[IV - 1] = 1};

/* -- bytes out and in -- */

static uint8_t *put(uint8_t *to, const void *from, size_t n)
{
    memcpy(to, from, n);
    return to + n;
}

static uint8_t *put16(uint8_t *to, size_t v)
{
    to[0] = (uint8_t)(v >> 8);
    to[1] = (uint8_t)v;
    return to + 2;
}

static uint8_t *put32(uint8_t *to, size_t v)
{
    return put16(put16(to, v >> 16), v);
}

static uint8_t *put_text(uint8_t *to, const char *text)
{
    return put(put16(to, strlen(text)), text, strlen(text));
}

static size_t get16(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

static size_t get32(const uint8_t *at)
{
    return get16(at) << 16 | get16(at + 2);
}

struct cursor {
    const uint8_t *at;
    size_t left;
};

static const uint8_t *take(struct cursor *c, size_t n)
{
    NEED(n <= c->left);
    c->at += n;
    c->left -= n;
    return c->at - n;
}

/* Steps over what must stand there. */
static void expect(struct cursor *c, const void *wanted, size_t n)
{
    NEED(memcmp(take(c, n), wanted, n) == 0);
}

static void expect_text(struct cursor *c, const char *text)
{
    NEED(get16(take(c, 2)) == strlen(text));
    expect(c, text, strlen(text));
}

/* -- primitives -- */

struct part {
    const uint8_t *at;
    size_t len;
};

/* One GCM call; `key` NULL: the context has it. Gives false for a wrong tag. */
static int gcm(EVP_CIPHER_CTX *c, const uint8_t *key, const uint8_t *iv, struct part aad,
               struct part text, uint8_t *out)
{
    int n, encrypts = EVP_CIPHER_CTX_is_encrypting(c);
    uint8_t *tag = out + text.len, none[TAG];
    NEED(EVP_CipherInit_ex2(c, NULL, key, iv, encrypts, NULL) == 1);
    NEED(EVP_CipherUpdate(c, NULL, &n, aad.at, (int)aad.len) == 1);
    NEED(text.len == 0 || EVP_CipherUpdate(c, out, &n, text.at, (int)text.len) == 1);
    if (encrypts) {
        NEED(EVP_CipherFinal_ex(c, none, &n) == 1);
        return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, tag);
    }
    uint8_t wanted[TAG];
    memcpy(wanted, text.at + text.len, TAG);
    NEED(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, wanted) == 1);
    return EVP_CipherFinal_ex(c, none, &n);
}

struct hmac {
    SHA512_CTX inner, outer;
};

static void hmac_key(struct hmac *h, const uint8_t *key, size_t len)
{
    uint8_t inner[SHA512_CBLOCK] = {0}, outer[SHA512_CBLOCK];
    memcpy(inner, key, len);
    for (size_t i = 0; i < sizeof inner; i++) {
        outer[i] = inner[i] ^ 0x5C;
        inner[i] ^= 0x36;
    }
    SHA512_Init(&h->inner);
    SHA512_Update(&h->inner, inner, sizeof inner);
    SHA512_Init(&h->outer);
    SHA512_Update(&h->outer, outer, sizeof outer);
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
}

static void hmac(const struct hmac *h, const void *data, size_t len, uint8_t mac[64])
{
    SHA512_CTX c = h->inner;
    SHA512_Update(&c, data, len);
    SHA512_Final(mac, &c);
    c = h->outer;
    SHA512_Update(&c, mac, 64);
    SHA512_Final(mac, &c);
}

/* Ten SHA-512 blocks: extract, and both outputs. */
static void derive(const uint8_t *id, const uint8_t *data_key, uint8_t *key, uint8_t *commitment)
{
    static const uint8_t for_key[] = "\x04\x78"
                                     "DERIVEKEY\1";
    uint8_t mac[64];
    struct hmac h;
    hmac_key(&h, id, ID);
    hmac(&h, data_key, KEY, mac);
    hmac_key(&h, mac, sizeof mac);
    hmac(&h, for_key, sizeof for_key - 1, mac);
    memcpy(key, mac, KEY);
    hmac(&h, "COMMITKEY\1", 10, mac);
    memcpy(commitment, mac, COMMIT);
    OPENSSL_cleanse(&h, sizeof h);
    OPENSSL_cleanse(mac, sizeof mac);
}

/* -- messages -- */

static uint8_t *put_context(uint8_t *to)
{
    return put_text(put_text(put16(to, 1), LIMIT_PAIR_KEY), LIMIT_PAIR_VALUE);
}

static uint8_t *put_edk_head(uint8_t *to, const uint8_t *iv)
{
    to = put_text(to, LIMIT_NAMESPACE);
    to = put16(to, strlen(LIMIT_NAME) + 8 + IV);
    to = put(to, LIMIT_NAME, strlen(LIMIT_NAME));
    to = put32(put32(to, 8 * TAG), IV);
    return put16(put(to, iv, IV), KEY + TAG);
}

static struct part frame_aad(uint8_t aad[AAD], const uint8_t *id, size_t len)
{
    static const char label[] = "AWSKMSEncryptionClient Final Frame";
    uint8_t *to = put(put(aad, id, ID), label, sizeof label - 1);
    to = put32(put32(put32(to, 1), 0), len);
    return (struct part){aad, (size_t)(to - aad)};
}

size_t limit_encrypt(struct limit *l, uint8_t *out, const uint8_t *text, size_t len)
{
    uint8_t random[ID + KEY + IV], key[KEY], aad[AAD];
    const uint8_t *id = random, *data_key = random + ID, *iv = random + ID + KEY;
    NEED(RAND_bytes(random, sizeof random) == 1);
    uint8_t *to = put(put(out, "\x02\x04\x78", 3), id, ID), *context = to + 2;
    to = put_context(context);
    struct part bound = {context, (size_t)(to - context)};
    put16(context - 2, bound.len);
    to = put_edk_head(put16(to, 1), iv);
    NEED(gcm(l->wrap, NULL, iv, bound, (struct part){data_key, KEY}, to));
    to += KEY + TAG;
    *to++ = FRAMED;
    to = put32(to, len > FRAME ? len : FRAME);
    derive(id, data_key, key, to);
    to += COMMIT;
    static const uint8_t header_iv[IV];
    struct part header = {out, (size_t)(to - out)};
    NEED(gcm(l->seal, key, header_iv, header, (struct part){NULL, 0}, to));
    to = put32(put32(to + TAG, 0xFFFFFFFF), 1);
    to = put32(put(to, frame_iv, IV), len);
    NEED(gcm(l->seal, NULL, frame_iv, frame_aad(aad, id, len), (struct part){text, len}, to));
    OPENSSL_cleanse(random, sizeof random);
    OPENSSL_cleanse(key, sizeof key);
    return (size_t)(to - out) + len + TAG;
}

/* Steps over the one encrypted data key; gives its IV, the cursor stands on the ciphertext. */
static const uint8_t *read_edk(struct cursor *c)
{
    NEED(get16(take(c, 2)) == 1);
    expect_text(c, LIMIT_NAMESPACE);
    NEED(get16(take(c, 2)) == strlen(LIMIT_NAME) + 8 + IV);
    expect(c, LIMIT_NAME, strlen(LIMIT_NAME));
    NEED(get32(take(c, 4)) == 8 * TAG && get32(take(c, 4)) == IV);
    const uint8_t *iv = take(c, IV);
    NEED(get16(take(c, 2)) == KEY + TAG);
    return iv;
}

static size_t read_frame(struct limit *l, uint8_t *out, struct cursor *c, const uint8_t *id)
{
    uint8_t aad[AAD];
    NEED(get32(take(c, 4)) == 0xFFFFFFFF && get32(take(c, 4)) == 1);
    const uint8_t *iv = take(c, IV);
    size_t len = get32(take(c, 4));
    struct part text = {take(c, len), len};
    take(c, TAG);
    NEED(c->left == 0);
    NEED(gcm(l->open, NULL, iv, frame_aad(aad, id, len), text, out));
    return len;
}

size_t limit_decrypt(struct limit *l, uint8_t *out, const uint8_t *message, size_t len)
{
    struct cursor c = {message, len};
    uint8_t data_key[KEY], key[KEY], commitment[COMMIT];
    expect(&c, "\x02\x04\x78", 3);
    const uint8_t *id = take(&c, ID);
    struct part bound = {.len = get16(take(&c, 2))};
    bound.at = c.at;
    NEED(get16(take(&c, 2)) == 1);
    expect_text(&c, LIMIT_PAIR_KEY);
    expect_text(&c, LIMIT_PAIR_VALUE);
    const uint8_t *iv = read_edk(&c);
    struct part wrapped = {take(&c, KEY + TAG), KEY};
    NEED(gcm(l->unwrap, NULL, iv, bound, wrapped, data_key));
    NEED(*take(&c, 1) == FRAMED && get32(take(&c, 4)) >= FRAME);
    derive(id, data_key, key, commitment);
    NEED(CRYPTO_memcmp(take(&c, COMMIT), commitment, COMMIT) == 0);
    static const uint8_t header_iv[IV];
    struct part header = {message, (size_t)(c.at - message)};
    NEED(gcm(l->open, key, header_iv, header, (struct part){take(&c, TAG), 0}, commitment));
    OPENSSL_cleanse(data_key, sizeof data_key);
    OPENSSL_cleanse(key, sizeof key);
    return read_frame(l, out, &c, id);
}

/* -- life -- */

static EVP_CIPHER_CTX *context_new(const EVP_CIPHER *cipher, const uint8_t *key, int encrypts)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    NEED(c != NULL && EVP_CipherInit_ex2(c, cipher, key, NULL, encrypts, NULL) == 1);
    return c;
}

struct limit *limit_new(const uint8_t wrapping_key[32])
{
    struct limit *l = calloc(1, sizeof *l);
    NEED(l != NULL);
    NEED((l->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL)) != NULL);
    l->wrap = context_new(l->gcm, wrapping_key, 1);
    l->unwrap = context_new(l->gcm, wrapping_key, 0);
    l->seal = context_new(l->gcm, NULL, 1);
    l->open = context_new(l->gcm, NULL, 0);
    return l;
}

void limit_free(struct limit *l)
{
    EVP_CIPHER_CTX_free(l->wrap);
    EVP_CIPHER_CTX_free(l->unwrap);
    EVP_CIPHER_CTX_free(l->seal);
    EVP_CIPHER_CTX_free(l->open);
    EVP_CIPHER_free(l->gcm);
    free(l);
}
