/* SPDX-License-Identifier: Apache-2.0
 *
 * Only what programs see: sealrow/message.h and keyring.h.
 */
#include <sealrow/message.h>

#include "check.h"

static const uint8_t key[32] = {1, 2, 3};

static MUST enum srow_rc make(struct srow_keyring **out, struct srow_error *e)
{
    return srow_keyring_aes_new(out, "tests", "key", bytes_of(key, sizeof key), e);
}

static void keyring_free(struct srow_keyring **k)
{
    srow_keyring_free(*k);
}

static struct srow_pair pair(const char *name, const char *value)
{
    return (struct srow_pair){srow_str(name), srow_str(value)};
}

CASE(a_message_comes_back_in_each_suite_and_says_what_it_is)
{
    static const uint32_t suites[] = {0, 0x0478, 0x0578};
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    struct srow_error e = {0};
    struct srow_pair context[] = {pair("zone", "b"), pair("account", "7")};
    CHECK_OK(make(&k, &e), e);
    for (size_t i = 0; i < 3; i++) {
        AUTO(srow_buf_free) struct srow_buf message = {0}, back = {0};
        AUTO(srow_message_info_free) struct srow_message_info info = {0};
        struct srow_message_encrypt_options in = {
            .context = context, .context_count = 2, .suite = suites[i], .frame_length = 4};
        struct srow_message_decrypt_options out = {
            .context = context, .context_count = 2, .exact_context = 1};
        CHECK_OK(srow_message_encrypt(&message, k, &in, srow_str("ten bytes."), &e), e);
        CHECK_OK(srow_message_decrypt(&back, k, &out, bytes_buf(&message), &e), e);
        CHECK_BYTES(bytes_buf(&back), srow_str("ten bytes."));
        CHECK_OK(srow_message_inspect(&info, bytes_buf(&message), &e), e);
        uint32_t suite = suites[i] == 0 ? 0x0478 : suites[i];
        CHECK(info.version == 2 && info.suite == suite && info.is_signed == (suite == 0x0578));
        CHECK(info.frame_length == 4 && info.frame_count == 3 && info.plaintext_len == 10);
        CHECK(info.context_count == 2 + info.is_signed && info.key_count == 1);
        CHECK_BYTES(info.context[0].key, srow_str("account"));
        CHECK_BYTES(info.keys[0].provider, srow_str("tests"));
        CHECK(info.keys[0].ciphertext.len == 48 && info.keys[0].info.len == 3 + 20);
    }
}

CASE(without_options_there_is_a_message_too)
{
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    AUTO(srow_buf_free) struct srow_buf message = {0}, back = {0};
    struct srow_error e = {0};
    CHECK_OK(make(&k, &e), e);
    CHECK_OK(srow_message_encrypt(&message, k, NULL, srow_str(""), &e), e);
    CHECK_OK(srow_message_decrypt(&back, k, NULL, bytes_buf(&message), &e), e);
    CHECK(back.len == 0);
}

