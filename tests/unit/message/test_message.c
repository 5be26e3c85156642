/* SPDX-License-Identifier: Apache-2.0 */
#include "message/message.h"

#include "check.h"
#include "local.h"
#include "message/inspect.h"

CASE(every_size_about_the_frame_length_comes_back)
{
    static char text[10000];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)i;
    }
    static const uint32_t lengths[] = {0, 1, 2, 15, 16, 17, 4096, 0xFFFFFFFF};
    static const size_t sizes[] = {0, 1, 15, 16, 17, 31, 32, 33, 255, 4095, 4096, 4097, 10000};
    AUTO(local_cleanup) struct local l = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
            struct srow_bytes plaintext = bytes_of(text, sizes[k]);
            CHECK_OK(local_encrypt(&message, &l, lengths[i], plaintext, &e), e);
            CHECK_OK(local_decrypt(&back, &l, bytes_buf(&message), &e), e);
            CHECK_BYTES(bytes_buf(&back), plaintext);
        }
    }
}

CASE(without_a_frame_length_there_is_one_frame)
{
    static char text[100000];
    static const size_t sizes[] = {0, 6, 4096, 4097, sizeof text};
    AUTO(local_cleanup) struct local l = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        AUTO(buf_cleanup) struct srow_buf message = {0};
        AUTO(message_inspected_cleanup) struct message_inspected m = {0};
        CHECK_OK(local_encrypt(&message, &l, 0, bytes_of(text, sizes[i]), &e), e);
        CHECK_OK(message_inspect(&m, bytes_buf(&message), &e), e);
        CHECK(m.frame_count == 1 && m.plaintext_len == sizes[i]);
        CHECK(m.header.frame_length == (sizes[i] < 4096 ? 4096 : sizes[i]));
    }
}

CASE(contexts_of_every_kind_come_back)
{
    static const struct {
        struct srow_pair pair[3];
        size_t count;
    } table[] = {
        {{{{0}, {0}}}, 0},
        {{{{0}, {0}}}, 1},                                     /* empty key, empty value */
        {{{{"k", 1}, {"", 0}}, {{"", 0}, {"v", 1}}}, 2},       /* one of them empty */
        {{{{"a\0b", 3}, {"\0", 1}}, {{"a", 1}, {"x", 1}}}, 2}, /* NUL bytes */
        {{{{"\xF0\x9F\x98\x80", 4}, {"\xF0\x90\x80\x80", 4}}, {{"\xEF\xBF\xBD", 3}, {"", 0}}}, 2},
    };
    AUTO(local_cleanup) struct local l = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
        context_cleanup(&l.context);
        for (size_t k = 0; k < table[i].count; k++) {
            CHECK_OK(context_add(&l.context, table[i].pair[k], &e), e);
        }
        CHECK_OK(local_encrypt(&message, &l, 0, srow_str("secret"), &e), e);
        CHECK_OK(local_decrypt(&back, &l, bytes_buf(&message), &e), e);
        CHECK_BYTES(bytes_buf(&back), srow_str("secret"));
    }
}

CASE(the_largest_context_comes_back)
{
    static char large[65535 - 2 - 4 - 1];
    memset(large, 'x', sizeof large);
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    context_cleanup(&l.context);
    struct srow_pair pair = {srow_str("k"), bytes_of(large, sizeof large)};
    CHECK_OK(context_add(&l.context, pair, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 0, srow_str("secret"), &e), e);
    CHECK_OK(local_decrypt(&back, &l, bytes_buf(&message), &e), e);
}

CASE(two_messages_of_one_plaintext_share_no_field)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf one = {0}, two = {0};
    AUTO(message_inspected_cleanup) struct message_inspected a = {0}, b = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&one, &l, 0, srow_str("secret"), &e), e);
    CHECK_OK(local_encrypt(&two, &l, 0, srow_str("secret"), &e), e);
    CHECK_OK(message_inspect(&a, bytes_buf(&one), &e), e);
    CHECK_OK(message_inspect(&b, bytes_buf(&two), &e), e);
    CHECK(!bytes_equal(a.header.message_id, b.header.message_id));
    CHECK(!bytes_equal(a.header.commitment, b.header.commitment));
    CHECK(!bytes_equal(a.header.edks.edk[0].ciphertext, b.header.edks.edk[0].ciphertext));
    CHECK(!bytes_equal(a.header.edks.edk[0].info, b.header.edks.edk[0].info));
}

