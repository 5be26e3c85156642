/* SPDX-License-Identifier: Apache-2.0
 *
 * Offsets come from the views that reading gave: they point into the message.
 */
#include <stdlib.h>

#include "crypto/ecdsa.h"
#include "format/footer.h"
#include "format/frame.h"
#include "message/inspect.h"

struct draft {
    const uint8_t *start; /* of the message */
    struct srow_buf fields;
    size_t count;
    uint32_t index; /* for the fields that are added now */
};

static void draft_cleanup(struct draft *d)
{
    buf_cleanup(&d->fields);
}

static void add(struct draft *d, const char *name, enum message_field_kind kind,
                struct srow_bytes at)
{
    struct message_field field = {name, (size_t)((const uint8_t *)at.at - d->start), at.len, kind,
                                  d->index};
    buf_put(&d->fields, bytes_of(&field, sizeof field));
    d->count++;
}

/* A number of `len` bytes that ends `behind` bytes before a view. */
static void add_number(struct draft *d, const char *name, struct srow_bytes view, size_t behind,
                       size_t len)
{
    const uint8_t *at = view.at;
    add(d, name, FIELD_NUMBER, bytes_of(at - behind - len, len));
}

static void add_context(struct draft *d, const struct header *h)
{
    const uint8_t *at = h->message_id.at;
    at += h->message_id.len;
    add(d, "aad-length", FIELD_NUMBER, bytes_of(at, 2));
    if (h->context.count > 0) {
        add(d, "aad-count", FIELD_NUMBER, bytes_of(at + 2, 2));
    }
    for (size_t i = 0; i < h->context.count; i++) {
        const struct srow_pair *pair = &h->context.pairs[i];
        d->index = (uint32_t)i + 1;
        add_number(d, "aad-key-length", pair->key, 0, 2);
        add(d, "aad-key", FIELD_TEXT, pair->key);
        add_number(d, "aad-value-length", pair->value, 0, 2);
        add(d, "aad-value", FIELD_TEXT, pair->value);
    }
    d->index = 0;
}

static void add_edks(struct draft *d, const struct edk_list *list)
{
    add_number(d, "edk-count", list->edk[0].provider, 2, 2);
    for (size_t i = 0; i < list->count; i++) {
        const struct edk *edk = &list->edk[i];
        d->index = (uint32_t)i + 1;
        add_number(d, "edk-provider-length", edk->provider, 0, 2);
        add(d, "edk-provider", FIELD_TEXT, edk->provider);
        add_number(d, "edk-info-length", edk->info, 0, 2);
        add(d, "edk-info", FIELD_BYTES, edk->info);
        add_number(d, "edk-ciphertext-length", edk->ciphertext, 0, 2);
        add(d, "edk-ciphertext", FIELD_BYTES, edk->ciphertext);
    }
    d->index = 0;
}

static void add_header(struct draft *d, const struct header *h)
{
    add_number(d, "version", h->message_id, 2, 1);
    add_number(d, "algorithm", h->message_id, 0, 2);
    add(d, "message-id", FIELD_BYTES, h->message_id);
    add_context(d, h);
    add_edks(d, &h->edks);
    add_number(d, "content-type", h->commitment, 4, 1);
    add_number(d, "frame-length", h->commitment, 0, 4);
    add(d, "commitment", FIELD_BYTES, h->commitment);
    add(d, "header-tag", FIELD_BYTES, h->tag);
}

static void add_frame(struct draft *d, const struct frame *frame)
{
    d->index = frame->sequence;
    if (frame->kind == FRAME_BODY) {
        add(d, "body-iv", FIELD_BYTES, frame->iv);
        add_number(d, "body-length", frame->ciphertext, 0, 8);
        add(d, "body-content", FIELD_BYTES, frame->ciphertext);
        add(d, "body-tag", FIELD_BYTES, frame->tag);
        return;
    }
    if (frame->kind == FRAME_FINAL) {
        add_number(d, "frame-end-mark", frame->iv, 4, 4);
    }
    add_number(d, "frame-sequence", frame->iv, 0, 4);
    add(d, "frame-iv", FIELD_BYTES, frame->iv);
    if (frame->kind == FRAME_FINAL) {
        add_number(d, "frame-content-length", frame->ciphertext, 0, 4);
    }
    add(d, "frame-content", FIELD_BYTES, frame->ciphertext);
    add(d, "frame-tag", FIELD_BYTES, frame->tag);
}

static MUST enum srow_rc add_footer(struct draft *d, const struct header *h, struct reader *r,
                                    struct srow_error *e)
{
    struct srow_bytes signature;
    if (!h->suite->is_signed) {
        return SROW_OK;
    }
    TRY(footer_read(&signature, r, ECDSA_SIGNATURE, e));
    d->index = 0;
    add_number(d, "signature-length", signature, 0, 2);
    add(d, "signature", FIELD_BYTES, signature);
    return SROW_OK;
}

/* Pairs of the context are sorted in memory and need not be on the wire. An empty field stands
 * before the one that begins at the same place. */
static int by_offset(const void *a, const void *b)
{
    const struct message_field *x = a, *y = b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    return x->len < y->len ? -1 : x->len > y->len;
}

static MUST enum srow_rc walk(struct message_inspected *m, struct draft *d, struct reader *r,
                              struct srow_error *e)
{
    struct frame_walk frames = frame_walk_of(&m->header);
    while (!frames.ended) {
        struct frame frame;
        TRY(frame_read(&frame, &frames, r, e));
        add_frame(d, &frame);
        m->frame_count++;
        m->plaintext_len += frame.ciphertext.len;
    }
    TRY(add_footer(d, &m->header, r, e));
    FAIL_IF(r->left > 0, e, SROW_E_TRAILING, "%zu byte%s behind the end of the message", r->left,
            r->left == 1 ? "" : "s");
    return buf_check(&d->fields, e);
}

enum srow_rc message_inspect(struct message_inspected *out, struct srow_bytes message,
                             struct srow_error *e)
{
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    AUTO(draft_cleanup) struct draft d = {.start = message.at};
    struct reader r = reader_of(message);
    TRY(header_read(&m.header, &r, 0, e));
    add_header(&d, &m.header);
    TRY(walk(&m, &d, &r, e));
    qsort(d.fields.at, d.count, sizeof(struct message_field), by_offset);
    m.owned = buf_take(&d.fields);
    m.fields = m.owned.at;
    m.field_count = d.count;
    *out = m;
    m = (struct message_inspected){0};
    return SROW_OK;
}

void message_inspected_cleanup(struct message_inspected *m)
{
    header_cleanup(&m->header);
    buf_cleanup(&m->owned);
    *m = (struct message_inspected){0};
}
