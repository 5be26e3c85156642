/* SPDX-License-Identifier: Apache-2.0
 *
 * Code that must not branch on secrets, nor look them up in tables, under Valgrind: it is told that
 * the secrets were never set, and reports each branch and each address that depends on them. Each
 * case must cost no report; the last one leaks on purpose and must be reported. S1 to S6 are the
 * numbers of the project's list.
 *
 * A comparison has a verdict, and that is public: what CRYPTO_memcmp and bytes_is_zero return
 * counts as set again, wherever they are called, libcrypto included.
 */
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>

#include "aws/sigv4.h"
#include "base/text.h"
#include "check.h"
#include "forge.h"
#include "kms/kms_own.h"
#include "kms/proof.h"

/* -- secrets, and what is public of them -- */

static void poison(struct srow_bytes b)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(b.at, b.len);
}

static void publish(struct srow_bytes b)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(b.at, b.len);
}

int I_WRAP_SONAME_FNNAME_ZZ(libcryptoZdsoZa, CRYPTO_memcmp)(const void *, const void *, size_t);
int I_WRAP_SONAME_FNNAME_ZZ(libcryptoZdsoZa, CRYPTO_memcmp)(const void *a, const void *b,
                                                            size_t len)
{
    OrigFn original;
    int verdict;
    VALGRIND_GET_ORIG_FN(original);
    CALL_FN_W_WWW(verdict, original, a, b, len);
    publish(bytes_of(&verdict, sizeof verdict));
    return verdict;
}

bool I_WRAP_SONAME_FNNAME_ZU(NONE, bytes_is_zero)(struct srow_bytes);
bool I_WRAP_SONAME_FNNAME_ZU(NONE, bytes_is_zero)(struct srow_bytes b)
{
    OrigFn original;
    unsigned long verdict;
    VALGRIND_GET_ORIG_FN(original);
    CALL_FN_W_WW(verdict, original, b.at, b.len);
    publish(bytes_of(&verdict, sizeof verdict));
    return (verdict & 1) != 0;
}

/* -- S1, S2: a message whose data key is a secret -- */

struct secretive {
    struct srow_keyring keyring;
    struct srow_keyring *inner;
};

static void unwrap(struct srow_keyring *k, struct materials *m, size_t n)
{
    keyring_unwrap(((struct secretive *)k)->inner, m, n);
    for (size_t i = 0; i < n; i++) {
        poison(secret_bytes(&m[i].data_key));
    }
}

static const struct keyring_ops secretive_ops = {"secretive", NULL, unwrap, NULL};

/* Decrypts a message with one byte of a field altered; `at` beyond 65,535: with none. */
static MUST enum srow_rc decrypt_altered(const char *field, uint32_t index, size_t at,
                                         struct srow_error *e)
{
    AUTO(keyring_free) struct srow_keyring *inner = NULL;
    AUTO(buf_cleanup) struct srow_buf message = {0}, plaintext = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    struct forge f = {.suite = 0x0478,
                      .content = HEADER_FRAMED,
                      .frame_length = 16,
                      .plaintext = srow_str("forty bytes of plaintext in three frames")};
    TRY(forge_keyring(&inner, "key", e));
    TRY(forge_write(&message, &f, inner, e));
    TRY(message_inspect(&m, bytes_buf(&message), e));
    uint8_t *start = forge_field(&message, &m, field, index);
    FAIL_IF(start == NULL, e, SROW_E_INTERNAL, "no field %s", field);
    start[at % 65536] ^= at < 65536;
    struct secretive keyring = {{&secretive_ops}, inner};
    enum srow_rc rc = forge_decrypt(&plaintext, bytes_buf(&message), &keyring.keyring, e);
    publish(bytes_buf(&plaintext));
    FAIL_IF(rc == SROW_OK && !bytes_equal(bytes_buf(&plaintext), f.plaintext), e, SROW_E_INTERNAL,
            "another plaintext");
    return rc;
}

CASE(S1_the_commitment_of_a_message_is_compared_in_constant_time)
{
    struct srow_error e = {0};
    CHECK_OK(decrypt_altered("commitment", 0, 65536, &e), e);
    CHECK_RC(decrypt_altered("commitment", 0, 0, &e), SROW_E_COMMITMENT);
    CHECK_RC(decrypt_altered("commitment", 0, 31, &e), SROW_E_COMMITMENT);
}

CASE(S2_the_tags_of_header_and_frames_are_compared_in_constant_time)
{
    struct srow_error e = {0};
    for (size_t at = 0; at < GCM_TAG; at += GCM_TAG - 1) {
        CHECK_RC(decrypt_altered("header-tag", 0, at, &e), SROW_E_HEADER_TAG);
        CHECK_RC(decrypt_altered("frame-tag", 2, at, &e), SROW_E_BODY_TAG);
    }
}

