/* SPDX-License-Identifier: Apache-2.0
 *
 * Replies of KMS are hostile: what is believed, and the code of everything else.
 */
#include "kms/wire.h"

#include <stdlib.h>

#include "check.h"

#define ARN "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define K32 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" /* 00 01 .. 1F */
#define K31 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="
#define K33 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
#define K16 "AAECAwQFBgcICQoLDA0ODw=="
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ID "\"KeyId\":\"" ARN "\""
#define BLOB "\"CiphertextBlob\":\"d3JhcHBlZA==\""

static struct kms_request asked(enum kms_op op)
{
    return (struct kms_request){
        .op = op, .region = "us-east-1", .key_arn = ARN, .data_key_bytes = 32};
}

static void read_body(struct kms_request *r, int status, const char *type, const char *body)
{
    struct wire_reply reply = {status, srow_str(body), type, "req-1", 0};
    wire_read(r, &reply);
}

struct row {
    enum kms_op op;
    int status;
    const char *body;
    enum srow_rc rc;
};

static bool all_right(const struct row *rows, size_t n)
{
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        struct kms_request r = asked(rows[i].op);
        read_body(&r, rows[i].status, "", rows[i].body);
        bool right = r.rc == rows[i].rc;
        if (r.rc != SROW_OK) {
            right = right && r.data_key.len == 0 && r.wrapped.len == 0 && !r.enabled &&
                    strstr(r.error.text, "Region us-east-1") != NULL;
        }
        if (!right) {
            printf("# row %zu: %s: %s\n", i, srow_rc_name(r.rc), r.error.text);
        }
        good = good && right;
        kms_request_cleanup(&r);
    }
    return good;
}

CASE(a_good_answer_is_read)
{
    struct kms_request r = asked(KMS_GENERATE);
    read_body(&r, 200, "", "{" ID ",\"Plaintext\":\"" K32 "\"," BLOB ",\"KeyMaterialId\":\"x\"}");
    CHECK_OK(r.rc, r.error);
    CHECK(r.data_key.len == 32 && r.data_key.at[31] == 31);
    CHECK_BYTES(bytes_buf(&r.wrapped), srow_str("wrapped"));
    kms_request_cleanup(&r);
    r = asked(KMS_ENCRYPT);
    read_body(&r, 200, "", "{" ID "," BLOB "}");
    CHECK_OK(r.rc, r.error);
    kms_request_cleanup(&r);
    r = asked(KMS_DECRYPT);
    read_body(&r, 200, "", "{" ID ",\"Plaintext\":\"" K32 "\"}");
    CHECK_OK(r.rc, r.error);
    CHECK(r.data_key.len == 32);
    kms_request_cleanup(&r);
    r = asked(KMS_DESCRIBE);
    read_body(&r, 200, "",
              "{\"KeyMetadata\":{\"Arn\":\"" ARN "\",\"KeyState\":\"Enabled\",\"Enabled\":true}}");
    CHECK_OK(r.rc, r.error);
    CHECK(r.enabled);
}

CASE(an_answer_for_another_key_is_refused)
{
    static const struct row rows[] = {
        {KMS_ENCRYPT, 200, "{\"KeyId\":\"" ARN "0\"," BLOB "}", SROW_E_KMS_KEY_ID},
        {KMS_ENCRYPT, 200,
         "{\"KeyId\":\"arn:aws:kms:us-west-2:111122223333:key/"
         "1234abcd-12ab-34cd-56ef-1234567890ab\"," BLOB "}",
         SROW_E_KMS_KEY_ID},
        {KMS_ENCRYPT, 200, "{\"KeyId\":\"arn:aws:kms:us-east-1:111122223333:alias/a\"," BLOB "}",
         SROW_E_KMS_KEY_ID},
        {KMS_ENCRYPT, 200, "{\"KeyId\":\"1234abcd-12ab-34cd-56ef-1234567890ab\"," BLOB "}",
         SROW_E_KMS_KEY_ID},
        {KMS_ENCRYPT, 200, "{\"KeyId\":\"\"," BLOB "}", SROW_E_KMS_KEY_ID},
        {KMS_ENCRYPT, 200, "{\"KeyId\":\"" ARN "\\u0000\"," BLOB "}", SROW_E_KMS_KEY_ID},
        {KMS_ENCRYPT, 200, "{" BLOB "}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{\"KeyId\":null," BLOB "}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{\"KeyId\":7," BLOB "}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{\"keyid\":\"" ARN "\"," BLOB "}", SROW_E_KMS_REPLY},
        {KMS_DESCRIBE, 200,
         "{\"KeyMetadata\":{\"Arn\":\"" ARN "1\",\"KeyState\":\"Enabled\",\"Enabled\":true}}",
         SROW_E_KMS_KEY_ID},
    };
    CHECK(all_right(rows, sizeof rows / sizeof rows[0]));
}

