/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/html.h"

#include <string.h>

#include "base/text.h"

#define REPLACEMENT "\xEF\xBF\xBD"

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Control characters, U+FFFE and U+FFFF; `len` is that of a well-formed sequence. */
static bool is_character(const uint8_t *at, size_t len)
{
    bool is_c0 = at[0] < 0x20 || at[0] == 0x7F;
    bool is_c1 = len == 2 && at[0] == 0xC2 && at[1] < 0xA0;
    bool is_last = len == 3 && at[0] == 0xEF && at[1] == 0xBF && at[2] >= 0xBE;
    return !is_c0 && !is_c1 && !is_last;
}

void html_put_text(struct srow_buf *out, const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    for (size_t left = strlen(text), n; left > 0; at += n, left -= n) {
        size_t len = text_sequence(bytes_of(at, left));
        const char *entity = entity_of((char)*at);
        n = len == 0 ? 1 : len;
        if (entity != NULL) {
            buf_put_str(out, entity);
        } else if (len == 0 || !is_character(at, len)) {
            buf_put_str(out, REPLACEMENT);
        } else {
            buf_put(out, bytes_of(at, len));
        }
    }
}

void html_put_name(struct srow_buf *out, const char *name)
{
    buf_put_str(out, "<bdi>");
    html_put_text(out, name);
    buf_put_str(out, "</bdi>");
}

/* Of a thousand. */
static unsigned share(uint64_t part, uint64_t whole, unsigned least)
{
    if (part == 0 || part >= whole) {
        return part == 0 ? 0 : 1000;
    }
    unsigned found = (unsigned)((double)part / (double)whole * 1000 + .5);
    return found < least ? least : found > 999 ? 999 : found;
}

void html_put_share(struct srow_buf *out, uint64_t part, uint64_t whole)
{
    unsigned found = share(part, whole, 1);
    if (found % 1000 == 0) {
        buf_printf(out, "%u&#160;%%", found / 10);
    } else {
        buf_printf(out, "%u.%u&#160;%%", found / 10, found % 10);
    }
}

enum { BAR_PARTS = 4, BAR_LEAST = 8 };

/* The widest part pays for what the small ones get above their share. */
static void measure(unsigned widths[BAR_PARTS], const struct html_part *parts, size_t count)
{
    uint64_t whole = 0;
    unsigned total = 0;
    size_t widest = 0;
    for (size_t i = 0; i < count; i++) {
        whole += parts[i].count;
    }
    for (size_t i = 0; i < count; i++) {
        widths[i] = share(parts[i].count, whole, BAR_LEAST);
        total += widths[i];
        widest = widths[i] > widths[widest] ? i : widest;
    }
    widths[widest] += total == 0 ? 0 : 1000 - total;
}

void html_put_bar(struct srow_buf *out, const struct html_part *parts, size_t count)
{
    unsigned widths[BAR_PARTS] = {0}, at = 0;
    measure(widths, parts, count < BAR_PARTS ? count : BAR_PARTS);
    buf_put_str(out, "<svg class=\"bar\" aria-hidden=\"true\">");
    for (size_t i = 0; i < count && i < BAR_PARTS; i++) {
        if (widths[i] > 0) {
            buf_printf(out, "<rect class=\"%s\" x=\"%u.%u%%\" width=\"%u.%u%%\" height=\"100%%\"/>",
                       parts[i].name, at / 10, at % 10, widths[i] / 10, widths[i] % 10);
        }
        at += widths[i];
    }
    buf_put_str(out, "</svg>");
}

void html_put_counted(struct srow_buf *out, uint64_t n, const char *one, const char *many)
{
    text_put_count(out, n);
    buf_printf(out, " %s", n == 1 ? one : many);
}

void html_put_values(struct srow_buf *out, uint64_t n)
{
    html_put_counted(out, n, "value", "values");
}

void html_put_sign(struct srow_buf *out, const char *name)
{
    buf_printf(out,
               "<svg class=\"sign %s\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">"
               "<use href=\"#sign-%s\"/></svg>",
               name, name);
}

void html_put_wrong(struct srow_buf *out, const char *name, const char *text, uint64_t n)
{
    if (n > 0) {
        buf_put_str(out, "<div>");
        html_put_sign(out, name);
        buf_printf(out, "<strong class=\"%s\">%s: ", name, text);
        html_put_values(out, n);
        buf_put_str(out, "</strong></div>");
    }
}

void html_open_note(struct srow_buf *out, const char *name)
{
    buf_printf(out, "<p class=\"note %s\">", name);
    html_put_sign(out, name);
    buf_put_str(out, "<span>");
}

void html_close_note(struct srow_buf *out)
{
    buf_put_str(out, "</span></p>\n");
}
