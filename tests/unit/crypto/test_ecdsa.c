/* SPDX-License-Identifier: Apache-2.0
 *
 * More of it by `build/tests/wycheproof`, which reads foreign vectors.
 */
#include "crypto/ecdsa.h"

#include "check.h"
#include "crypto/p384.h"
#include "hex.h"

/* RFC 6979, A.2.6: a key, and its signature of "sample" with SHA-384. */
static const char key_x[] = "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
                            "def8f0ea9055866064a254515480bc13";
static const char private[] = "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
                              "96d5724e4c70a825f872c9ea60d2edf5";
static const char r[] = "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
                        "81a648152e44acf96e36dd1e80fabe46";
static const char s[] = "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
                        "a329c145786e679e7b82c71a38628ac8";

struct sample {
    uint8_t point[ECDSA_POINT], hash[HASH_SHA384];
    struct p384_signature numbers;
};

static MUST enum srow_rc sample_init(struct sample *out, struct srow_error *e)
{
    out->point[0] = 2; /* y is even */
    hex(out->point + 1, key_x);
    hex(out->numbers.r, r);
    hex(out->numbers.s, s);
    return hash_sha384(out->hash, srow_str("sample"), e);
}

/* DER of two numbers, each in as many bytes as it is given in. */
static void put_der(struct srow_buf *out, struct srow_bytes a, struct srow_bytes b)
{
    buf_put_u8(out, 0x30);
    buf_put_u8(out, (uint8_t)(4 + a.len + b.len));
    buf_put_u8(out, 2);
    buf_put_u8(out, (uint8_t)a.len);
    buf_put(out, a);
    buf_put_u8(out, 2);
    buf_put_u8(out, (uint8_t)b.len);
    buf_put(out, b);
}

CASE(a_published_signature_is_verified_and_a_changed_hash_is_not)
{
    struct sample sample;
    struct srow_error e = {0};
    uint8_t der[2 + 2 * 51] = {0x30, 102, 2, 49};
    CHECK_OK(sample_init(&sample, &e), e);
    memcpy(der + 5, sample.numbers.r, 48);
    der[53] = 2;
    der[54] = 49;
    memcpy(der + 56, sample.numbers.s, 48);
    struct srow_bytes point = bytes_of(sample.point, ECDSA_POINT), all = bytes_of(der, sizeof der);
    CHECK_OK(ecdsa_verify(point, sample.hash, all, &e), e);
    sample.hash[47] ^= 1;
    CHECK_RC(ecdsa_verify(point, sample.hash, all, &e), SROW_E_SIGNATURE);
    sample.hash[47] ^= 1;
    sample.point[0] = 3; /* the other point with this x */
    CHECK_RC(ecdsa_verify(point, sample.hash, all, &e), SROW_E_SIGNATURE);
}

CASE(the_public_point_of_a_published_key_is_found)
{
    AUTO(secret_cleanup) struct secret key = {0};
    struct srow_error e = {0};
    uint8_t got[P384_POINT], want[P384_SIZE];
    CHECK_OK(secret_new(&key, ECDSA_KEY, &e), e);
    hex(key.at, private);
    CHECK_OK(p384_point(got, &key, &e), e);
    CHECK(got[0] == 2);
    CHECK_BYTES(bytes_of(got + 1, P384_SIZE), hex(want, key_x));
}

CASE(what_is_signed_verifies_under_its_key_alone)
{
    for (int i = 0; i < 40; i++) { /* lengths of 101 to 104 bytes come up */
        AUTO(secret_cleanup) struct secret key = {0}, other = {0};
        AUTO(buf_cleanup) struct srow_buf signature = {0};
        struct srow_error e = {0};
        uint8_t point[ECDSA_POINT], stranger[ECDSA_POINT], hash[HASH_SHA384];
        CHECK_OK(ecdsa_generate(&key, point, &e), e);
        CHECK_OK(ecdsa_generate(&other, stranger, &e), e);
        CHECK_OK(hash_sha384(hash, bytes_of(&i, sizeof i), &e), e);
        CHECK_OK(ecdsa_sign(&signature, &key, hash, &e), e);
        struct srow_bytes all = bytes_buf(&signature);
        CHECK(all.len <= ECDSA_SIGNATURE);
        CHECK_OK(ecdsa_check_form(all, &e), e);
        CHECK_OK(ecdsa_verify(bytes_of(point, ECDSA_POINT), hash, all, &e), e);
        CHECK_RC(ecdsa_verify(bytes_of(stranger, ECDSA_POINT), hash, all, &e), SROW_E_SIGNATURE);
        hash[0] ^= 0x80;
        CHECK_RC(ecdsa_verify(bytes_of(point, ECDSA_POINT), hash, all, &e), SROW_E_SIGNATURE);
    }
}

