/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/csv.h"

#include <stdlib.h>

void csv_row_cleanup(struct csv_row *row)
{
    buf_cleanup(&row->text);
    free(row->fields);
    *row = (struct csv_row){0};
}

/* -- read -- */

static enum srow_rc begin_field(struct csv_row *row, struct srow_error *e)
{
    if (row->count == row->room) {
        size_t room = row->room == 0 ? 8 : row->room * 2;
        struct csv_field *fields = realloc(row->fields, room * sizeof *fields);
        FAIL_IF(fields == NULL, e, SROW_E_NOMEM, "no memory for a row");
        row->fields = fields;
        row->room = room;
    }
    row->fields[row->count++] = (struct csv_field){.at = row->text.len};
    return SROW_OK;
}

/* What is left of a line that is no CSV. */
static enum srow_rc skip_line(struct input *in, struct srow_error *e)
{
    int c = 0;
    do {
        TRY(input_next(&c, in, e));
    } while (c != '\n' && c != INPUT_END);
    return SROW_OK;
}

static enum srow_rc refuse(struct input *in, const char *what, struct srow_error *e)
{
    TRY(skip_line(in, e));
    FAIL(e, SROW_E_MALFORMED, "%s: write the field in quotes, and a quote in it twice", what);
}

/* Behind an opening quote, to behind the closing one. */
static enum srow_rc read_quoted(struct csv_row *row, struct input *in, struct srow_error *e)
{
    int c = 0, next = 0;
    for (;;) {
        TRY(input_next(&c, in, e));
        FAIL_IF(c == INPUT_END, e, SROW_E_MALFORMED, "a quote that does not end: close the field");
        if (c == '"') {
            TRY(input_peek(&next, in, e));
            if (next != '"') {
                return SROW_OK;
            }
            TRY(input_next(&c, in, e));
        }
        buf_put_u8(&row->text, (uint8_t)c);
    }
}

static bool ends_field(int c)
{
    return c == ',' || c == '\n' || c == '\r' || c == INPUT_END;
}

static enum srow_rc read_field(struct csv_row *row, struct input *in, struct srow_error *e)
{
    int c = 0;
    TRY(begin_field(row, e));
    TRY(input_peek(&c, in, e));
    bool quoted = c == '"';
    if (quoted) {
        TRY(input_next(&c, in, e));
        TRY(read_quoted(row, in, e));
        TRY(input_peek(&c, in, e));
    }
    while (!ends_field(c)) {
        if (quoted || c == '"') {
            return refuse(in, quoted ? "text behind a closing quote" : "a quote inside a field", e);
        }
        TRY(input_next(&c, in, e));
        buf_put_u8(&row->text, (uint8_t)c);
        TRY(input_peek(&c, in, e));
    }
    struct csv_field *field = &row->fields[row->count - 1];
    field->len = row->text.len - field->at;
    field->null = field->len == 0 && !quoted;
    return buf_check(&row->text, e);
}

/* The comma, the end of the line or of the file. */
static enum srow_rc read_end(bool *last, struct input *in, struct srow_error *e)
{
    int c = 0;
    TRY(input_next(&c, in, e));
    *last = c != ',';
    if (c == '\r') {
        TRY(input_peek(&c, in, e));
        if (c != '\n') {
            return refuse(in, "a carriage return inside a field", e);
        }
        TRY(input_next(&c, in, e));
    }
    return SROW_OK;
}

static enum srow_rc read_row(struct csv_row *row, struct input *in, struct srow_error *e)
{
    bool last = false;
    row->count = 0;
    row->line = in->line;
    buf_clear(&row->text);
    input_begin(in);
    while (!last) {
        TRY(read_field(row, in, e));
        TRY(read_end(&last, in, e));
    }
    return SROW_OK;
}

enum srow_rc csv_read(bool *more, struct csv_row *row, struct input *in, struct srow_error *e)
{
    int c = 0;
    do {
        TRY(input_peek(&c, in, e));
        *more = c != INPUT_END;
        if (!*more) {
            return SROW_OK;
        }
        TRY(read_row(row, in, e));
    } while (row->count == 1 && row->fields[0].null);
    return SROW_OK;
}

/* -- write -- */

void csv_put(struct srow_buf *out, struct srow_bytes value)
{
    const char *at = value.at;
    bool plain = value.len > 0;
    for (size_t i = 0; plain && i < value.len; i++) {
        plain = strchr("\",\r\n", at[i]) == NULL; /* a NUL is found too */
    }
    if (plain) {
        buf_put(out, value);
        return;
    }
    buf_put_u8(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        buf_put_str(out, at[i] == '"' ? "\"" : "");
        buf_put_u8(out, (uint8_t)at[i]);
    }
    buf_put_u8(out, '"');
}
