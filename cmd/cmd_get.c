/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "base/json.h"
#include "base/text.h"
#include "io.h"
#include "program.h"

/* Text as it is; what would disturb a terminal, in hex. */
static void put_text(struct srow_buf *out, const struct rows_field *f)
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

static void put_json(struct srow_buf *out, const struct rows_field *f)
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

static void put_row(struct srow_buf *out, const struct rows_row *row, bool json)
{
    int width = 0;
    for (size_t i = 0; i < row->count; i++) {
        int n = (int)strlen(row->fields[i].name);
        width = n > width ? n : width;
    }
    for (size_t i = 0; i < row->count; i++) {
        const struct rows_field *f = &row->fields[i];
        if (json) {
            buf_put_str(out, i == 0 ? "{" : ",");
            json_put_string(out, srow_str(f->name));
            buf_put_str(out, ":");
            put_json(out, f);
            continue;
        }
        buf_printf(out, "%-*s  ", width, f->name);
        put_text(out, f);
        buf_put_str(out, "\n");
    }
    buf_put_str(out, json ? "}\n" : "");
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(program_given_cleanup) struct program_given given = {0};
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    (void)status;
    TRY(program_client(&p, args, e));
    TRY(program_db(&p, args, e));
    TRY(program_given_read(&given, args->words + 1, args->word_count - 1, e));
    struct rows rows = program_rows(&p);
    struct rows_get get = {
        .table = args->words[0], .bind = given.list, .count = given.count, .via = args->via};
    TRY(rows_get(&row, &rows, &get, e));
    put_row(&out, &row, args->json);
    return io_write_buf(&out, e);
}

static const struct option options[] = {
    CMD_OPTION_VIA,
    {0},
};

const struct command cmd_get = {
    .name = "get",
    .takes = "TABLE NAME=VALUE ...",
    .brief = "Print one row by its binding, all its sealed values opened",
    .more = "Bytes are printed in hex, in JSON as base64.",
    .options = options,
    .least = 2,
    .most = CMD_MAX_WORDS,
    .run = run,
};
