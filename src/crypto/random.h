/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include "base/secret.h"

/* Random bytes drawn directly from the generator: for keys. Fails with CRYPTO. */
MUST enum srow_rc random_bytes(void *out, size_t len, struct srow_error *e);

/* Random bytes from a pool (per thread, new after fork, wiped as it is used): for message ids and
 * IVs, which a restored snapshot may repeat only together with another data key. */
MUST enum srow_rc random_public(void *out, size_t len, struct srow_error *e);

/* Wipes this thread's pool; the next bytes are fresh. */
void random_forget(void);

#endif
