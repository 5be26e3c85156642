/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows out of a file, one at a time: CSV by RFC 4180 with a header, or JSON lines. The file is read
 * as it is needed and never held as a whole.
 *
 * CSV: an empty field is NULL, a quoted empty one ("") is an empty text. Lines end with LF or CRLF,
 * empty lines are no rows. JSON lines: an object a line; what has no member is not given. Numbers
 * may stand for integers, and in columns that are not configured for any number, which comes as it
 * is written there; a column of type json has the value itself. Bytes are base64 in both. A byte
 * order mark is skipped.
 */
#ifndef ROWS_SOURCE_H
#define ROWS_SOURCE_H

#include "rows/input.h"
#include "rows/record.h"

struct source {
    const struct pick_table *table; /* borrowed */
    struct input in;
    enum rows_format format;
    char **names; /* CSV: the header */
    size_t name_count;
};

/* Finds the format by the first byte where it is not given, and reads the header of CSV, whose
 * names are checked (`makes` as in pick_table_check). Fails with MALFORMED (no header that can be
 * used), LIMIT, as pick_table_check, all with the file's name and line, and as reading does. */
MUST enum srow_rc source_open(struct source *out, const struct rows_load *load,
                              const struct pick_table *table, struct srow_error *e);
void source_cleanup(struct source *s);

/* The next row; *more is false at the end. MALFORMED, JSON, VALUE are this row's: *out has its line
 * and the next call goes on behind it. After LIMIT (a row of more than 256 MiB) there is no next
 * row. Fails also with NOMEM, and as reading does. */
MUST enum srow_rc source_next(bool *more, struct record *out, struct source *s,
                              struct srow_error *e);

#endif
