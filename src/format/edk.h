/* SPDX-License-Identifier: Apache-2.0
 *
 * Encrypted data keys (spec: data-format/message-header.md, encrypted data keys).
 */
#ifndef FORMAT_EDK_H
#define FORMAT_EDK_H

#include "base/bytes.h"

struct edk {
    struct srow_bytes provider;   /* "aws-kms", or a raw keyring's namespace */
    struct srow_bytes info;       /* key ARN, or a raw keyring's name and IV */
    struct srow_bytes ciphertext; /* the wrapped data key */
    struct srow_buf owned;        /* where the views point when it was made here; else empty */
};

struct edk_list {
    struct edk *edk;
    size_t count;
};

/* Appends an encrypted data key, copied. Each part is at most 65,535 bytes, else LIMIT. NOMEM. */
MUST enum srow_rc edk_list_add(struct edk_list *list, const struct edk *edk, struct srow_error *e);

/* Reads count and entries; views into the reader's input. `max` 0: no limit.
 * Fails with MALFORMED (count 0), EDK_LIMIT (before any entry is read), TRUNCATED, NOMEM. */
MUST enum srow_rc edk_list_read(struct edk_list *out, struct reader *r, size_t max,
                                struct srow_error *e);
void edk_list_write(struct srow_buf *out, const struct edk_list *list);

/* Bytes that edk_list_write appends. */
size_t edk_list_size(const struct edk_list *list);

/* The same entries in the same order. */
bool edk_list_equal(const struct edk_list *a, const struct edk_list *b);

void edk_list_cleanup(struct edk_list *list);
struct edk_list edk_list_take(struct edk_list *list);

#endif
