/* SPDX-License-Identifier: Apache-2.0
 *
 * Suite 0x0578: the signature, its key in the context, and who asks for it.
 */
#include "check.h"
#include "crypto/ecdsa.h"
#include "local.h"
#include "message/inspect.h"

static MUST enum srow_rc start(struct local *l, struct srow_buf *message, struct srow_error *e)
{
    l->suite = 0x0578;
    TRY(local_init(l, 1, e));
    return local_encrypt(message, l, 16, srow_str("forty bytes of plaintext in three frames"), e);
}

static struct srow_bytes field(const struct message_inspected *m, const struct srow_buf *message,
                               const char *name)
{
    for (size_t i = 0; i < m->field_count; i++) {
        if (strcmp(m->fields[i].name, name) == 0) {
            return bytes_of((uint8_t *)message->at + m->fields[i].offset, m->fields[i].len);
        }
    }
    return bytes_of(NULL, 0);
}

CASE(every_size_comes_back_and_no_two_messages_have_one_signer)
{
    static char text[5000];
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4095, 4096, 4097, sizeof text};
    AUTO(local_cleanup) struct local l = {.suite = 0x0578};
    struct srow_error e = {0};
    struct srow_buf last = {0};
    CHECK_OK(local_init(&l, 1, &e), e);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
        AUTO(message_inspected_cleanup) struct message_inspected m = {0};
        CHECK_OK(local_encrypt(&message, &l, 16, bytes_of(text, sizes[i]), &e), e);
        CHECK_OK(local_decrypt(&back, &l, bytes_buf(&message), &e), e);
        CHECK_BYTES(bytes_buf(&back), bytes_of(text, sizes[i]));
        CHECK_OK(message_inspect(&m, bytes_buf(&message), &e), e);
        const struct srow_bytes *key = context_get(&m.header.context, signer_key_name);
        CHECK(key != NULL && key->len == SIGNER_TEXT);
        CHECK(!bytes_equal(*key, bytes_buf(&last)));
        CHECK(field(&m, &message, "signature").len <= ECDSA_SIGNATURE);
        srow_buf_free(&last);
        buf_put(&last, *key);
    }
    srow_buf_free(&last);
}

CASE(the_signers_key_is_no_part_of_the_comparison_and_cannot_be_demanded_away)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0}, none = {0};
    AUTO(context_cleanup) struct context fewer = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    CHECK_OK(local_decrypt(&back, &l, bytes_buf(&message), &e), e);
    struct srow_pair one = {srow_str("user"), srow_str("4711")};
    CHECK_OK(context_add(&fewer, one, &e), e);
    struct message_decrypt_options options = {.expected = &fewer};
    CHECK_RC(message_decrypt(&none, l.manager, &options, bytes_buf(&message), &e), SROW_E_CONTEXT);
    /* nor may it stand in for another pair */
    CHECK_OK(context_add(&l.context, (struct srow_pair){srow_str("x"), srow_str("")}, &e), e);
    CHECK_RC(local_decrypt(&none, &l, bytes_buf(&message), &e), SROW_E_CONTEXT);
    CHECK(none.at == NULL);
}

CASE(who_wants_one_kind_of_suite_gets_no_other)
{
    static const struct {
        uint16_t suite;
        bool unsigned_only, signed_only;
        enum srow_rc rc;
    } table[] = {
        {0x0478, false, false, SROW_OK},      {0x0578, false, false, SROW_OK},
        {0x0478, true, false, SROW_OK},       {0x0578, true, false, SROW_E_POLICY},
        {0x0478, false, true, SROW_E_POLICY}, {0x0578, false, true, SROW_OK},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(local_cleanup) struct local l = {.suite = table[i].suite};
        AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
        struct srow_error e = {0};
        struct message_decrypt_options options = {
            .unsigned_only = table[i].unsigned_only,
            .signed_only = table[i].signed_only,
        };
        CHECK_OK(local_init(&l, 1, &e), e);
        CHECK_OK(local_encrypt(&message, &l, 0, srow_str("x"), &e), e);
        CHECK_RC(message_decrypt(&back, l.manager, &options, bytes_buf(&message), &e), table[i].rc);
    }
}

CASE(a_signature_that_is_not_the_messages_is_refused)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    CHECK_OK(message_inspect(&m, bytes_buf(&message), &e), e);
    struct srow_bytes signature = field(&m, &message, "signature");
    uint8_t *last = (uint8_t *)message.at + message.len - 1;
    for (unsigned bit = 0; bit < 8; bit++) {
        *last ^= (uint8_t)(1U << bit);
        CHECK_RC(local_decrypt(&back, &l, bytes_buf(&message), &e), SROW_E_SIGNATURE);
        *last ^= (uint8_t)(1U << bit);
    }
    AUTO(buf_cleanup) struct srow_buf without = {0}, empty = {0}, longer = {0};
    size_t body = message.len - signature.len - 2;
    buf_put(&without, bytes_of(message.at, body));
    CHECK_RC(local_decrypt(&back, &l, bytes_buf(&without), &e), SROW_E_TRUNCATED);
    buf_put(&empty, bytes_of(message.at, body));
    buf_put_u16(&empty, 0);
    CHECK_RC(local_decrypt(&back, &l, bytes_buf(&empty), &e), SROW_E_SIGNATURE);
    buf_put(&longer, bytes_buf(&message));
    buf_put_u8(&longer, 0);
    CHECK_RC(local_decrypt(&back, &l, bytes_buf(&longer), &e), SROW_E_TRAILING);
    CHECK(back.at == NULL);
}

int main(void)
{
    RUN(every_size_comes_back_and_no_two_messages_have_one_signer);
    RUN(the_signers_key_is_no_part_of_the_comparison_and_cannot_be_demanded_away);
    RUN(who_wants_one_kind_of_suite_gets_no_other);
    RUN(a_signature_that_is_not_the_messages_is_refused);
    return check_done();
}
