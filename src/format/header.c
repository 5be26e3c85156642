/* SPDX-License-Identifier: Apache-2.0
 *
 * spec: data-format/message-header.md, header body version 2.0 and header authentication
 */
#include "format/header.h"

#include <ctype.h>

#include "base/text.h"

enum { VERSION = 2 };

static bool begins(struct srow_bytes b, const char *text)
{
    size_t n = strlen(text);
    return b.len >= n && memcmp(b.at, text, n) == 0;
}

/* Printable from its beginning on: people hand over the plaintext, or a message as text. */
static bool is_text(struct srow_bytes b)
{
    const uint8_t *at = b.at;
    size_t n = b.len < 16 ? b.len : 16;
    for (size_t i = 0; i < n; i++) {
        if (at[i] < 0x80 && !isprint(at[i]) && !isspace(at[i])) {
            return false;
        }
    }
    return n > 0 && text_is_utf8(b);
}

/* Why bytes that begin with an unknown version are no message. spec: client-apis/decrypt.md,
 * encrypted message format; there only version 1 ("AY") is listed */
static MUST enum srow_rc refuse(struct srow_bytes all, struct srow_error *e)
{
    static const char *const base64[] = {"AgR4", "AgV4", "AYAA", "AYAB", "AYAC", "AYAD"};
    static const char *const hex[] = {"0204", "0205", "0180", "\\x02", "\\x01", "0x02", "0x01"};
    const uint8_t *at = all.at;
    for (size_t i = 0; i < sizeof base64 / sizeof *base64; i++) {
        FAIL_IF(begins(all, base64[i]), e, SROW_E_NOT_MESSAGE,
                "this is base64 of a message: decode it first");
    }
    for (size_t i = 0; i < sizeof hex / sizeof *hex; i++) {
        FAIL_IF(begins(all, hex[i]), e, SROW_E_NOT_MESSAGE,
                "this is hex of a message: decode it first");
    }
    FAIL_IF(is_text(all), e, SROW_E_NOT_MESSAGE,
            "this is text and no AWS Encryption SDK message: was it stored without being sealed?");
    FAIL_IF(at[0] == 1, e, SROW_E_UNSUPPORTED,
            "message version 1 is not supported by this release");
    FAIL(e, SROW_E_UNSUPPORTED, "0x%02x is no known message version", at[0]);
}

static MUST enum srow_rc read_suite(const struct suite **out, struct reader *r,
                                    struct srow_error *e)
{
    uint16_t id;
    TRY(read_u16(&id, r, e));
    const struct suite *suite = suite_find(id);
    FAIL_IF(suite == NULL || suite->version != VERSION, e, SROW_E_UNSUPPORTED,
            "algorithm suite 0x%04x is not supported by this release in message version %d", id,
            VERSION);
    *out = suite;
    return SROW_OK;
}

static MUST enum srow_rc read_content(struct header *h, struct reader *r, struct srow_error *e)
{
    uint8_t content;
    TRY(read_u8(&content, r, e));
    FAIL_IF(content != HEADER_NONFRAMED && content != HEADER_FRAMED, e, SROW_E_MALFORMED,
            "content type 0x%02x: only 01 and 02 are defined", content);
    TRY(read_u32(&h->frame_length, r, e));
    h->content = (enum header_content)content;
    FAIL_IF(h->content == HEADER_FRAMED && h->frame_length == 0, e, SROW_E_MALFORMED,
            "a framed message with frame length 0");
    FAIL_IF(h->content == HEADER_NONFRAMED && h->frame_length != 0, e, SROW_E_MALFORMED,
            "a message that is not framed, with frame length %u", h->frame_length);
    return SROW_OK;
}

static MUST enum srow_rc read_fields(struct header *h, struct reader *r, size_t max_edks,
                                     struct srow_error *e)
{
    uint8_t version;
    TRY(read_u8(&version, r, e));
    TRY(read_suite(&h->suite, r, e));
    TRY(read_bytes(&h->message_id, r, h->suite->message_id_bytes, e));
    TRY(context_read(&h->context, r, e));
    TRY(edk_list_read(&h->edks, r, max_edks, e));
    TRY(read_content(h, r, e));
    return read_bytes(&h->commitment, r, h->suite->commitment_bytes, e);
}

enum srow_rc header_read(struct header *out, struct reader *r, size_t max_edks,
                         struct srow_error *e)
{
    struct srow_bytes all = bytes_of(r->at, r->left);
    FAIL_IF(all.len == 0, e, SROW_E_TRUNCATED, "no bytes at all where a message is expected");
    if (r->at[0] != VERSION) {
        return refuse(all, e);
    }
    AUTO(header_cleanup) struct header h = {0};
    enum srow_rc rc = read_fields(&h, r, max_edks, e);
    if (rc == SROW_OK) {
        h.authenticated = bytes_of(all.at, all.len - r->left);
        rc = read_bytes(&h.tag, r, HEADER_TAG, e);
    }
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "message header");
    }
    *out = header_take(&h);
    return SROW_OK;
}

void header_write(struct srow_buf *out, const struct header *h)
{
    buf_put_u8(out, h->suite->version);
    buf_put_u16(out, h->suite->id);
    buf_put(out, h->message_id);
    buf_put_u16(out, (uint16_t)context_size(&h->context));
    context_write(out, &h->context);
    edk_list_write(out, &h->edks);
    buf_put_u8(out, (uint8_t)h->content);
    buf_put_u32(out, h->frame_length);
    buf_put(out, h->commitment);
}

size_t header_size(const struct header *h)
{
    return 1 + 2 + h->message_id.len + 2 + context_size(&h->context) + edk_list_size(&h->edks) + 1 +
           4 + h->commitment.len + HEADER_TAG;
}

void header_cleanup(struct header *h)
{
    context_cleanup(&h->context);
    edk_list_cleanup(&h->edks);
    *h = (struct header){0};
}

struct header header_take(struct header *h)
{
    struct header taken = *h;
    *h = (struct header){0};
    return taken;
}
