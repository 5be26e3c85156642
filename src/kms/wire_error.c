/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS's error codes. They stand in the body's "__type" ("namespace#Code") or in the header
 * x-amzn-ErrorType ("Code:http://..."); statuses differ between sources and are not believed,
 * except that a code we do not know is the server's fault from 500 on.
 */
#include "kms/wire_error.h"

#include <string.h>

struct row {
    const char *code;
    enum srow_rc rc;
};

static const struct row rows[] = {
    {"AccessDeniedException", SROW_E_KMS_DENIED},
    {"NotAuthorizedException", SROW_E_KMS_DENIED},
    {"InvalidGrantTokenException", SROW_E_KMS_DENIED},
    {"LimitExceededException", SROW_E_KMS_DENIED}, /* a quota of resources: final */
    {"NotFoundException", SROW_E_KMS_NOT_FOUND},
    {"InvalidArnException", SROW_E_KMS_NOT_FOUND},
    {"DisabledException", SROW_E_KMS_DISABLED},
    {"KMSInvalidStateException", SROW_E_KMS_DISABLED},
    {"InvalidKeyUsageException", SROW_E_KMS_DISABLED},
    {"InvalidCiphertextException", SROW_E_KMS_CIPHERTEXT},
    {"IncorrectKeyException", SROW_E_KMS_CIPHERTEXT},
    {"UnrecognizedClientException", SROW_E_KMS_AUTH},
    {"InvalidClientTokenId", SROW_E_KMS_AUTH},
    {"InvalidSignatureException", SROW_E_KMS_AUTH},
    {"SignatureDoesNotMatch", SROW_E_KMS_AUTH},
    {"MissingAuthenticationTokenException", SROW_E_KMS_AUTH},
    {"MissingAuthenticationToken", SROW_E_KMS_AUTH},
    {"IncompleteSignatureException", SROW_E_KMS_AUTH},
    {"IncompleteSignature", SROW_E_KMS_AUTH},
    {"ExpiredTokenException", SROW_E_KMS_AUTH},
    {"ExpiredToken", SROW_E_KMS_AUTH},
    {"RequestExpired", SROW_E_KMS_AUTH},
    {"OptInRequired", SROW_E_KMS_AUTH},
    {"KMSInternalException", SROW_E_KMS_SERVICE},
    {"KeyUnavailableException", SROW_E_KMS_SERVICE},
    {"DependencyTimeoutException", SROW_E_KMS_SERVICE},
    {"InternalFailure", SROW_E_KMS_SERVICE},
    {"InternalServerError", SROW_E_KMS_SERVICE},
    {"ServiceUnavailable", SROW_E_KMS_SERVICE},
    {"ServiceUnavailableException", SROW_E_KMS_SERVICE},
    {"RequestTimeout", SROW_E_KMS_SERVICE},
    {"RequestTimeoutException", SROW_E_KMS_SERVICE},
    {"PriorRequestNotComplete", SROW_E_KMS_SERVICE},
    {"ValidationException", SROW_E_KMS_REPLY},
    {"UnknownOperationException", SROW_E_KMS_REPLY},
    {"SerializationException", SROW_E_KMS_REPLY},
    {"UnsupportedOperationException", SROW_E_KMS_REPLY},
};

/* All of them SROW_E_KMS_SERVICE. */
static const char *const throttles[] = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "SlowDown",
    "ProvisionedThroughputExceededException",
};

/* What follows '#' and precedes ':'. */
static struct srow_bytes bare_code(struct srow_bytes text)
{
    const char *at = text.at;
    size_t from = 0, to = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (at[i] == '#' && to == 0) {
            from = i + 1;
        } else if (at[i] == ':' && to == 0) {
            to = i;
        }
    }
    to = to == 0 ? text.len : to;
    return from < to ? bytes_of(at + from, to - from) : bytes_of(at, 0);
}

static bool is_throttle(struct srow_bytes code)
{
    for (size_t i = 0; i < sizeof throttles / sizeof(const char *); i++) {
        if (bytes_equal_str(code, throttles[i])) {
            return true;
        }
    }
    return false;
}

static enum srow_rc code_of(struct srow_bytes code, int status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (bytes_equal_str(code, rows[i].code)) {
            return rows[i].rc;
        }
    }
    return status >= 500 || is_throttle(code) ? SROW_E_KMS_SERVICE : SROW_E_KMS_REPLY;
}

/* The body's code; the header's where the body has none. */
static struct srow_bytes type_of(const struct wire_reply *reply, const json_node *document)
{
    struct srow_bytes type = srow_str(reply->error_type);
    (void)json_as_string(&type, json_get(document, "__type"));
    return type;
}

bool wire_error_is_throttle(const struct wire_reply *reply, const json_node *document)
{
    return is_throttle(bare_code(type_of(reply, document)));
}

enum srow_rc wire_error_code(struct srow_bytes code)
{
    return code_of(code, 0);
}

/* Where a text that is too long ends: behind its last whole sentence, else its last whole word. */
static void shorten(char *text)
{
    char *word = strrchr(text, ' '), *sentence = NULL;
    for (char *at = strstr(text, ". "); at != NULL; at = strstr(at + 1, ". ")) {
        sentence = at;
    }
    if (sentence != NULL) {
        *sentence = '\0';
    } else if (word != NULL) {
        *word = '\0';
    }
}

/* Hostile text into ours: printable ASCII, not longer than its room, NUL at the end. */
static void clean(char *out, size_t room, struct srow_bytes text)
{
    const unsigned char *at = text.at;
    size_t n = text.len < room ? text.len : room - 1;
    for (size_t i = 0; i < n; i++) {
        out[i] = at[i] >= ' ' && at[i] < 0x7F ? (char)at[i] : '?';
    }
    out[n] = '\0';
    if (n < text.len) {
        shorten(out);
    }
}

enum srow_rc wire_error_read(const struct wire_reply *reply, const json_node *document,
                             struct srow_error *e)
{
    struct srow_bytes type = type_of(reply, document), said = {0};
    char code[64], text[160];
    if (json_get(document, "__type") == NULL && type.len == 0) {
        enum srow_rc rc = reply->status >= 500 ? SROW_E_KMS_SERVICE : SROW_E_KMS_REPLY;
        FAIL(e, rc, "status %d without an error code", reply->status);
    }
    FAIL_IF(reply->status == 200, e, SROW_E_KMS_REPLY, "an error that calls itself a success");
    if (!json_as_string(&said, json_get(document, "message"))) {
        (void)json_as_string(&said, json_get(document, "Message"));
    }
    enum srow_rc rc = code_of(bare_code(type), reply->status);
    clean(code, sizeof code, bare_code(type));
    clean(text, sizeof text, said);
    const char *id = rc == SROW_E_KMS_SERVICE || rc == SROW_E_KMS_REPLY ? reply->request_id : "";
    FAIL(e, rc, "%s%s%s%s%s%s", code, text[0] == '\0' ? "" : ": ", text,
         id[0] == '\0' ? "" : " (request ", id, id[0] == '\0' ? "" : ")");
}

const char *wire_error_hint(enum srow_rc rc)
{
    switch ((int)rc) {
    case SROW_E_KMS_DENIED:
        return "; see the key's policy";
    case SROW_E_KMS_AUTH:
        return "; see credentials and clock";
    case SROW_E_KMS_DISABLED:
        return "; enable the key in that Region, or take it out of the configuration";
    case SROW_E_KMS_NOT_FOUND:
        return "; see the keys of the configuration";
    default:
        return "";
    }
}
