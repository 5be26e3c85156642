/* SPDX-License-Identifier: Apache-2.0
 *
 * Signature Version 4 in the query: a link that is good for a while. Parameters stand in the order
 * that botocore gives them, so that tokens made here and there are the same bytes; the signature
 * does not depend on it.
 */
#include <stdio.h>
#include <string.h>

#include "aws/sigv4_parts.h"
#include "base/text.h"
#include "base/time.h"

static void put_param(struct srow_buf *out, const char *name, struct srow_bytes value)
{
    buf_printf(out, "%s%s=", out->len == 0 ? "" : "&", name);
    sigv4_put_encoded(out, value);
}

static enum srow_rc put_params(struct srow_buf *out, const struct sigv4_scope *scope,
                               const struct credentials *credentials, uint32_t expires_s,
                               struct srow_bytes signed_headers, struct srow_error *e)
{
    char when[17], expires[16];
    AUTO(buf_cleanup) struct srow_buf credential = {0};
    buf_printf(&credential, "%s/", credentials->access_key_id);
    sigv4_put_scope(&credential, scope);
    time_format_basic(when, scope->when);
    snprintf(expires, sizeof expires, "%u", expires_s);
    put_param(out, "X-Amz-Algorithm", srow_str(SIGV4_ALGORITHM));
    put_param(out, "X-Amz-Credential", bytes_buf(&credential));
    put_param(out, "X-Amz-Date", srow_str(when));
    put_param(out, "X-Amz-Expires", srow_str(expires));
    put_param(out, "X-Amz-SignedHeaders", signed_headers);
    if (credentials->session_token != NULL) {
        put_param(out, "X-Amz-Security-Token", srow_str(credentials->session_token));
    }
    TRY(buf_check(&credential, e));
    return buf_check(out, e);
}

enum srow_rc sigv4_presign(struct srow_buf *query, const struct sigv4_request *request,
                           const struct sigv4_scope *scope, const struct credentials *credentials,
                           uint32_t expires_s, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf names = {0}, out = {0}, signature = {0};
    struct sigv4_request with = *request;
    FAIL_IF(expires_s == 0 || expires_s > SIGV4_EXPIRES_MOST, e, SROW_E_USAGE,
            "a signed query is good for 1 to %d seconds, not %u", SIGV4_EXPIRES_MOST, expires_s);
    TRY(sigv4_signed_headers(&names, request, e));
    buf_put(&out, request->query);
    TRY(put_params(&out, scope, credentials, expires_s, bytes_buf(&names), e));
    with.query = bytes_buf(&out);
    TRY(sigv4_put_signature(&signature, &with, scope, bytes_buf(&names),
                            &credentials->secret_access_key, e));
    put_param(&out, "X-Amz-Signature", bytes_buf(&signature));
    TRY(buf_check(&out, e));
    buf_cleanup(query);
    *query = buf_take(&out);
    return SROW_OK;
}

/* -- the way back -- */

void sigv4_query_cleanup(struct sigv4_query *query)
{
    buf_cleanup(&query->text);
    buf_cleanup(&query->rest);
}

enum { ALGORITHM, CREDENTIAL, DATE, EXPIRES, SIGNED_HEADERS, SIGNATURE, PARAMS };

static const char *const names[PARAMS] = {
    [ALGORITHM] = "X-Amz-Algorithm",
    [CREDENTIAL] = "X-Amz-Credential",
    [DATE] = "X-Amz-Date",
    [EXPIRES] = "X-Amz-Expires",
    [SIGNED_HEADERS] = "X-Amz-SignedHeaders",
    [SIGNATURE] = "X-Amz-Signature",
};

/* Where a parameter's decoded value stands in the text; views only when it grows no more. */
struct place {
    size_t at, len;
    bool is_there;
};

static struct srow_bytes cut(struct srow_bytes *rest, char mark)
{
    const char *at = rest->at;
    const char *end = rest->len == 0 ? NULL : memchr(at, mark, rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - at);
    size_t taken = end == NULL ? len : len + 1;
    *rest = taken == 0 ? *rest : bytes_of(at + taken, rest->len - taken);
    return bytes_of(at, len);
}

