/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the signing suite of aws-c-auth: `sigv4-vectors DIR`, where DIR holds v4/ with one folder a
 * case. Compared are canonical request, string to sign, signature and the signed request, in the
 * header and in the query; each signature is verified as well. Parameters of a signed query are
 * compared sorted, for their order is not signed. Two TAP points a case.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/sigv4_parts.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/hash.h"

enum { MOST_HEADERS = 24, MOST_PARAMS = 32 };

struct vector {
    const char *folder;
    struct srow_buf text; /* request.txt */
    struct srow_buf signed_request;
    struct sigv4_header headers[MOST_HEADERS];
    struct sigv4_request request;
    char method[16];
    json_node *context;
    struct credentials credentials;
    char *token, *region, *service;
    struct sigv4_scope scope;
    bool token_after; /* the token is added when all is signed */
    int64_t expires;
    char when[17], hash[2 * HASH_SHA256 + 1];
};

static void vector_cleanup(struct vector *v)
{
    buf_cleanup(&v->text);
    buf_cleanup(&v->signed_request);
    json_free(&v->context);
    str_free(&v->credentials.access_key_id);
    secret_cleanup(&v->credentials.secret_access_key);
    str_free(&v->token);
    str_free(&v->region);
    str_free(&v->service);
}

static enum srow_rc load(struct srow_buf *out, const char *folder, const char *name,
                         struct srow_error *e)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    FAIL_IF(file == NULL, e, SROW_E_NOT_FOUND, "%s: cannot be read", path);
    void *room = buf_room(out, 65536);
    buf_grew(out, room == NULL ? 0 : fread(room, 1, 65536, file));
    fclose(file);
    return buf_check(out, e);
}

/* -- request.txt -- */

static struct srow_bytes line(struct srow_bytes *rest)
{
    const char *at = rest->at;
    const char *end = rest->len == 0 ? NULL : memchr(at, '\n', rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - at);
    *rest = bytes_of(at + len + (end != NULL), rest->len - len - (end != NULL));
    return bytes_of(at, len);
}

static void add_header(struct vector *v, struct srow_bytes name, struct srow_bytes value)
{
    if (v->request.header_count < MOST_HEADERS) {
        v->headers[v->request.header_count++] = (struct sigv4_header){name, value};
    }
}

static enum srow_rc parse_target(struct vector *v, struct srow_bytes first, struct srow_error *e)
{
    const char *at = first.at;
    const char *space = memchr(at, ' ', first.len);
    FAIL_IF(space == NULL || (size_t)(space - at) >= sizeof v->method || first.len < 10, e,
            SROW_E_MALFORMED, "no request line");
    memcpy(v->method, at, (size_t)(space - at));
    v->request.method = v->method;
    size_t len = first.len - (size_t)(space + 1 - at) - strlen(" HTTP/1.1");
    const char *mark = memchr(space + 1, '?', len);
    size_t path = mark == NULL ? len : (size_t)(mark - space - 1);
    v->request.path = bytes_of(space + 1, path);
    if (mark != NULL) {
        v->request.query = bytes_of(mark + 1, len - path - 1);
    }
    return SROW_OK;
}

static enum srow_rc parse_request(struct vector *v, struct srow_error *e)
{
    struct srow_bytes rest = bytes_buf(&v->text);
    v->request.headers = v->headers;
    TRY(parse_target(v, line(&rest), e));
    while (rest.len > 0) {
        struct srow_bytes header = line(&rest);
        if (header.len == 0) {
            break;
        }
        if (*(const char *)header.at == ' ') { /* folded: the value goes on */
            struct srow_bytes *value = &v->headers[v->request.header_count - 1].value;
            value->len = (size_t)((const char *)header.at + header.len - (const char *)value->at);
            continue;
        }
        const char *colon = memchr(header.at, ':', header.len);
        FAIL_IF(colon == NULL, e, SROW_E_MALFORMED, "a header without a colon");
        size_t name = (size_t)(colon - (const char *)header.at);
        add_header(v, bytes_of(header.at, name), bytes_of(colon + 1, header.len - name - 1));
    }
    v->request.body = rest;
    return SROW_OK;
}

