/* SPDX-License-Identifier: Apache-2.0 */
#include "format/edk.h"

#include <stdlib.h>

enum { LARGEST = 65535, SMALLEST = 6 }; /* of a part; of an entry: its three lengths */

static void put_part(struct srow_buf *out, struct srow_bytes part)
{
    buf_put_u16(out, (uint16_t)part.len);
    buf_put(out, part);
}

static MUST enum srow_rc read_part(struct srow_bytes *out, struct reader *r, struct srow_error *e)
{
    uint16_t len;
    TRY(read_u16(&len, r, e));
    return read_bytes(out, r, len, e);
}

/* Copies a part behind the others; the room was made before, so nothing moves. */
static struct srow_bytes copy(struct srow_buf *to, struct srow_bytes part)
{
    struct srow_bytes at = bytes_of((char *)to->at + to->len, part.len);
    buf_put(to, part);
    return at;
}

enum srow_rc edk_list_add(struct edk_list *list, const struct edk *edk, struct srow_error *e)
{
    FAIL_IF(edk->provider.len > LARGEST || edk->info.len > LARGEST || edk->ciphertext.len > LARGEST,
            e, SROW_E_LIMIT, "a part of an encrypted data key is larger than %d bytes", LARGEST);
    FAIL_IF(list->count >= LARGEST, e, SROW_E_EDK_LIMIT, "more than %d encrypted data keys",
            LARGEST);
    struct edk *grown = realloc(list->edk, (list->count + 1) * sizeof *grown);
    FAIL_IF(grown == NULL, e, SROW_E_NOMEM, "no memory for %zu encrypted data keys",
            list->count + 1);
    list->edk = grown;

    struct edk added = {0};
    size_t len = edk->provider.len + edk->info.len + edk->ciphertext.len;
    FAIL_IF(buf_room(&added.owned, len) == NULL, e, SROW_E_NOMEM,
            "no memory for an encrypted data key of %zu bytes", len);
    added.provider = copy(&added.owned, edk->provider);
    added.info = copy(&added.owned, edk->info);
    added.ciphertext = copy(&added.owned, edk->ciphertext);
    list->edk[list->count++] = added;
    return SROW_OK;
}

enum srow_rc edk_list_read(struct edk_list *out, struct reader *r, size_t max, struct srow_error *e)
{
    uint16_t count;
    TRY(read_u16(&count, r, e));
    FAIL_IF(count == 0, e, SROW_E_MALFORMED, "the header has no encrypted data key");
    FAIL_IF(max > 0 && count > max, e, SROW_E_EDK_LIMIT,
            "the header has %u encrypted data keys, at most %zu are allowed", count, max);
    FAIL_IF(count > r->left / SMALLEST, e, SROW_E_TRUNCATED,
            "%u encrypted data keys announced, %zu bytes left", count, r->left);

    AUTO(edk_list_cleanup) struct edk_list list = {calloc(count, sizeof(struct edk)), 0};
    FAIL_IF(list.edk == NULL, e, SROW_E_NOMEM, "no memory for %u encrypted data keys", count);
    while (list.count < count) {
        struct edk *edk = &list.edk[list.count++];
        TRY(read_part(&edk->provider, r, e));
        TRY(read_part(&edk->info, r, e));
        TRY(read_part(&edk->ciphertext, r, e));
    }
    *out = edk_list_take(&list);
    return SROW_OK;
}

void edk_list_write(struct srow_buf *out, const struct edk_list *list)
{
    buf_put_u16(out, (uint16_t)list->count);
    for (size_t i = 0; i < list->count; i++) {
        put_part(out, list->edk[i].provider);
        put_part(out, list->edk[i].info);
        put_part(out, list->edk[i].ciphertext);
    }
}

size_t edk_list_size(const struct edk_list *list)
{
    size_t size = 2;
    for (size_t i = 0; i < list->count; i++) {
        const struct edk *edk = &list->edk[i];
        size += SMALLEST + edk->provider.len + edk->info.len + edk->ciphertext.len;
    }
    return size;
}

bool edk_list_equal(const struct edk_list *a, const struct edk_list *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!bytes_equal(a->edk[i].provider, b->edk[i].provider) ||
            !bytes_equal(a->edk[i].info, b->edk[i].info) ||
            !bytes_equal(a->edk[i].ciphertext, b->edk[i].ciphertext)) {
            return false;
        }
    }
    return true;
}

void edk_list_cleanup(struct edk_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        buf_cleanup(&list->edk[i].owned);
    }
    free(list->edk);
    *list = (struct edk_list){0};
}

struct edk_list edk_list_take(struct edk_list *list)
{
    struct edk_list taken = *list;
    *list = (struct edk_list){0};
    return taken;
}
