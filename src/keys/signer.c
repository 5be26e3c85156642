/* SPDX-License-Identifier: Apache-2.0
 *
 * spec: framework/default-cmm.md, framework/algorithm-suites.md (signature algorithm)
 */
#include "keys/signer.h"

#include "base/text.h"

const char signer_key_name[] = "aws-crypto-public-key";

static MUST enum srow_rc copy(struct context *out, const struct context *from, struct srow_error *e)
{
    for (size_t i = 0; i < from->count; i++) {
        TRY(context_add(out, from->pairs[i], e));
    }
    return SROW_OK;
}

enum srow_rc signer_make(struct signer *out, const struct context *context, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    TRY(ecdsa_generate(&out->key, out->point, e));
    text_put_base64(&text, bytes_of(out->point, sizeof out->point));
    TRY(buf_check(&text, e));
    memcpy(out->text, text.at, SIGNER_TEXT);
    TRY(copy(&out->context, context, e));
    struct srow_pair pair = {srow_str(signer_key_name), bytes_of(out->text, SIGNER_TEXT)};
    return context_add(&out->context, pair, e);
}

enum srow_rc signer_find(struct signer *out, const struct context *context, struct srow_error *e)
{
    const struct srow_bytes *text = context_get(context, signer_key_name);
    AUTO(buf_cleanup) struct srow_buf point = {0};
    FAIL_IF(text == NULL, e, SROW_E_MALFORMED,
            "the encryption context of a signed message has no %s", signer_key_name);
    enum srow_rc rc = text_parse_base64(&point, *text, e);
    if (rc == SROW_E_NOMEM) {
        return rc;
    }
    FAIL_IF(rc != SROW_OK || ecdsa_check_point(bytes_buf(&point), NULL) != SROW_OK, e,
            SROW_E_MALFORMED, "%s is no base64 of a compressed point of P-384", signer_key_name);
    memcpy(out->point, point.at, sizeof out->point);
    return SROW_OK;
}

void signer_cleanup(struct signer *s)
{
    secret_cleanup(&s->key);
    context_cleanup(&s->context);
    *s = (struct signer){0};
}
