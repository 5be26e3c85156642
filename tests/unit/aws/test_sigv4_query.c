/* SPDX-License-Identifier: Apache-2.0
 *
 * The token of the first case was made by botocore 1.44.5 with its clock held still.
 */
#include "aws/sigv4.h"
#include "base/time.h"
#include "check.h"

#define WHEN "20261124T083000Z"
#define HOST "db.example.com:5432"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define SIGNED                                                                                     \
    "Action=connect&DBUser=jane%40x&X-Amz-Algorithm=AWS4-HMAC-SHA256&"                             \
    "X-Amz-Credential=AKIDEXAMPLE%2F20261124%2Feu-central-1%2Frds-db%2Faws4_request&"              \
    "X-Amz-Date=" WHEN "&X-Amz-Expires=900&X-Amz-SignedHeaders=host&"
#define SIGNATURE "4b16b743d78e33a32d93d4824fe5e520ba32410bb67c5075698b21e1f5d1b100"

struct signing {
    struct sigv4_header host;
    struct sigv4_request request;
    struct sigv4_scope scope;
    struct credentials credentials;
    struct srow_buf query;
};

static void signing_cleanup(struct signing *s)
{
    secret_cleanup(&s->credentials.secret_access_key);
    buf_cleanup(&s->query);
}

static enum srow_rc presign(struct signing *s, uint32_t expires_s, struct srow_error *e)
{
    s->scope = (struct sigv4_scope){"eu-central-1", "rds-db", 0, true, false};
    TRY(time_parse_basic(&s->scope.when, srow_str(WHEN), e));
    TRY(secret_of(&s->credentials.secret_access_key, srow_str(SECRET), e));
    s->credentials.access_key_id = (char *)(uintptr_t) "AKIDEXAMPLE";
    s->host = (struct sigv4_header){srow_str("Host"), srow_str(HOST)};
    s->request = (struct sigv4_request){
        "GET", srow_str("/"), srow_str("Action=connect&DBUser=jane%40x"), &s->host, 1, {0}};
    return sigv4_presign(&s->query, &s->request, &s->scope, &s->credentials, expires_s, e);
}

static enum srow_rc verify(struct signing *s, const char *query, time_t later, struct srow_error *e)
{
    AUTO(sigv4_query_cleanup) struct sigv4_query read = {0};
    struct sigv4_request request = s->request;
    request.query = srow_str(query);
    TRY(sigv4_query_read(&read, &request, e));
    return sigv4_query_verify(&read, &request, &s->credentials.secret_access_key,
                              s->scope.when + later, e);
}

CASE(a_query_is_signed_as_botocore_does)
{
    AUTO(signing_cleanup) struct signing s = {0};
    struct srow_error e = {0};
    CHECK_OK(presign(&s, 900, &e), e);
    CHECK(bytes_equal_str(bytes_buf(&s.query), SIGNED "X-Amz-Signature=" SIGNATURE));
}

CASE(a_signed_query_is_good_from_its_time_until_it_expires)
{
    AUTO(signing_cleanup) struct signing s = {0};
    struct srow_error e = {0};
    CHECK_OK(presign(&s, 900, &e), e);
    const char *query = SIGNED "X-Amz-Signature=" SIGNATURE;
    CHECK_OK(verify(&s, query, 0, &e), e);
    CHECK_OK(verify(&s, query, 900, &e), e);
    CHECK_RC(verify(&s, query, 901, &e), SROW_E_KMS_AUTH);
    CHECK(strstr(e.text, "expired") != NULL);
    CHECK_RC(verify(&s, query, -1, &e), SROW_E_KMS_AUTH);
}

CASE(the_order_and_spelling_of_parameters_do_not_matter)
{
    AUTO(signing_cleanup) struct signing s = {0};
    struct srow_error e = {0};
    CHECK_OK(presign(&s, 900, &e), e);
    CHECK_OK(verify(&s, "X-Amz-%53ignature=" SIGNATURE "&" SIGNED, 0, &e), e);
}

