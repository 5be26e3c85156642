/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes have types: a view, a buffer that owns and remembers failure, a cursor that cannot run past
 * its end. No bare pointer arithmetic in parsers.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include <sealrow/bytes.h>

#include "base/error.h"

/* -- views -- */

static inline struct srow_bytes bytes_of(const void *at, size_t len)
{
    return (struct srow_bytes){at, len};
}

static inline struct srow_bytes bytes_buf(const struct srow_buf *buf)
{
    return (struct srow_bytes){buf->at, buf->len};
}

/* Same length and same bytes; not constant time (crypto/equal.h is). */
bool bytes_equal(struct srow_bytes a, struct srow_bytes b);
bool bytes_equal_str(struct srow_bytes a, const char *text);

/* Whether all are zero, without a branch on any of them. Where a secret was folded into a sum of
 * what is wrong with it, this is where the verdict becomes public. */
bool bytes_is_zero(struct srow_bytes b);

/* Order by unsigned bytes, the shorter first when one is the other's beginning: <0, 0, >0. */
int bytes_compare(struct srow_bytes a, struct srow_bytes b);

/* A heap copy with a NUL behind it; *out is freed with free(). Fails with NOMEM. */
MUST enum srow_rc bytes_dup_str(char **out, struct srow_bytes b, struct srow_error *e);

/* Overwrites memory in a way the compiler keeps. */
void bytes_wipe(void *at, size_t len);

/* For AUTO(str_free) char *. str_wipe overwrites it first. */
void str_free(char **text);
void str_wipe(char **text);

/* -- writer: puts return nothing, one check at the end -- */

/* Appends; on failed allocation the buffer is wiped, emptied and remembers it. */
void buf_put(struct srow_buf *buf, struct srow_bytes b);
void buf_put_u8(struct srow_buf *buf, uint8_t v);
void buf_put_u16(struct srow_buf *buf, uint16_t v); /* big-endian, as all of the format */
void buf_put_u32(struct srow_buf *buf, uint32_t v);
void buf_put_u64(struct srow_buf *buf, uint64_t v);
void buf_put_str(struct srow_buf *buf, const char *text);
void buf_printf(struct srow_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends a text that was written by itself, as printf's %*s does; if that has failed, so has this.
 */
void buf_put_padded(struct srow_buf *buf, struct srow_buf *part, int width);

/* Makes room for `more` bytes and returns where they go, NULL on failure; buf_grew counts them. */
void *buf_room(struct srow_buf *buf, size_t more);
void buf_grew(struct srow_buf *buf, size_t more);

/* NOMEM if any put since the buffer was empty has failed. */
MUST enum srow_rc buf_check(const struct srow_buf *buf, struct srow_error *e);

/* NUL behind the content (not counted): the content as a C string, "" when failed. It may have to
 * grow: buf_check comes behind it, not before. */
const char *buf_cstr(struct srow_buf *buf);

/* Wipes the content and keeps the room. */
void buf_clear(struct srow_buf *buf);
void buf_cleanup(struct srow_buf *buf);
struct srow_buf buf_take(struct srow_buf *buf);

/* -- reader: hostile bytes, checked at every step -- */

struct reader {
    const uint8_t *at;
    size_t left;
};

static inline struct reader reader_of(struct srow_bytes b)
{
    return (struct reader){b.at, b.len};
}

/* All fail with TRUNCATED and move nothing then. read_bytes gives a view into the input. */
MUST enum srow_rc read_u8(uint8_t *out, struct reader *r, struct srow_error *e);
MUST enum srow_rc read_u16(uint16_t *out, struct reader *r, struct srow_error *e);
MUST enum srow_rc read_u32(uint32_t *out, struct reader *r, struct srow_error *e);
MUST enum srow_rc read_u64(uint64_t *out, struct reader *r, struct srow_error *e);
MUST enum srow_rc read_bytes(struct srow_bytes *out, struct reader *r, size_t n,
                             struct srow_error *e);

#endif