/* -- S4: what kmsd asks of each request -- */

enum { HEX = 64 }; /* digits of a signature */

static MUST enum srow_rc verify_altered(size_t digit, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret secret = {0};
    AUTO(buf_cleanup) struct srow_buf authorization = {0};
    struct sigv4_header headers[] = {
        {srow_str("Host"), srow_str("kms.us-east-1.amazonaws.com")},
        {srow_str("X-Amz-Date"), srow_str("20260102T030405Z")},
        {srow_str("Authorization"), {0}},
    };
    struct sigv4_request request = {.method = "POST",
                                    .path = srow_str("/"),
                                    .headers = headers,
                                    .header_count = 2,
                                    .body = srow_str("{}")};
    struct sigv4_scope scope = {.region = "us-east-1", .service = "kms", .when = 1767323045};
    struct sigv4_claim claim;
    TRY(secret_of(&secret, srow_str("a secret access key"), e));
    struct credentials credentials = {(char *)(uintptr_t) "AKID", secret, NULL};
    TRY(sigv4_sign(&authorization, &request, &scope, &credentials, e));
    if (digit < HEX) {
        ((uint8_t *)authorization.at)[authorization.len - HEX + digit] ^= 1;
    }
    headers[2].value = bytes_buf(&authorization);
    request.header_count = 3;
    TRY(sigv4_read(&claim, &request, e));
    poison(secret_bytes(&secret));
    return sigv4_verify(&claim, &request, &secret, e);
}

CASE(S4_the_signature_of_a_request_is_compared_in_constant_time)
{
    struct srow_error e = {0};
    CHECK_OK(verify_altered(HEX, &e), e);
    CHECK_RC(verify_altered(0, &e), SROW_E_KMS_AUTH);
    CHECK_RC(verify_altered(HEX - 1, &e), SROW_E_KMS_AUTH);
}

/* -- S5: secrets as text -- */

CASE(S5_secrets_are_written_as_base64_and_read_again_without_a_branch)
{
    for (size_t len = 1; len <= 64; len++) {
        AUTO(buf_cleanup) struct srow_buf text = {0}, back = {0};
        struct srow_error e = {0};
        uint8_t secret[64];
        memset(secret, (int)(0xA7 + 31 * len), sizeof secret);
        poison(bytes_of(secret, len));
        text_put_base64(&text, bytes_of(secret, len));
        CHECK_OK(text_parse_base64(&back, bytes_buf(&text), &e), e);
        CHECK(back.len == len);
    }
}

CASE(S5_text_that_is_no_base64_is_refused_without_a_branch_on_where_it_is_wrong)
{
    for (size_t at = 0; at < 43; at += 42) {
        AUTO(buf_cleanup) struct srow_buf back = {0};
        char text[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        text[at] = '*';
        poison(bytes_of(text, 44));
        CHECK_RC(text_parse_base64(&back, bytes_of(text, 44), NULL), SROW_E_MALFORMED);
    }
}

CASE(S5_secrets_are_written_as_hex_without_a_branch)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    uint8_t secret[32] = {0xA9};
    poison(bytes_of(secret, sizeof secret));
    text_put_hex(&text, bytes_of(secret, sizeof secret));
    CHECK(text.len == 64);
}

/* -- S6: a data key that comes back -- */

/* An own KMS function that answers a data key of so many bytes. */
static enum srow_rc answer(void *state, struct srow_kms_call *call)
{
    const size_t *len = state;
    memset(call->data_key.at, 0xA9, call->data_key.room);
    poison(bytes_of(call->data_key.at, call->data_key.room));
    call->data_key.len = *len;
    call->key_id.len = strlen(call->key_arn);
    memcpy(call->key_id.at, call->key_arn, call->key_id.len);
    return SROW_OK;
}

static MUST enum srow_rc unwrap_by_kms(size_t len, struct srow_error *e)
{
    AUTO(kms_free) struct kms *kms = NULL;
    struct srow_kms_ops functions = {
        .state = &len, .generate = answer, .encrypt = answer, .decrypt = answer};
    struct kms_request r = {.op = KMS_DECRYPT,
                            .region = "us-east-1",
                            .key_arn = "arn:aws:kms:us-east-1:111122223333:key/k",
                            .data_key_bytes = 32,
                            .ciphertext = srow_str("wrapped")};
    TRY(kms_own_new(&kms, &functions, 1000, e));
    kms_call(kms, &r, 1);
    enum srow_rc rc = r.rc;
    kms_request_cleanup(&r);
    return rc;
}

