/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of others in a page: names and ARNs come out of a database, and say what they are, not what
 * the page does. What is appended is well-formed HTML and well-formed XML.
 */
#ifndef ROWS_HTML_H
#define ROWS_HTML_H

#include "base/bytes.h"

/* Between tags, or within a quoted attribute. What is no UTF-8, or no character of XML, becomes
 * U+FFFD. */
void html_put_text(struct srow_buf *out, const char *text);

/* The same, between tags, in an element that keeps its direction of writing to itself. */
void html_put_name(struct srow_buf *out, const char *name);

/* "42.9 %": only all is 100 %, and only nothing is 0 %. */
void html_put_share(struct srow_buf *out, uint64_t part, uint64_t whole);

/* A bar of parts side by side, four at most, in the classes of their names. What is there is seen,
 * however small its share; what is 0 is not. */
struct html_part {
    const char *name;
    uint64_t count;
};
void html_put_bar(struct srow_buf *out, const struct html_part *parts, size_t count);

/* "1 row", "12,000 rows"; of values. */
void html_put_counted(struct srow_buf *out, uint64_t n, const char *one, const char *many);
void html_put_values(struct srow_buf *out, uint64_t n);

/* A sign of the page, before words that say the same. */
void html_put_sign(struct srow_buf *out, const char *name);

/* A line with a sign, "Debt: 3 values", where there is something to be said. */
void html_put_wrong(struct srow_buf *out, const char *name, const char *text, uint64_t n);

/* Around the text of a note, which begins with a sign. */
void html_open_note(struct srow_buf *out, const char *name);
void html_close_note(struct srow_buf *out);

#endif
