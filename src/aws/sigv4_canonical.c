/* SPDX-License-Identifier: Apache-2.0
 *
 * The canonical request of Signature Version 4: the one text that signer and verifier agree on,
 * whatever order, case and white space the request was sent with.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/sigv4_parts.h"
#include "base/text.h"
#include "crypto/hash.h"

static bool unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void put_encoded(struct srow_buf *out, struct srow_bytes text, const char *keep)
{
    const unsigned char *at = text.at;
    for (size_t i = 0; i < text.len; i++) {
        if (unreserved(at[i]) || (at[i] != '\0' && strchr(keep, at[i]) != NULL)) {
            buf_put_u8(out, at[i]);
        } else {
            buf_printf(out, "%%%02X", at[i]);
        }
    }
}

/* -- path -- */

/* The part of `rest` before its first `mark`, which is taken off; all of it without one. */
static struct srow_bytes next(struct srow_bytes *rest, char mark)
{
    const char *at = rest->at;
    const char *end = rest->len == 0 ? NULL : memchr(at, mark, rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - at);
    size_t taken = end == NULL ? len : len + 1;
    *rest = bytes_of(at == NULL ? NULL : at + taken, rest->len - taken);
    return bytes_of(at, len);
}

/* Without dot segments and doubled slashes; a slash at the end stays. */
static void put_normalized(struct srow_buf *out, struct srow_bytes path)
{
    bool slash = path.len > 0 && ((const char *)path.at)[path.len - 1] == '/';
    while (path.len > 0) {
        struct srow_bytes segment = next(&path, '/');
        if (bytes_equal_str(segment, "..")) {
            const char *last = out->len == 0 ? NULL : memrchr(out->at, '/', out->len);
            out->len = last == NULL ? 0 : (size_t)(last - (const char *)out->at);
        } else if (segment.len > 0 && !bytes_equal_str(segment, ".")) {
            buf_put_u8(out, '/');
            buf_put(out, segment);
        }
    }
    if (slash || out->len == 0) {
        buf_put_u8(out, '/');
    }
}

static enum srow_rc put_path(struct srow_buf *out, struct srow_bytes path,
                             const struct sigv4_scope *scope, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf normal = {0};
    if (path.len == 0) {
        path = srow_str("/");
    }
    if (scope->normalize_path) {
        put_normalized(&normal, path);
        TRY(buf_check(&normal, e));
        path = bytes_buf(&normal);
    }
    if (scope->keep_path_raw) {
        buf_put(out, path);
    } else {
        put_encoded(out, path, "/");
    }
    return SROW_OK;
}

/* -- query -- */

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* The byte that is written at *i, which moves to its last character. */
static char read_byte(struct srow_bytes text, size_t *i)
{
    const char *at = (const char *)text.at + *i;
    if (*at == '%' && text.len - *i > 2 && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
        *i += 2;
        return (char)(hex(at[1]) * 16 + hex(at[2]));
    }
    return *at;
}

/* Decodes and encodes again, so that every spelling of a byte becomes one. */
static void put_recoded(struct srow_buf *out, struct srow_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = read_byte(text, &i);
        put_encoded(out, bytes_of(&c, 1), "");
    }
}

void sigv4_put_decoded(struct srow_buf *out, struct srow_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        buf_put_u8(out, (uint8_t)read_byte(text, &i));
    }
}

void sigv4_put_encoded(struct srow_buf *out, struct srow_bytes text)
{
    put_encoded(out, text, "");
}

struct param {
    struct srow_buf name, value;
};

static int compare(const void *a, const void *b)
{
    const struct param *x = a, *y = b;
    int order = bytes_compare(bytes_buf(&x->name), bytes_buf(&y->name));
    return order != 0 ? order : bytes_compare(bytes_buf(&x->value), bytes_buf(&y->value));
}

struct params {
    struct param *at;
    size_t count;
};

static void params_cleanup(struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        buf_cleanup(&params->at[i].name);
        buf_cleanup(&params->at[i].value);
    }
    free(params->at);
}

static enum srow_rc split(struct params *params, struct srow_bytes query, struct srow_error *e)
{
    size_t most = 1;
    for (size_t i = 0; i < query.len; i++) {
        most += ((const char *)query.at)[i] == '&';
    }
    params->at = calloc(most, sizeof *params->at);
    FAIL_IF(params->at == NULL, e, SROW_E_NOMEM, "no memory for %zu query parameters", most);
    while (query.len > 0) {
        struct srow_bytes value = next(&query, '&');
        if (value.len == 0) {
            continue;
        }
        struct srow_bytes name = next(&value, '=');
        struct param *param = &params->at[params->count++];
        put_recoded(&param->name, name);
        put_recoded(&param->value, value);
        TRY(buf_check(&param->name, e));
        TRY(buf_check(&param->value, e));
    }
    return SROW_OK;
}

