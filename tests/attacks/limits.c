/* SPDX-License-Identifier: Apache-2.0
 *
 * Attacks by name that go for what a message may have most, least, or in what order: contexts that
 * no writer of ours makes, wrapped keys without end, the last number of a frame.
 */
#include <sealrow/keyring.h>

#include "check.h"
#include "config/config.h"
#include "forge.h"

static const char text[] = "plaintext";

/* Forges a message with these pairs, as they stand, and decrypts it. The wrapped key is that of
 * `wrapped`: what a reader makes of the pairs. */
static MUST enum srow_rc decrypt_with(const struct context *pairs, const struct context *wrapped,
                                      struct srow_error *e)
{
    AUTO(keyring_free) struct srow_keyring *keyring = NULL;
    AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
    struct forge f = {.suite = 0x0478,
                      .content = HEADER_FRAMED,
                      .frame_length = 4096,
                      .context = *wrapped, /* borrowed */
                      .written = pairs,
                      .plaintext = srow_str(text)};
    TRY(forge_keyring(&keyring, "key", e));
    TRY(forge_write(&message, &f, keyring, e));
    enum srow_rc rc = forge_decrypt(&back, bytes_buf(&message), keyring, e);
    FAIL_IF(rc == SROW_OK && !bytes_equal_str(bytes_buf(&back), text), e, SROW_E_INTERNAL,
            "another plaintext");
    FAIL_IF(rc != SROW_OK && back.at != NULL, e, SROW_E_INTERNAL, "plaintext came out");
    return rc;
}

/* A context of pairs as they stand, whatever they are. Borrows them. */
static struct context raw(struct srow_pair *pairs, size_t count)
{
    struct context c = {.pairs = pairs, .count = count, .room = count};
    for (size_t i = 0; i < count; i++) {
        c.size += 4 + pairs[i].key.len + pairs[i].value.len;
    }
    return c;
}

/* A message of somebody else may have such a pair; a row is never bound by one. */
CASE(M15_a_key_of_no_bytes_is_read_and_never_made)
{
    static const char yaml[] = "version: 1\ndomain: bank\nregions: {us-east-1: {}}\n"
                               "keys:\n  default:\n    us-east-1: [\"arn:aws:kms:us-east-1:"
                               "111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"]\n"
                               "tables: {t: {bind: {\"\": text}, columns: {c: {}}}}\n";
    struct srow_pair pair[] = {{{"", 0}, {"1", 1}}};
    struct context c = raw(pair, 1);
    struct srow_error e = {0};
    struct srow_config *config = NULL;
    CHECK_OK(decrypt_with(&c, &c, &e), e);
    CHECK_RC(srow_config_parse(&config, srow_str(yaml), &e), SROW_E_CONFIG);
    CHECK(config == NULL && strstr(e.text, "bind") != NULL);
}

CASE(M18_the_order_of_pairs_in_a_header_changes_nothing)
{
    struct srow_pair pairs[] = {{{"b", 1}, {"2", 1}}, {{"a", 1}, {"1", 1}}, {{"c", 1}, {"3", 1}}};
    AUTO(context_cleanup) struct context sorted = {0};
    struct context c = raw(pairs, 3), twice = raw(pairs, 3);
    struct srow_error e = {0};
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(context_add(&sorted, pairs[i], &e), e);
    }
    CHECK_OK(decrypt_with(&c, &sorted, &e), e);
    pairs[2].key = pairs[0].key; /* and a doubled key is found wherever it stands */
    CHECK_RC(decrypt_with(&twice, &sorted, &e), SROW_E_MALFORMED);
}

CASE(M21_text_has_one_form_in_utf8)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum srow_rc rc;
    } rows[] = {
        {"\xC0\x80", 2, SROW_E_MALFORMED},                 /* NUL, overlong */
        {"\xC1\xA1", 2, SROW_E_MALFORMED},                 /* "a", overlong */
        {"\xE0\x80\xAF", 3, SROW_E_MALFORMED},             /* "/", overlong */
        {"\xF0\x80\x80\xAF", 4, SROW_E_MALFORMED},         /* the same in four */
        {"\xED\xA0\x80", 3, SROW_E_MALFORMED},             /* a surrogate */
        {"\xED\xA0\xBD\xED\xB4\x91", 6, SROW_E_MALFORMED}, /* a pair of them */
        {"\xF4\x90\x80\x80", 4, SROW_E_MALFORMED},         /* above U+10FFFF */
        {"\xC3", 1, SROW_E_MALFORMED},                     /* cut */
        {"a\0b", 3, SROW_OK},                              /* U+0000 is a character like others */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_bytes odd = bytes_of(rows[i].bytes, rows[i].len);
        struct srow_pair as_key[] = {{odd, {"1", 1}}}, as_value[] = {{{"a", 1}, odd}};
        struct context key = raw(as_key, 1), value = raw(as_value, 1);
        struct srow_error e = {0};
        CHECK_RC(decrypt_with(&key, &key, &e), rows[i].rc);
        CHECK_RC(decrypt_with(&value, &value, &e), rows[i].rc);
    }
}

CASE(M21_what_stands_behind_a_NUL_is_compared)
{
    struct srow_pair long_pair[] = {{{"a", 1}, {"1\0x", 3}}}, short_pair[] = {{{"a", 1}, {"1", 1}}};
    struct context is = raw(long_pair, 1), wanted = raw(short_pair, 1);
    CHECK(!context_equal(&is, &wanted));
}

