/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody with the database can do to a message. (Malformed messages with right tags, which
 * need the data key, are in tests/vectors/esdk.)
 */
#include "check.h"
#include "local.h"
#include "message/inspect.h"

enum { FRAME = 16 };
static const char text[] = "forty bytes of plaintext in three frames";

static MUST enum srow_rc start(struct local *l, struct srow_buf *message, struct srow_error *e)
{
    TRY(local_init(l, 1, e));
    return local_encrypt(message, l, FRAME, srow_str(text), e);
}

CASE(no_beginning_of_a_message_opens)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    for (size_t n = 0; n < message.len; n++) {
        AUTO(buf_cleanup) struct srow_buf cut = {0}; /* of its own size, for memory checkers */
        buf_put(&cut, bytes_of(message.at, n));
        CHECK_RC(local_decrypt(&back, &l, bytes_buf(&cut), &e), SROW_E_TRUNCATED);
        CHECK(back.at == NULL);
    }
}

CASE(no_message_with_a_flipped_bit_opens)
{
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    for (size_t i = 0; i < 8 * message.len; i++) {
        uint8_t *byte = (uint8_t *)message.at + i / 8;
        struct message_decrypt_options any = {0};
        *byte ^= (uint8_t)(1U << i % 8);
        CHECK(local_decrypt(&back, &l, bytes_buf(&message), NULL) != SROW_OK);
        CHECK(message_decrypt(&back, l.manager, &any, bytes_buf(&message), NULL) != SROW_OK);
        CHECK(back.at == NULL);
        *byte ^= (uint8_t)(1U << i % 8);
    }
    CHECK_OK(local_decrypt(&back, &l, bytes_buf(&message), &e), e);
}

/* The first byte of the nth field of a name. */
static uint8_t *field(const struct srow_buf *message, const struct message_inspected *m,
                      const char *name, uint32_t index)
{
    for (size_t i = 0; i < m->field_count; i++) {
        if (strcmp(m->fields[i].name, name) == 0 && m->fields[i].index == index) {
            return (uint8_t *)message->at + m->fields[i].offset;
        }
    }
    return NULL;
}

CASE(each_changed_field_fails_with_its_own_code)
{
    static const struct {
        const char *name;
        uint32_t index;
        enum srow_rc rc;
    } table[] = {
        {"version", 0, SROW_E_UNSUPPORTED},        {"algorithm", 0, SROW_E_UNSUPPORTED},
        {"message-id", 0, SROW_E_COMMITMENT},      {"aad-value", 1, SROW_E_NO_DATA_KEY},
        {"edk-provider", 1, SROW_E_NO_DATA_KEY},   {"edk-info", 1, SROW_E_NO_DATA_KEY},
        {"edk-ciphertext", 1, SROW_E_NO_DATA_KEY}, {"frame-length", 0, SROW_E_HEADER_TAG},
        {"commitment", 0, SROW_E_COMMITMENT},      {"header-tag", 0, SROW_E_HEADER_TAG},
        {"frame-sequence", 1, SROW_E_SEQUENCE},    {"frame-sequence", 3, SROW_E_SEQUENCE},
        {"frame-iv", 1, SROW_E_BODY_TAG},          {"frame-content", 2, SROW_E_BODY_TAG},
        {"frame-tag", 3, SROW_E_BODY_TAG},         {"frame-content-length", 3, SROW_E_MALFORMED},
        {"frame-end-mark", 3, SROW_E_SEQUENCE},
    };
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    struct message_decrypt_options any = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    CHECK_OK(message_inspect(&m, bytes_buf(&message), &e), e);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t *at = field(&message, &m, table[i].name, table[i].index);
        CHECK(at != NULL);
        *at ^= 0x04;
        CHECK_RC(message_decrypt(&back, l.manager, &any, bytes_buf(&message), &e), table[i].rc);
        *at ^= 0x04;
    }
}

CASE(bytes_behind_a_message_are_refused)
{
    static const size_t sizes[] = {1, 4, 16};
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0}, twice = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    for (size_t i = 0; i < 3; i++) {
        AUTO(buf_cleanup) struct srow_buf longer = {0};
        buf_put(&longer, bytes_buf(&message));
        buf_put(&longer, bytes_of("0123456789abcdef", sizes[i]));
        CHECK_RC(local_decrypt(&back, &l, bytes_buf(&longer), &e), SROW_E_TRAILING);
    }
    buf_put(&twice, bytes_buf(&message));
    buf_put(&twice, bytes_buf(&message));
    CHECK_RC(local_decrypt(&back, &l, bytes_buf(&twice), &e), SROW_E_TRAILING);
    CHECK(back.at == NULL);
}

