/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/equal.h"

#include <openssl/crypto.h>

bool equal_bytes(struct srow_bytes a, struct srow_bytes b)
{
    if (a.len != b.len) {
        return false;
    }
    return CRYPTO_memcmp(a.at, b.at, a.len) == 0;
}
