/* SPDX-License-Identifier: Apache-2.0
 *
 * Attacks on a message by name, each with the code it must fail with and whether a keyring may have
 * been asked by then. What needs more than bytes written over others has a case of its own.
 */
#include "check.h"
#include "forge.h"
#include "hex.h"

enum { FRAME = 16 };
static const char text[] = "forty bytes of plaintext in three frames";

/* A keyring that counts how often it is asked to unwrap. */
struct counting {
    struct srow_keyring keyring;
    struct srow_keyring *inner;
    size_t asked;
};

static void wrap(struct srow_keyring *k, struct materials *m, size_t n)
{
    keyring_wrap(((struct counting *)k)->inner, m, n);
}

static void unwrap(struct srow_keyring *k, struct materials *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ((struct counting *)k)->asked += m[i].rc == SROW_OK;
    }
    keyring_unwrap(((struct counting *)k)->inner, m, n);
}

static const struct keyring_ops ops = {"counting", wrap, unwrap, NULL};

struct target {
    struct counting counting;
    struct srow_buf message;
    struct message_inspected m;
};

static void target_cleanup(struct target *t)
{
    keyring_free(&t->counting.inner);
    buf_cleanup(&t->message);
    message_inspected_cleanup(&t->m);
}

static MUST enum srow_rc make(struct srow_buf *out, struct target *t, uint16_t suite,
                              enum header_content content, const struct srow_pair *pairs,
                              struct srow_error *e)
{
    AUTO(forge_cleanup)
    struct forge f = {
        .suite = suite,
        .content = content,
        .frame_length = content == HEADER_FRAMED ? FRAME : 0,
        .plaintext = srow_str(text),
    };
    for (; pairs->key.at != NULL; pairs++) {
        f.bare = f.bare || bytes_equal_str(pairs->key, signer_key_name);
        TRY(context_add(&f.context, *pairs, e));
    }
    return forge_write(out, &f, t->counting.inner, e);
}

static const struct srow_pair usual[] = {{{"a", 1}, {"1", 1}}, {{"b", 1}, {"1", 1}}, {{0}, {0}}};

static MUST enum srow_rc begin(struct target *t, uint16_t suite, enum header_content content,
                               struct srow_error *e)
{
    t->counting.keyring.ops = &ops;
    TRY(forge_keyring(&t->counting.inner, "key", e));
    TRY(make(&t->message, t, suite, content, usual, e));
    return message_inspect(&t->m, bytes_buf(&t->message), e);
}

static MUST enum srow_rc attack(struct target *t, struct srow_bytes message, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf back = {0};
    t->counting.asked = 0;
    enum srow_rc rc = forge_decrypt(&back, message, &t->counting.keyring, e);
    FAIL_IF(rc != SROW_OK && back.at != NULL, e, SROW_E_INTERNAL, "plaintext came out");
    return rc;
}

/* -- bytes written over a field -- */

struct row {
    const char *name;
    const char *field;
    uint32_t index;
    const char *bytes; /* hex, written over the field from its beginning on */
    enum srow_rc rc;
    bool asks;
    uint16_t suite; /* 0: 0x0478 */
    enum header_content content;
};

#define NEVER false
#define ASKS true

