/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsers of base, aws, config and the KMS's replies under failing allocations.
 */
#include <fcntl.h>
#include <sealrow/sealrow.h>
#include <stdlib.h>
#include <unistd.h>

#include "aws/arn.h"
#include "aws/credentials.h"
#include "aws/sigv4.h"
#include "base/json.h"
#include "base/text.h"
#include "cell/type.h"
#include "check.h"
#include "config/show.h"
#include "fault/fault.h"
#include "kms/wire.h"

static enum srow_rc json(struct srow_error *e)
{
    static const char text[] =
        "{\"a\":[1,2.5,true,null,\"\\u00e9t\\u00e9\"],\"b\":{\"c\":\"d\",\"e\":{}},\"f\":-7}";
    json_node *document = NULL;
    enum srow_rc rc = json_parse(&document, srow_str(text), e);
    if (rc != SROW_OK) {
        return document == NULL ? rc : fault_wrong("a document in spite of the failure");
    }
    int64_t f = 0;
    struct srow_bytes d = {0};
    bool right = json_as_integer(&f, json_get(document, "f")) && f == -7 &&
                 json_as_string(&d, json_get(json_get(document, "b"), "c")) &&
                 bytes_equal_str(d, "d") && json_count(json_get(document, "a")) == 5;
    json_free(&document);
    return right ? SROW_OK : fault_wrong("another document");
}

static enum srow_rc document(struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf room = {0};
    struct srow_bytes out = {0};
    enum srow_rc rc = type_text(
        &out, &room, SROW_TYPE_JSON,
        srow_str("{\"b\": [1.0, \"\\u00e9\", null], \"a\": {\"d\": -7, \"c\": \"x\"}}"), e);
    if (rc != SROW_OK) {
        return rc;
    }
    const char *right = "{\"a\":{\"c\":\"x\",\"d\":-7},\"b\":[1.0,\"\xC3\xA9\",null]}";
    return bytes_equal_str(out, right) ? SROW_OK : fault_wrong("another document");
}

static enum srow_rc base64(struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf there = {0}, back = {0};
    text_put_base64(&there, srow_str("the quick brown fox jumps over the lazy dog, twice a day"));
    TRY(buf_check(&there, e));
    enum srow_rc rc = text_parse_base64(&back, bytes_buf(&there), e);
    if (rc != SROW_OK) {
        return back.len == 0 ? rc : fault_wrong("bytes in spite of the failure");
    }
    return back.len == 56 ? SROW_OK : fault_wrong("other bytes");
}

