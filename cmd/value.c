/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include <ctype.h>

#include "base/json.h"
#include "base/text.h"
#include "io.h"
#include "rows/csv.h"

/* UTF-8 with control characters, as PostgreSQL writes it: E'one line\nanother'. */
static void put_escaped(struct srow_buf *out, struct srow_bytes text)
{
    static const char named[] = "\n\r\t\\'", names[] = "nrt\\'";
    const char *at = text.at;
    buf_put_str(out, "E'");
    for (size_t i = 0; i < text.len; i++) {
        const char *name = at[i] == '\0' ? NULL : strchr(named, at[i]);
        size_t control = io_control(bytes_of(at + i, text.len - i));
        if (name != NULL) {
            buf_printf(out, "\\%c", names[name - named]);
        } else if (control > 0) {
            i += control - 1;
            buf_printf(out, "\\u%04x", (unsigned char)at[i]);
        } else {
            buf_put_u8(out, (uint8_t)at[i]);
        }
    }
    buf_put_str(out, "'");
}

void value_put_shown(struct srow_buf *out, struct srow_bytes value, bool is_text)
{
    if (is_text && io_is_plain(value)) {
        buf_put(out, value);
        return;
    }
    if (is_text && text_is_utf8(value)) {
        put_escaped(out, value);
        return;
    }
    buf_put_str(out, "X'");
    text_put_hex(out, value);
    buf_put_str(out, "'");
}

void value_put_name(struct srow_buf *out, const struct rows_field *f)
{
    value_put_shown(out, srow_str(f->name), true);
}

void value_put_text(struct srow_buf *out, const struct rows_field *f)
{
    if (f->type == DB_NULL) {
        buf_put_str(out, "NULL");
        return;
    }
    value_put_shown(out, bytes_buf(&f->value), f->type != DB_BYTES);
}

/* Infinity and NaN are no numbers of JSON. */
static bool is_finite(struct srow_bytes number)
{
    const char *at = number.at;
    return number.len > 0 && isdigit((unsigned char)at[number.len > 1 && at[0] == '-']);
}

void value_put_json(struct srow_buf *out, const struct rows_field *f)
{
    struct srow_bytes value = bytes_buf(&f->value);
    switch (f->type) {
    case DB_NULL:
        buf_put_str(out, "null");
        break;
    case DB_INTEGER:
    case DB_REAL:
        buf_put(out, is_finite(value) ? value : srow_str("null"));
        break;
    case DB_TEXT:
        if (f->is_json) {
            buf_put(out, value);
            break;
        }
        json_put_string(out, value);
        break;
    case DB_BYTES:
        buf_put_str(out, "\"");
        text_put_base64(out, value);
        buf_put_str(out, "\"");
        break;
    }
}

void value_put_csv(struct srow_buf *out, const struct rows_field *f)
{
    if (f->type == DB_NULL) {
        return;
    }
    if (f->type == DB_BYTES && f->value.len > 0) {
        text_put_base64(out, bytes_buf(&f->value));
        return;
    }
    csv_put(out, bytes_buf(&f->value));
}

void value_put_object(struct srow_buf *out, const struct rows_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        buf_put_str(out, i == 0 ? "{" : ",");
        json_put_string(out, srow_str(row->fields[i].name));
        buf_put_str(out, ":");
        value_put_json(out, &row->fields[i]);
    }
    buf_put_str(out, "}\n");
}
