/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/keyring.h"

#include "check.h"
#include "keys/manager.h"

static MUST enum srow_rc make(struct srow_keyring **out, const char *name, size_t len, uint8_t byte,
                              struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret key = {0};
    TRY(secret_new(&key, len, e));
    memset(key.at, byte, len);
    return srow_keyring_aes_new(out, "ns", name, secret_bytes(&key), e);
}

static const struct context empty;

static struct materials asked(const struct edk_list *offered)
{
    return (struct materials){.suite = suite_find(0x0478), .context = &empty, .offered = offered};
}

CASE(what_a_key_wraps_it_unwraps_in_all_sizes)
{
    static const size_t sizes[] = {16, 24, 32};
    for (size_t i = 0; i < 3; i++) {
        AUTO(keyring_free) struct srow_keyring *k = NULL;
        AUTO(materials_cleanup) struct materials made = asked(NULL), got = asked(&made.edks);
        struct srow_error e = {0};
        CHECK_OK(make(&k, "key", sizes[i], 7, &e), e);
        keyring_wrap(k, &made, 1);
        CHECK_OK(made.rc, made.error);
        CHECK(made.data_key.len == 32 && made.edks.count == 1 && made.wrapped == 1);
        keyring_unwrap(k, &got, 1);
        CHECK_OK(got.rc, got.error);
        CHECK_BYTES(secret_bytes(&got.data_key), secret_bytes(&made.data_key));
    }
}

CASE(many_materials_are_wrapped_and_unwrapped_in_one_call)
{
    enum { N = 20 };
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    struct srow_error e = {0};
    CHECK_OK(make(&k, "key", 32, 7, &e), e);
    struct materials made[N], got[N];
    for (size_t i = 0; i < N; i++) {
        made[i] = asked(NULL);
        got[i] = asked(&made[i].edks);
    }
    materials_fail(&made[3], SROW_E_KMS_DENIED, "already failed");
    keyring_wrap(k, made, N);
    got[3].rc = SROW_E_KMS_DENIED;
    keyring_unwrap(k, got, N);
    for (size_t i = 0; i < N; i++) {
        if (i == 3) {
            CHECK(made[i].rc == SROW_E_KMS_DENIED && made[i].edks.count == 0);
        } else {
            CHECK_OK(got[i].rc, got[i].error);
            CHECK_BYTES(secret_bytes(&got[i].data_key), secret_bytes(&made[i].data_key));
        }
        materials_cleanup(&made[i]);
        materials_cleanup(&got[i]);
    }
}

CASE(a_second_key_wraps_the_data_key_that_is_there)
{
    AUTO(keyring_free) struct srow_keyring *one = NULL, *two = NULL;
    AUTO(materials_cleanup) struct materials made = asked(NULL), got = asked(&made.edks);
    struct srow_error e = {0};
    CHECK_OK(make(&one, "one", 32, 1, &e), e);
    CHECK_OK(make(&two, "two", 32, 2, &e), e);
    keyring_wrap(one, &made, 1);
    keyring_wrap(two, &made, 1);
    CHECK_OK(made.rc, made.error);
    CHECK(made.edks.count == 2 && made.wrapped == 2);
    keyring_unwrap(two, &got, 1);
    CHECK_OK(got.rc, got.error);
    CHECK_BYTES(secret_bytes(&got.data_key), secret_bytes(&made.data_key));
}

/* Every byte of provider, info and ciphertext, and the context, decides. */
CASE(a_changed_encrypted_data_key_is_not_opened)
{
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    AUTO(materials_cleanup) struct materials made = asked(NULL);
    struct srow_error e = {0};
    CHECK_OK(make(&k, "key", 32, 7, &e), e);
    keyring_wrap(k, &made, 1);
    CHECK_OK(made.rc, made.error);
    struct srow_buf *owned = &made.edks.edk[0].owned;
    for (size_t i = 0; i < owned->len; i++) {
        AUTO(materials_cleanup) struct materials got = asked(&made.edks);
        ((uint8_t *)owned->at)[i] ^= 1;
        keyring_unwrap(k, &got, 1);
        CHECK_RC(got.rc, SROW_E_NO_DATA_KEY);
        CHECK(got.data_key.at == NULL);
        ((uint8_t *)owned->at)[i] ^= 1;
    }
    AUTO(context_cleanup) struct context other = {0};
    CHECK_OK(context_add(&other, (struct srow_pair){srow_str("k"), srow_str("v")}, &e), e);
    AUTO(materials_cleanup) struct materials got = asked(&made.edks);
    got.context = &other;
    keyring_unwrap(k, &got, 1);
    CHECK_RC(got.rc, SROW_E_NO_DATA_KEY);
}

