/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/secret.h"

enum { HASH_SHA256 = 32, HASH_SHA384 = 48 };

/* All fail with CRYPTO. */
MUST enum srow_rc hash_sha256(uint8_t out[HASH_SHA256], struct srow_bytes b, struct srow_error *e);
MUST enum srow_rc hash_sha384(uint8_t out[HASH_SHA384], struct srow_bytes b, struct srow_error *e);
MUST enum srow_rc hash_hmac_sha256(uint8_t out[HASH_SHA256], struct srow_bytes key,
                                   struct srow_bytes b, struct srow_error *e);

#endif