/* -- M27 -- */

struct tired {
    size_t asked;
};

static enum srow_rc refuse(void *state, struct srow_kms_call *call)
{
    ((struct tired *)state)->asked++;
    snprintf(call->text, sizeof call->text, "not this one");
    return SROW_E_KMS_CIPHERTEXT;
}

#define ARN "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

/* Writes a header with one wrapped key again and again, and bytes behind it. */
static void put_repeated(struct srow_buf *out, size_t times, struct srow_error *e)
{
    static const uint8_t id[HEADER_MESSAGE_ID], commitment[32];
    AUTO(edk_list_cleanup) struct edk_list edks = {0};
    struct edk edk = {
        .provider = srow_str("aws-kms"), .info = srow_str(ARN), .ciphertext = srow_str("wrapped")};
    enum srow_rc rc = SROW_OK;
    for (size_t i = 0; i < times && rc == SROW_OK; i++) {
        rc = edk_list_add(&edks, &edk, e);
    }
    struct header h = {.suite = suite_find(0x0478),
                       .message_id = bytes_of(id, sizeof id),
                       .edks = edks,
                       .content = HEADER_FRAMED,
                       .frame_length = 4096,
                       .commitment = bytes_of(commitment, sizeof commitment)};
    header_write(out, &h);
    buf_put(out, bytes_of(commitment, sizeof commitment));
}

CASE(M27_one_wrapped_key_a_thousand_times_asks_kms_no_more_often_than_allowed)
{
    static const struct {
        size_t times, asked;
        enum srow_rc rc;
    } rows[] = {
        {8, 8, SROW_E_KMS_CIPHERTEXT},
        {9, 0, SROW_E_EDK_LIMIT},
        {1000, 0, SROW_E_EDK_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(keyring_free) struct srow_keyring *keyring = NULL;
        AUTO(manager_free) struct manager *manager = NULL;
        AUTO(buf_cleanup) struct srow_buf message = {0}, back = {0};
        struct tired tired = {0};
        struct srow_error e = {0};
        struct srow_kms_ops functions = {
            .state = &tired, .generate = refuse, .encrypt = refuse, .decrypt = refuse};
        struct message_decrypt_options options = {.max_edks = 8};
        put_repeated(&message, rows[i].times, &e);
        CHECK_OK(srow_keyring_kms_new(&keyring, &functions, ARN, 0, &e), e);
        CHECK_OK(manager_default_new(&manager, keyring, &e), e);
        CHECK_RC(message_decrypt(&back, manager, &options, bytes_buf(&message), &e), rows[i].rc);
        CHECK(tired.asked == rows[i].asked);
    }
}

/* -- M64 -- */

static void put_frame(struct srow_buf *out, enum frame_kind kind, uint32_t number)
{
    static const uint8_t tag[FRAME_TAG];
    frame_write_head(out, kind, number, 1);
    buf_put_u8(out, 'x');
    buf_put(out, bytes_of(tag, sizeof tag));
}

/* The counter is set where four billion frames would bring it. */
CASE(M64_the_last_number_of_all_ends_a_message_and_none_comes_round_again)
{
    static const struct {
        uint32_t number;
        enum srow_rc rc;
    } rows[] = {{UINT32_MAX, SROW_OK}, {0, SROW_E_SEQUENCE}, {1, SROW_E_SEQUENCE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf body = {0};
        struct frame frame = {0};
        struct srow_error e = {0};
        put_frame(&body, FRAME_REGULAR, UINT32_MAX - 1);
        put_frame(&body, FRAME_FINAL, rows[i].number);
        struct frame_walk walk = {HEADER_FRAMED, 1, UINT32_MAX - 1, false};
        struct reader r = reader_of(bytes_buf(&body));
        CHECK_OK(frame_read(&frame, &walk, &r, &e), e);
        CHECK(frame.kind == FRAME_REGULAR && !walk.ended);
        CHECK_RC(frame_read(&frame, &walk, &r, &e), rows[i].rc);
        CHECK(walk.ended == (rows[i].rc == SROW_OK));
    }
}

CASE(M64_a_plaintext_of_more_frames_is_refused_before_it_is_read)
{
    AUTO(keyring_free) struct srow_keyring *keyring = NULL;
    AUTO(manager_free) struct manager *manager = NULL;
    struct message_encrypted made = {0};
    struct message_encrypt_options options = {.frame_length = 1};
    struct srow_error e = {0};
    CHECK_OK(forge_keyring(&keyring, "key", &e), e);
    CHECK_OK(manager_default_new(&manager, keyring, &e), e);
    struct srow_bytes claimed = bytes_of(text, (size_t)UINT32_MAX + 1); /* nobody looks at it */
    CHECK_RC(message_encrypt(&made, manager, &options, claimed, &e), SROW_E_LIMIT);
    CHECK(made.bytes.at == NULL);
}

int main(void)
{
    RUN(M15_a_key_of_no_bytes_is_read_and_never_made);
    RUN(M18_the_order_of_pairs_in_a_header_changes_nothing);
    RUN(M21_text_has_one_form_in_utf8);
    RUN(M21_what_stands_behind_a_NUL_is_compared);
    RUN(M27_one_wrapped_key_a_thousand_times_asks_kms_no_more_often_than_allowed);
    RUN(M64_the_last_number_of_all_ends_a_message_and_none_comes_round_again);
    RUN(M64_a_plaintext_of_more_frames_is_refused_before_it_is_read);
    return check_done();
}
