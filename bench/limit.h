/* SPDX-License-Identifier: Apache-2.0
 *
 * The yardstick of the benchmark: the cryptography of one message of suite 0x0478 under a raw AES
 * key and nothing else, on libcrypto alone. It knows its own messages only: one context pair, one
 * encrypted data key, one frame. It checks what a reader must check, wipes no output and stops the
 * program at the first failure.
 */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include <stddef.h>
#include <stdint.h>

enum { LIMIT_OVERHEAD = 512 }; /* more than a message has besides its plaintext */

/* What the library under test has to be set up with to read and write the same messages. */
#define LIMIT_NAMESPACE "bench"
#define LIMIT_NAME "wrapping-key-01"
#define LIMIT_PAIR_KEY "account_number"
#define LIMIT_PAIR_VALUE "12345678"

struct limit;

struct limit *limit_new(const uint8_t wrapping_key[32]);
void limit_free(struct limit *l);

/* `out` has room for len + LIMIT_OVERHEAD bytes; the message's length is returned. */
size_t limit_encrypt(struct limit *l, uint8_t *out, const uint8_t *text, size_t len);

/* `out` has room for len bytes; the plaintext's length is returned. */
size_t limit_decrypt(struct limit *l, uint8_t *out, const uint8_t *message, size_t len);

#endif