CASE(a_number_has_one_form_and_is_in_range)
{
    static const char n[] = "00ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
                            "581a0db248b0a77aecec196accc52973";
    static const char below_n[] = "00ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372d"
                                  "df581a0db248b0a77aecec196accc52972";
    static const struct {
        const char *number;
        enum srow_rc rc;
    } table[] = {
        {"01", SROW_OK},
        {"7f", SROW_OK},
        {"0080", SROW_OK},
        {below_n, SROW_OK},
        {"", SROW_E_SIGNATURE},
        {"00", SROW_E_SIGNATURE},     /* zero */
        {"0001", SROW_E_SIGNATURE},   /* not the shortest */
        {"000080", SROW_E_SIGNATURE}, /* not the shortest */
        {"80", SROW_E_SIGNATURE},     /* negative */
        {n, SROW_E_SIGNATURE},
        {"0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "0000000000",
         SROW_E_SIGNATURE},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AUTO(buf_cleanup) struct srow_buf first = {0}, second = {0};
        uint8_t room[80];
        struct srow_bytes number = hex(room, table[i].number);
        put_der(&first, number, bytes_of("\x01", 1));
        put_der(&second, bytes_of("\x01", 1), number);
        CHECK_RC(ecdsa_check_form(bytes_buf(&first), NULL), table[i].rc);
        CHECK_RC(ecdsa_check_form(bytes_buf(&second), NULL), table[i].rc);
    }
}

CASE(a_signature_has_one_form)
{
    static const char *const table[] = {
        "",
        "30",
        "3000",
        "3003020101",
        "300602010102010100", /* a byte behind */
        "30070201010201010",  /* and inside */
        "3007020101020101ff",
        "3106020101020101",     /* a set */
        "308106020101020101",   /* length in two bytes */
        "30800201010201010000", /* and with an end mark */
        "3006020101030101",     /* no integer */
        "3006030101020101",
        "3006020101020201",
        "3005020101020101",
        "3009020101020101020101", /* three numbers */
    };
    CHECK_RC(ecdsa_check_form(bytes_of("\x30\x06\x02\x01\x01\x02\x01\x01", 8), NULL), SROW_OK);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t room[40];
        CHECK_RC(ecdsa_check_form(hex(room, table[i]), NULL), SROW_E_SIGNATURE);
    }
}

CASE(what_is_no_compressed_point_is_malformed)
{
    static const char *const table[] = {
        "",
        "00", /* infinity */
        "02",
        /* not on the curve: x = 1 has no y */
        "020000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "0"
        "000000001",
        /* x = p */
        "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000"
        "f"
        "fffffff",
        /* first byte of another kind */
        "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451"
        "5"
        "480bc13",
        "00ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451"
        "5"
        "480bc13",
        /* a point of P-256 */
        "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    };
    uint8_t hash[HASH_SHA384] = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t room[64];
        struct srow_bytes signature = bytes_of("\x30\x06\x02\x01\x01\x02\x01\x01", 8);
        CHECK_RC(ecdsa_verify(hex(room, table[i]), hash, signature, NULL), SROW_E_MALFORMED);
    }
}

/* Project Wycheproof, ecdsa_secp384r1_sha384, case 453. */
CASE(a_signature_for_which_two_equal_points_are_added_is_verified)
{
    uint8_t point[ECDSA_POINT], signature[ECDSA_SIGNATURE], hash[HASH_SHA384];
    struct srow_error e = {0};
    struct srow_bytes key = hex(
        point, "03e585a067d6dff37ae7f17f81583119b61291597345f107acffe237a08f4886d4fdf94fe63182e6"
               "143c99be25a7b7d86b");
    struct srow_bytes all = hex(
        signature, "3065023100b37699e0d518a4d370dbdaaaea3788850fa03f8186d1f78fdfbae6540aa670b31c"
                   "8ada0fff3e737bd69520560fe0ce60023064adb4d51a93f96bed4665de2d4e1169cc95819ec6"
                   "e9333edfd5c07ca134ceef7c95957b719ae349fc439eaa49fbbe34");
    CHECK_OK(hash_sha384(hash, srow_str("123400"), &e), e);
    CHECK_OK(ecdsa_verify(key, hash, all, &e), e);
    hash[0] ^= 1;
    CHECK_RC(ecdsa_verify(key, hash, all, &e), SROW_E_SIGNATURE);
}

int main(void)
{
    RUN(a_published_signature_is_verified_and_a_changed_hash_is_not);
    RUN(the_public_point_of_a_published_key_is_found);
    RUN(what_is_signed_verifies_under_its_key_alone);
    RUN(a_signature_for_which_two_equal_points_are_added_is_verified);
    RUN(a_number_has_one_form_and_is_in_range);
    RUN(a_signature_has_one_form);
    RUN(what_is_no_compressed_point_is_malformed);
    return check_done();
}
