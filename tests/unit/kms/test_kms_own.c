/* SPDX-License-Identifier: Apache-2.0
 *
 * Own KMS functions: what they are asked, and that their answers are not believed.
 */
#include "kms/kms_own.h"

#include "base/time.h"
#include "check.h"

#define ARN "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

enum { KEY = 32, ATTEMPT_MS = 500 };

/* What the functions do, and saw. */
struct own {
    enum srow_rc rc;
    const char *key_id, *text;
    size_t key_bytes, wrapped_bytes;
    uint8_t fill;
    bool moves; /* answers into memory of its own */
    uint32_t retry_after_ms;
    struct srow_kms_call seen;
    unsigned calls;
};

static uint8_t elsewhere[64];

static enum srow_rc answer(void *state, struct srow_kms_call *call)
{
    struct own *own = state;
    own->seen = *call;
    own->calls++;
    snprintf(call->text, sizeof call->text, "%s", own->text == NULL ? "" : own->text);
    call->retry_after_ms = own->retry_after_ms;
    if (own->rc != SROW_OK) {
        return own->rc;
    }
    memcpy(call->key_id.at, own->key_id, strlen(own->key_id));
    call->key_id.len = strlen(own->key_id);
    if (call->data_key.at != NULL && own->key_bytes <= call->data_key.room) {
        memset(call->data_key.at, own->fill, own->key_bytes);
    }
    call->data_key.len = own->key_bytes;
    if (call->wrapped.at != NULL && own->wrapped_bytes <= call->wrapped.room) {
        memset(call->wrapped.at, 'w', own->wrapped_bytes);
    }
    call->wrapped.len = own->wrapped_bytes;
    if (own->moves) {
        call->data_key.at = elsewhere;
    }
    return SROW_OK;
}

static struct own good(void)
{
    return (struct own){.key_id = ARN, .key_bytes = KEY, .wrapped_bytes = 100, .fill = 7};
}

static struct kms_request ask(struct own *own, enum kms_op op, struct srow_error *e)
{
    static const struct srow_pair context = {{"k", 1}, {"v", 1}};
    static uint8_t bytes[KEY] = {1};
    static const struct secret key = {bytes, KEY};
    struct srow_kms_ops functions = {own, answer, answer, answer, answer, {0}};
    AUTO(kms_free) struct kms *kms = NULL;
    struct kms_request r = {.op = op, .region = "us-east-1", .key_arn = ARN};
    r.context = &context;
    r.context_count = 1;
    r.data_key_bytes = op == KMS_ENCRYPT || op == KMS_DESCRIBE ? 0 : KEY;
    r.plaintext = op == KMS_ENCRYPT ? &key : NULL;
    r.ciphertext = op == KMS_DECRYPT ? srow_str("wrapped") : srow_str(NULL);
    if (op == KMS_ENCRYPT) {
        own->key_bytes = 0;
    } else if (op == KMS_DECRYPT) {
        own->wrapped_bytes = 0;
    } else if (op == KMS_DESCRIBE) {
        own->key_bytes = own->wrapped_bytes = 0;
    }
    r.rc = kms_own_new(&kms, &functions, ATTEMPT_MS, e);
    if (r.rc == SROW_OK) {
        kms_call(kms, &r, 1);
    }
    return r;
}

CASE(each_operation_asks_its_function_and_takes_its_answer)
{
    static const enum kms_op ops[] = {KMS_GENERATE, KMS_ENCRYPT, KMS_DECRYPT, KMS_DESCRIBE};
    for (size_t i = 0; i < 4; i++) {
        struct own own = good();
        AUTO(kms_request_cleanup) struct kms_request r = ask(&own, ops[i], &r.error);
        CHECK_OK(r.rc, r.error);
        CHECK(own.calls == 1 && strcmp(own.seen.key_arn, ARN) == 0);
        CHECK(strcmp(own.seen.region, "us-east-1") == 0 && own.seen.context_count == 1);
        CHECK(own.seen.timeout_ms == ATTEMPT_MS && own.seen.key_id.room == 2048);
        CHECK((own.seen.data_key_in.len == KEY) == (ops[i] == KMS_ENCRYPT));
        CHECK(bytes_equal_str(own.seen.wrapped_in, ops[i] == KMS_DECRYPT ? "wrapped" : ""));
        CHECK(r.data_key.len == own.key_bytes && r.wrapped.len == own.wrapped_bytes);
        CHECK(r.data_key.len == 0 || r.data_key.at[KEY - 1] == 7);
        CHECK(r.enabled == (ops[i] == KMS_DESCRIBE));
    }
}