CASE(an_altered_query_is_refused)
{
    static const char *const altered[] = {
        SIGNED "x=1&X-Amz-Signature=" SIGNATURE,
        SIGNED "X-Amz-Signature=" SIGNATURE "&Action=drop",
        "DBUser=eve&" SIGNED "X-Amz-Signature=" SIGNATURE,
        SIGNED "X-Amz-Signature=0000000000000000000000000000000000000000000000000000000000000000",
        SIGNED "X-Amz-Signature=00",
        SIGNED,
        "X-Amz-Signature=" SIGNATURE,
        SIGNED "X-Amz-Signature=" SIGNATURE "&X-Amz-Signature=" SIGNATURE,
        SIGNED "X-Amz-Expires=604800&X-Amz-Signature=" SIGNATURE,
        SIGNED "X-Amz-%45xpires=604800&X-Amz-Signature=" SIGNATURE,
        "",
    };
    for (size_t i = 0; i < sizeof altered / sizeof altered[0]; i++) {
        AUTO(signing_cleanup) struct signing s = {0};
        struct srow_error e = {0};
        CHECK_OK(presign(&s, 900, &e), e);
        CHECK_RC(verify(&s, altered[i], 0, &e), SROW_E_KMS_AUTH);
    }
}

#define PARTS(algorithm, credential, date, expires)                                                \
    "X-Amz-Algorithm=" algorithm "&X-Amz-Credential=" credential "&X-Amz-Date=" date               \
    "&X-Amz-Expires=" expires "&X-Amz-SignedHeaders=host&X-Amz-Signature=" SIGNATURE
#define GOOD_CREDENTIAL "A%2F20261124%2Fr%2Fs%2Faws4_request"

CASE(malformed_parameters_are_refused)
{
    static const char *const bad[] = {
        PARTS("AWS4-HMAC-SHA512", GOOD_CREDENTIAL, WHEN, "900"),
        PARTS("AWS4-HMAC-SHA256", "A%2F20261124%2Fr%2Fs", WHEN, "900"),
        PARTS("AWS4-HMAC-SHA256", "A%2F20261125%2Fr%2Fs%2Faws4_request", WHEN, "900"),
        PARTS("AWS4-HMAC-SHA256", GOOD_CREDENTIAL, "yesterday", "900"),
        PARTS("AWS4-HMAC-SHA256", GOOD_CREDENTIAL, WHEN, "0"),
        PARTS("AWS4-HMAC-SHA256", GOOD_CREDENTIAL, WHEN, "604801"),
        PARTS("AWS4-HMAC-SHA256", GOOD_CREDENTIAL, WHEN, "-1"),
    };
    struct sigv4_request request = {"GET", {0}, {0}, NULL, 0, {0}};
    struct srow_error e = {0};
    for (size_t i = 0; i <= sizeof bad / sizeof bad[0]; i++) {
        AUTO(sigv4_query_cleanup) struct sigv4_query query = {0};
        bool good = i == sizeof bad / sizeof bad[0];
        request.query =
            srow_str(good ? PARTS("AWS4-HMAC-SHA256", GOOD_CREDENTIAL, WHEN, "900") : bad[i]);
        CHECK_RC(sigv4_query_read(&query, &request, &e), good ? SROW_OK : SROW_E_KMS_AUTH);
    }
}

CASE(a_query_is_not_good_for_longer_than_a_week)
{
    AUTO(signing_cleanup) struct signing s = {0}, other = {0};
    struct srow_error e = {0};
    CHECK_OK(presign(&s, SIGV4_EXPIRES_MOST, &e), e);
    CHECK_RC(presign(&other, SIGV4_EXPIRES_MOST + 1, &e), SROW_E_USAGE);
    secret_cleanup(&other.credentials.secret_access_key);
    CHECK_RC(presign(&other, 0, &e), SROW_E_USAGE);
}

int main(void)
{
    RUN(a_query_is_signed_as_botocore_does);
    RUN(a_signed_query_is_good_from_its_time_until_it_expires);
    RUN(the_order_and_spelling_of_parameters_do_not_matter);
    RUN(an_altered_query_is_refused);
    RUN(malformed_parameters_are_refused);
    RUN(a_query_is_not_good_for_longer_than_a_week);
    return check_done();
}
