/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/blob.h"

#include "check.h"
#include "crypto/random.h"

static void node_free(json_node **node)
{
    json_free(node);
}

/* Two contexts as JSON: whether they give the same bytes. */
static enum srow_rc same(bool *out, const char *a, const char *b, struct srow_error *e)
{
    AUTO(node_free) json_node *x = NULL;
    AUTO(node_free) json_node *y = NULL;
    AUTO(buf_cleanup) struct srow_buf p = {0}, q = {0};
    TRY(json_parse(&x, srow_str(a), e));
    TRY(json_parse(&y, srow_str(b), e));
    TRY(blob_put_context(&p, x, e));
    TRY(blob_put_context(&q, y, e));
    *out = bytes_equal(bytes_buf(&p), bytes_buf(&q));
    return SROW_OK;
}

CASE(only_equal_contexts_give_the_same_bytes)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"{}", "{}", true},
        {"{\"a\":\"1\",\"b\":\"2\"}", "{\"b\":\"2\",\"a\":\"1\"}", true},
        {"{\"ab\":\"c\"}", "{\"a\":\"bc\"}", false},
        {"{\"a\":\"\"}", "{}", false},
        {"{\"a\":\"b\",\"c\":\"d\"}", "{\"a\":\"bc\",\"d\":\"\"}", false},
        {"{\"a\":\"b\"}", "{\"A\":\"b\"}", false},
        {"{\"a\":\"b\",\"c\":\"d\"}", "{\"a\":\"b\"}", false},
        {"{\"a\":\"b\\u0000\"}", "{\"a\":\"b\"}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        bool got = !rows[i].same;
        CHECK_OK(same(&got, rows[i].a, rows[i].b, &e), e);
        CHECK(got == rows[i].same);
    }
}

CASE(a_context_value_that_is_no_text_is_refused)
{
    AUTO(node_free) json_node *node = NULL;
    AUTO(buf_cleanup) struct srow_buf out = {0};
    struct srow_error e = {0};
    CHECK_OK(json_parse(&node, srow_str("{\"a\":1}"), &e), e);
    CHECK_RC(blob_put_context(&out, node, &e), SROW_E_VALUE);
}

static enum srow_rc make_key(struct store_key *key, char digit, struct srow_error *e)
{
    memset(key->id, digit, STORE_ID - 1);
    TRY(random_bytes(key->material_id, sizeof key->material_id, e));
    TRY(secret_new(&key->material, STORE_KEY_BYTES, e));
    return random_bytes(key->material.at, key->material.len, e);
}

CASE(a_blob_opens_under_its_key_and_context_alone)
{
    AUTO(store_key_cleanup) struct store_key key = {0}, other = {0};
    AUTO(secret_cleanup) struct secret plain = {0};
    AUTO(buf_cleanup) struct srow_buf blob = {0};
    struct srow_bytes context = srow_str("context"), text = srow_str("text");
    struct srow_error e = {0};
    char id[STORE_ID];
    CHECK_OK(make_key(&key, 'a', &e), e);
    CHECK_OK(make_key(&other, 'a', &e), e);
    CHECK_OK(blob_encrypt(&blob, &key, context, text, &e), e);
    CHECK(blob.len == BLOB_OVERHEAD + text.len);
    CHECK_OK(blob_key_id(id, bytes_buf(&blob), &e), e);
    CHECK(strcmp(id, key.id) == 0);
    CHECK_OK(blob_decrypt(&plain, &key, context, bytes_buf(&blob), &e), e);
    CHECK_BYTES(secret_bytes(&plain), text);
    secret_cleanup(&plain);
    CHECK_RC(blob_decrypt(&plain, &key, srow_str("Context"), bytes_buf(&blob), &e),
             SROW_E_KMS_CIPHERTEXT);
    CHECK_RC(blob_decrypt(&plain, &other, context, bytes_buf(&blob), &e), SROW_E_KMS_CIPHERTEXT);
    memcpy(other.material_id, key.material_id, sizeof key.material_id);
    CHECK_RC(blob_decrypt(&plain, &other, context, bytes_buf(&blob), &e), SROW_E_KMS_CIPHERTEXT);
    for (size_t len = 0; len < blob.len; len++) {
        CHECK_RC(blob_decrypt(&plain, &key, context, bytes_of(blob.at, len), &e),
                 SROW_E_KMS_CIPHERTEXT);
    }
    for (size_t i = 0; i < blob.len; i++) {
        ((uint8_t *)blob.at)[i] ^= 1;
        CHECK_RC(blob_decrypt(&plain, &key, context, bytes_buf(&blob), &e), SROW_E_KMS_CIPHERTEXT);
        ((uint8_t *)blob.at)[i] ^= 1;
    }
}

CASE(a_plaintext_has_1_to_4096_bytes)
{
    static const uint8_t bytes[BLOB_MOST_PLAIN + 1];
    AUTO(store_key_cleanup) struct store_key key = {0};
    AUTO(buf_cleanup) struct srow_buf blob = {0};
    struct srow_error e = {0};
    CHECK_OK(make_key(&key, 'a', &e), e);
    CHECK_RC(blob_encrypt(&blob, &key, srow_str(""), srow_str(""), &e), SROW_E_LIMIT);
    CHECK_RC(blob_encrypt(&blob, &key, srow_str(""), bytes_of(bytes, sizeof bytes), &e),
             SROW_E_LIMIT);
    CHECK_OK(blob_encrypt(&blob, &key, srow_str(""), bytes_of(bytes, BLOB_MOST_PLAIN), &e), e);
    CHECK(blob.len <= BLOB_MOST);
}

int main(void)
{
    RUN(only_equal_contexts_give_the_same_bytes);
    RUN(a_context_value_that_is_no_text_is_refused);
    RUN(a_blob_opens_under_its_key_and_context_alone);
    RUN(a_plaintext_has_1_to_4096_bytes);
    return check_done();
}
