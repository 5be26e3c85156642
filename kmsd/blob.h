/* SPDX-License-Identifier: Apache-2.0
 *
 * Ciphertext blobs. Offsets: 0 version (1) · 1 key id (36 bytes of text) · 37 material id (32) ·
 * 69 salt (16) · 85 IV (12) · 97 ciphertext · tag (16) at the end. Each blob has a key of its own,
 * HMAC-SHA256(material, label and salt), so that random IVs never meet under one key. What stands
 * before the salt, and the encryption context, are the additional data.
 */
#ifndef KMSD_BLOB_H
#define KMSD_BLOB_H

#include "base/json.h"
#include "kmsd/store.h"

enum { BLOB_MOST_PLAIN = 4096, BLOB_MOST = 6144, BLOB_OVERHEAD = 113 };

/* The encryption context as bytes that no other context gives: pairs sorted by name, each name and
 * value behind its length. `context` may be NULL; a value that is no string fails with VALUE. */
MUST enum srow_rc blob_put_context(struct srow_buf *out, const json_node *context,
                                   struct srow_error *e);

/* Fails with LIMIT (no plaintext, or too much), CRYPTO, NOMEM. */
MUST enum srow_rc blob_encrypt(struct srow_buf *out, const struct store_key *key,
                               struct srow_bytes context, struct srow_bytes plaintext,
                               struct srow_error *e);

/* Which key a blob names. Fails with KMS_CIPHERTEXT. */
MUST enum srow_rc blob_key_id(char out[STORE_ID], struct srow_bytes blob, struct srow_error *e);

/* Fails with KMS_CIPHERTEXT: altered, another context, another key. */
MUST enum srow_rc blob_decrypt(struct secret *out, const struct store_key *key,
                               struct srow_bytes context, struct srow_bytes blob,
                               struct srow_error *e);

#endif