static struct srow_pair pair(const char *key, const char *value)
{
    return (struct srow_pair){srow_str(key), srow_str(value)};
}

CASE(the_expected_context_must_be_the_same_set)
{
    static const struct {
        const char *pairs[3][2];
        size_t count;
        enum srow_rc expected, demanded;
    } table[] = {
        {{{"zone", ""}, {"user", "4711"}}, 2, SROW_OK, SROW_OK}, /* in another order */
        {{{"user", "4711"}}, 1, SROW_E_CONTEXT, SROW_OK},
        {{{"", ""}}, 0, SROW_E_CONTEXT, SROW_OK},
        {{{"user", "4711"}, {"zone", ""}, {"x", ""}}, 3, SROW_E_CONTEXT, SROW_E_CONTEXT},
        {{{"user", "4711"}, {"zone", "x"}}, 2, SROW_E_CONTEXT, SROW_E_CONTEXT},
        {{{"user", "4712"}, {"zone", ""}}, 2, SROW_E_CONTEXT, SROW_E_CONTEXT},
        {{{"User", "4711"}, {"zone", ""}}, 2, SROW_E_CONTEXT, SROW_E_CONTEXT},
    };
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 0, srow_str("secret"), &e), e);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(context_cleanup) struct context c = {0};
        AUTO(buf_cleanup) struct srow_buf one = {0}, two = {0};
        for (size_t k = 0; k < table[i].count; k++) {
            CHECK_OK(context_add(&c, pair(table[i].pairs[k][0], table[i].pairs[k][1]), &e), e);
        }
        struct message_decrypt_options expected = {.expected = &c}, demanded = {.demanded = &c};
        struct srow_bytes bytes = bytes_buf(&message);
        CHECK_RC(message_decrypt(&one, l.manager, &expected, bytes, &e), table[i].expected);
        CHECK_RC(message_decrypt(&two, l.manager, &demanded, bytes, &e), table[i].demanded);
        CHECK(strstr(e.text, "4711") == NULL);
    }
}

/* A manager that must not be asked. */
static int asked;

static void count(struct manager *m, struct materials *items, size_t n)
{
    (void)m;
    for (size_t i = 0; i < n; i++) {
        asked++;
        materials_fail(&items[i], SROW_E_NO_DATA_KEY, "asked");
    }
}

CASE(no_key_is_asked_before_form_and_context_are_right)
{
    static const struct manager_ops ops = {"counting", count, count, NULL};
    struct manager counting = {&ops};
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    AUTO(context_cleanup) struct context other = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 0, srow_str("secret"), &e), e);
    struct srow_bytes bytes = bytes_buf(&message);
    struct message_decrypt_options options = {.expected = &other};
    CHECK_RC(message_decrypt(&back, &counting, &options, bytes, &e), SROW_E_CONTEXT);
    CHECK_RC(message_decrypt(&back, &counting, &options, bytes_of(bytes.at, 60), &e),
             SROW_E_TRUNCATED);
    CHECK(asked == 0);
    options.expected = &l.context;
    CHECK_RC(message_decrypt(&back, &counting, &options, bytes, &e), SROW_E_NO_DATA_KEY);
    CHECK(asked == 1);
}

