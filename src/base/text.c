/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8, numbers, hex and the nearest word. Base64 is in base64.c.
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Unicode 15, table 3-7. */
size_t text_sequence(struct srow_bytes b)
{
    const uint8_t *at = b.at;
    static const struct {
        uint8_t first, last, second_min, second_max, len;
    } rows[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; b.len > 0 && i < sizeof rows / sizeof rows[0]; i++) {
        if (at[0] < rows[i].first || at[0] > rows[i].last) {
            continue;
        }
        if (b.len < rows[i].len) {
            return 0;
        }
        if (rows[i].len > 1 && (at[1] < rows[i].second_min || at[1] > rows[i].second_max)) {
            return 0;
        }
        for (size_t k = 2; k < rows[i].len; k++) {
            if ((at[k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return rows[i].len;
    }
    return 0;
}

bool text_is_utf8(struct srow_bytes b)
{
    const uint8_t *at = b.at;
    size_t left = b.len;
    while (left > 0) {
        size_t n = text_sequence(bytes_of(at, left));
        if (n == 0) {
            return false;
        }
        at += n;
        left -= n;
    }
    return true;
}

void text_put_count(struct srow_buf *out, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        buf_printf(out, "%s%c", i > 0 && (len - i) % 3 == 0 ? "," : "", digits[i]);
    }
}

void text_put_size(struct srow_buf *out, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1024 && unit + 1 < sizeof units / sizeof units[0]; unit++) {
        size /= 1024;
    }
    buf_printf(out, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

enum srow_rc text_parse_size(uint64_t *out, struct srow_bytes b, uint64_t max, struct srow_error *e)
{
    const char *at = b.at;
    uint64_t v = 0;
    FAIL_IF(b.len == 0, e, SROW_E_VALUE, "a number is expected");
    for (size_t i = 0; i < b.len; i++) {
        FAIL_IF(at[i] < '0' || at[i] > '9', e, SROW_E_VALUE, "not a number");
        uint64_t digit = (uint64_t)(at[i] - '0');
        FAIL_IF(digit > max || v > (max - digit) / 10, e, SROW_E_VALUE,
                "the number is larger than %llu", (unsigned long long)max);
        v = v * 10 + digit;
    }
    *out = v;
    return SROW_OK;
}

enum srow_rc text_parse_integer(int64_t *out, struct srow_bytes b, struct srow_error *e)
{
    const char *at = b.at;
    bool negative = b.len > 0 && at[0] == '-';
    struct srow_bytes digits = negative ? bytes_of(at + 1, b.len - 1) : b;
    const char *first = digits.at;
    uint64_t v = 0;
    TRY(text_parse_size(&v, digits, negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX, e));
    FAIL_IF(first[0] == '0' && (digits.len > 1 || negative), e, SROW_E_VALUE,
            "not a canonical integer: no leading zero, no -0");
    *out = negative ? -(int64_t)(v - 1) - 1 : (int64_t)v;
    return SROW_OK;
}

/* Without a table: what is written may be the signature that a request ought to have. */
static uint8_t hex_digit(unsigned v)
{
    unsigned letter = (9U - v) >> 31; /* 1 from ten on */
    return (uint8_t)('0' + v + letter * ('a' - '0' - 10U));
}

void text_put_hex(struct srow_buf *out, struct srow_bytes b)
{
    const uint8_t *at = b.at;
    for (size_t i = 0; i < b.len; i++) {
        buf_put_u8(out, hex_digit(at[i] >> 4));
        buf_put_u8(out, hex_digit(at[i] & 15));
    }
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edit distance between a word of at most 31 bytes and another. */
static size_t distance(struct srow_bytes a, const char *b)
{
    enum { MAX = 32 };
    size_t previous[MAX], current[MAX], width = strlen(b);
    if (width >= MAX || a.len >= MAX) {
        return MAX;
    }
    for (size_t k = 0; k <= width; k++) {
        previous[k] = k;
    }
    for (size_t i = 1; i <= a.len; i++) {
        current[0] = i;
        for (size_t k = 1; k <= width; k++) {
            size_t differs = ((const char *)a.at)[i - 1] != b[k - 1];
            current[k] = min3(previous[k] + 1, current[k - 1] + 1, previous[k - 1] + differs);
        }
        memcpy(previous, current, sizeof previous);
    }
    return previous[width];
}

const char *text_nearest(struct srow_bytes wrong, const char *const *words)
{
    const char *best = NULL;
    size_t least = 0;
    for (; *words != NULL; words++) {
        size_t d = distance(wrong, *words);
        if (best == NULL || d < least) {
            best = *words;
            least = d;
        }
    }
    return best != NULL && least <= 3 && least < strlen(best) ? best : NULL;
}
