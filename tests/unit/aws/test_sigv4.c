/* SPDX-License-Identifier: Apache-2.0
 *
 * Expected signatures were computed with Python's hmac, independently of this code.
 */
#include "aws/sigv4.h"

#include "base/time.h"
#include "check.h"

#define WHEN "20261124T083000Z"
#define BODY "{\"KeyId\":\"k\",\"Plaintext\":\"aGVsbG8=\"}"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

enum { MOST = 8 };

struct row {
    const char *method, *path, *query, *body;
    const char *headers[MOST][2];
    const char *names, *signature;
};

#define JSON_HEADERS                                                                               \
    {"Host", "localhost:4566"}, {"X-Amz-Date", WHEN}, {"X-Amz-Target", "TrentService.Encrypt"},    \
    {                                                                                              \
        "Content-Type", "application/x-amz-json-1.1"                                               \
    }

static const struct row rows[] = {
    {"POST",
     "/",
     "",
     BODY,
     {JSON_HEADERS},
     "content-type;host;x-amz-date;x-amz-target",
     "66d6ad8e21fe8753edf6d84a92629780d6aa21f9696c13fe1eb1c551d5183e0e"},
    {"POST",
     "",
     "",
     BODY,
     {JSON_HEADERS, {"X-Amz-Security-Token", "FQoG//tok=="}},
     "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
     "876b121e6baa7629343b2992c7816b6e2af15924d9b885dc74ae4949c4491f0f"},
    {"POST",
     "/",
     "",
     "",
     {{"Host", "a"}, {"X-Amz-Date", WHEN}, {"My-Header", "  a   \"b   c\"\t d  "}},
     "host;my-header;x-amz-date",
     "6e0e34c720f4c445e3e47dfe57f36cbf3b12e91d9391f949decf2063d691893e"},
    {"GET",
     "/",
     "",
     "",
     {{"Host", "a"},
      {"X-Amz-Date", WHEN},
      {"My-Header", "two"},
      {"Other", "x"},
      {"my-header", " one  1 "}},
     "host;my-header;other;x-amz-date",
     "18941afb284e04a436dd3ff0bc96461dcf11ed0fd02d47216480c123c0220dca"},
    {"GET",
     "/",
     "",
     "",
     {{"Host", "a"},
      {"X-Amz-Date", WHEN},
      {"My-Header1", "b"},
      {"My-Header", "a"},
      {"My-Header-2", "c"}},
     "host;my-header;my-header-2;my-header1;x-amz-date",
     "94dd88f419cbd9f25b1ed5fe5d3cbfae65c3ba9369b9921e7d53f05df227be8e"},
    {"GET",
     "/a%20b/x/../c",
     "",
     "",
     {{"Host", "a"}, {"X-Amz-Date", WHEN}},
     "host;x-amz-date",
     "c0f1be7246c8499021db3b0580caabb8ef77467c1e0a796fccdcb07d616769f1"},
    {"GET",
     "/",
     "c=%20%7e&a=2&b&a=1",
     "",
     {{"Host", "a"}, {"X-Amz-Date", WHEN}},
     "host;x-amz-date",
     "7668d6c02e83d9def0587183aafe4a55ea02813c25447566b2b36c9fec421602"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

struct signing {
    struct sigv4_header headers[MOST + 2];
    struct sigv4_request request;
    struct credentials credentials;
    struct srow_buf authorization;
};

static void signing_cleanup(struct signing *s)
{
    secret_cleanup(&s->credentials.secret_access_key);
    buf_cleanup(&s->authorization);
}

/* A row's request, signed, with its Authorization header as the last one. */
static enum srow_rc sign(struct signing *s, const struct row *row, struct srow_error *e)
{
    struct sigv4_scope scope = {"eu-central-1", "kms", 0, true, false};
    TRY(time_parse_basic(&scope.when, srow_str(WHEN), e));
    TRY(secret_of(&s->credentials.secret_access_key, srow_str(SECRET), e));
    s->credentials.access_key_id = (char *)(uintptr_t) "AKIDEXAMPLE";
    size_t n = 0;
    for (; n < MOST && row->headers[n][0] != NULL; n++) {
        s->headers[n].name = srow_str(row->headers[n][0]);
        s->headers[n].value = srow_str(row->headers[n][1]);
    }
    s->request = (struct sigv4_request){
        row->method, srow_str(row->path), srow_str(row->query), s->headers, n, srow_str(row->body)};
    TRY(sigv4_sign(&s->authorization, &s->request, &scope, &s->credentials, e));
    s->headers[n].name = srow_str("Authorization");
    s->headers[n].value = bytes_buf(&s->authorization);
    s->request.header_count = n + 1;
    return SROW_OK;
}

static enum srow_rc verify(struct signing *s, struct srow_error *e)
{
    struct sigv4_claim claim;
    TRY(sigv4_read(&claim, &s->request, e));
    return sigv4_verify(&claim, &s->request, &s->credentials.secret_access_key, e);
}

CASE(requests_are_signed_as_an_independent_signer_does)
{
    for (size_t i = 0; i < ROWS; i++) {
        AUTO(signing_cleanup) struct signing s = {0};
        struct srow_error e = {0};
        char wanted[400];
        CHECK_OK(sign(&s, &rows[i], &e), e);
        snprintf(wanted, sizeof wanted,
                 "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-central-1/kms/aws4_request, "
                 "SignedHeaders=%s, Signature=%s",
                 rows[i].names, rows[i].signature);
        CHECK(bytes_equal_str(bytes_buf(&s.authorization), wanted));
    }
}

CASE(what_was_signed_is_verified)
{
    for (size_t i = 0; i < ROWS; i++) {
        AUTO(signing_cleanup) struct signing s = {0};
        struct srow_error e = {0};
        CHECK_OK(sign(&s, &rows[i], &e), e);
        CHECK_OK(verify(&s, &e), e);
    }
}

CASE(an_altered_request_is_refused)
{
    static const char *const altered[] = {"body", "secret", "method", "path", "query", "header"};
    for (size_t i = 0; i < sizeof altered / sizeof altered[0]; i++) {
        AUTO(signing_cleanup) struct signing s = {0};
        struct srow_error e = {0};
        CHECK_OK(sign(&s, &rows[0], &e), e);
        switch (i) {
        case 0:
            s.request.body = srow_str(BODY " ");
            break;
        case 1:
            s.credentials.secret_access_key.at[3] ^= 1;
            break;
        case 2:
            s.request.method = "PUT";
            break;
        case 3:
            s.request.path = srow_str("/x");
            break;
        case 4:
            s.request.query = srow_str("a=b");
            break;
        default:
            s.headers[2].value = srow_str("TrentService.Decrypt");
        }
        CHECK_RC(verify(&s, &e), SROW_E_KMS_AUTH);
        CHECK(strstr(e.text, "signature") != NULL);
    }
}

static const char HEAD[] = "AWS4-HMAC-SHA256 Credential=A/20261124/r/kms/aws4_request";
#define MAC "66d6ad8e21fe8753edf6d84a92629780d6aa21f9696c13fe1eb1c551d5183e0e"

CASE(a_malformed_authorization_is_refused)
{
    static const struct {
        const char *credential, *rest;
    } bad[] = {
        {"", ""},
        {"Basic dXNlcjpwdw==", ""},
        {"AWS4-HMAC-SHA512 Credential=A/20261124/r/kms/aws4_request",
         ", SignedHeaders=host, Signature=" MAC},
        {HEAD, ""},
        {HEAD, ", SignedHeaders=host"},
        {HEAD, ", Signature=" MAC},
        {HEAD, ", SignedHeaders=, Signature=" MAC},
        {HEAD, ", SignedHeaders=host, Signature=" MAC "0"},
        {HEAD, ", SignedHeaders=host, SignedHeaders=date, Signature=" MAC},
        {HEAD, ", SignedHeaders=host, Signature=" MAC ", More=1"},
        {"AWS4-HMAC-SHA256 SignedHeaders=host", ", Signature=" MAC},
        {"AWS4-HMAC-SHA256 Credential=A/20261124/r/kms", ", SignedHeaders=host, Signature=" MAC},
        {"AWS4-HMAC-SHA256 Credential=A/2026/r/kms/aws4_request",
         ", SignedHeaders=host, Signature=" MAC},
        {"AWS4-HMAC-SHA256 Credential=A/20261125/r/kms/aws4_request",
         ", SignedHeaders=host, Signature=" MAC},
        {"AWS4-HMAC-SHA256 Credential=A/20261124/r/kms/aws4_request/x",
         ", SignedHeaders=host, Signature=" MAC},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, "%s%s", bad[i].credential, bad[i].rest);
        struct sigv4_header headers[] = {{srow_str("X-Amz-Date"), srow_str(WHEN)},
                                         {srow_str("Authorization"), srow_str(text)}};
        struct sigv4_request request = {"POST", {0}, {0}, headers, 2, {0}};
        struct sigv4_claim claim;
        CHECK_RC(sigv4_read(&claim, &request, NULL), SROW_E_KMS_AUTH);
    }
}

CASE(the_date_must_be_there_once_and_well_formed)
{
    char text[400];
    snprintf(text, sizeof text, "%s, SignedHeaders=host, Signature=" MAC, HEAD);
    struct sigv4_header headers[] = {{srow_str("Authorization"), srow_str(text)},
                                     {srow_str("x-amz-date"), srow_str(WHEN)},
                                     {srow_str("X-Amz-Date"), srow_str(WHEN)}};
    struct sigv4_request request = {"POST", {0}, {0}, headers, 1, {0}};
    struct srow_error e = {0};
    struct sigv4_claim claim;
    CHECK_RC(sigv4_read(&claim, &request, NULL), SROW_E_KMS_AUTH);
    request.header_count = 2;
    CHECK_OK(sigv4_read(&claim, &request, &e), e);
    CHECK(bytes_equal_str(claim.region, "r") && bytes_equal_str(claim.access_key_id, "A"));
    request.header_count = 3;
    CHECK_RC(sigv4_read(&claim, &request, NULL), SROW_E_KMS_AUTH);
    request.header_count = 2;
    headers[1].value = srow_str("Tue, 24 Nov 2026 08:30:00 GMT");
    CHECK_RC(sigv4_read(&claim, &request, NULL), SROW_E_KMS_AUTH);
}

CASE(host_must_be_signed_and_every_signed_header_present)
{
    AUTO(signing_cleanup) struct signing s = {0};
    struct srow_error e = {0};
    struct row bare = {"POST", "/", "", "", {{"X-Amz-Date", WHEN}}, "", ""};
    CHECK_OK(sign(&s, &bare, &e), e);
    CHECK_RC(verify(&s, &e), SROW_E_KMS_AUTH);
    CHECK(strstr(e.text, "'host'") != NULL);

    AUTO(signing_cleanup) struct signing other = {0};
    CHECK_OK(sign(&other, &rows[0], &e), e);
    other.headers[2].name = srow_str("X-Amz-Other");
    CHECK_RC(verify(&other, &e), SROW_E_KMS_AUTH);
    CHECK(strstr(e.text, "x-amz-target") != NULL);
}

int main(void)
{
    RUN(requests_are_signed_as_an_independent_signer_does);
    RUN(what_was_signed_is_verified);
    RUN(an_altered_request_is_refused);
    RUN(a_malformed_authorization_is_refused);
    RUN(the_date_must_be_there_once_and_well_formed);
    RUN(host_must_be_signed_and_every_signed_header_present);
    return check_done();
}