CASE(a_name_that_begins_like_another_is_another)
{
    AUTO(keyring_free) struct srow_keyring *key = NULL, *key1 = NULL;
    AUTO(materials_cleanup) struct materials made = asked(NULL), got = asked(&made.edks);
    struct srow_error e = {0};
    CHECK_OK(make(&key, "key", 32, 7, &e), e);
    CHECK_OK(make(&key1, "key1", 32, 7, &e), e);
    keyring_wrap(key1, &made, 1);
    keyring_unwrap(key, &got, 1);
    CHECK_RC(got.rc, SROW_E_NO_DATA_KEY);
}

CASE(names_of_kms_and_other_key_sizes_are_refused)
{
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    AUTO(secret_cleanup) struct secret key = {0};
    struct srow_error e = {0};
    CHECK_RC(make(&k, "key", 31, 7, &e), SROW_E_USAGE);
    CHECK_OK(secret_new(&key, 32, &e), e);
    CHECK_RC(srow_keyring_aes_new(&k, "aws-kms", "key", secret_bytes(&key), &e), SROW_E_USAGE);
    CHECK_RC(srow_keyring_aes_new(&k, "aws-kms-mine", "key", secret_bytes(&key), &e), SROW_E_USAGE);
    CHECK(key.at != NULL && k == NULL); /* not taken */
}

/* A keyring that answers what it should not. */
struct liar {
    struct srow_keyring keyring;
    size_t data_key_len;
};

static void lie(struct srow_keyring *k, struct materials *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (m[i].rc == SROW_OK && ((struct liar *)k)->data_key_len > 0) {
            m[i].rc = secret_new(&m[i].data_key, ((struct liar *)k)->data_key_len, NULL);
        }
    }
}

static const struct keyring_ops lies = {"lying", lie, lie, NULL};

CASE(the_default_manager_holds_the_answer_against_the_question)
{
    static const size_t lens[] = {0, 16, 31, 33};
    for (size_t i = 0; i < 4; i++) {
        AUTO(manager_free) struct manager *manager = NULL;
        AUTO(materials_cleanup) struct materials made = asked(NULL), got = asked(&made.edks);
        struct liar liar = {{&lies}, lens[i]};
        struct srow_error e = {0};
        CHECK_OK(manager_default_new(&manager, &liar.keyring, &e), e);
        manager_encrypt(manager, &made, 1);
        CHECK_RC(made.rc, SROW_E_INTERNAL);
        manager_decrypt(manager, &got, 1);
        CHECK_RC(got.rc, SROW_E_INTERNAL);
        CHECK(got.data_key.at == NULL);
    }
    AUTO(manager_free) struct manager *manager = NULL;
    AUTO(materials_cleanup) struct materials made = asked(NULL);
    struct liar liar = {{&lies}, 32};
    struct srow_error e = {0};
    CHECK_OK(manager_default_new(&manager, &liar.keyring, &e), e);
    manager_encrypt(manager, &made, 1); /* a right key, wrapped nowhere */
    CHECK_RC(made.rc, SROW_E_INTERNAL);
}

CASE(a_signers_key_in_an_unsigned_context_is_refused)
{
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    AUTO(manager_free) struct manager *manager = NULL;
    AUTO(context_cleanup) struct context c = {0};
    AUTO(materials_cleanup) struct materials m = asked(NULL);
    struct srow_error e = {0};
    CHECK_OK(make(&k, "key", 32, 7, &e), e);
    CHECK_OK(manager_default_new(&manager, k, &e), e);
    struct srow_pair pair = {srow_str("aws-crypto-public-key"), srow_str("AAAA")};
    CHECK_OK(context_add(&c, pair, &e), e);
    m.context = &c;
    manager_encrypt(manager, &m, 1);
    CHECK_RC(m.rc, SROW_E_MALFORMED);
    CHECK(m.data_key.at == NULL && m.edks.count == 0);
}

int main(void)
{
    RUN(what_a_key_wraps_it_unwraps_in_all_sizes);
    RUN(many_materials_are_wrapped_and_unwrapped_in_one_call);
    RUN(a_second_key_wraps_the_data_key_that_is_there);
    RUN(a_changed_encrypted_data_key_is_not_opened);
    RUN(a_name_that_begins_like_another_is_another);
    RUN(names_of_kms_and_other_key_sizes_are_refused);
    RUN(the_default_manager_holds_the_answer_against_the_question);
    RUN(a_signers_key_in_an_unsigned_context_is_refused);
    return check_done();
}