#define PLAIN(text) "{" ID ",\"Plaintext\":" text "}"

CASE(a_data_key_of_another_length_or_no_base64_is_refused)
{
    static const struct row rows[] = {
        {KMS_DECRYPT, 200, PLAIN("\"" K16 "\""), SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, 200, PLAIN("\"" K31 "\""), SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, 200, PLAIN("\"" K33 "\""), SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, 200, PLAIN("\"\""), SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, 200, PLAIN("\"" ZERO "\""), SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, 200, PLAIN("\" " K31 "\""), SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, 200, PLAIN("\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\""),
         SROW_E_KMS_REPLY}, /* bits left over */
        {KMS_DECRYPT, 200, PLAIN("\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-=\""),
         SROW_E_KMS_REPLY}, /* the URL alphabet */
        {KMS_DECRYPT, 200, PLAIN("\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxw\\nHh8=\""),
         SROW_E_KMS_REPLY},
        {KMS_DECRYPT, 200, PLAIN("null"), SROW_E_KMS_REPLY},
        {KMS_DECRYPT, 200, PLAIN("[1]"), SROW_E_KMS_REPLY},
        {KMS_DECRYPT, 200, "{" ID "}", SROW_E_KMS_REPLY},
        {KMS_DECRYPT, 200, "{" ID ",\"plaintext\":\"" K32 "\"}", SROW_E_KMS_REPLY},
        {KMS_GENERATE, 200, "{" ID ",\"Plaintext\":\"" K32 "\"}", SROW_E_KMS_REPLY},
        {KMS_GENERATE, 200, "{" ID "," BLOB "}", SROW_E_KMS_REPLY},
    };
    CHECK(all_right(rows, sizeof rows / sizeof rows[0]));
}

