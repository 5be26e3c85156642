/* SPDX-License-Identifier: Apache-2.0
 *
 * Views and buffers. A buffer wipes when it grows, is cleared or dies. A failed one has no memory
 * and room SIZE_MAX, so that later puts do nothing and buf_check tells.
 */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool bytes_equal(struct srow_bytes a, struct srow_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool bytes_equal_str(struct srow_bytes a, const char *text)
{
    return bytes_equal(a, srow_str(text));
}

int bytes_compare(struct srow_bytes a, struct srow_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n == 0 ? 0 : memcmp(a.at, b.at, n);
    if (order != 0) {
        return order;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

enum srow_rc bytes_dup_str(char **out, struct srow_bytes b, struct srow_error *e)
{
    char *copy = malloc(b.len + 1);
    FAIL_IF(copy == NULL, e, SROW_E_NOMEM, "no memory for %zu bytes", b.len);
    if (b.len > 0) {
        memcpy(copy, b.at, b.len);
    }
    copy[b.len] = '\0';
    *out = copy;
    return SROW_OK;
}

bool bytes_is_zero(struct srow_bytes b)
{
    unsigned any = 0;
    for (size_t i = 0; i < b.len; i++) {
        any |= ((const uint8_t *)b.at)[i];
    }
    return any == 0;
}

void bytes_wipe(void *at, size_t len)
{
    if (len > 0) {
        explicit_bzero(at, len);
    }
}

void str_free(char **text)
{
    free(*text);
    *text = NULL;
}

void str_wipe(char **text)
{
    if (*text != NULL) {
        bytes_wipe(*text, strlen(*text));
    }
    str_free(text);
}

static bool failed(const struct srow_buf *buf)
{
    return buf->at == NULL && buf->room == SIZE_MAX;
}

static void fail(struct srow_buf *buf)
{
    buf_cleanup(buf);
    buf->room = SIZE_MAX;
}

void *buf_room(struct srow_buf *buf, size_t more)
{
    if (failed(buf)) {
        return NULL;
    }
    if (buf->at != NULL && more <= buf->room - buf->len) {
        return (char *)buf->at + buf->len;
    }
    if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4) {
        fail(buf);
        return NULL;
    }
    size_t room = buf->len + more;
    if (buf->len > 0) { /* the first request is served exactly: writers know their size */
        room += room / 2;
    }
    room = room < 64 ? 64 : room;
    char *grown = malloc(room);
    if (grown == NULL) {
        fail(buf);
        return NULL;
    }
    if (buf->len > 0) {
        memcpy(grown, buf->at, buf->len);
    }
    size_t len = buf->len;
    buf_cleanup(buf);
    *buf = (struct srow_buf){grown, len, room};
    return grown + len;
}

void buf_grew(struct srow_buf *buf, size_t more)
{
    if (!failed(buf)) {
        buf->len += more;
    }
}

void buf_put(struct srow_buf *buf, struct srow_bytes b)
{
    if (b.len == 0) {
        return;
    }
    void *to = buf_room(buf, b.len);
    if (to != NULL) {
        memcpy(to, b.at, b.len);
        buf_grew(buf, b.len);
    }
}

void buf_put_u8(struct srow_buf *buf, uint8_t v)
{
    buf_put(buf, bytes_of(&v, 1));
}

void buf_put_u16(struct srow_buf *buf, uint16_t v)
{
    uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    buf_put(buf, bytes_of(b, sizeof b));
}

void buf_put_u32(struct srow_buf *buf, uint32_t v)
{
    uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    buf_put(buf, bytes_of(b, sizeof b));
}

void buf_put_u64(struct srow_buf *buf, uint64_t v)
{
    buf_put_u32(buf, (uint32_t)(v >> 32));
    buf_put_u32(buf, (uint32_t)v);
}

void buf_put_str(struct srow_buf *buf, const char *text)
{
    buf_put(buf, srow_str(text));
}

void buf_printf(struct srow_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        fail(buf);
        return;
    }
    char *to = buf_room(buf, (size_t)n + 1);
    if (to == NULL) {
        return;
    }
    va_start(args, format);
    vsnprintf(to, (size_t)n + 1, format, args);
    va_end(args);
    buf_grew(buf, (size_t)n);
}

void buf_put_padded(struct srow_buf *buf, struct srow_buf *part, int width)
{
    buf_printf(buf, "%*s", width, buf_cstr(part));
    if (failed(part)) {
        fail(buf);
    }
}

enum srow_rc buf_check(const struct srow_buf *buf, struct srow_error *e)
{
    FAIL_IF(failed(buf), e, SROW_E_NOMEM, "no memory for a buffer");
    return SROW_OK;
}

const char *buf_cstr(struct srow_buf *buf)
{
    char *end = buf_room(buf, 1);
    if (end == NULL) {
        return "";
    }
    *end = '\0';
    return buf->at;
}

void buf_clear(struct srow_buf *buf)
{
    if (buf->at != NULL) {
        bytes_wipe(buf->at, buf->len);
    }
    buf->len = 0;
}

void buf_cleanup(struct srow_buf *buf)
{
    if (buf->at != NULL) {
        bytes_wipe(buf->at, buf->room);
        free(buf->at);
    }
    *buf = (struct srow_buf){0};
}

void srow_buf_free(struct srow_buf *buf)
{
    if (buf != NULL) {
        buf_cleanup(buf);
    }
}

struct srow_buf buf_take(struct srow_buf *buf)
{
    struct srow_buf taken = *buf;
    *buf = (struct srow_buf){0};
    return taken;
}
