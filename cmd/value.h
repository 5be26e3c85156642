/* SPDX-License-Identifier: Apache-2.0
 *
 * A value of a row as text for people, as JSON and as CSV.
 */
#ifndef CMD_VALUE_H
#define CMD_VALUE_H

#include "rows/rows.h"

/* For people: text as it is, text with control characters escaped, E'a\nb', all else in hex, X'00'.
 */
void value_put_shown(struct srow_buf *out, struct srow_bytes value, bool is_text);
void value_put_name(struct srow_buf *out, const struct rows_field *f);
void value_put_text(struct srow_buf *out, const struct rows_field *f);

/* Bytes are base64. */
void value_put_json(struct srow_buf *out, const struct rows_field *f);
void value_put_csv(struct srow_buf *out, const struct rows_field *f); /* NULL is nothing */

/* An object of the row's values, and a newline. */
void value_put_object(struct srow_buf *out, const struct rows_row *row);

#endif
