/* SPDX-License-Identifier: Apache-2.0
 *
 * The encryption context (spec: framework/structures.md, serialization; data-format/
 * message-header.md, AAD).
 */
#include "format/context.h"

#include <stdlib.h>

#include "base/text.h"

enum { COUNT = 2, LENGTHS = 4 }; /* bytes: the count, and the two lengths of a pair */

static size_t pair_size(const struct srow_pair *pair)
{
    return LENGTHS + pair->key.len + pair->value.len;
}

static MUST enum srow_rc check_text(const struct srow_pair *pair, struct srow_error *e)
{
    FAIL_IF(!text_is_utf8(pair->key) || !text_is_utf8(pair->value), e, SROW_E_MALFORMED,
            "the encryption context has a key or value that is not UTF-8");
    return SROW_OK;
}

static MUST enum srow_rc make_room(struct context *c, size_t room, struct srow_error *e)
{
    if (room <= c->room) {
        return SROW_OK;
    }
    struct srow_pair *grown = realloc(c->pairs, room * sizeof *grown);
    FAIL_IF(grown == NULL, e, SROW_E_NOMEM, "no memory for an encryption context of %zu pairs",
            room);
    c->pairs = grown;
    c->room = room;
    return SROW_OK;
}

/* Where a key is, or where it would be inserted. */
static size_t place(const struct context *c, struct srow_bytes key)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bytes_compare(c->pairs[middle].key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

enum srow_rc context_add(struct context *c, struct srow_pair pair, struct srow_error *e)
{
    TRY(check_text(&pair, e));
    size_t left = CONTEXT_LARGEST - COUNT - c->size;
    FAIL_IF(pair.key.len > left || pair.value.len > left || pair_size(&pair) > left, e,
            SROW_E_CONTEXT_LIMIT, "the encryption context is larger than %d bytes",
            CONTEXT_LARGEST);
    size_t at = place(c, pair.key);
    FAIL_IF(at < c->count && bytes_equal(c->pairs[at].key, pair.key), e, SROW_E_MALFORMED,
            "the encryption context has the key \"%.*s\" twice", (int)pair.key.len,
            (const char *)pair.key.at);
    if (c->count == c->room) {
        TRY(make_room(c, c->room == 0 ? 4 : 2 * c->room, e));
    }
    memmove(&c->pairs[at + 1], &c->pairs[at], (c->count - at) * sizeof *c->pairs);
    c->pairs[at] = pair;
    c->count++;
    c->size += pair_size(&pair);
    return SROW_OK;
}

bool context_equal(const struct context *a, const struct context *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!bytes_equal(a->pairs[i].key, b->pairs[i].key) ||
            !bytes_equal(a->pairs[i].value, b->pairs[i].value)) {
            return false;
        }
    }
    return true;
}

const struct srow_bytes *context_get(const struct context *c, const char *key)
{
    size_t at = place(c, srow_str(key));
    bool found = at < c->count && bytes_equal_str(c->pairs[at].key, key);
    return found ? &c->pairs[at].value : NULL;
}

size_t context_size(const struct context *c)
{
    return c->count == 0 ? 0 : COUNT + c->size;
}

static void put_text(struct srow_buf *out, struct srow_bytes text)
{
    buf_put_u16(out, (uint16_t)text.len);
    buf_put(out, text);
}

void context_write(struct srow_buf *out, const struct context *c)
{
    if (c->count == 0) {
        return;
    }
    buf_put_u16(out, (uint16_t)c->count);
    for (size_t i = 0; i < c->count; i++) {
        put_text(out, c->pairs[i].key);
        put_text(out, c->pairs[i].value);
    }
}

static MUST enum srow_rc read_text(struct srow_bytes *out, struct reader *r, struct srow_error *e)
{
    uint16_t len;
    TRY(read_u16(&len, r, e));
    return read_bytes(out, r, len, e);
}

static MUST enum srow_rc read_pair(struct srow_pair *out, struct reader *r, struct srow_error *e)
{
    if (read_text(&out->key, r, NULL) != SROW_OK || read_text(&out->value, r, NULL) != SROW_OK) {
        FAIL(e, SROW_E_MALFORMED, "the encryption context ends inside a pair");
    }
    return check_text(out, e);
}

static int by_key(const void *a, const void *b)
{
    return bytes_compare(((const struct srow_pair *)a)->key, ((const struct srow_pair *)b)->key);
}

/* Writers sort, but readers are not told to insist on it; a set has no order. */
static MUST enum srow_rc sort(struct context *c, struct srow_error *e)
{
    bool sorted = true;
    for (size_t i = 1; i < c->count; i++) {
        sorted = sorted && by_key(&c->pairs[i - 1], &c->pairs[i]) < 0;
    }
    if (sorted) {
        return SROW_OK;
    }
    qsort(c->pairs, c->count, sizeof *c->pairs, by_key);
    for (size_t i = 1; i < c->count; i++) {
        FAIL_IF(by_key(&c->pairs[i - 1], &c->pairs[i]) == 0, e, SROW_E_MALFORMED,
                "the encryption context has one key twice");
    }
    return SROW_OK;
}

static MUST enum srow_rc read_pairs(struct context *c, struct reader *r, struct srow_error *e)
{
    uint16_t count;
    FAIL_IF(r->left < COUNT, e, SROW_E_MALFORMED, "an encryption context of %zu byte", r->left);
    TRY(read_u16(&count, r, e));
    FAIL_IF(count == 0, e, SROW_E_MALFORMED,
            "an empty encryption context is written with a count; it must have length 0");
    FAIL_IF(count > r->left / LENGTHS, e, SROW_E_MALFORMED,
            "the encryption context has %u pairs in %zu bytes", count, r->left);
    TRY(make_room(c, count, e));
    while (c->count < count) {
        TRY(read_pair(&c->pairs[c->count], r, e));
        c->size += pair_size(&c->pairs[c->count]);
        c->count++;
    }
    FAIL_IF(r->left > 0, e, SROW_E_MALFORMED, "%zu bytes left over in the encryption context",
            r->left);
    return sort(c, e);
}

enum srow_rc context_read(struct context *out, struct reader *r, struct srow_error *e)
{
    struct srow_bytes field;
    TRY(read_text(&field, r, e));
    AUTO(context_cleanup) struct context c = {0};
    if (field.len > 0) {
        struct reader inner = reader_of(field);
        TRY(read_pairs(&c, &inner, e));
    }
    *out = context_take(&c);
    return SROW_OK;
}

void context_cleanup(struct context *c)
{
    free(c->pairs);
    *c = (struct context){0};
}

struct context context_take(struct context *c)
{
    struct context taken = *c;
    *c = (struct context){0};
    return taken;
}
