/* SPDX-License-Identifier: Apache-2.0
 *
 * spec: data-format/message-footer.md
 */
#include "format/footer.h"

static MUST enum srow_rc read_fields(struct srow_bytes *signature, struct reader *r, size_t max,
                                     struct srow_error *e)
{
    uint16_t len;
    TRY(read_u16(&len, r, e));
    FAIL_IF(len > max, e, SROW_E_MALFORMED, "a signature of %u bytes, the longest has %zu", len,
            max);
    return read_bytes(signature, r, len, e);
}

enum srow_rc footer_read(struct srow_bytes *signature, struct reader *r, size_t max,
                         struct srow_error *e)
{
    struct reader from = *r;
    struct srow_bytes found;
    enum srow_rc rc = read_fields(&found, &from, max, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "message footer");
    }
    *r = from;
    *signature = found;
    return SROW_OK;
}

void footer_write(struct srow_buf *out, struct srow_bytes signature)
{
    buf_put_u16(out, (uint16_t)signature.len);
    buf_put(out, signature);
}