CASE(what_is_wrong_with_a_call_is_said)
{
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    AUTO(srow_buf_free) struct srow_buf none = {0};
    struct srow_error e = {0};
    struct srow_pair twice[] = {pair("a", "1"), pair("a", "2")}, bad[] = {pair("\xFF", "")},
                     reserved[] = {pair("aws-crypto-x", "")};
    CHECK_OK(make(&k, &e), e);
    const struct {
        struct srow_message_encrypt_options options;
        enum srow_rc rc;
    } table[] = {
        {{.context = twice, .context_count = 2}, SROW_E_MALFORMED},
        {{.context = bad, .context_count = 1}, SROW_E_MALFORMED},
        {{.context = reserved, .context_count = 1}, SROW_E_USAGE},
        {{.context_count = 1}, SROW_E_USAGE},
        {{.suite = 0x0178}, SROW_E_UNSUPPORTED},
        {{.suite = 0x10478}, SROW_E_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        CHECK_RC(srow_message_encrypt(&none, k, &table[i].options, srow_str("x"), &e), table[i].rc);
    }
    CHECK_RC(srow_message_encrypt(&none, NULL, NULL, srow_str("x"), &e), SROW_E_USAGE);
    CHECK_RC(srow_message_encrypt(&none, k, NULL, bytes_of(NULL, 1), &e), SROW_E_USAGE);
    CHECK_RC(srow_message_decrypt(&none, NULL, NULL, srow_str("x"), &e), SROW_E_USAGE);
    struct srow_message_decrypt_options suites = {.suites = 3}, exact = {.exact_context = 2};
    CHECK_RC(srow_message_decrypt(&none, k, &suites, srow_str("x"), &e), SROW_E_USAGE);
    CHECK_RC(srow_message_decrypt(&none, k, &exact, srow_str("x"), &e), SROW_E_USAGE);
    CHECK(none.at == NULL);
}

CASE(a_reader_gets_only_what_it_asks_for)
{
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    AUTO(srow_buf_free) struct srow_buf message = {0};
    struct srow_error e = {0};
    struct srow_pair context[] = {pair("account", "7"), pair("zone", "b")},
                     other = pair("zone", "c");
    struct srow_message_encrypt_options in = {
        .context = context, .context_count = 2, .suite = 0x0578};
    CHECK_OK(make(&k, &e), e);
    CHECK_OK(srow_message_encrypt(&message, k, &in, srow_str("x"), &e), e);
    const struct {
        struct srow_message_decrypt_options options;
        enum srow_rc rc;
    } table[] = {
        {{.context = context, .context_count = 1}, SROW_OK},
        {{.context = context, .context_count = 1, .exact_context = 1}, SROW_E_CONTEXT},
        {{.context = &other, .context_count = 1}, SROW_E_CONTEXT},
        {{.exact_context = 1}, SROW_E_CONTEXT},
        {{.suites = SROW_SUITES_SIGNED}, SROW_OK},
        {{.suites = SROW_SUITES_UNSIGNED}, SROW_E_POLICY},
        {{.max_keys = 1}, SROW_OK},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(srow_buf_free) struct srow_buf back = {0};
        CHECK_RC(srow_message_decrypt(&back, k, &table[i].options, bytes_buf(&message), &e),
                 table[i].rc);
    }
}

CASE(an_info_is_freed_twice_and_bad_messages_have_none)
{
    struct srow_message_info info = {0};
    struct srow_error e = {0};
    CHECK_RC(srow_message_inspect(&info, srow_str("plaintext"), &e), SROW_E_NOT_MESSAGE);
    CHECK_RC(srow_message_inspect(&info, bytes_of(NULL, 3), &e), SROW_E_USAGE);
    CHECK(info.owned == NULL);
    srow_message_info_free(&info);
    srow_message_info_free(&info);
    srow_message_info_free(NULL);
    srow_keyring_free(NULL);
}

/* -- a KMS of the program's own: it wraps by turning every bit -- */

static const char arn[] =
    "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

struct toy {
    int calls;
    const char *answers_for; /* the ARN it answers with */
};

static void turn(struct srow_buf *out, struct srow_bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        ((uint8_t *)out->at)[i] = (uint8_t) ~((const uint8_t *)in.at)[i];
    }
    out->len = in.len;
}

static void name_key(struct toy *toy, struct srow_kms_call *call)
{
    toy->calls++;
    call->key_id.len = strlen(toy->answers_for);
    memcpy(call->key_id.at, toy->answers_for, call->key_id.len);
}

static enum srow_rc toy_generate(void *state, struct srow_kms_call *call)
{
    uint8_t made[32];
    memset(made, 0x33, sizeof made);
    name_key(state, call);
    memcpy(call->data_key.at, made, sizeof made);
    call->data_key.len = sizeof made;
    turn(&call->wrapped, bytes_of(made, sizeof made));
    return SROW_OK;
}

