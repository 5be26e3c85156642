/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hash.h"

#include "check.h"
#include "crypto/equal.h"
#include "hex.h"

CASE(sha_256_of_published_messages)
{
    static const struct {
        const char *text, *digest;
    } table[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct srow_error e = {0};
        uint8_t got[HASH_SHA256], want[HASH_SHA256];
        CHECK_OK(hash_sha256(got, srow_str(table[i].text), &e), e);
        CHECK_BYTES(bytes_of(got, sizeof got), hex(want, table[i].digest));
    }
}

/* RFC 4231, cases 1, 2, 3, 6. */
CASE(hmac_sha_256_of_published_messages)
{
    static uint8_t key[4][131];
    memset(key[0], 0x0B, 20);
    memcpy(key[1], "Jefe", 4);
    memset(key[2], 0xAA, 20);
    memset(key[3], 0xAA, 131);
    static char fifty[51];
    memset(fifty, 0xDD, 50);
    const struct {
        size_t key_len;
        const char *text, *mac;
    } table[] = {
        {20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {4, "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {20, fifty, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct srow_error e = {0};
        uint8_t got[HASH_SHA256], want[HASH_SHA256];
        CHECK_OK(
            hash_hmac_sha256(got, bytes_of(key[i], table[i].key_len), srow_str(table[i].text), &e),
            e);
        CHECK_BYTES(bytes_of(got, sizeof got), hex(want, table[i].mac));
    }
}

CASE(equal_bytes_compares_length_and_content)
{
    CHECK(equal_bytes(srow_str("abc"), srow_str("abc")));
    CHECK(!equal_bytes(srow_str("abc"), srow_str("abd")));
    CHECK(!equal_bytes(srow_str("abc"), srow_str("ab")));
    CHECK(equal_bytes(bytes_of(NULL, 0), srow_str("")));
}

int main(void)
{
    RUN(sha_256_of_published_messages);
    RUN(hmac_sha_256_of_published_messages);
    RUN(equal_bytes_compares_length_and_content);
    return check_done();
}
