/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes of test vectors, written in hex.
 */
#ifndef TESTS_HEX_H
#define TESTS_HEX_H

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static inline int hex_digit(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Writes the bytes to `out` and returns a view of them. */
static inline struct srow_bytes hex(uint8_t *out, const char *text)
{
    size_t n = strlen(text) / 2;
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    }
    return bytes_of(out, n);
}

#endif
