/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/input.h"

enum { CHUNK = 65536, ROW_MOST = 256 << 20 };

void input_cleanup(struct input *in)
{
    buf_cleanup(&in->chunk);
    buf_cleanup(&in->row);
}

static enum srow_rc fill(struct input *in, struct srow_error *e)
{
    size_t got = 0;
    buf_clear(&in->chunk);
    in->at = 0;
    void *room = buf_room(&in->chunk, CHUNK);
    FAIL_IF(room == NULL, e, SROW_E_NOMEM, "no memory to read a file");
    TRY(in->from.read(&got, in->from.state, room, CHUNK, e));
    buf_grew(&in->chunk, got);
    in->ended = got == 0;
    return SROW_OK;
}

enum srow_rc input_peek(int *out, struct input *in, struct srow_error *e)
{
    if (!in->ended && in->at == in->chunk.len) {
        TRY(fill(in, e));
    }
    *out = in->ended ? INPUT_END : ((const uint8_t *)in->chunk.at)[in->at];
    return SROW_OK;
}

enum srow_rc input_next(int *out, struct input *in, struct srow_error *e)
{
    TRY(input_peek(out, in, e));
    if (*out == INPUT_END) {
        return SROW_OK;
    }
    in->at++;
    in->bytes++;
    in->line += *out == '\n';
    buf_put_u8(&in->row, (uint8_t)*out);
    TRY(buf_check(&in->row, e));
    size_t most = in->from.row_most == 0 ? ROW_MOST : in->from.row_most;
    in->ended = in->ended || in->row.len > most;
    FAIL_IF(in->row.len > most, e, SROW_E_LIMIT,
            "a row of more than %zu bytes: is there a quote that does not end?", most);
    return SROW_OK;
}

void input_begin(struct input *in)
{
    buf_clear(&in->row);
}