/* -- context.json -- */

static enum srow_rc member(char **out, const json_node *node, const char *name,
                           struct srow_error *e)
{
    struct srow_bytes text;
    FAIL_IF(!json_as_string(&text, json_get(node, name)), e, SROW_E_MALFORMED, "context: no %s",
            name);
    return bytes_dup_str(out, text, e);
}

static bool flag(const json_node *node, const char *name)
{
    bool on = false;
    return json_as_bool(&on, json_get(node, name)) && on;
}

/* "2015-08-30T12:36:00Z" to the basic form. */
static enum srow_rc parse_when(struct vector *v, const char *iso, struct srow_error *e)
{
    size_t n = 0;
    for (; *iso != '\0' && n < sizeof v->when - 1; iso++) {
        if (*iso != '-' && *iso != ':') {
            v->when[n++] = *iso;
        }
    }
    return time_parse_basic(&v->scope.when, srow_str(v->when), e);
}

static enum srow_rc parse_context(struct vector *v, struct srow_error *e)
{
    const json_node *who = json_get(v->context, "credentials");
    AUTO(str_free) char *secret = NULL;
    AUTO(str_free) char *when = NULL;
    TRY(member(&v->credentials.access_key_id, who, "access_key_id", e));
    TRY(member(&secret, who, "secret_access_key", e));
    TRY(secret_of(&v->credentials.secret_access_key, srow_str(secret), e));
    TRY(member(&v->region, v->context, "region", e));
    TRY(member(&v->service, v->context, "service", e));
    TRY(member(&when, v->context, "timestamp", e));
    TRY(parse_when(v, when, e));
    v->scope.region = v->region;
    v->scope.service = v->service;
    v->scope.normalize_path = flag(v->context, "normalize");
    v->token_after = flag(v->context, "omit_session_token");
    FAIL_IF(!json_as_integer(&v->expires, json_get(v->context, "expiration_in_seconds")), e,
            SROW_E_MALFORMED, "context: no expiration_in_seconds");
    return json_get(who, "token") == NULL ? SROW_OK : member(&v->token, who, "token", e);
}

static enum srow_rc add_own_headers(struct vector *v, struct srow_error *e)
{
    if (v->token != NULL && !v->token_after) {
        add_header(v, srow_str("X-Amz-Security-Token"), srow_str(v->token));
    }
    add_header(v, srow_str("X-Amz-Date"), srow_str(v->when));
    if (flag(v->context, "sign_body")) {
        uint8_t hash[HASH_SHA256];
        AUTO(buf_cleanup) struct srow_buf hex = {0};
        TRY(hash_sha256(hash, v->request.body, e));
        text_put_hex(&hex, bytes_of(hash, sizeof hash));
        snprintf(v->hash, sizeof v->hash, "%s", buf_cstr(&hex));
        add_header(v, srow_str("x-amz-content-sha256"), srow_str(v->hash));
    }
    return SROW_OK;
}

/* -- comparing -- */

static enum srow_rc compare(const struct vector *v, const char *file, const struct srow_buf *got,
                            struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf wanted = {0};
    TRY(buf_check(got, e));
    TRY(load(&wanted, v->folder, file, e));
    FAIL_IF(!bytes_equal(bytes_buf(&wanted), bytes_buf(got)), e, SROW_E_MALFORMED, "%s differs",
            file);
    return SROW_OK;
}

static void put_header(struct srow_buf *out, struct srow_bytes name, struct srow_bytes value)
{
    buf_put(out, name);
    buf_put_u8(out, ':');
    buf_put(out, value);
    buf_put_u8(out, '\n');
}

