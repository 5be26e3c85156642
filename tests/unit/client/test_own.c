/* SPDX-License-Identifier: Apache-2.0
 *
 * A client over KMS functions of the program's own, through the public face alone: what a library
 * without network still does. Its "KMS" gives back what it was given, turned around.
 */
#include <sealrow/sealrow.h>

#include <stdlib.h>

#include "check.h"
#include "face.h"

static struct state {
    unsigned generated, encrypted, decrypted;
    enum srow_rc denied; /* of us-east-1 */
} state;

static enum srow_rc refuse(struct srow_kms_call *call)
{
    snprintf(call->text, sizeof call->text, "no");
    return state.denied;
}

static enum srow_rc put(struct srow_buf *out, struct srow_bytes in)
{
    if (in.len > out->room) {
        return SROW_E_KMS_REPLY;
    }
    for (size_t i = 0; i < in.len; i++) {
        ((uint8_t *)out->at)[i] = ((const uint8_t *)in.at)[i] ^ 0xFF;
    }
    out->len = in.len;
    return SROW_OK;
}

static void name_key(struct srow_kms_call *call)
{
    call->key_id.len = strlen(call->key_arn);
    memcpy(call->key_id.at, call->key_arn, call->key_id.len);
}

static enum srow_rc generate(void *own, struct srow_kms_call *call)
{
    ((struct state *)own)->generated++;
    name_key(call);
    memset(call->data_key.at, 0x5A, call->data_key_bytes);
    call->data_key.len = call->data_key_bytes;
    return put(&call->wrapped, (struct srow_bytes){call->data_key.at, call->data_key.len});
}

static enum srow_rc encrypt(void *own, struct srow_kms_call *call)
{
    ((struct state *)own)->encrypted++;
    name_key(call);
    return put(&call->wrapped, call->data_key_in);
}

static enum srow_rc decrypt(void *own, struct srow_kms_call *call)
{
    ((struct state *)own)->decrypted++;
    name_key(call);
    if (state.denied != SROW_OK && strcmp(call->region, "us-east-1") == 0) {
        return refuse(call);
    }
    return put(&call->data_key, call->wrapped_in);
}

static struct face start(void)
{
    struct face f = {0};
    struct srow_kms_ops ops = {&state, generate, encrypt, decrypt, NULL, {0}};
    struct srow_client_options options = {.local_region = "us-east-1", .kms = &ops};
    state = (struct state){0};
    if (srow_config_parse(&f.config, srow_str(FACE_YAML), &f.e) == SROW_OK) {
        (void)!srow_client_new(&f.client, f.config, &options, &f.e);
    }
    memset(&ops, 0, sizeof ops); /* copied */
    return f;
}

CASE(cells_are_sealed_and_opened_without_network_and_credentials)
{
    AUTO(face_cleanup) struct face f = start();
    struct srow_sealed sealed = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    struct srow_bind bind;
    struct srow_cell cell = face_cell(&bind, "profile.userid", 1);
    CHECK_OK((enum srow_rc)f.e.rc, f.e);
    CHECK_OK(srow_client_warm(f.client, 0, &f.e), f.e);
    CHECK_OK(srow_cell_seal(&sealed, f.client, &cell, srow_str("abc123"), &f.e), f.e);
    CHECK(sealed.wrapped == 2 && state.generated == 1 && state.encrypted == 1);
    state.denied = SROW_E_KMS_DENIED;
    enum srow_rc rc = srow_cell_open(&plain, f.client, &cell, bytes_buf(&sealed.message), &f.e);
    srow_sealed_free(&sealed);
    CHECK_OK(rc, f.e);
    CHECK(bytes_equal_str(bytes_buf(&plain), "abc123") && state.decrypted == 2);
    CHECK(client_events(f.client, SROW_E_KMS_DENIED) == 1);
}

CASE(a_page_asks_one_after_the_other)
{
    AUTO(face_cleanup) struct face f = start();
    struct srow_bind binds[3];
    struct srow_item items[3];
    struct srow_result sealed[3], opened[3];
    for (size_t i = 0; i < 3; i++) {
        items[i].cell = face_cell(&binds[i], "profile.userid", (int64_t)i);
        items[i].in = srow_str("abc123");
    }
    CHECK_OK(srow_cells_seal(sealed, f.client, items, 3, &f.e), f.e);
    for (size_t i = 0; i < 3; i++) {
        items[i].in = bytes_buf(&sealed[i].sealed.message);
    }
    enum srow_rc rc = srow_cells_open(opened, f.client, items, 3, &f.e);
    bool same = bytes_equal_str(bytes_buf(&opened[2].plaintext), "abc123");
    srow_cells_free(sealed, 3);
    srow_cells_free(opened, 3);
    CHECK_OK(rc, f.e);
    CHECK(same && state.generated == 3 && state.encrypted == 3 && state.decrypted == 3);
}

CASE(functions_that_are_not_all_there_make_no_client)
{
    struct face f = {0};
    struct srow_kms_ops ops = {&state, generate, encrypt, NULL, NULL, {0}};
    struct srow_client_options options = {.local_region = "us-east-1", .kms = &ops};
    CHECK_OK(srow_config_parse(&f.config, srow_str(FACE_YAML), &f.e), f.e);
    enum srow_rc rc = srow_client_new(&f.client, f.config, &options, &f.e);
    face_cleanup(&f);
    CHECK_RC(rc, SROW_E_USAGE);
}

#ifndef TEST_WITH_NET
CASE(without_network_a_client_needs_functions)
{
    struct face f = {0};
    struct srow_client_options options = {.local_region = "us-east-1"};
    CHECK_OK(srow_config_parse(&f.config, srow_str(FACE_YAML), &f.e), f.e);
    enum srow_rc rc = srow_client_new(&f.client, f.config, &options, &f.e);
    face_cleanup(&f);
    CHECK_RC(rc, SROW_E_NOT_BUILT);
}
#endif

int main(void)
{
    RUN(cells_are_sealed_and_opened_without_network_and_credentials);
    RUN(a_page_asks_one_after_the_other);
    RUN(functions_that_are_not_all_there_make_no_client);
#ifndef TEST_WITH_NET
    RUN(without_network_a_client_needs_functions);
#endif
    return check_done();
}