CASE(what_is_no_answer_of_KMS_is_refused)
{
    static const struct row rows[] = {
        {KMS_ENCRYPT, 200, "", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "<html>Welcome</html>", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "[]", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "7", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{" ID "," BLOB, SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{" ID "," BLOB "}x", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "\xEF\xBB\xBF{" ID "," BLOB "}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{" ID "," ID "," BLOB "}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{" ID "," BLOB "," BLOB "}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{" ID ",\"CiphertextBlob\":\"\"}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{" ID "," BLOB ",\"x\":\"\\ud800\"}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 200, "{\"__type\":\"AccessDeniedException\"," ID "," BLOB "}",
         SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 400, "{" ID "," BLOB "}", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 307, "", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 404, "<html>not found</html>", SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, 502, "<html>bad gateway</html>", SROW_E_KMS_SERVICE},
        {KMS_ENCRYPT, 500, "{\"__type\":7}", SROW_E_KMS_SERVICE},
        {KMS_DESCRIBE, 200, "{}", SROW_E_KMS_REPLY},
        {KMS_DESCRIBE, 200, "{\"KeyMetadata\":[]}", SROW_E_KMS_REPLY},
    };
    CHECK(all_right(rows, sizeof rows / sizeof rows[0]));
}

CASE(a_wrapped_key_larger_than_KMS_makes_is_refused)
{
    static const size_t blobs[] = {6144, 6147, 48000};
    for (size_t i = 0; i < 3; i++) {
        AUTO(buf_cleanup) struct srow_buf body = {0};
        buf_put_str(&body, "{" ID ",\"CiphertextBlob\":\"");
        for (size_t k = 0; k < blobs[i] / 3 * 4; k++) {
            buf_put_u8(&body, 'A');
        }
        buf_put_str(&body, "\"}");
        struct kms_request r = asked(KMS_ENCRYPT);
        read_body(&r, 200, "", buf_cstr(&body));
        enum srow_rc rc = r.rc;
        kms_request_cleanup(&r);
        CHECK_RC(rc, i == 0 ? SROW_OK : SROW_E_KMS_REPLY);
    }
}

CASE(a_document_of_any_depth_is_survived)
{
    AUTO(buf_cleanup) struct srow_buf body = {0};
    for (size_t i = 0; i < 10000; i++) {
        buf_put_str(&body, "{\"a\":");
    }
    struct kms_request r = asked(KMS_ENCRYPT);
    read_body(&r, 200, "", buf_cstr(&body));
    CHECK_RC(r.rc, SROW_E_KMS_REPLY);
}

CASE(the_code_decides_and_never_the_status)
{
    static const struct {
        const char *code;
        enum srow_rc rc;
    } rows[] = {
        {"AccessDeniedException", SROW_E_KMS_DENIED},
        {"com.amazonaws.kms#AccessDeniedException", SROW_E_KMS_DENIED},
        {"AccessDeniedException:http://internal.amazon.com/coral/", SROW_E_KMS_DENIED},
        {"com.amazonaws.kms#NotFoundException:http://x#y", SROW_E_KMS_NOT_FOUND},
        {"NotFoundException", SROW_E_KMS_NOT_FOUND},
        {"DisabledException", SROW_E_KMS_DISABLED},
        {"KMSInvalidStateException", SROW_E_KMS_DISABLED},
        {"InvalidKeyUsageException", SROW_E_KMS_DISABLED},
        {"InvalidCiphertextException", SROW_E_KMS_CIPHERTEXT},
        {"IncorrectKeyException", SROW_E_KMS_CIPHERTEXT},
        {"UnrecognizedClientException", SROW_E_KMS_AUTH},
        {"InvalidSignatureException", SROW_E_KMS_AUTH},
        {"MissingAuthenticationTokenException", SROW_E_KMS_AUTH},
        {"IncompleteSignatureException", SROW_E_KMS_AUTH},
        {"ExpiredTokenException", SROW_E_KMS_AUTH},
        {"KMSInternalException", SROW_E_KMS_SERVICE},
        {"KeyUnavailableException", SROW_E_KMS_SERVICE},
        {"DependencyTimeoutException", SROW_E_KMS_SERVICE},
        {"ThrottlingException", SROW_E_KMS_SERVICE},
        {"SlowDown", SROW_E_KMS_SERVICE},
        {"LimitExceededException", SROW_E_KMS_DENIED},
        {"ValidationException", SROW_E_KMS_REPLY},
        {"UnknownOperationException", SROW_E_KMS_REPLY},
        {"AccessDenied", SROW_E_KMS_REPLY},
        {"", SROW_E_KMS_REPLY},
    };
    static const int statuses[] = {400, 404, 409, 412, 403};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char body[256];
        snprintf(body, sizeof body, "{\"__type\":\"%s\",\"message\":\"text\"}", rows[i].code);
        for (size_t k = 0; k < 5; k++) {
            struct kms_request r = asked(KMS_DECRYPT);
            read_body(&r, statuses[k], "", body);
            CHECK_RC(r.rc, rows[i].rc);
            r = asked(KMS_DECRYPT);
            read_body(&r, statuses[k], rows[i].code, "");
            CHECK_RC(r.rc, rows[i].rc);
        }
    }
}

CASE(an_unknown_code_is_the_servers_fault_from_500_on)
{
    struct kms_request r = asked(KMS_DECRYPT);
    read_body(&r, 500, "", "{\"__type\":\"BrandNewException\"}");
    CHECK_RC(r.rc, SROW_E_KMS_SERVICE);
}

CASE(texts_of_KMS_are_cleaned_and_cut)
{
    struct kms_request r = asked(KMS_DECRYPT);
    read_body(&r, 400, "",
              "{\"__type\":\"AccessDeniedException\",\"Message\":\"no\\nway \\u001b[31m\\u00e4\"}");
    CHECK_RC(r.rc, SROW_E_KMS_DENIED);
    CHECK(strstr(r.error.text, "Decrypt with " ARN ": AccessDeniedException: no?way ?[31m") !=
          NULL);
    char body[2000] = "{\"__type\":\"KMSInternalException\",\"message\":\"";
    memset(body + strlen(body), 'x', 1500);
    strcat(body, "\"}");
    r = asked(KMS_DECRYPT);
    read_body(&r, 500, "", body);
    CHECK_RC(r.rc, SROW_E_KMS_SERVICE);
    CHECK(strlen(r.error.text) < 400 && strstr(r.error.text, "request req-1") != NULL);
}

CASE(texts_of_KMS_end_with_a_whole_sentence_or_word)
{
    struct kms_request r = asked(KMS_DECRYPT);
    read_body(&r, 400, "",
              "{\"__type\":\"InvalidSignatureException\",\"message\":\"The request signature we "
              "calculated does not match the signature you provided. Check your AWS Secret Access "
              "Key and signing method. Consult the service documentation for details.\"}");
    CHECK_RC(r.rc, SROW_E_KMS_AUTH);
    CHECK(strstr(r.error.text, "signing method; see credentials") != NULL);
    kms_request_cleanup(&r);
    r = asked(KMS_DECRYPT);
    read_body(&r, 400, "",
              "{\"__type\":\"UnrecognizedClientException\",\"message\":\"The security token is "
              "invalid.\"}");
    CHECK(strstr(r.error.text, "token is invalid; see credentials") != NULL);
    char body[600] = "{\"__type\":\"DisabledException\",\"message\":\"";
    for (size_t i = 0; i < 60; i++) {
        strcat(body, "word7 ");
    }
    strcat(body, "\"}");
    r = asked(KMS_DECRYPT);
    read_body(&r, 400, "", body);
    size_t len = strlen(r.error.text);
    CHECK(len > 100 && len < 360 && strstr(r.error.text, " word7; enable the key") != NULL);
}

CASE(how_long_to_wait_is_passed_on)
{
    struct kms_request r = asked(KMS_DECRYPT);
    struct wire_reply reply = {400, srow_str("{\"__type\":\"ThrottlingException\"}"), "", "", 700};
    wire_read(&r, &reply);
    CHECK_RC(r.rc, SROW_E_KMS_SERVICE);
    CHECK(r.error.retry_after_ms == 700);
}

CASE(throttling_is_told_from_a_failure)
{
    static const struct {
        int status;
        const char *type, *body;
        bool throttled;
    } rows[] = {
        {400, "", "{\"__type\":\"com.amazonaws.kms#ThrottlingException\"}", true},
        {400, "ThrottlingException:http://x/", "", true},
        {503, "SlowDown", "", true},
        {500, "", "{\"__type\":\"KMSInternalException\"}", false},
        {503, "ServiceUnavailable", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kms_request r = asked(KMS_DECRYPT);
        struct wire_reply reply = {rows[i].status, srow_str(rows[i].body), rows[i].type, "", 0};
        wire_read(&r, &reply);
        CHECK_RC(r.rc, SROW_E_KMS_SERVICE);
        CHECK(r.throttled == rows[i].throttled);
    }
}

CASE(requests_are_written_as_KMS_reads_them)
{
    static const uint8_t three[] = {1, 2, 3};
    AUTO(secret_cleanup) struct secret key = {0};
    CHECK_RC(secret_of(&key, bytes_of(three, 3), NULL), SROW_OK);
    struct srow_pair context[] = {{srow_str("a\"b"), srow_str("\xC3\xA4")},
                                  {srow_str("c"), srow_str("")}};
    const struct {
        struct kms_request r;
        const char *wanted;
    } rows[] = {
        {{.op = KMS_GENERATE, .data_key_bytes = 32},
         "{\"KeyId\":\"" ARN "\",\"EncryptionContext\":{\"a\\\"b\":\"\xC3\xA4\",\"c\":\"\"},"
         "\"KeySpec\":\"AES_256\"}"},
        {{.op = KMS_GENERATE, .data_key_bytes = 24},
         "{\"KeyId\":\"" ARN "\",\"EncryptionContext\":{\"a\\\"b\":\"\xC3\xA4\",\"c\":\"\"},"
         "\"NumberOfBytes\":24}"},
        {{.op = KMS_ENCRYPT, .plaintext = &key},
         "{\"KeyId\":\"" ARN "\",\"EncryptionContext\":{\"a\\\"b\":\"\xC3\xA4\",\"c\":\"\"},"
         "\"Plaintext\":\"AQID\"}"},
        {{.op = KMS_DECRYPT, .ciphertext = bytes_of(three, 3)},
         "{\"KeyId\":\"" ARN "\",\"EncryptionContext\":{\"a\\\"b\":\"\xC3\xA4\",\"c\":\"\"},"
         "\"CiphertextBlob\":\"AQID\"}"},
        {{.op = KMS_DESCRIBE}, "{\"KeyId\":\"" ARN "\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf out = {0};
        struct kms_request r = rows[i].r;
        r.key_arn = ARN;
        r.context = context;
        r.context_count = 2;
        wire_write(&out, &r);
        CHECK_BYTES(bytes_buf(&out), srow_str(rows[i].wanted));
    }
}

int main(void)
{
    RUN(a_good_answer_is_read);
    RUN(an_answer_for_another_key_is_refused);
    RUN(a_data_key_of_another_length_or_no_base64_is_refused);
    RUN(what_is_no_answer_of_KMS_is_refused);
    RUN(a_wrapped_key_larger_than_KMS_makes_is_refused);
    RUN(a_document_of_any_depth_is_survived);
    RUN(the_code_decides_and_never_the_status);
    RUN(an_unknown_code_is_the_servers_fault_from_500_on);
    RUN(texts_of_KMS_are_cleaned_and_cut);
    RUN(texts_of_KMS_end_with_a_whole_sentence_or_word);
    RUN(how_long_to_wait_is_passed_on);
    RUN(throttling_is_told_from_a_failure);
    RUN(requests_are_written_as_KMS_reads_them);
    return check_done();
}
