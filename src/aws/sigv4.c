/* SPDX-License-Identifier: Apache-2.0
 *
 * Signature Version 4 in its header form: string to sign, signing key, Authorization header, and
 * the same way back for a server.
 */
#include "aws/sigv4_parts.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/time.h"
#include "crypto/equal.h"
#include "crypto/hash.h"

_Static_assert(SIGV4_HEX == 2 * HASH_SHA256, "a signature is one HMAC-SHA256");

void sigv4_put_scope(struct srow_buf *out, const struct sigv4_scope *scope)
{
    char when[17];
    time_format_basic(when, scope->when);
    buf_printf(out, "%.8s/%s/%s/aws4_request", when, scope->region, scope->service);
}

enum srow_rc sigv4_string_to_sign(struct srow_buf *out, struct srow_bytes canonical,
                                  const struct sigv4_scope *scope, struct srow_error *e)
{
    uint8_t hash[HASH_SHA256];
    char when[17];
    TRY(hash_sha256(hash, canonical, e));
    time_format_basic(when, scope->when);
    buf_printf(out, SIGV4_ALGORITHM "\n%s\n", when);
    sigv4_put_scope(out, scope);
    buf_put_u8(out, '\n');
    text_put_hex(out, bytes_of(hash, sizeof hash));
    return buf_check(out, e);
}

/* The key of one day, Region and service, which lives in `key`. */
static enum srow_rc derive(struct secret *key, const struct sigv4_scope *scope,
                           const struct secret *secret, struct srow_error *e)
{
    char when[17];
    AUTO(buf_cleanup) struct srow_buf first = {0};
    time_format_basic(when, scope->when);
    buf_put_str(&first, "AWS4");
    buf_put(&first, secret_bytes(secret));
    TRY(buf_check(&first, e));
    TRY(hash_hmac_sha256(key->at, bytes_buf(&first), bytes_of(when, 8), e));
    TRY(hash_hmac_sha256(key->at, secret_bytes(key), srow_str(scope->region), e));
    TRY(hash_hmac_sha256(key->at, secret_bytes(key), srow_str(scope->service), e));
    return hash_hmac_sha256(key->at, secret_bytes(key), srow_str("aws4_request"), e);
}

enum srow_rc sigv4_put_signature(struct srow_buf *out, const struct sigv4_request *request,
                                 const struct sigv4_scope *scope, struct srow_bytes signed_headers,
                                 const struct secret *secret, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf canonical = {0}, text = {0};
    AUTO(secret_cleanup) struct secret key = {0};
    uint8_t mac[HASH_SHA256];
    TRY(sigv4_canonical(&canonical, request, scope, signed_headers, e));
    TRY(sigv4_string_to_sign(&text, bytes_buf(&canonical), scope, e));
    TRY(secret_new(&key, HASH_SHA256, e));
    TRY(derive(&key, scope, secret, e));
    TRY(hash_hmac_sha256(mac, secret_bytes(&key), bytes_buf(&text), e));
    text_put_hex(out, bytes_of(mac, sizeof mac));
    return buf_check(out, e);
}

enum srow_rc sigv4_sign(struct srow_buf *authorization, const struct sigv4_request *request,
                        const struct sigv4_scope *scope, const struct credentials *credentials,
                        struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf names = {0}, out = {0};
    TRY(sigv4_signed_headers(&names, request, e));
    buf_printf(&out, SIGV4_ALGORITHM " Credential=%s/", credentials->access_key_id);
    sigv4_put_scope(&out, scope);
    buf_put_str(&out, ", SignedHeaders=");
    buf_put(&out, bytes_buf(&names));
    buf_put_str(&out, ", Signature=");
    TRY(sigv4_put_signature(&out, request, scope, bytes_buf(&names),
                            &credentials->secret_access_key, e));
    buf_cleanup(authorization);
    *authorization = buf_take(&out);
    return SROW_OK;
}

/* -- the way back -- */

/* The one line of that name; fails if there is none, or more. */
static enum srow_rc find(struct srow_bytes *out, const struct sigv4_request *request,
                         const char *name, struct srow_error *e)
{
    size_t lines = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        struct srow_bytes line = request->headers[i].name;
        if (line.len == strlen(name) && strncasecmp(line.at, name, line.len) == 0) {
            *out = request->headers[i].value;
            lines++;
        }
    }
    FAIL_IF(lines == 0, e, SROW_E_KMS_AUTH, "the request has no %s header", name);
    FAIL_IF(lines > 1, e, SROW_E_KMS_AUTH, "the request has %zu %s headers", lines, name);
    return SROW_OK;
}

static struct srow_bytes cut(struct srow_bytes *rest, char mark)
{
    const char *at = rest->at;
    const char *end = rest->len == 0 ? NULL : memchr(at, mark, rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - at);
    size_t taken = end == NULL ? len : len + 1;
    *rest = taken == 0 ? *rest : bytes_of(at + taken, rest->len - taken);
    return bytes_of(at, len);
}