/* Copies `len` bytes from one message into the other at the same offset. */
static void graft(struct srow_buf *to, const struct srow_buf *from, size_t offset, size_t len)
{
    memcpy((uint8_t *)to->at + offset, (const uint8_t *)from->at + offset, len);
}

CASE(parts_of_another_message_of_the_same_key_are_refused)
{
    static const struct {
        const char *first, *last; /* fields, both included */
        uint32_t first_index, last_index;
        size_t last_len;
        enum srow_rc rc;
    } table[] = {
        {"frame-sequence", "frame-tag", 1, 3, 16, SROW_E_BODY_TAG}, /* its body */
        {"frame-sequence", "frame-tag", 2, 2, 16, SROW_E_BODY_TAG}, /* one frame */
        {"edk-provider", "edk-ciphertext", 1, 1, 48, SROW_E_COMMITMENT},
        {"commitment", "commitment", 0, 0, 32, SROW_E_COMMITMENT},
        {"commitment", "header-tag", 0, 0, 16, SROW_E_COMMITMENT},
        {"header-tag", "header-tag", 0, 0, 16, SROW_E_HEADER_TAG},
        {"message-id", "message-id", 0, 0, 32, SROW_E_COMMITMENT},
    };
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, sister = {0}, back = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    CHECK_OK(local_encrypt(&sister, &l, FRAME, srow_str(text), &e), e);
    CHECK_OK(message_inspect(&m, bytes_buf(&message), &e), e);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(buf_cleanup) struct srow_buf grafted = {0};
        buf_put(&grafted, bytes_buf(&message));
        uint8_t *from = field(&message, &m, table[i].first, table[i].first_index);
        uint8_t *to = field(&message, &m, table[i].last, table[i].last_index);
        CHECK(from != NULL && to != NULL);
        graft(&grafted, &sister, (size_t)(from - (uint8_t *)message.at),
              (size_t)(to - from) + table[i].last_len);
        CHECK_RC(local_decrypt(&back, &l, bytes_buf(&grafted), &e), table[i].rc);
        CHECK(back.at == NULL);
    }
}

CASE(swapped_and_dropped_frames_are_refused)
{
    enum { WHOLE = 4 + 12 + FRAME + 16 }; /* a regular frame */
    AUTO(local_cleanup) struct local l = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0}, swapped = {0}, dropped = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    struct srow_error e = {0};
    CHECK_OK(start(&l, &message, &e), e);
    CHECK_OK(message_inspect(&m, bytes_buf(&message), &e), e);
    const uint8_t *all = message.at;
    size_t one = (size_t)(field(&message, &m, "frame-sequence", 1) - all);
    size_t behind = message.len - one - 2 * WHOLE;
    buf_put(&swapped, bytes_of(all, one));
    buf_put(&swapped, bytes_of(all + one + WHOLE, WHOLE));
    buf_put(&swapped, bytes_of(all + one, WHOLE));
    buf_put(&swapped, bytes_of(all + one + 2 * WHOLE, behind));
    CHECK_RC(local_decrypt(&back, &l, bytes_buf(&swapped), &e), SROW_E_SEQUENCE);
    /* numbers and IVs put right again: the tag knows better */
    memcpy((uint8_t *)swapped.at + one, all + one, 16);
    memcpy((uint8_t *)swapped.at + one + WHOLE, all + one + WHOLE, 16);
    CHECK_RC(local_decrypt(&back, &l, bytes_buf(&swapped), &e), SROW_E_BODY_TAG);
    buf_put(&dropped, bytes_of(all, one));
    buf_put(&dropped, bytes_of(all + one + WHOLE, WHOLE + behind));
    CHECK_RC(local_decrypt(&back, &l, bytes_buf(&dropped), &e), SROW_E_SEQUENCE);
}

int main(void)
{
    RUN(no_beginning_of_a_message_opens);
    RUN(no_message_with_a_flipped_bit_opens);
    RUN(each_changed_field_fails_with_its_own_code);
    RUN(bytes_behind_a_message_are_refused);
    RUN(parts_of_another_message_of_the_same_key_are_refused);
    RUN(swapped_and_dropped_frames_are_refused);
    return check_done();
}