CASE(S6_the_data_key_of_an_answer_is_measured_and_not_looked_at)
{
    struct srow_error e = {0};
    CHECK_OK(unwrap_by_kms(32, &e), e);
    CHECK_RC(unwrap_by_kms(31, &e), SROW_E_KMS_DATA_KEY);
    CHECK_RC(unwrap_by_kms(0, &e), SROW_E_KMS_DATA_KEY);
}

/* The wrapping key is the secret; `cut` bytes of the encrypted data key are taken off. */
static MUST enum srow_rc unwrap_by_aes(size_t cut, bool altered, struct srow_error *e)
{
    AUTO(keyring_free) struct srow_keyring *keyring = NULL;
    AUTO(materials_cleanup) struct materials m = {0};
    AUTO(materials_cleanup) struct materials back = {0};
    struct context none = {0};
    uint8_t key[32] = {0xA9};
    poison(bytes_of(key, sizeof key));
    TRY(srow_keyring_aes_new(&keyring, "attacks", "key", bytes_of(key, sizeof key), e));
    m.suite = back.suite = suite_find(0x0478);
    m.context = back.context = &none;
    keyring_wrap(keyring, &m, 1);
    TRY(materials_result(&m, e));
    publish(m.edks.edk[0].ciphertext);
    m.edks.edk[0].ciphertext.len -= cut;
    ((uint8_t *)(uintptr_t)m.edks.edk[0].ciphertext.at)[0] ^= altered;
    back.offered = &m.edks;
    keyring_unwrap(keyring, &back, 1);
    return materials_result(&back, e);
}

CASE(S6_an_encrypted_data_key_is_opened_without_a_branch_on_the_wrapping_key)
{
    struct srow_error e = {0};
    CHECK_OK(unwrap_by_aes(0, false, &e), e);
    CHECK_RC(unwrap_by_aes(1, false, &e), SROW_E_NO_DATA_KEY);
    CHECK_RC(unwrap_by_aes(0, true, &e), SROW_E_NO_DATA_KEY);
}

/* -- the other way round -- */

/* As somebody could write it: it ends at the first byte that differs. */
static bool equal_at_once(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

CASE(a_comparison_that_ends_early_is_reported)
{
    uint8_t secret[32] = {1, 2, 3}, guess[32] = {1, 2, 4};
    unsigned before = VALGRIND_COUNT_ERRORS;
    poison(bytes_of(secret, sizeof secret));
    bool same = equal_at_once(secret, guess, sizeof secret);
    CHECK(VALGRIND_COUNT_ERRORS > before);
    publish(bytes_of(&same, sizeof same));
    CHECK(!same);
}

CASE(a_secret_that_chooses_from_a_table_is_reported)
{
    static const uint8_t table[4] = {7, 7, 7, 7};
    uint8_t secret = 3;
    unsigned before = VALGRIND_COUNT_ERRORS;
    poison(bytes_of(&secret, 1));
    uint8_t chosen = ((const volatile uint8_t *)table)[secret & 3];
    publish(bytes_of(&chosen, 1));
    CHECK(VALGRIND_COUNT_ERRORS > before && chosen == 7);
}

#define RUN_SILENT(name)                                                                           \
    do {                                                                                           \
        unsigned before_ = VALGRIND_COUNT_ERRORS;                                                  \
        check_failed = false;                                                                      \
        name();                                                                                    \
        if (VALGRIND_COUNT_ERRORS != before_) {                                                    \
            printf("# %u reports of Valgrind\n", VALGRIND_COUNT_ERRORS - before_);                 \
            check_failed = true;                                                                   \
        }                                                                                          \
        check_point(#name);                                                                        \
    } while (0)

int main(void)
{
    if (RUNNING_ON_VALGRIND == 0) {
        puts("1..0 # skip it is for Valgrind to see");
        return 0;
    }
    RUN_SILENT(S1_the_commitment_of_a_message_is_compared_in_constant_time);
    RUN_SILENT(S2_the_tags_of_header_and_frames_are_compared_in_constant_time);
    RUN_SILENT(S4_the_signature_of_a_request_is_compared_in_constant_time);
    RUN_SILENT(S5_secrets_are_written_as_base64_and_read_again_without_a_branch);
    RUN_SILENT(S5_text_that_is_no_base64_is_refused_without_a_branch_on_where_it_is_wrong);
    RUN_SILENT(S5_secrets_are_written_as_hex_without_a_branch);
    RUN_SILENT(S6_the_data_key_of_an_answer_is_measured_and_not_looked_at);
    RUN_SILENT(S6_an_encrypted_data_key_is_opened_without_a_branch_on_the_wrapping_key);
    RUN(a_comparison_that_ends_early_is_reported);
    RUN(a_secret_that_chooses_from_a_table_is_reported);
    return check_done();
}
