/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hkdf.h"

#include "check.h"
#include "hex.h"

static MUST enum srow_rc range(struct secret *out, int first, size_t len, struct srow_error *e)
{
    TRY(secret_new(out, len, e));
    for (size_t i = 0; i < len; i++) {
        out->at[i] = (uint8_t)(first + (int)i);
    }
    return SROW_OK;
}

/* The inputs of RFC 5869, appendix A, under SHA-512; the outputs are from an implementation of
 * another hand (Python's hmac). */
CASE(derives_what_rfc_5869_says)
{
    static const struct {
        int key, salt, info;
        size_t key_len, salt_len, info_len, len;
        const char *output;
    } table[] = {
        {0x00, 0x60, 0xB0, 80, 80, 80, 64,
         "ce6c97192805b346e6161e821ed165673b84f400a2b514b2fe23d84cd189ddf1b695b48cbd1c8388441137b3c"
         "e"
         "28f16aa64ba33ba466b24df6cfcb021ecff235"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct srow_error e = {0};
        AUTO(secret_cleanup) struct secret key = {0}, salt = {0}, info = {0};
        CHECK_OK(range(&key, table[i].key, table[i].key_len, &e), e);
        CHECK_OK(range(&salt, table[i].salt, table[i].salt_len, &e), e);
        CHECK_OK(range(&info, table[i].info, table[i].info_len, &e), e);
        uint8_t got[64], want[64];
        struct hkdf_output output = {got, table[i].len, secret_bytes(&info)};
        CHECK_OK(hkdf_sha512(&output, 1, &key, secret_bytes(&salt), &e), e);
        CHECK_BYTES(bytes_of(got, table[i].len), hex(want, table[i].output));
    }
}

static MUST enum srow_rc of_0b(struct secret *key, struct srow_error *e)
{
    TRY(secret_new(key, 22, e));
    memset(key->at, 0x0B, 22);
    return SROW_OK;
}

CASE(takes_no_salt_and_a_salt_longer_than_a_block)
{
    struct srow_error e = {0};
    AUTO(secret_cleanup) struct secret key = {0}, salt = {0};
    CHECK_OK(of_0b(&key, &e), e);
    CHECK_OK(range(&salt, 0, 200, &e), e);
    uint8_t got[64], want[64];
    struct hkdf_output output = {got, 42, {0}};
    CHECK_OK(hkdf_sha512(&output, 1, &key, bytes_of(NULL, 0), &e), e);
    CHECK_BYTES(bytes_of(got, 42),
                hex(want, "f5fa02b18298a72a8c23898a8703472c6eb179dc204c03425c970e"
                          "3b164bf90fff22d04836d0e2343bac"));
    output = (struct hkdf_output){got, 64, srow_str("x")};
    CHECK_OK(hkdf_sha512(&output, 1, &key, secret_bytes(&salt), &e), e);
    CHECK_BYTES(bytes_of(got, 64),
                hex(want, "5da3a620f9b62efac3cf81de638dce0d073834a3690428be5a7b87535bc2674895ffba16"
                          "6a1f643f35bd55d882a063fd0cb12d679b952941cb6487881dcc2ecd"));
}

CASE(two_outputs_are_those_of_two_calls)
{
    struct srow_error e = {0};
    AUTO(secret_cleanup) struct secret key = {0}, salt = {0};
    CHECK_OK(of_0b(&key, &e), e);
    CHECK_OK(range(&salt, 0, 32, &e), e);
    uint8_t both[2][32], one[2][32];
    struct hkdf_output outputs[2] = {{both[0], 32, srow_str("DERIVEKEY")},
                                     {both[1], 32, srow_str("COMMITKEY")}};
    CHECK_OK(hkdf_sha512(outputs, 2, &key, secret_bytes(&salt), &e), e);
    for (int i = 0; i < 2; i++) {
        struct hkdf_output output = outputs[i];
        output.at = one[i];
        CHECK_OK(hkdf_sha512(&output, 1, &key, secret_bytes(&salt), &e), e);
        CHECK_BYTES(bytes_of(both[i], 32), bytes_of(one[i], 32));
    }
    CHECK(memcmp(both[0], both[1], 32) != 0);
}

CASE(an_output_longer_than_one_block_is_refused)
{
    struct srow_error e = {0};
    AUTO(secret_cleanup) struct secret key = {0};
    CHECK_OK(of_0b(&key, &e), e);
    uint8_t got[65];
    struct hkdf_output output = {got, 65, {0}};
    CHECK_RC(hkdf_sha512(&output, 1, &key, bytes_of(NULL, 0), &e), SROW_E_CRYPTO);
}

int main(void)
{
    RUN(derives_what_rfc_5869_says);
    RUN(takes_no_salt_and_a_salt_longer_than_a_block);
    RUN(two_outputs_are_those_of_two_calls);
    RUN(an_output_longer_than_one_block_is_refused);
    return check_done();
}
