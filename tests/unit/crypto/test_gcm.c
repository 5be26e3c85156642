/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/gcm.h"

#include <pthread.h>

#include "check.h"
#include "hex.h"

/* McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B. */
static const struct {
    const char *key, *iv, *aad, *text, *sealed, *tag;
} table[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "5"
     "25b16aedf5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84a"
     "a"
     "051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "5"
     "25b16aedf5aa0de657ba637b39",
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3"
     "f"
     "4718e2448b2fe324d9ccda2710",
     "2519498e80f1478f37ba55bd6d27618c"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "5"
     "25b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "8"
     "38c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

struct vector {
    uint8_t key_room[32], iv[12], aad_room[64], text_room[64], sealed_room[64], tag[16];
    struct secret key;
    struct srow_bytes sealed;
    struct gcm_input in; /* of the encryption */
};

static void vector_cleanup(struct vector *v)
{
    secret_cleanup(&v->key);
}

static MUST enum srow_rc load(struct vector *v, size_t i, struct srow_error *e)
{
    TRY(secret_of(&v->key, hex(v->key_room, table[i].key), e));
    hex(v->iv, table[i].iv);
    hex(v->tag, table[i].tag);
    v->sealed = hex(v->sealed_room, table[i].sealed);
    v->in = (struct gcm_input){&v->key, v->iv, hex(v->aad_room, table[i].aad),
                               hex(v->text_room, table[i].text)};
    return SROW_OK;
}

enum { ROWS = sizeof table / sizeof *table };

CASE(published_vectors_encrypt_and_decrypt)
{
    for (size_t i = 0; i < ROWS; i++) {
        AUTO(vector_cleanup) struct vector v = {0};
        struct srow_error e = {0};
        uint8_t out[64], tag[GCM_TAG];
        CHECK_OK(load(&v, i, &e), e);
        CHECK_OK(gcm_encrypt(out, tag, &v.in, &e), e);
        CHECK_BYTES(bytes_of(out, v.in.text.len), v.sealed);
        CHECK_BYTES(bytes_of(tag, GCM_TAG), bytes_of(v.tag, GCM_TAG));

        struct gcm_input back = v.in;
        back.text = v.sealed;
        CHECK_OK(gcm_decrypt(out, v.tag, &back, &e), e);
        CHECK_BYTES(bytes_of(out, v.in.text.len), v.in.text);
        gcm_forget();
    }
}

CASE(a_wrong_tag_is_refused_and_leaves_no_plaintext)
{
    static const uint8_t zeros[64];
    for (size_t i = 0; i < ROWS; i++) {
        for (unsigned bit = 0; bit < 8 * GCM_TAG; bit++) {
            AUTO(vector_cleanup) struct vector v = {0};
            struct srow_error e = {0};
            uint8_t out[64];
            memset(out, 0xEE, sizeof out);
            CHECK_OK(load(&v, i, &e), e);
            v.tag[bit / 8] ^= (uint8_t)(1U << bit % 8);
            v.in.text = v.sealed;
            CHECK_RC(gcm_decrypt(out, v.tag, &v.in, &e), SROW_E_BODY_TAG);
            CHECK_BYTES(bytes_of(out, v.sealed.len), bytes_of(zeros, v.sealed.len));
        }
    }
}

CASE(other_additional_data_are_refused)
{
    AUTO(vector_cleanup) struct vector v = {0};
    struct srow_error e = {0};
    uint8_t out[64];
    CHECK_OK(load(&v, 4, &e), e);
    v.in.text = v.sealed;
    v.in.aad.len--;
    CHECK_RC(gcm_decrypt(out, v.tag, &v.in, &e), SROW_E_BODY_TAG);
}

CASE(a_key_of_another_size_is_refused)
{
    AUTO(secret_cleanup) struct secret key = {0};
    struct srow_error e = {0};
    uint8_t iv[GCM_IV] = {0}, tag[GCM_TAG];
    CHECK_OK(secret_new(&key, 31, &e), e);
    struct gcm_input in = {&key, iv, {0}, {0}};
    CHECK_RC(gcm_encrypt(NULL, tag, &in, &e), SROW_E_CRYPTO);
}

CASE(a_key_that_changes_in_its_place_is_another_key)
{
    AUTO(secret_cleanup) struct secret key = {0};
    struct srow_error e = {0};
    uint8_t iv[GCM_IV] = {0}, first[GCM_TAG], second[GCM_TAG], third[GCM_TAG];
    CHECK_OK(secret_new(&key, 32, &e), e);
    struct gcm_input in = {&key, iv, {0}, {0}};
    CHECK_OK(gcm_encrypt(NULL, first, &in, &e), e);
    key.at[31] = 1;
    CHECK_OK(gcm_encrypt(NULL, second, &in, &e), e);
    CHECK(memcmp(first, second, GCM_TAG) != 0);
    gcm_forget();
    CHECK_OK(gcm_encrypt(NULL, third, &in, &e), e);
    CHECK(memcmp(third, second, GCM_TAG) == 0);
    iv[0] = 1; /* the same key, another IV */
    CHECK_OK(gcm_encrypt(NULL, third, &in, &e), e);
    CHECK(memcmp(third, second, GCM_TAG) != 0);
    CHECK_OK(gcm_decrypt(NULL, third, &in, &e), e);
}

static void *work(void *failed)
{
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < ROWS; i++) {
            AUTO(vector_cleanup) struct vector v = {0};
            uint8_t out[64], tag[GCM_TAG];
            if (load(&v, i, NULL) != SROW_OK || gcm_encrypt(out, tag, &v.in, NULL) != SROW_OK ||
                memcmp(tag, v.tag, GCM_TAG) != 0) {
                *(bool *)failed = true;
            }
        }
    }
    return NULL;
}

CASE(threads_do_not_disturb_each_other)
{
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    bool failed[THREADS] = {false};
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&thread[i], NULL, work, &failed[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(!failed[i]);
    }
}

int main(void)
{
    RUN(published_vectors_encrypt_and_decrypt);
    RUN(a_wrong_tag_is_refused_and_leaves_no_plaintext);
    RUN(other_additional_data_are_refused);
    RUN(a_key_of_another_size_is_refused);
    RUN(a_key_that_changes_in_its_place_is_another_key);
    RUN(threads_do_not_disturb_each_other);
    return check_done();
}
