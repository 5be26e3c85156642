/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_HKDF_H
#define CRYPTO_HKDF_H

#include "base/secret.h"

/* HKDF-SHA512 (RFC 5869), extract once and expand twice with two infos: the body key and the
 * commitment of a message (spec: framework/transitive-requirements.md). Each output is 1 to 64
 * bytes. Fails with CRYPTO. */
struct hkdf_output {
    uint8_t *at;
    size_t len;
    struct srow_bytes info;
};

MUST enum srow_rc hkdf_sha512(const struct hkdf_output *outputs, size_t count,
                              const struct secret *key, struct srow_bytes salt,
                              struct srow_error *e);

#endif