static struct srow_bytes trim(struct srow_bytes text)
{
    const char *at = text.at;
    while (text.len > 0 && (*at == ' ' || *at == '\t')) {
        text = bytes_of(++at, text.len - 1);
    }
    while (text.len > 0 && (at[text.len - 1] == ' ' || at[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

/* "Name=" at the beginning is taken off; false if it is not there, or nothing follows. */
static bool starts(struct srow_bytes *part, const char *name)
{
    size_t len = strlen(name);
    if (part->len <= len || memcmp(part->at, name, len) != 0) {
        return false;
    }
    *part = bytes_of((const char *)part->at + len, part->len - len);
    return true;
}

enum srow_rc sigv4_read_credential(struct sigv4_claim *out, struct srow_bytes credential,
                                   struct srow_error *e)
{
    out->access_key_id = cut(&credential, '/');
    out->date = cut(&credential, '/');
    out->region = cut(&credential, '/');
    out->service = cut(&credential, '/');
    FAIL_IF(out->access_key_id.len == 0 || out->date.len != 8 || out->region.len == 0 ||
                out->service.len == 0 || !bytes_equal_str(credential, "aws4_request"),
            e, SROW_E_KMS_AUTH, "Credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request");
    return SROW_OK;
}

enum srow_rc sigv4_read_date(struct sigv4_claim *out, struct srow_bytes date, struct srow_error *e)
{
    FAIL_IF(time_parse_basic(&out->when, date, NULL) != SROW_OK, e, SROW_E_KMS_AUTH,
            "X-Amz-Date is not of the form YYYYMMDDTHHMMSSZ");
    FAIL_IF(memcmp(date.at, out->date.at, out->date.len) != 0, e, SROW_E_KMS_AUTH,
            "the day of X-Amz-Date is not the day of the Credential");
    return SROW_OK;
}

static enum srow_rc read_parts(struct sigv4_claim *out, struct srow_bytes rest,
                               struct srow_error *e)
{
    struct srow_bytes credential = {0};
    while (rest.len > 0) {
        struct srow_bytes part = trim(cut(&rest, ','));
        if (credential.len == 0 && starts(&part, "Credential=")) {
            credential = part;
        } else if (out->signed_headers.len == 0 && starts(&part, "SignedHeaders=")) {
            out->signed_headers = part;
        } else if (out->signature.len == 0 && starts(&part, "Signature=")) {
            out->signature = part;
        } else {
            FAIL(e, SROW_E_KMS_AUTH, "Authorization: a part is empty, doubled or unknown");
        }
    }
    FAIL_IF(credential.len == 0, e, SROW_E_KMS_AUTH, "Authorization: Credential is missing");
    FAIL_IF(out->signed_headers.len == 0, e, SROW_E_KMS_AUTH,
            "Authorization: SignedHeaders is missing");
    FAIL_IF(out->signature.len != SIGV4_HEX, e, SROW_E_KMS_AUTH,
            "Authorization: Signature is missing or not %d hex digits", SIGV4_HEX);
    return sigv4_read_credential(out, credential, e);
}

enum srow_rc sigv4_read(struct sigv4_claim *out, const struct sigv4_request *request,
                        struct srow_error *e)
{
    struct sigv4_claim claim = {0};
    struct srow_bytes authorization, date;
    TRY(find(&authorization, request, "Authorization", e));
    authorization = trim(authorization);
    FAIL_IF(!starts(&authorization, SIGV4_ALGORITHM " "), e, SROW_E_KMS_AUTH,
            "Authorization: only " SIGV4_ALGORITHM " is supported");
    TRY(read_parts(&claim, authorization, e));
    TRY(find(&date, request, "X-Amz-Date", e));
    TRY(sigv4_read_date(&claim, trim(date), e));
    *out = claim;
    return SROW_OK;
}

static bool lists(struct srow_bytes names, const char *wanted)
{
    while (names.len > 0) {
        if (bytes_equal_str(cut(&names, ';'), wanted)) {
            return true;
        }
    }
    return false;
}

enum srow_rc sigv4_verify(const struct sigv4_claim *claim, const struct sigv4_request *request,
                          const struct secret *secret_access_key, struct srow_error *e)
{
    AUTO(str_free) char *region = NULL;
    AUTO(str_free) char *service = NULL;
    AUTO(buf_cleanup) struct srow_buf wanted = {0};
    FAIL_IF(!lists(claim->signed_headers, "host"), e, SROW_E_KMS_AUTH,
            "'host' must be among the signed headers");
    TRY(bytes_dup_str(&region, claim->region, e));
    TRY(bytes_dup_str(&service, claim->service, e));
    struct sigv4_scope scope = {region, service, claim->when, true, false};
    TRY(sigv4_put_signature(&wanted, request, &scope, claim->signed_headers, secret_access_key, e));
    FAIL_IF(!equal_bytes(bytes_buf(&wanted), claim->signature), e, SROW_E_KMS_AUTH,
            "the signature is not that of the access key's secret over this request");
    return SROW_OK;
}
