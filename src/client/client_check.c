/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether each key does in its Region what it is configured for, one after the other: there are
 * few. And probes, for principals that may only decrypt.
 */
#include <stdlib.h>

#include "client/client.h"

static const char probe_text[] = "sealrow probe";
static const char probe_key[] = "sealrow:probe";
enum { TEST_KEY = 32 };

/* One request about a key; the answer is the caller's to clean up. */
static enum srow_rc ask(struct kms_request *request, struct srow_client *client,
                        const struct client_check *check, enum kms_op op, struct srow_error *e)
{
    struct srow_pair context = {srow_str(probe_key), srow_str(client_config(client)->domain)};
    request->op = op;
    request->region = check->region;
    request->key_arn = check->arn;
    request->context = op == KMS_DESCRIBE ? NULL : &context;
    request->context_count = op == KMS_DESCRIBE ? 0 : 1;
    request->data_key_bytes = op == KMS_DESCRIBE ? 0 : TEST_KEY;
    request->deadline = client_deadline(client);
    kms_call(client_kms(client), request, 1);
    if (request->rc != SROW_OK && e != NULL) {
        *e = request->error;
    }
    return request->rc;
}

static enum srow_rc try_key(struct srow_client *client, const struct client_check *check,
                            struct srow_error *e)
{
    AUTO(kms_request_cleanup) struct kms_request described = {0}, made = {0}, opened = {0};
    TRY(ask(&described, client, check, KMS_DESCRIBE, e));
    FAIL_IF(!described.enabled, e, SROW_E_KMS_DISABLED, "the key is not enabled");
    if (check->open_only) {
        return SROW_OK;
    }
    TRY(ask(&made, client, check, KMS_GENERATE, e));
    opened.ciphertext = bytes_buf(&made.wrapped);
    TRY(ask(&opened, client, check, KMS_DECRYPT, e));
    FAIL_IF(!bytes_equal(secret_bytes(&made.data_key), secret_bytes(&opened.data_key)), e,
            SROW_E_KMS_DATA_KEY, "KMS opened another data key than it had made");
    return SROW_OK;
}

static size_t count_keys(const struct srow_config *config)
{
    size_t count = 0;
    for (size_t i = 0; i < config->key_set_count; i++) {
        count += config->key_sets[i].count;
    }
    return count;
}

enum srow_rc client_check_keys(struct client_check **out, size_t *count, struct srow_client *client,
                               struct srow_error *e)
{
    const struct srow_config *config = client_config(client);
    struct client_check *checks = calloc(count_keys(config), sizeof *checks);
    FAIL_IF(checks == NULL, e, SROW_E_NOMEM, "no memory to check keys");
    size_t n = 0;
    for (size_t i = 0; i < config->key_set_count; i++) {
        const struct config_key_set *set = &config->key_sets[i];
        for (size_t k = 0; k < set->count; k++, n++) {
            checks[n].key_set = set->name;
            checks[n].region = set->keys[k].region;
            checks[n].arn = set->keys[k].arn;
            checks[n].open_only = set->keys[k].open_only;
            checks[n].rc = try_key(client, &checks[n], &checks[n].error);
        }
    }
    *out = checks;
    *count = n;
    return SROW_OK;
}

/* {"sealrow:probe": domain} */
static enum srow_rc make_context(struct context *out, const struct srow_client *client,
                                 struct srow_error *e)
{
    struct srow_pair pair = {srow_str(probe_key), srow_str(client_config(client)->domain)};
    return context_add(out, pair, e);
}

enum srow_rc client_probe_seal(struct srow_buf *out, struct srow_client *client,
                               const char *key_set, struct srow_error *e)
{
    struct cell_tools tools = {0};
    AUTO(context_cleanup) struct context context = {0};
    TRY(client_tools(&tools, client, key_set, NULL, e));
    TRY(make_context(&context, client, e));
    struct message_encrypt_options options = {.context = &context, .deadline = tools.deadline};
    struct message_encrypted probe = {0};
    TRY(message_encrypt(&probe, tools.manager, &options, srow_str(probe_text), e));
    *out = buf_take(&probe.bytes);
    return SROW_OK;
}

enum srow_rc client_probe_open(struct srow_client *client, const char *key_set, const char *via,
                               struct srow_bytes message, struct srow_error *e)
{
    struct cell_tools tools = {0};
    AUTO(context_cleanup) struct context context = {0};
    AUTO(buf_cleanup) struct srow_buf text = {0};
    TRY(client_tools(&tools, client, key_set, via, e));
    TRY(make_context(&context, client, e));
    struct message_decrypt_options options = {
        .expected = &context, .via = via, .deadline = tools.deadline};
    TRY(message_decrypt(&text, tools.manager, &options, message, e));
    FAIL_IF(!bytes_equal_str(bytes_buf(&text), probe_text), e, SROW_E_SELF_CHECK,
            "the probe opens to another text");
    return SROW_OK;
}
