/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include <ctype.h>

#include "base/json.h"
#include "base/text.h"
#include "io.h"
#include "rows/csv.h"

void value_put_text(struct srow_buf *out, const struct rows_field *f)
{
    struct srow_bytes value = bytes_buf(&f->value);
    if (f->type == DB_NULL) {
        buf_put_str(out, "NULL");
        return;
    }
    if (f->type != DB_BYTES && io_is_plain(value)) {
        buf_put(out, value);
        return;
    }
    buf_put_str(out, "X'");
    text_put_hex(out, value);
    buf_put_str(out, "'");
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