/* Which of ours it is, PARAMS for another. Names are compared decoded, so that no other spelling
 * hides one. */
static enum srow_rc find(size_t *out, struct srow_bytes name, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    sigv4_put_decoded(&plain, name);
    TRY(buf_check(&plain, e));
    for (*out = 0; *out < PARAMS; ++*out) {
        if (bytes_equal_str(bytes_buf(&plain), names[*out])) {
            break;
        }
    }
    return SROW_OK;
}

static enum srow_rc split(struct sigv4_query *query, struct place places[PARAMS],
                          struct srow_bytes rest, struct srow_error *e)
{
    while (rest.len > 0) {
        struct srow_bytes whole = cut(&rest, '&'), value = whole;
        struct srow_bytes name = cut(&value, '=');
        size_t which;
        TRY(find(&which, name, e));
        if (which != SIGNATURE) {
            buf_put_str(&query->rest, query->rest.len == 0 ? "" : "&");
            buf_put(&query->rest, whole);
        }
        if (which < PARAMS) {
            FAIL_IF(places[which].is_there, e, SROW_E_KMS_AUTH, "the query has %s twice",
                    names[which]);
            places[which] = (struct place){query->text.len, 0, true};
            sigv4_put_decoded(&query->text, value);
            places[which].len = query->text.len - places[which].at;
        }
    }
    TRY(buf_check(&query->rest, e));
    return buf_check(&query->text, e);
}

static enum srow_rc read_claim(struct sigv4_query *query, const struct srow_bytes values[PARAMS],
                               struct srow_error *e)
{
    uint64_t expires = 0;
    FAIL_IF(!bytes_equal_str(values[ALGORITHM], SIGV4_ALGORITHM), e, SROW_E_KMS_AUTH,
            "X-Amz-Algorithm: only " SIGV4_ALGORITHM " is supported");
    TRY(sigv4_read_credential(&query->claim, values[CREDENTIAL], e));
    TRY(sigv4_read_date(&query->claim, values[DATE], e));
    FAIL_IF(text_parse_size(&expires, values[EXPIRES], SIGV4_EXPIRES_MOST, NULL) != SROW_OK ||
                expires == 0,
            e, SROW_E_KMS_AUTH, "X-Amz-Expires must be 1 to %d seconds", SIGV4_EXPIRES_MOST);
    FAIL_IF(values[SIGNATURE].len != SIGV4_HEX, e, SROW_E_KMS_AUTH,
            "X-Amz-Signature is not %d hex digits", SIGV4_HEX);
    query->expires_s = (uint32_t)expires;
    query->claim.signed_headers = values[SIGNED_HEADERS];
    query->claim.signature = values[SIGNATURE];
    return SROW_OK;
}

enum srow_rc sigv4_query_read(struct sigv4_query *out, const struct sigv4_request *request,
                              struct srow_error *e)
{
    AUTO(sigv4_query_cleanup) struct sigv4_query query = {0};
    struct place places[PARAMS] = {0};
    struct srow_bytes values[PARAMS];
    TRY(split(&query, places, request->query, e));
    for (size_t i = 0; i < PARAMS; i++) {
        FAIL_IF(places[i].len == 0, e, SROW_E_KMS_AUTH, "the query has no %s", names[i]);
        values[i] = bytes_of((const char *)query.text.at + places[i].at, places[i].len);
    }
    TRY(read_claim(&query, values, e));
    *out = query;
    query = (struct sigv4_query){0};
    return SROW_OK;
}

enum srow_rc sigv4_query_verify(const struct sigv4_query *query,
                                const struct sigv4_request *request,
                                const struct secret *secret_access_key, time_t now,
                                struct srow_error *e)
{
    struct sigv4_request with = *request;
    with.query = bytes_buf(&query->rest);
    FAIL_IF(now < query->claim.when, e, SROW_E_KMS_AUTH, "the signed query is not good yet");
    FAIL_IF(now - query->claim.when > (time_t)query->expires_s, e, SROW_E_KMS_AUTH,
            "the signed query was good for %u s and has expired", query->expires_s);
    return sigv4_verify(&query->claim, &with, secret_access_key, e);
}