static const struct row rows[] = {
    {"M1 version 00", "version", 0, "00", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M1 version 03", "version", 0, "03", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M1 version ff", "version", 0, "ff", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M3 version 1 with a committing suite", "version", 0, "01", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M4 a suite of version 1, 0178", "algorithm", 0, "0178", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M4 a suite of version 1, 0378", "algorithm", 0, "0378", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M5 suite 0000", "algorithm", 0, "0000", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M5 a suite of databases", "algorithm", 0, "6700", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M5 a suite of object stores", "algorithm", 0, "0073", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M6 content type 0", "content-type", 0, "00", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M6 content type 3", "content-type", 0, "03", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M9 framed, frame length 0", "frame-length", 0, "00000000", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M10 not framed, frame length 16", "content-type", 0, "01", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M11 context of 2 bytes, no pairs", "aad-length", 0, "00020000", SROW_E_MALFORMED, NEVER, 0,
     0},
    {"M11 context of 1 byte", "aad-length", 0, "0001", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M12 65,535 pairs", "aad-count", 0, "ffff", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M13 a key that ends behind the context", "aad-key-length", 1, "00ff", SROW_E_MALFORMED, NEVER,
     0, 0},
    {"M14 a value that ends behind it", "aad-value-length", 2, "ffff", SROW_E_MALFORMED, NEVER, 0,
     0},
    {"M16 one pair twice", "aad-key", 2, "61", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M17 one key, two values", "aad-key", 2, "61000132", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M19 a key that is not UTF-8", "aad-key", 1, "ff", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M20 a value that is not UTF-8", "aad-value", 1, "80", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M22 context longer than its pairs", "aad-count", 0, "0001", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M22 context shorter than its pairs", "aad-length", 0, "000d", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M23 no wrapped key", "edk-count", 0, "0000", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M24 65,535 wrapped keys announced", "edk-count", 0, "ffff", SROW_E_TRUNCATED, NEVER, 0, 0},
    {"M28 provider info past the end", "edk-info-length", 1, "ffff", SROW_E_TRUNCATED, NEVER, 0, 0},
    {"M30 the header's tag", "header-tag", 0, "00000000", SROW_E_HEADER_TAG, ASKS, 0, 0},
    {"M31 the commitment", "commitment", 0, "00000000", SROW_E_COMMITMENT, ASKS, 0, 0},
    {"M34 frames from 0 on", "frame-sequence", 1, "00000000", SROW_E_SEQUENCE, ASKS, 0, 0},
    {"M34 frames from 2 on", "frame-sequence", 1, "00000002", SROW_E_SEQUENCE, ASKS, 0, 0},
    {"M35 a gap", "frame-sequence", 2, "00000003", SROW_E_SEQUENCE, ASKS, 0, 0},
    {"M35 a number twice", "frame-sequence", 2, "00000001", SROW_E_SEQUENCE, ASKS, 0, 0},
    {"M35 a number that wraps", "frame-sequence", 2, "fffffffe", SROW_E_SEQUENCE, ASKS, 0, 0},
    {"M36 a regular frame marked as the last", "frame-sequence", 2, "ffffffff", SROW_E_SEQUENCE,
     ASKS, 0, 0},
    {"M38 no last frame", "frame-end-mark", 3, "00000003", SROW_E_BODY_TAG, ASKS, 0, 0},
    {"M39 a last frame of one byte too many", "frame-content-length", 3, "00000011",
     SROW_E_MALFORMED, ASKS, 0, 0},
    {"M40 a last frame of 4 GiB", "frame-content-length", 3, "ffffffff", SROW_E_MALFORMED, ASKS, 0,
     0},
    {"M41 a body of 2^36 - 31 bytes", "body-length", 1, "0000000fffffffe1", SROW_E_MALFORMED, ASKS,
     0, HEADER_NONFRAMED},
    {"M41 a body of 2^64 - 1 bytes", "body-length", 1, "ffffffffffffffff", SROW_E_MALFORMED, ASKS,
     0, HEADER_NONFRAMED},
    {"M42 the IV of a frame", "frame-iv", 2, "00000000000000000000000f", SROW_E_BODY_TAG, ASKS, 0,
     0},
    {"M47 a footer of 0 bytes", "signature-length", 0, "0000", SROW_E_SIGNATURE, ASKS, 0x0578, 0},
    {"M47 a footer of 65,535 bytes", "signature-length", 0, "ffff", SROW_E_MALFORMED, ASKS, 0x0578,
     0},
    {"M49 r negative", "signature", 0, "3006020180020101", SROW_E_SIGNATURE, ASKS, 0x0578, 0},
    {"M49 a set, no sequence", "signature", 0, "31", SROW_E_SIGNATURE, ASKS, 0x0578, 0},
    {"M51 0478 on a signed message", "algorithm", 0, "0478", SROW_E_MALFORMED, NEVER, 0x0578, 0},
    {"M53 0578 on an unsigned message", "algorithm", 0, "0578", SROW_E_MALFORMED, NEVER, 0, 0},
    {"M61 relabelled as without derivation", "algorithm", 0, "0078", SROW_E_UNSUPPORTED, NEVER, 0,
     0},
    {"M62 relabelled as 128 bits", "algorithm", 0, "0114", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M62 relabelled as 192 bits", "algorithm", 0, "0146", SROW_E_UNSUPPORTED, NEVER, 0, 0},
    {"M65 version 1 is refused before a key is asked", "version", 0, "018003", SROW_E_UNSUPPORTED,
     NEVER, 0, 0},
};

static void run_row(const struct row *row)
{
    AUTO(target_cleanup) struct target t = {0};
    struct srow_error e = {0};
    uint8_t bytes[16];
    CHECK_OK(begin(&t, row->suite == 0 ? 0x0478 : row->suite,
                   row->content == 0 ? HEADER_FRAMED : row->content, &e),
             e);
    CHECK_OK(attack(&t, bytes_buf(&t.message), &e), e); /* as it was made */
    uint32_t index = row->content == HEADER_NONFRAMED ? 1 : row->index;
    uint8_t *at = forge_field(&t.message, &t.m, row->field, index);
    CHECK(at != NULL);
    struct srow_bytes over = hex(bytes, row->bytes);
    memcpy(at, over.at, over.len);
    CHECK_RC(attack(&t, bytes_buf(&t.message), &e), row->rc);
    CHECK((t.counting.asked > 0) == row->asks);
}

/* -- cases of their own -- */

/* Puts a view where `len` bytes stand. */
static void replace(struct srow_buf *out, const struct srow_buf *in, const uint8_t *at, size_t len,
                    struct srow_bytes by)
{
    const uint8_t *start = in->at;
    size_t before = (size_t)(at - start);
    buf_put(out, bytes_of(start, before));
    buf_put(out, by);
    buf_put(out, bytes_of(at + len, in->len - before - len));
}

CASE(M25_and_M26_more_wrapped_keys_than_allowed_ask_nobody)
{
    AUTO(target_cleanup) struct target t = {0};
    AUTO(manager_free) struct manager *manager = NULL;
    struct srow_error e = {0};
    CHECK_OK(begin(&t, 0x0478, HEADER_FRAMED, &e), e);
    CHECK_OK(manager_default_new(&manager, &t.counting.keyring, &e), e);
    uint8_t *count = forge_field(&t.message, &t.m, "edk-count", 0);
    uint8_t *end = forge_field(&t.message, &t.m, "content-type", 0);
    struct srow_bytes one = bytes_of(count + 2, (size_t)(end - count) - 2);
    static const unsigned counts[] = {9, 65535};
    for (size_t i = 0; i < 2; i++) {
        AUTO(buf_cleanup) struct srow_buf many = {0}, list = {0}, back = {0};
        struct message_decrypt_options options = {.max_edks = 8};
        buf_put_u16(&list, (uint16_t)counts[i]);
        for (unsigned k = 0; k < counts[i]; k++) {
            buf_put(&list, one);
        }
        replace(&many, &t.message, count, 2 + one.len, bytes_buf(&list));
        CHECK_RC(message_decrypt(&back, manager, &options, bytes_buf(&many), &e), SROW_E_EDK_LIMIT);
        CHECK(t.counting.asked == 0);
    }
}

CASE(M29_a_wrapped_key_of_no_bytes_opens_nothing)
{
    AUTO(target_cleanup) struct target t = {0};
    AUTO(buf_cleanup) struct srow_buf altered = {0};
    struct srow_error e = {0};
    CHECK_OK(begin(&t, 0x0478, HEADER_FRAMED, &e), e);
    uint8_t *at = forge_field(&t.message, &t.m, "edk-ciphertext-length", 1);
    replace(&altered, &t.message, at, 2 + 48, bytes_of("\0\0", 2));
    CHECK_RC(attack(&t, bytes_buf(&altered), &e), SROW_E_NO_DATA_KEY);
}

CASE(M32_M46_and_M50_parts_of_another_message_of_the_same_key_are_refused)
{
    static const struct {
        const char *first;
        uint32_t index;
        enum srow_rc rc;
    } parts[] = {
        {"commitment", 0, SROW_E_COMMITMENT},
        {"frame-sequence", 1, SROW_E_BODY_TAG}, /* from here to the end */
        {"signature-length", 0, SROW_E_SIGNATURE},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        AUTO(target_cleanup) struct target t = {0};
        AUTO(buf_cleanup) struct srow_buf sister = {0}, mixed = {0};
        AUTO(message_inspected_cleanup) struct message_inspected m = {0};
        struct srow_error e = {0};
        CHECK_OK(begin(&t, 0x0578, HEADER_FRAMED, &e), e);
        CHECK_OK(make(&sister, &t, 0x0578, HEADER_FRAMED, usual, &e), e);
        CHECK_OK(message_inspect(&m, bytes_buf(&sister), &e), e);
        uint8_t *mine = forge_field(&t.message, &t.m, parts[i].first, parts[i].index);
        uint8_t *other = forge_field(&sister, &m, parts[i].first, parts[i].index);
        size_t left = (size_t)((uint8_t *)t.message.at + t.message.len - mine);
        size_t theirs = (size_t)((uint8_t *)sister.at + sister.len - other);
        bool one = strcmp(parts[i].first, "commitment") == 0;
        replace(&mixed, &t.message, mine, one ? 32 : left, bytes_of(other, one ? 32 : theirs));
        CHECK_RC(attack(&t, bytes_buf(&mixed), &e), parts[i].rc);
    }
}

CASE(M37_M43_and_M45_frames_twice_swapped_or_dropped_are_refused)
{
    enum { WHOLE = 4 + 12 + FRAME + 16, LAST = 4 + 4 + 12 + 4 + 8 + 16 };
    AUTO(target_cleanup) struct target t = {0};
    AUTO(buf_cleanup)
    struct srow_buf swapped = {0}, dropped = {0}, doubled = {0}, two = {0}, none = {0};
    struct srow_error e = {0};
    CHECK_OK(begin(&t, 0x0478, HEADER_FRAMED, &e), e);
    uint8_t *first = forge_field(&t.message, &t.m, "frame-sequence", 1);
    uint8_t *last = forge_field(&t.message, &t.m, "frame-end-mark", 3), frames[2 * WHOLE];
    memcpy(frames, first + WHOLE, WHOLE);
    memcpy(frames + WHOLE, first, WHOLE);
    replace(&swapped, &t.message, first, 2 * WHOLE, bytes_of(frames, 2 * WHOLE));
    CHECK_RC(attack(&t, bytes_buf(&swapped), &e), SROW_E_SEQUENCE);
    replace(&dropped, &t.message, first + WHOLE, WHOLE, bytes_of(NULL, 0));
    CHECK_RC(attack(&t, bytes_buf(&dropped), &e), SROW_E_SEQUENCE);
    replace(&doubled, &t.message, first + WHOLE, 0, bytes_of(first, WHOLE));
    CHECK_RC(attack(&t, bytes_buf(&doubled), &e), SROW_E_SEQUENCE);
    replace(&two, &t.message, last, 0, bytes_of(last, LAST));
    CHECK_RC(attack(&t, bytes_buf(&two), &e), SROW_E_TRAILING);
    replace(&none, &t.message, last, LAST, bytes_of(NULL, 0));
    CHECK_RC(attack(&t, bytes_buf(&none), &e), SROW_E_TRUNCATED);
}

CASE(M47_M48_and_M49_footers_of_every_wrong_form_are_refused)
{
    static const struct {
        const char *footer; /* hex */
        enum srow_rc rc;
    } footers[] = {
        {"", SROW_E_TRUNCATED},
        {"00", SROW_E_TRUNCATED},
        {"000830060201010201", SROW_E_TRUNCATED},
        {"0008300602010102010100", SROW_E_SIGNATURE}, /* garbage behind a wrong signature */
        {"000930060201010201010a", SROW_E_SIGNATURE}, /* garbage counted in */
        {"00083006020100020101", SROW_E_SIGNATURE},   /* r = 0 */
        {"00083006020101020100", SROW_E_SIGNATURE},   /* s = 0 */
        {"0009300702020001020101", SROW_E_SIGNATURE}, /* not minimal */
        {"0036303402"
         "3100ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db2"
         "48b0a77aecec196accc52973"
         "00",
         SROW_E_SIGNATURE}, /* r = n */
    };
    for (size_t i = 0; i < sizeof footers / sizeof footers[0]; i++) {
        AUTO(target_cleanup) struct target t = {0};
        AUTO(buf_cleanup) struct srow_buf altered = {0};
        struct srow_error e = {0};
        uint8_t bytes[80];
        CHECK_OK(begin(&t, 0x0578, HEADER_FRAMED, &e), e);
        uint8_t *at = forge_field(&t.message, &t.m, "signature-length", 0);
        size_t len = (size_t)((uint8_t *)t.message.at + t.message.len - at);
        replace(&altered, &t.message, at, len, hex(bytes, footers[i].footer));
        CHECK_RC(attack(&t, bytes_buf(&altered), &e), footers[i].rc);
    }
}

CASE(M52_an_unsigned_message_with_a_signers_key_asks_nobody)
{
    static const struct srow_pair pairs[] = {{{"aws-crypto-public-key", 21}, {"x", 1}}, {{0}, {0}}};
    AUTO(target_cleanup) struct target t = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    struct srow_error e = {0};
    CHECK_OK(begin(&t, 0x0478, HEADER_FRAMED, &e), e);
    CHECK_OK(make(&message, &t, 0x0478, HEADER_FRAMED, pairs, &e), e);
    CHECK_RC(attack(&t, bytes_buf(&message), &e), SROW_E_MALFORMED);
    CHECK(t.counting.asked == 0);
}

/* All tags are right and the signature is somebody's. */
CASE(M53_and_M54_a_signed_message_without_a_proper_public_key_is_refused)
{
    static const struct {
        const char *key; /* of the context; NULL: there is none */
        bool asks;
    } keys[] = {
        {NULL, false},
        {"", false},
        {"AA==", false}, /* infinity */
        {"not base64", false},
        /* the first byte of an uncompressed point */
        {"BOWFoGfW3/N65/F/gVgxGbYSkVlzRfEHrP/iN6CPSIbU/flP5jGC5hQ8mb4lp7fYaw==", false},
        /* x = 1, which is not on the curve */
        {"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQ==", true},
        /* bits behind the last byte */
        {"A+WFoGfW3/N65/F/gVgxGbYSkVlzRfEHrP/iN6CPSIbU/flP5jGC5hQ8mb4lp7fYax==", false},
        /* a point of P-256 */
        {"A2sX0fLhLEJH+Lzm5WOkQPJ3A32BLes6oPShOUXYmMKW", false},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        AUTO(target_cleanup) struct target t = {0};
        AUTO(buf_cleanup) struct srow_buf message = {0};
        AUTO(forge_cleanup)
        struct forge f = {.suite = 0x0578,
                          .content = HEADER_FRAMED,
                          .frame_length = FRAME,
                          .bare = true,
                          .plaintext = srow_str(text)};
        struct srow_error e = {0};
        CHECK_OK(begin(&t, 0x0578, HEADER_FRAMED, &e), e);
        if (keys[i].key != NULL) {
            struct srow_pair pair = {srow_str(signer_key_name), srow_str(keys[i].key)};
            CHECK_OK(context_add(&f.context, pair, &e), e);
        }
        CHECK_OK(forge_write(&message, &f, t.counting.inner, &e), e);
        CHECK_RC(attack(&t, bytes_buf(&message), &e), SROW_E_MALFORMED);
        CHECK((t.counting.asked > 0) == keys[i].asks);
    }
}

CASE(M55_bytes_behind_a_message_are_refused_signed_or_not)
{
    static const uint16_t suites[] = {0x0478, 0x0578};
    for (size_t i = 0; i < 2; i++) {
        AUTO(target_cleanup) struct target t = {0};
        struct srow_error e = {0};
        CHECK_OK(begin(&t, suites[i], HEADER_FRAMED, &e), e);
        struct srow_bytes behind[] = {{"\0", 1}, {"\xFF\xFF\xFF\xFF", 4}, bytes_buf(&t.message)};
        for (size_t k = 0; k < 3; k++) {
            AUTO(buf_cleanup) struct srow_buf longer = {0};
            buf_put(&longer, bytes_buf(&t.message));
            buf_put(&longer, behind[k]);
            CHECK_RC(attack(&t, bytes_buf(&longer), &e), SROW_E_TRAILING);
        }
    }
}

CASE(M56_to_M58_what_is_no_message_says_so)
{
    static const struct {
        const char *bytes;
        enum srow_rc rc;
    } inputs[] = {
        {"AgR4AAAA", SROW_E_NOT_MESSAGE},
        {"AgV4AAAA", SROW_E_NOT_MESSAGE},
        {"AYADeAAA", SROW_E_NOT_MESSAGE},
        {"020478aa", SROW_E_NOT_MESSAGE},
        {"\\x020478", SROW_E_NOT_MESSAGE},
        {"abc123", SROW_E_NOT_MESSAGE},
        {"", SROW_E_TRUNCATED},
        {"\x02", SROW_E_TRUNCATED},
    };
    AUTO(target_cleanup) struct target t = {0};
    struct srow_error e = {0};
    CHECK_OK(begin(&t, 0x0478, HEADER_FRAMED, &e), e);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        CHECK_RC(attack(&t, srow_str(inputs[i].bytes), &e), inputs[i].rc);
        CHECK(t.counting.asked == 0);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_failed = false;
        run_row(&rows[i]);
        check_point(rows[i].name);
    }
    RUN(M25_and_M26_more_wrapped_keys_than_allowed_ask_nobody);
    RUN(M29_a_wrapped_key_of_no_bytes_opens_nothing);
    RUN(M32_M46_and_M50_parts_of_another_message_of_the_same_key_are_refused);
    RUN(M37_M43_and_M45_frames_twice_swapped_or_dropped_are_refused);
    RUN(M47_M48_and_M49_footers_of_every_wrong_form_are_refused);
    RUN(M52_an_unsigned_message_with_a_signers_key_asks_nobody);
    RUN(M53_and_M54_a_signed_message_without_a_proper_public_key_is_refused);
    RUN(M55_bytes_behind_a_message_are_refused_signed_or_not);
    RUN(M56_to_M58_what_is_no_message_says_so);
    return check_done();
}
