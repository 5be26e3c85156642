/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/record.h"

#include <stdlib.h>

#include "base/text.h"

void record_cleanup(struct record *r)
{
    buf_cleanup(&r->text);
    buf_cleanup(&r->kept);
    free(r->spans);
    free(r->list);
    *r = (struct record){0};
}

struct record record_take(struct record *r)
{
    struct record taken = *r;
    *r = (struct record){0};
    return taken;
}

static enum srow_rc add(struct record *r, const char *name, struct srow_error *e)
{
    if (r->count == r->room) {
        size_t room = r->room == 0 ? 8 : r->room * 2;
        struct record_span *spans = realloc(r->spans, room * sizeof *spans);
        FAIL_IF(spans == NULL, e, SROW_E_NOMEM, "no memory for a row");
        r->spans = spans;
        r->room = room;
    }
    struct record_span span = {.name = r->text.len};
    buf_put(&r->text, bytes_of(name, strlen(name) + 1));
    span.value = r->text.len;
    r->spans[r->count++] = span;
    return buf_check(&r->text, e);
}

enum srow_rc record_add_null(struct record *r, const char *name, struct srow_error *e)
{
    TRY(add(r, name, e));
    r->spans[r->count - 1].null = true;
    return SROW_OK;
}

enum srow_rc record_add(struct record *r, const struct pick_table *table, const char *name,
                        struct srow_bytes value, struct srow_error *e)
{
    enum pick_kind kind = pick_table_kind(table, name);
    TRY(add(r, name, e));
    struct record_span *span = &r->spans[r->count - 1];
    span->binary = kind == PICK_BINARY;
    if (kind == PICK_BYTES || kind == PICK_BINARY) {
        enum srow_rc rc = text_parse_base64(&r->text, value, e);
        FAIL_IF(rc == SROW_E_MALFORMED, e, SROW_E_VALUE,
                "%s.%s: not base64: bytes are written so in a file", table->table->name, name);
        TRY(rc);
    } else {
        buf_put(&r->text, value);
    }
    span->len = r->text.len - span->value;
    return buf_check(&r->text, e);
}

enum srow_rc record_end(struct record *r, struct srow_error *e)
{
    r->list = calloc(r->count + 1, sizeof *r->list);
    FAIL_IF(r->list == NULL, e, SROW_E_NOMEM, "no memory for a row");
    const char *text = r->text.at;
    for (size_t i = 0; i < r->count; i++) {
        const struct record_span *span = &r->spans[i];
        r->list[i] = (struct rows_given){.name = text + span->name,
                                         .value = bytes_of(text + span->value, span->len),
                                         .null = span->null,
                                         .binary = span->binary};
    }
    return SROW_OK;
}