/* ARNs are views: not one allocation. */
static enum srow_rc arn(struct srow_error *e)
{
    struct arn a;
    TRY(arn_parse_key(
        &a, srow_str("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        e));
    return bytes_equal_str(a.region, "us-east-1") ? SROW_OK : fault_wrong("another Region");
}

static enum srow_rc sigv4(struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret secret = {0};
    AUTO(buf_cleanup) struct srow_buf authorization = {0};
    TRY(secret_of(&secret, srow_str("a secret access key"), e));
    struct sigv4_header headers[] = {
        {srow_str("Host"), srow_str("kms.us-east-1.amazonaws.com")},
        {srow_str("X-Amz-Date"), srow_str("20260102T030405Z")},
        {srow_str("X-Amz-Target"), srow_str("TrentService.Decrypt")},
        {srow_str("Authorization"), {0}},
    };
    struct sigv4_request request = {.method = "POST",
                                    .path = srow_str("/a/../b"),
                                    .query = srow_str("b=2&a=1"),
                                    .headers = headers,
                                    .header_count = 3,
                                    .body = srow_str("{}")};
    struct sigv4_scope scope = {.region = "us-east-1", .service = "kms", .normalize_path = true};
    scope.when = 1767323045;
    struct credentials credentials = {(char *)(uintptr_t) "AKID", secret, NULL};
    enum srow_rc rc = sigv4_sign(&authorization, &request, &scope, &credentials, e);
    if (rc != SROW_OK) {
        return authorization.len == 0 ? rc : fault_wrong("a signature in spite of the failure");
    }
    headers[3].value = bytes_buf(&authorization);
    request.header_count = 4;
    struct sigv4_claim claim;
    TRY(sigv4_read(&claim, &request, e));
    return sigv4_verify(&claim, &request, &secret, e);
}

static enum srow_rc credentials_file(struct srow_error *e)
{
    struct credentials c = {0};
    enum srow_rc rc = credentials_load(&c, e);
    if (rc != SROW_OK) {
        bool untouched = c.access_key_id == NULL && c.secret_access_key.at == NULL;
        return untouched ? rc : fault_wrong("credentials in spite of the failure");
    }
    bool right = strcmp(c.access_key_id, "AKIDEXAMPLE") == 0 && c.secret_access_key.len == 6 &&
                 strcmp(c.session_token, "token") == 0;
    credentials_cleanup(&c);
    return right ? SROW_OK : fault_wrong("other credentials");
}

static enum srow_rc configuration(struct srow_error *e)
{
    static const char yaml[] =
        "version: 1\n"
        "domain: bank\n"
        "regions: {us-east-1: {}, eu-west-1: {endpoint: 'https://kms.example'}}\n"
        "keys:\n"
        "  default:\n"
        "    us-east-1: [\"arn:aws:kms:us-east-1:111122223333:key/"
        "1234abcd-12ab-34cd-56ef-1234567890ab\"]\n"
        "tables:\n"
        "  profile:\n"
        "    bind: {account: text, tenant: {column: tenant_id, type: integer}}\n"
        "    columns: {userid: {required: true}, note: {}, pin: {type: integer}}\n";
    struct srow_config *config = NULL;
    enum srow_rc rc = srow_config_parse(&config, srow_str(yaml), e);
    if (rc != SROW_OK) {
        return config == NULL ? rc : fault_wrong("a configuration in spite of the failure");
    }
    srow_config_free(config);
    return SROW_OK;
}

static enum srow_rc show(struct srow_error *e)
{
    static const char yaml[] = "version: 1\ndomain: bank\nregions: {us-east-1: {}}\n"
                               "keys:\n  default:\n    us-east-1: [\"arn:aws:kms:us-east-1:"
                               "111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"]\n"
                               "tables: {t: {bind: {account: text}, columns: {c: {}}}}\n";
    struct show s = {0};
    enum srow_rc rc = show_config(&s, srow_str(yaml), e);
    if (rc != SROW_OK) {
        return s.lines == NULL ? rc : fault_wrong("lines in spite of the failure");
    }
    bool right = s.count > 10;
    show_cleanup(&s);
    return right ? SROW_OK : fault_wrong("not all settings");
}

/* A configuration that is wrong: it is told, or there was no memory to tell. */
static enum srow_rc wrong_configuration(struct srow_error *e)
{
    static const char yaml[] = "version: 1\ndomain: bank\nregoins: {us-east-1: {}}\n";
    struct srow_config *config = NULL;
    enum srow_rc rc = srow_config_parse(&config, srow_str(yaml), e);
    if (rc == SROW_OK || config != NULL) {
        return fault_wrong("it was accepted");
    }
    return rc == SROW_E_CONFIG ? SROW_OK : rc;
}

/* A file of this process's own, named in the environment. */
static void make_credentials_file(void)
{
    static char path[] = "/tmp/sealrow-fault-XXXXXX";
    static const char text[] = "[other]\naws_access_key_id = no\n\n[default]\n"
                               "aws_access_key_id = AKIDEXAMPLE\n"
                               "aws_secret_access_key = secret\naws_session_token = token\n";
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, text, sizeof text - 1) != (ssize_t)(sizeof text - 1)) {
        puts("Bail out! no file for credentials");
        exit(1);
    }
    close(fd);
    static const char *const unset[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE",
                                        "AWS_DEFAULT_PROFILE"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++) {
        unsetenv(unset[i]);
    }
    setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
}

int main(void)
{
    static const struct fault_case cases[] = {
        {.name = "a JSON document is read or there is no memory", .run = json},
        {.name = "a document gets its canonical text or there is no memory", .run = document},
        {.name = "base64 is written and read or there is no memory", .run = base64},
        {.name = "an ARN needs no memory", .run = arn},
        {.name = "a request is signed and verified or there is no memory", .run = sigv4},
        {.name = "a credentials file is read or there is no memory", .run = credentials_file},
        {.name = "a configuration is read or there is no memory", .run = configuration},
        {.name = "a configuration is shown or there is no memory", .run = show},
        {.name = "a wrong configuration is refused", .run = wrong_configuration, .survives = true},
    };
    make_credentials_file();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_run(&cases[i]);
    }
    unlink(getenv("AWS_SHARED_CREDENTIALS_FILE"));
    return check_done();
}
