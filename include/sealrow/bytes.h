/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes at the border of the library: a view that owns nothing, a buffer that owns.
 */
#ifndef SEALROW_BYTES_H
#define SEALROW_BYTES_H

#include <stddef.h>
#include <string.h>

#include <sealrow/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A view. Never kept after the call it was given to. `at` may be NULL when `len` is 0. */
struct srow_bytes {
    const void *at;
    size_t len;
};

/* One pair of an encryption context: UTF-8, views. */
struct srow_pair {
    struct srow_bytes key;
    struct srow_bytes value;
};

/* An owner. {0} is empty. Filled by the library, freed with srow_buf_free. */
struct srow_buf {
    void *at;
    size_t len;  /* bytes in use */
    size_t room; /* bytes allocated */
};

/* Wipes and frees the buffer and leaves it empty. Empty or NULL: nothing happens. */
SROW_API void srow_buf_free(struct srow_buf *buf);

/* The bytes of a NUL-terminated string, without its NUL; NULL gives an empty view. */
static inline struct srow_bytes srow_str(const char *text)
{
    struct srow_bytes b = {text, text == NULL ? 0 : strlen(text)};
    return b;
}

#ifdef __cplusplus
}
#endif
#endif
