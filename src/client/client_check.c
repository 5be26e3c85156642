/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether each key does in its Region what it is configured for: all keys at once, in three rounds,
 * of which a key that has failed has no further one. And probes, for principals that may only
 * decrypt.
 */
#include <stdlib.h>

#include "client/client.h"

static const char probe_text[] = "sealrow probe";
static const char probe_key[] = "sealrow:probe";
enum { TEST_KEY = 32 };

/* The keys and what they are asked; asked[i] is the check of requests[i]. */
struct round {
    struct srow_client *client;
    struct client_check *checks;
    size_t count;
    struct kms_request *requests, *made; /* made[i]: the test data key of checks[i] */
    struct client_check **asked;
};

static void round_cleanup(struct round *r)
{
    for (size_t i = 0; r->made != NULL && i < r->count; i++) {
        kms_request_cleanup(&r->made[i]);
    }
    free(r->made);
    free(r->requests);
    free(r->asked);
    free(r->checks);
}

static void settle(struct round *r, struct kms_request *request, struct client_check *check)
{
    struct kms_request *made = &r->made[check - r->checks];
    check->rc = request->rc;
    check->error = request->error;
    if (check->rc == SROW_OK && request->op == KMS_DESCRIBE && !request->enabled) {
        check->rc = error_set(&check->error, SROW_E_KMS_DISABLED,
                              "Region %s: the key %s is not enabled", check->region, check->arn);
    }
    if (check->rc == SROW_OK && request->op == KMS_GENERATE) {
        made->data_key = secret_take(&request->data_key);
        made->wrapped = buf_take(&request->wrapped);
    }
    if (check->rc == SROW_OK && request->op == KMS_DECRYPT &&
        !bytes_equal(secret_bytes(&made->data_key), secret_bytes(&request->data_key))) {
        check->rc = error_set(&check->error, SROW_E_KMS_DATA_KEY,
                              "Region %s, key %s: KMS opened another data key than it had made",
                              check->region, check->arn);
    }
    kms_request_cleanup(request);
}

/* One question to each key that has not failed, all at the same time. */
static void ask(struct round *r, enum kms_op op)
{
    struct srow_pair context = {srow_str(probe_key), srow_str(client_config(r->client)->domain)};
    bool describes = op == KMS_DESCRIBE;
    uint64_t deadline = client_deadline(r->client);
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++) {
        struct client_check *check = &r->checks[i];
        if (check->rc != SROW_OK || (check->open_only && !describes)) {
            continue;
        }
        r->asked[n] = check;
        r->requests[n++] = (struct kms_request){.op = op,
                                                .region = check->region,
                                                .key_arn = check->arn,
                                                .context = describes ? NULL : &context,
                                                .context_count = describes ? 0 : 1,
                                                .data_key_bytes = describes ? 0 : TEST_KEY,
                                                .ciphertext = bytes_buf(&r->made[i].wrapped),
                                                .deadline = deadline};
    }
    if (n > 0) {
        kms_call(client_kms(r->client), r->requests, n);
    }
    for (size_t i = 0; i < n; i++) {
        settle(r, &r->requests[i], r->asked[i]);
    }
}

static size_t count_keys(const struct srow_config *config)
{
    size_t count = 0;
    for (size_t i = 0; i < config->key_set_count; i++) {
        count += config->key_sets[i].count;
    }
    return count;
}

static enum srow_rc round_new(struct round *r, struct srow_error *e)
{
    const struct srow_config *config = client_config(r->client);
    size_t all = count_keys(config);
    r->checks = calloc(all, sizeof *r->checks);
    r->made = calloc(all, sizeof *r->made);
    r->requests = calloc(all, sizeof *r->requests);
    r->asked = calloc(all, sizeof(struct client_check *));
    FAIL_IF(r->checks == NULL || r->made == NULL || r->requests == NULL || r->asked == NULL, e,
            SROW_E_NOMEM, "no memory to check %zu keys", all);
    for (size_t i = 0; i < config->key_set_count; i++) {
        const struct config_key_set *set = &config->key_sets[i];
        for (size_t k = 0; k < set->count; k++) {
            r->checks[r->count++] = (struct client_check){.key_set = set->name,
                                                          .region = set->keys[k].region,
                                                          .arn = set->keys[k].arn,
                                                          .open_only = set->keys[k].open_only};
        }
    }
    return SROW_OK;
}

enum srow_rc client_check_keys(struct client_check **out, size_t *count, struct srow_client *client,
                               struct srow_error *e)
{
    AUTO(round_cleanup) struct round r = {.client = client};
    TRY(round_new(&r, e));
    client_enter(client);
    ask(&r, KMS_DESCRIBE);
    ask(&r, KMS_GENERATE);
    ask(&r, KMS_DECRYPT);
    client_leave(client);
    *out = r.checks;
    *count = r.count;
    r.checks = NULL;
    return SROW_OK;
}

/* {"sealrow:probe": domain} */
static enum srow_rc make_context(struct context *out, const struct srow_client *client,
                                 struct srow_error *e)
{
    struct srow_pair pair = {srow_str(probe_key), srow_str(client_config(client)->domain)};
    return context_add(out, pair, e);
}

static enum srow_rc seal_probe(struct srow_buf *out, struct srow_client *client,
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

static enum srow_rc open_probe(struct srow_client *client, const char *key_set, const char *via,
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

enum srow_rc client_probe_seal(struct srow_buf *out, struct srow_client *client,
                               const char *key_set, struct srow_error *e)
{
    client_enter(client);
    enum srow_rc rc = seal_probe(out, client, key_set, e);
    client_leave(client);
    return rc;
}

enum srow_rc client_probe_open(struct srow_client *client, const char *key_set, const char *via,
                               struct srow_bytes message, struct srow_error *e)
{
    client_enter(client);
    enum srow_rc rc = open_probe(client, key_set, via, message, e);
    client_leave(client);
    return rc;
}
