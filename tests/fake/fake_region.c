/* SPDX-License-Identifier: Apache-2.0 */
#include "fake/fake_region.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sigv4.h"
#include "base/json.h"
#include "base/text.h"
#include "fake/fake_kms.h"

enum { MOST = 16 };

/* One request taken apart. */
struct call {
    char arn[256];
    struct srow_pair context[MOST];
    struct secret plaintext;
    struct srow_buf ciphertext;
    struct kms_request request;
    json_node *document;
};

static void call_cleanup(struct call *c)
{
    json_free(&c->document);
    secret_cleanup(&c->plaintext);
    buf_cleanup(&c->ciphertext);
    kms_request_cleanup(&c->request);
}

static enum srow_rc add_pair(void *state, struct srow_bytes name, const json_node *value,
                             struct srow_error *e)
{
    struct call *c = state;
    struct srow_pair *pair = &c->context[c->request.context_count++];
    pair->key = name;
    FAIL_IF(!json_as_string(&pair->value, value), e, SROW_E_JSON, "context");
    return SROW_OK;
}

static bool blob(struct srow_buf *out, const json_node *document, const char *name)
{
    struct srow_bytes text;
    return json_as_string(&text, json_get(document, name)) &&
           text_parse_base64(out, text, NULL) == SROW_OK;
}

static enum kms_op op_of(const char *name)
{
    return strcmp(name, "GenerateDataKey") == 0 ? KMS_GENERATE
           : strcmp(name, "Encrypt") == 0       ? KMS_ENCRYPT
           : strcmp(name, "Decrypt") == 0       ? KMS_DECRYPT
                                                : KMS_DESCRIBE;
}

static bool understand(struct call *c, const struct fake_region *region,
                       const struct fake_http_request *http)
{
    AUTO(buf_cleanup) struct srow_buf plaintext = {0};
    struct srow_bytes arn;
    if (json_parse(&c->document, http->body, NULL) != SROW_OK ||
        !json_as_string(&arn, json_get(c->document, "KeyId"))) {
        return false;
    }
    snprintf(c->arn, sizeof c->arn, "%.*s", (int)arn.len, (const char *)arn.at);
    const json_node *context = json_get(c->document, "EncryptionContext");
    if (context != NULL && json_each(context, add_pair, c, NULL) != SROW_OK) {
        return false;
    }
    c->request.op = op_of(http->op);
    c->request.region = region->name;
    c->request.key_arn = c->arn;
    c->request.context = c->context;
    c->request.data_key_bytes = 32;
    if (c->request.op == KMS_ENCRYPT) {
        c->request.plaintext = &c->plaintext;
        return blob(&plaintext, c->document, "Plaintext") &&
               secret_of(&c->plaintext, bytes_buf(&plaintext), NULL) == SROW_OK;
    }
    if (c->request.op == KMS_DECRYPT && !blob(&c->ciphertext, c->document, "CiphertextBlob")) {
        return false;
    }
    c->request.ciphertext = bytes_buf(&c->ciphertext);
    return true;
}

/* As the server of a real KMS would: over the headers that came, with the shared secret. */
static bool is_signed(const struct fake_http_request *http)
{
    struct sigv4_header headers[MOST];
    struct sigv4_request request = {
        .method = "POST", .path = srow_str("/"), .headers = headers, .body = http->body};
    const char *line = strstr(http->head, "\r\n") + 2;
    while (*line != '\r' && request.header_count < MOST) {
        size_t name = strcspn(line, ":"), len = strcspn(line, "\r");
        headers[request.header_count++] =
            (struct sigv4_header){bytes_of(line, name), bytes_of(line + name + 2, len - name - 2)};
        line += len + 2;
    }
    AUTO(secret_cleanup) struct secret secret = {0};
    struct sigv4_claim claim;
    return secret_of(&secret, srow_str("secret"), NULL) == SROW_OK &&
           sigv4_read(&claim, &request, NULL) == SROW_OK &&
           bytes_equal_str(claim.access_key_id, "AKID") &&
           sigv4_verify(&claim, &request, &secret, NULL) == SROW_OK;
}

static void put_blob(struct srow_buf *out, const char *name, struct srow_bytes b)
{
    buf_printf(out, ",\"%s\":\"", name);
    text_put_base64(out, b);
    buf_put_u8(out, '"');
}

static void answer_rightly(struct fake_region *region, const struct fake_http_request *http,
                           struct fake_http_reply *reply)
{
    AUTO(call_cleanup) struct call c = {0};
    if (!is_signed(http)) {
        reply->status = 400;
        buf_put_str(&reply->body, "{\"__type\":\"InvalidSignatureException\"}");
        return;
    }
    bool good = understand(&c, region, http);
    if (good) {
        kms_call(region->kms, &c.request, 1);
    }
    if (!good || c.request.rc != SROW_OK) {
        reply->status = 400;
        buf_put_str(&reply->body, "{\"__type\":\"InvalidCiphertextException\"}");
        return;
    }
    if (c.request.op == KMS_DESCRIBE) {
        buf_printf(&reply->body,
                   "{\"KeyMetadata\":{\"Arn\":\"%s\",\"KeyState\":\"Enabled\",\"Enabled\":true}}",
                   c.arn);
        return;
    }
    buf_printf(&reply->body, "{\"KeyId\":\"%s\"", c.arn);
    if (c.request.data_key.len > 0) {
        put_blob(&reply->body, "Plaintext", secret_bytes(&c.request.data_key));
    }
    if (c.request.wrapped.len > 0) {
        put_blob(&reply->body, "CiphertextBlob", bytes_buf(&c.request.wrapped));
    }
    buf_put_u8(&reply->body, '}');
}

static void answer(void *state, const struct fake_http_request *http, struct fake_http_reply *reply)
{
    struct fake_region *region = state;
    if (region->before != NULL) {
        region->before(region->state);
    }
    if (region->fault.body != NULL) {
        reply->status = region->fault.status;
        buf_put_str(&reply->body, region->fault.body);
    } else {
        answer_rightly(region, http, reply);
    }
    reply->fault = region->fault.http;
}

void fake_region_start(struct fake_region *region, const char *name)
{
    const char *const names[] = {name, NULL};
    *region = (struct fake_region){.name = name, .kms = fake_kms_new(names)};
    region->server = fake_http_start(answer, region);
}

void fake_region_stop(struct fake_region *region)
{
    if (region->server != NULL) {
        fake_http_stop(region->server);
        region->server = NULL;
    }
    kms_free(&region->kms);
}