CASE(limits_and_reserved_names_hold_when_encrypting)
{
    AUTO(local_cleanup) struct local l = {0};
    struct srow_error e = {0};
    struct message_encrypted made = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    struct message_encrypt_options options = {.suite = 0x0178};
    CHECK_RC(message_encrypt(&made, l.manager, &options, srow_str("x"), &e), SROW_E_UNSUPPORTED);
    /* the bytes are not touched: the number of frames is refused first */
    options = (struct message_encrypt_options){.frame_length = 1};
    struct srow_bytes huge = bytes_of("x", (size_t)UINT32_MAX + 1);
    CHECK_RC(message_encrypt(&made, l.manager, &options, huge, &e), SROW_E_LIMIT);
    static const struct {
        const char *key;
        enum srow_rc rc;
    } table[] = {{"aws-crypto-", SROW_E_USAGE},
                 {"aws-crypto-public-key", SROW_E_USAGE},
                 {"aws-crypto", SROW_OK},
                 {"AWS-crypto-x", SROW_OK}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(context_cleanup) struct context c = {0};
        CHECK_OK(context_add(&c, pair(table[i].key, "v"), &e), e);
        options = (struct message_encrypt_options){.context = &c};
        CHECK_RC(message_encrypt(&made, l.manager, &options, srow_str("x"), &e), table[i].rc);
        srow_buf_free(&made.bytes);
    }
}

/* Wraps as often as it is told. */
struct many {
    struct srow_keyring keyring;
    struct srow_keyring *one;
    int times;
};

static void wrap_many(struct srow_keyring *k, struct materials *m, size_t n)
{
    for (int i = 0; i < ((struct many *)k)->times; i++) {
        keyring_wrap(((struct many *)k)->one, m, n);
    }
}

static void unwrap_one(struct srow_keyring *k, struct materials *m, size_t n)
{
    keyring_unwrap(((struct many *)k)->one, m, n);
}

CASE(a_hundred_data_keys_come_back_unless_fewer_are_allowed)
{
    static const struct keyring_ops ops = {"many", wrap_many, unwrap_one, NULL};
    AUTO(local_cleanup) struct local l = {0};
    AUTO(manager_free) struct manager *manager = NULL;
    AUTO(buf_cleanup) struct srow_buf back = {0};
    struct message_encrypted made = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    struct many many = {{&ops}, l.keyring, 100};
    CHECK_OK(manager_default_new(&manager, &many.keyring, &e), e);
    struct message_encrypt_options options = {.max_edks = 99};
    CHECK_RC(message_encrypt(&made, manager, &options, srow_str("x"), &e), SROW_E_EDK_LIMIT);
    options.max_edks = 100;
    CHECK_OK(message_encrypt(&made, manager, &options, srow_str("x"), &e), e);
    AUTO(buf_cleanup) struct srow_buf message = made.bytes;
    CHECK(made.wrapped == 100);
    struct message_decrypt_options few = {.max_edks = 99}, enough = {.max_edks = 100};
    CHECK_RC(message_decrypt(&back, manager, &few, bytes_buf(&message), &e), SROW_E_EDK_LIMIT);
    CHECK_OK(message_decrypt(&back, manager, &enough, bytes_buf(&message), &e), e);
}

CASE(another_key_opens_nothing)
{
    AUTO(local_cleanup) struct local l = {0}, other = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    struct srow_error e = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    CHECK_OK(local_init(&other, 2, &e), e);
    CHECK_OK(local_encrypt(&message, &l, 0, srow_str("secret"), &e), e);
    CHECK_RC(local_decrypt(&back, &other, bytes_buf(&message), &e), SROW_E_NO_DATA_KEY);
    CHECK(back.at == NULL);
}

int main(void)
{
    RUN(every_size_about_the_frame_length_comes_back);
    RUN(without_a_frame_length_there_is_one_frame);
    RUN(contexts_of_every_kind_come_back);
    RUN(the_largest_context_comes_back);
    RUN(two_messages_of_one_plaintext_share_no_field);
    RUN(the_expected_context_must_be_the_same_set);
    RUN(no_key_is_asked_before_form_and_context_are_right);
    RUN(limits_and_reserved_names_hold_when_encrypting);
    RUN(a_hundred_data_keys_come_back_unless_fewer_are_allowed);
    RUN(another_key_opens_nothing);
    return check_done();
}
