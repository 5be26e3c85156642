/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV by RFC 4180, read and written. An empty field is NULL, a quoted empty one an empty text.
 */
#ifndef ROWS_CSV_H
#define ROWS_CSV_H

#include "rows/input.h"

struct csv_field {
    size_t at, len; /* in the text */
    bool null;
};

/* The fields of a row. */
struct csv_row {
    struct srow_buf text; /* wiped */
    struct csv_field *fields;
    size_t count, room;
    uint64_t line;
};
void csv_row_cleanup(struct csv_row *row);

/* The next row that is not an empty line; *more is false at the end. MALFORMED: a quote where none
 * may stand, or one that does not end; the next call goes on behind that line. Fails also as
 * input_next. */
MUST enum srow_rc csv_read(bool *more, struct csv_row *row, struct input *in, struct srow_error *e);

/* Appends a field, in quotes where it needs them. */
void csv_put(struct srow_buf *out, struct srow_bytes value);

#endif