static enum srow_rc toy_encrypt(void *state, struct srow_kms_call *call)
{
    name_key(state, call);
    turn(&call->wrapped, call->data_key_in);
    return SROW_OK;
}

static enum srow_rc toy_decrypt(void *state, struct srow_kms_call *call)
{
    name_key(state, call);
    turn(&call->data_key, call->wrapped_in);
    return SROW_OK;
}

CASE(functions_of_the_program_generate_wrap_and_unwrap)
{
    struct toy toy = {0, arn};
    const struct srow_kms_ops ops = {
        .state = &toy, .generate = toy_generate, .encrypt = toy_encrypt, .decrypt = toy_decrypt};
    AUTO(keyring_free) struct srow_keyring *k = NULL, *both = NULL;
    AUTO(srow_buf_free) struct srow_buf message = {0}, back = {0}, none = {0};
    struct srow_keyring *local = NULL, *kms = NULL;
    struct srow_error e = {0};
    CHECK_OK(srow_keyring_kms_new(&k, &ops, arn, 0, &e), e);
    CHECK_OK(make(&local, &e), e);
    CHECK_OK(srow_keyring_kms_new(&kms, &ops, arn, 0, &e), e);
    struct srow_keyring_parts parts = {.generator = local, .children = &kms, .count = 1};
    CHECK_OK(srow_keyring_multi_new(&both, &parts, &e), e);

    CHECK_OK(srow_message_encrypt(&message, both, NULL, srow_str("secret"), &e), e);
    CHECK(toy.calls == 1); /* Encrypt, as a child */
    CHECK_OK(srow_message_decrypt(&back, k, NULL, bytes_buf(&message), &e), e);
    CHECK_BYTES(bytes_buf(&back), srow_str("secret"));

    AUTO(srow_buf_free) struct srow_buf generated = {0}, again = {0};
    CHECK_OK(srow_message_encrypt(&generated, k, NULL, srow_str("secret"), &e), e);
    CHECK_OK(srow_message_decrypt(&again, k, NULL, bytes_buf(&generated), &e), e);
    CHECK(toy.calls == 4);
    toy.answers_for = "arn:aws:kms:us-east-1:111122223333:key/somebody-elses";
    CHECK_RC(srow_message_encrypt(&none, k, NULL, srow_str("x"), &e), SROW_E_KMS_KEY_ID);
    CHECK_RC(srow_message_decrypt(&none, k, NULL, bytes_buf(&message), &e), SROW_E_KMS_KEY_ID);
}

CASE(a_kms_keyring_needs_functions_and_the_arn_of_a_key)
{
    static const struct srow_kms_ops nothing;
    struct toy toy = {0, arn};
    const struct srow_kms_ops ops = {
        .state = &toy, .generate = toy_generate, .encrypt = toy_encrypt, .decrypt = toy_decrypt};
    struct srow_keyring *k = NULL;
    struct srow_error e = {0};
    CHECK_RC(srow_keyring_kms_new(&k, NULL, arn, 0, &e), SROW_E_USAGE);
    CHECK_RC(srow_keyring_kms_new(&k, &nothing, arn, 0, &e), SROW_E_USAGE);
    CHECK_RC(srow_keyring_kms_new(&k, &ops, NULL, 0, &e), SROW_E_USAGE);
    CHECK_RC(srow_keyring_kms_new(&k, &ops, "alias/app", 0, &e), SROW_E_USAGE);
    CHECK(k == NULL);
}

int main(void)
{
    RUN(a_message_comes_back_in_each_suite_and_says_what_it_is);
    RUN(without_options_there_is_a_message_too);
    RUN(what_is_wrong_with_a_call_is_said);
    RUN(a_reader_gets_only_what_it_asks_for);
    RUN(functions_of_the_program_generate_wrap_and_unwrap);
    RUN(a_kms_keyring_needs_functions_and_the_arn_of_a_key);
    RUN(an_info_is_freed_twice_and_bad_messages_have_none);
    return check_done();
}