/* As the suite writes it: request line, headers, Authorization, an empty line, the body. */
static enum srow_rc compare_signed(struct vector *v, const struct srow_buf *authorization,
                                   struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    struct srow_bytes text = bytes_buf(&v->text);
    buf_put(&out, line(&text));
    buf_put_u8(&out, '\n');
    for (size_t i = 0; i < v->request.header_count; i++) {
        put_header(&out, v->headers[i].name, v->headers[i].value);
    }
    put_header(&out, srow_str("Authorization"), bytes_buf(authorization));
    buf_put_u8(&out, '\n');
    buf_put(&out, v->request.body);
    return compare(v, "header-signed-request.txt", &out, e);
}

static enum srow_rc verify(struct vector *v, const struct srow_buf *authorization,
                           struct srow_error *e)
{
    struct sigv4_claim claim;
    AUTO(buf_cleanup) struct srow_buf signature = {0};
    add_header(v, srow_str("Authorization"), bytes_buf(authorization));
    TRY(sigv4_read(&claim, &v->request, e));
    buf_put(&signature, claim.signature);
    TRY(compare(v, "header-signature.txt", &signature, e));
    if (v->scope.normalize_path) { /* the server's way; S3 does not normalize */
        TRY(sigv4_verify(&claim, &v->request, &v->credentials.secret_access_key, e));
    }
    return SROW_OK;
}

static enum srow_rc read_all(struct vector *v, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf json = {0};
    TRY(load(&v->text, v->folder, "request.txt", e));
    TRY(load(&json, v->folder, "context.json", e));
    TRY(json_parse(&v->context, bytes_buf(&json), e));
    TRY(parse_request(v, e));
    return parse_context(v, e);
}

static enum srow_rc run_header(struct vector *v, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf names = {0}, canonical = {0}, to_sign = {0};
    AUTO(buf_cleanup) struct srow_buf authorization = {0};
    TRY(read_all(v, e));
    TRY(add_own_headers(v, e));
    TRY(sigv4_signed_headers(&names, &v->request, e));
    TRY(sigv4_canonical(&canonical, &v->request, &v->scope, bytes_buf(&names), e));
    TRY(compare(v, "header-canonical-request.txt", &canonical, e));
    TRY(sigv4_string_to_sign(&to_sign, bytes_buf(&canonical), &v->scope, e));
    TRY(compare(v, "header-string-to-sign.txt", &to_sign, e));
    TRY(sigv4_sign(&authorization, &v->request, &v->scope, &v->credentials, e));
    TRY(verify(v, &authorization, e));
    v->request.header_count--;
    if (v->token != NULL && v->token_after) {
        size_t date = v->request.header_count - 1; /* the suite puts the token before the date */
        add_header(v, v->headers[date].name, v->headers[date].value);
        v->headers[date] =
            (struct sigv4_header){srow_str("X-Amz-Security-Token"), srow_str(v->token)};
    }
    return compare_signed(v, &authorization, e);
}

/* -- in the query -- */

static enum srow_rc compare_signing(struct vector *v, const struct sigv4_query *query,
                                    struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf canonical = {0}, to_sign = {0}, signature = {0};
    struct sigv4_request request = v->request;
    request.query = bytes_buf(&query->rest);
    TRY(sigv4_canonical(&canonical, &request, &v->scope, query->claim.signed_headers, e));
    TRY(compare(v, "query-canonical-request.txt", &canonical, e));
    TRY(sigv4_string_to_sign(&to_sign, bytes_buf(&canonical), &v->scope, e));
    TRY(compare(v, "query-string-to-sign.txt", &to_sign, e));
    buf_put(&signature, query->claim.signature);
    return compare(v, "query-signature.txt", &signature, e);
}

static int by_bytes(const void *a, const void *b)
{
    return bytes_compare(*(const struct srow_bytes *)a, *(const struct srow_bytes *)b);
}

