/* SPDX-License-Identifier: Apache-2.0 */
#include "message/check.h"

#include "crypto/ecdsa.h"
#include "format/footer.h"

static MUST enum srow_rc compare(const struct header *got, const struct header *asked,
                                 struct srow_error *e)
{
    const char *wrong = NULL;
    if (got->suite != asked->suite) {
        wrong = "suite";
    } else if (!bytes_equal(got->message_id, asked->message_id)) {
        wrong = "message id";
    } else if (!context_equal(&got->context, &asked->context)) {
        wrong = "encryption context";
    } else if (!edk_list_equal(&got->edks, &asked->edks)) {
        wrong = "encrypted data keys";
    } else if (got->content != asked->content || got->frame_length != asked->frame_length) {
        wrong = "frame length";
    } else if (!bytes_equal(got->commitment, asked->commitment)) {
        wrong = "commitment";
    }
    FAIL_IF(wrong != NULL, e, SROW_E_SELF_CHECK, "the %s is not what was asked", wrong);
    return SROW_OK;
}

/* As with tags, what was computed is not computed again. */
static MUST enum srow_rc check_footer(const struct header *h, struct reader *r,
                                      struct srow_error *e)
{
    struct srow_bytes signature;
    if (!h->suite->is_signed) {
        return SROW_OK;
    }
    TRY(footer_read(&signature, r, ECDSA_SIGNATURE, e));
    return ecdsa_check_form(signature, e);
}

static MUST enum srow_rc walk(const struct header *h, struct reader *r, uint64_t plaintext,
                              struct srow_error *e)
{
    struct frame_walk frames = frame_walk_of(h);
    uint64_t total = 0;
    while (!frames.ended) {
        struct frame frame;
        TRY(frame_read(&frame, &frames, r, e));
        total += frame.ciphertext.len;
    }
    FAIL_IF(total != plaintext, e, SROW_E_SELF_CHECK, "the body has %llu bytes, not %llu",
            (unsigned long long)total, (unsigned long long)plaintext);
    TRY(check_footer(h, r, e));
    FAIL_IF(r->left > 0, e, SROW_E_SELF_CHECK, "%zu byte%s behind the message", r->left,
            r->left == 1 ? "" : "s");
    return SROW_OK;
}

static MUST enum srow_rc read_back(struct srow_bytes written, const struct header *asked,
                                   uint64_t plaintext, struct srow_error *e)
{
    AUTO(header_cleanup) struct header got = {0};
    struct reader r = reader_of(written);
    TRY(header_read(&got, &r, 0, e));
    TRY(compare(&got, asked, e));
    return walk(&got, &r, plaintext, e);
}

enum srow_rc check_written(struct srow_bytes written, const struct header *asked,
                           uint64_t plaintext, struct srow_error *e)
{
    struct srow_error found = {0};
    enum srow_rc rc = read_back(written, asked, plaintext, &found);
    FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", found.text);
    FAIL_IF(rc != SROW_OK, e, SROW_E_SELF_CHECK,
            "the message just written does not read back, nothing was returned: %s", found.text);
    return SROW_OK;
}