static enum srow_rc put_query(struct srow_buf *out, struct srow_bytes query, struct srow_error *e)
{
    AUTO(params_cleanup) struct params params = {0};
    TRY(split(&params, query, e));
    qsort(params.at, params.count, sizeof *params.at, compare);
    for (size_t i = 0; i < params.count; i++) {
        buf_put_str(out, i == 0 ? "" : "&");
        buf_put(out, bytes_buf(&params.at[i].name));
        buf_put_u8(out, '=');
        buf_put(out, bytes_buf(&params.at[i].value));
    }
    return SROW_OK;
}

/* -- headers -- */

static bool space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Trimmed, and each run of white space is one space. */
static void put_value(struct srow_buf *out, struct srow_bytes value)
{
    const char *at = value.at;
    bool gap = false, begun = false;
    for (size_t i = 0; i < value.len; i++) {
        if (space(at[i])) {
            gap = begun;
            continue;
        }
        if (gap) {
            buf_put_u8(out, ' ');
        }
        buf_put_u8(out, (uint8_t)at[i]);
        gap = false;
        begun = true;
    }
}

static bool named(struct srow_bytes a, struct srow_bytes b)
{
    return a.len == b.len && a.len > 0 && strncasecmp(a.at, b.at, a.len) == 0;
}

static enum srow_rc put_headers(struct srow_buf *out, const struct sigv4_request *request,
                                struct srow_bytes names, struct srow_error *e)
{
    while (names.len > 0) {
        struct srow_bytes name = next(&names, ';');
        size_t lines = 0;
        buf_put(out, name);
        for (size_t i = 0; i < request->header_count; i++) {
            if (named(request->headers[i].name, name)) {
                buf_put_u8(out, lines++ == 0 ? ':' : ',');
                put_value(out, request->headers[i].value);
            }
        }
        FAIL_IF(lines == 0, e, SROW_E_KMS_AUTH, "signed header '%.*s' is not in the request",
                name.len > 80 ? 80 : (int)name.len, name.len == 0 ? "" : (const char *)name.at);
        buf_put_u8(out, '\n');
    }
    return SROW_OK;
}

static int compare_names(const void *a, const void *b)
{
    const struct srow_bytes *x = a, *y = b;
    return bytes_compare(*x, *y);
}

enum srow_rc sigv4_signed_headers(struct srow_buf *out, const struct sigv4_request *request,
                                  struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sorted = {0}, lower = {0};
    size_t count = request->header_count, total = 0;
    for (size_t i = 0; i < count; i++) {
        total += request->headers[i].name.len;
    }
    struct srow_bytes *names = buf_room(&sorted, (count + 1) * sizeof *names);
    char *at = buf_room(&lower, total + 1);
    FAIL_IF(names == NULL || at == NULL, e, SROW_E_NOMEM, "no memory for %zu headers", count);
    for (size_t i = 0; i < count; i++) {
        struct srow_bytes name = request->headers[i].name;
        names[i] = bytes_of(at, name.len);
        for (size_t k = 0; k < name.len; k++) {
            char c = ((const char *)name.at)[k];
            *at++ = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        }
    }
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !bytes_equal(names[i], names[i - 1])) {
            buf_put_str(out, i == 0 ? "" : ";");
            buf_put(out, names[i]);
        }
    }
    return buf_check(out, e);
}

enum srow_rc sigv4_canonical(struct srow_buf *out, const struct sigv4_request *request,
                             const struct sigv4_scope *scope, struct srow_bytes signed_headers,
                             struct srow_error *e)
{
    uint8_t hash[HASH_SHA256];
    TRY(hash_sha256(hash, request->body, e));
    buf_printf(out, "%s\n", request->method);
    TRY(put_path(out, request->path, scope, e));
    buf_put_u8(out, '\n');
    TRY(put_query(out, request->query, e));
    buf_put_u8(out, '\n');
    TRY(put_headers(out, request, signed_headers, e));
    buf_put_u8(out, '\n');
    buf_put(out, signed_headers);
    buf_put_u8(out, '\n');
    text_put_hex(out, bytes_of(hash, sizeof hash));
    return buf_check(out, e);
}