/* A query's parameters in their order by bytes, a line each. */
static void put_sorted(struct srow_buf *out, struct srow_bytes query)
{
    struct srow_bytes params[MOST_PARAMS];
    size_t count = 0;
    while (query.len > 0 && count < MOST_PARAMS) {
        const char *end = memchr(query.at, '&', query.len);
        size_t len = end == NULL ? query.len : (size_t)(end - (const char *)query.at);
        params[count++] = bytes_of(query.at, len);
        len += end != NULL;
        query = bytes_of((const char *)query.at + len, query.len - len);
    }
    qsort(params, count, sizeof params[0], by_bytes);
    for (size_t i = 0; i < count; i++) {
        buf_put(out, params[i]);
        buf_put_u8(out, '\n');
    }
}

/* The target of the request line, and what follows it. */
static enum srow_rc compare_sent(struct vector *v, const struct srow_buf *query,
                                 struct srow_error *e)
{
    AUTO(vector_cleanup) struct vector sent = {.folder = v->folder};
    AUTO(buf_cleanup) struct srow_buf ours = {0}, theirs = {0};
    TRY(load(&sent.text, v->folder, "query-signed-request.txt", e));
    TRY(parse_request(&sent, e));
    put_sorted(&ours, bytes_buf(query));
    put_sorted(&theirs, sent.request.query);
    FAIL_IF(!bytes_equal(bytes_buf(&ours), bytes_buf(&theirs)) ||
                !bytes_equal(sent.request.path, v->request.path) ||
                !bytes_equal(sent.request.body, v->request.body) ||
                sent.request.header_count != v->request.header_count,
            e, SROW_E_MALFORMED, "query-signed-request.txt differs");
    return SROW_OK;
}

static enum srow_rc run_query(struct vector *v, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sent = {0};
    AUTO(sigv4_query_cleanup) struct sigv4_query query = {0};
    TRY(read_all(v, e));
    v->credentials.session_token = v->token_after ? NULL : v->token;
    TRY(sigv4_presign(&sent, &v->request, &v->scope, &v->credentials, (uint32_t)v->expires, e));
    struct sigv4_request request = v->request;
    request.query = bytes_buf(&sent);
    TRY(sigv4_query_read(&query, &request, e));
    TRY(compare_signing(v, &query, e));
    if (v->scope.normalize_path) {
        TRY(sigv4_query_verify(&query, &request, &v->credentials.secret_access_key,
                               v->scope.when + v->expires, e));
    }
    if (v->token_after) {
        buf_put_str(&sent, "&X-Amz-Security-Token=");
        sigv4_put_encoded(&sent, srow_str(v->token));
    }
    return compare_sent(v, &sent, e);
}

enum { FORMS = 2 };

static const struct {
    const char *name;
    enum srow_rc (*run)(struct vector *v, struct srow_error *e);
} forms[FORMS] = {{"header", run_header}, {"query", run_query}};

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    char root[300], folder[600];
    struct dirent **cases = NULL;
    int passed = 0, failed = 0;
    snprintf(root, sizeof root, "%s/v4", argc == 2 ? argv[1] : ".");
    int count = scandir(root, &cases, visible, alphasort);
    if (argc != 2 || count <= 0) {
        fprintf(stderr, "usage: sigv4-vectors DIR (with v4/ and the cases in it)\n");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        snprintf(folder, sizeof folder, "%s/%s", root, cases[i]->d_name);
        for (int form = 0; form < FORMS; form++) {
            AUTO(vector_cleanup) struct vector v = {.folder = folder};
            struct srow_error e = {0};
            bool ok = forms[form].run(&v, &e) == SROW_OK;
            passed += ok;
            failed += !ok;
            printf("%s %d - sigv4 %s, %s%s%s\n", ok ? "ok" : "not ok", passed + failed,
                   cases[i]->d_name, forms[form].name, ok ? "" : ": ", e.text);
        }
        free(cases[i]);
    }
    free(cases);
    printf("1..%d\n%d passed, %d failed, 0 skipped\n", FORMS * count, passed, failed);
    return failed != 0;
}