CASE(answers_are_held_against_what_was_asked)
{
    static const struct {
        enum kms_op op;
        struct own own;
        enum srow_rc rc;
    } rows[] = {
        {KMS_GENERATE,
         {.key_id = "", .key_bytes = KEY, .wrapped_bytes = 9, .fill = 7},
         SROW_E_KMS_KEY_ID},
        {KMS_DECRYPT, {.key_id = ARN "x", .key_bytes = KEY, .fill = 7}, SROW_E_KMS_KEY_ID},
        {KMS_ENCRYPT, {.key_id = "alias/a", .wrapped_bytes = 9}, SROW_E_KMS_KEY_ID},
        {KMS_DESCRIBE, {.key_id = "1234abcd"}, SROW_E_KMS_KEY_ID},
        {KMS_GENERATE,
         {.key_id = ARN, .key_bytes = 31, .wrapped_bytes = 9, .fill = 7},
         SROW_E_KMS_DATA_KEY},
        {KMS_GENERATE, {.key_id = ARN, .key_bytes = KEY, .wrapped_bytes = 9}, SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, {.key_id = ARN, .fill = 7}, SROW_E_KMS_DATA_KEY},
        {KMS_DECRYPT, {.key_id = ARN, .key_bytes = 33, .fill = 7}, SROW_E_KMS_REPLY},
        {KMS_GENERATE, {.key_id = ARN, .key_bytes = KEY, .fill = 7}, SROW_E_KMS_REPLY},
        {KMS_ENCRYPT, {.key_id = ARN, .wrapped_bytes = 6145}, SROW_E_KMS_REPLY},
        {KMS_DECRYPT,
         {.key_id = ARN, .key_bytes = KEY, .fill = 7, .moves = true},
         SROW_E_KMS_REPLY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct own own = rows[i].own;
        AUTO(kms_request_cleanup) struct kms_request r = ask(&own, rows[i].op, &r.error);
        CHECK_RC(r.rc, rows[i].rc);
        CHECK(r.data_key.at == NULL && r.wrapped.at == NULL && !r.enabled);
        CHECK(strstr(r.error.text, "Region us-east-1, ") == r.error.text);
    }
}

CASE(failures_keep_their_code_if_they_may_have_it)
{
    static const struct {
        enum srow_rc said, rc;
        const char *text, *told;
    } rows[] = {
        {SROW_E_KMS_DENIED, SROW_E_KMS_DENIED, "not you", "not you"},
        {SROW_E_KMS_CIPHERTEXT, SROW_E_KMS_CIPHERTEXT, "", "gave no reason"},
        {SROW_E_TIMEOUT, SROW_E_TIMEOUT, "late\nvery", "late?very"},
        {SROW_E_BUSY, SROW_E_BUSY, "many", "many"},
        {SROW_E_USAGE, SROW_E_KMS_REPLY, "odd", "odd (the KMS function's code 1)"},
        {SROW_E_CONTEXT, SROW_E_KMS_REPLY, "odd", "odd (the KMS function's code 80)"},
        {(enum srow_rc)9999, SROW_E_KMS_REPLY, "odd", "code 9999"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct own own = {.rc = rows[i].said, .text = rows[i].text, .retry_after_ms = 40};
        AUTO(kms_request_cleanup) struct kms_request r = ask(&own, KMS_DECRYPT, &r.error);
        CHECK_RC(r.rc, rows[i].rc);
        CHECK(r.error.retry_after_ms == 40 && strstr(r.error.text, rows[i].told) != NULL);
    }
}

CASE(no_function_is_asked_too_late_or_for_a_wrapped_key_that_cannot_be_one)
{
    struct own own = good();
    struct srow_kms_ops functions = {&own, answer, answer, answer, NULL, {0}};
    AUTO(kms_free) struct kms *kms = NULL;
    struct kms_request r[3] = {
        {.op = KMS_GENERATE, .region = "us-east-1", .key_arn = ARN, .data_key_bytes = KEY},
        {.op = KMS_DECRYPT, .region = "us-east-1", .key_arn = ARN, .data_key_bytes = KEY},
        {.op = KMS_DESCRIBE, .region = "us-east-1", .key_arn = ARN},
    };
    r[0].deadline = 1;
    CHECK_OK(kms_own_new(&kms, &functions, ATTEMPT_MS, &r[0].error), r[0].error);
    kms_call(kms, r, 3);
    CHECK_RC(r[0].rc, SROW_E_TIMEOUT);
    CHECK_RC(r[1].rc, SROW_E_KMS_CIPHERTEXT);
    CHECK(r[2].rc == SROW_OK && r[2].enabled && own.calls == 0);
}

CASE(all_three_functions_are_needed)
{
    struct own own = good();
    struct kms *kms = NULL;
    struct srow_error e;
    struct srow_kms_ops two[] = {
        {&own, NULL, answer, answer, NULL, {0}},
        {&own, answer, NULL, answer, NULL, {0}},
        {&own, answer, answer, NULL, NULL, {0}},
    };
    for (size_t i = 0; i < 3; i++) {
        CHECK_RC(kms_own_new(&kms, &two[i], ATTEMPT_MS, &e), SROW_E_USAGE);
    }
}

CASE(errors_that_KMS_names_have_codes)
{
    CHECK_RC(srow_kms_error_code("AccessDeniedException"), SROW_E_KMS_DENIED);
    CHECK_RC(srow_kms_error_code("InvalidCiphertextException"), SROW_E_KMS_CIPHERTEXT);
    CHECK_RC(srow_kms_error_code("ThrottlingException"), SROW_E_KMS_SERVICE);
    CHECK_RC(srow_kms_error_code("Nobody"), SROW_E_KMS_REPLY);
    CHECK_RC(srow_kms_error_code(NULL), SROW_E_KMS_REPLY);
}

int main(void)
{
    RUN(each_operation_asks_its_function_and_takes_its_answer);
    RUN(answers_are_held_against_what_was_asked);
    RUN(failures_keep_their_code_if_they_may_have_it);
    RUN(no_function_is_asked_too_late_or_for_a_wrapped_key_that_cannot_be_one);
    RUN(all_three_functions_are_needed);
    RUN(errors_that_KMS_names_have_codes);
    return check_done();
}
