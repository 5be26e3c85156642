/* SPDX-License-Identifier: Apache-2.0
 *
 * Own KMS functions as a way to KMS. What they answer is held against what was asked, by the same
 * proofs as an answer over HTTP.
 */
#include "kms/kms_own.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "kms/proof.h"

enum { KEY_ID_ROOM = 2048 };

struct kms_own {
    struct kms kms;
    struct srow_kms_ops functions;
    uint32_t attempt_ms;
};

/* One call, and the memory that it answers into. */
struct attempt {
    struct srow_kms_call call, before; /* `before`: as it was handed over */
    struct secret data_key;
    struct srow_buf wrapped;
    char key_id[KEY_ID_ROOM];
};

static void attempt_cleanup(struct attempt *a)
{
    secret_cleanup(&a->data_key);
    buf_cleanup(&a->wrapped);
}

static srow_kms_function *function_of(const struct kms_own *k, enum kms_op op)
{
    switch (op) {
    case KMS_GENERATE:
        return k->functions.generate;
    case KMS_ENCRYPT:
        return k->functions.encrypt;
    case KMS_DECRYPT:
        return k->functions.decrypt;
    case KMS_DESCRIBE:
        break;
    }
    return k->functions.describe;
}

static uint32_t time_of(const struct kms_own *k, const struct kms_request *r)
{
    uint64_t left = r->deadline == 0 ? UINT32_MAX : time_left_ms(r->deadline);
    return left < k->attempt_ms ? (uint32_t)left : k->attempt_ms;
}

static MUST enum srow_rc prepare(struct attempt *a, const struct kms_own *k,
                                 const struct kms_request *r, struct srow_error *e)
{
    TRY(proof_wrapped_in(r, e));
    a->call = (struct srow_kms_call){.region = r->region,
                                     .key_arn = r->key_arn,
                                     .context = r->context,
                                     .context_count = r->context_count,
                                     .wrapped_in = r->ciphertext,
                                     .data_key_bytes = (uint32_t)r->data_key_bytes,
                                     .timeout_ms = time_of(k, r)};
    FAIL_IF(a->call.timeout_ms == 0, e, SROW_E_TIMEOUT, "no time left to ask");
    a->call.key_id = (struct srow_buf){a->key_id, 0, sizeof a->key_id};
    if (r->op == KMS_ENCRYPT) {
        a->call.data_key_in = secret_bytes(r->plaintext);
    }
    if (r->op == KMS_GENERATE || r->op == KMS_DECRYPT) {
        TRY(proof_asked(r, e));
        TRY(secret_new(&a->data_key, r->data_key_bytes, e));
        a->call.data_key = (struct srow_buf){a->data_key.at, 0, a->data_key.len};
    }
    if (r->op == KMS_GENERATE || r->op == KMS_ENCRYPT) {
        a->call.wrapped.at = buf_room(&a->wrapped, PROOF_LARGEST_WRAPPED);
        a->call.wrapped.room = PROOF_LARGEST_WRAPPED;
        TRY(buf_check(&a->wrapped, e));
    }
    a->before = a->call;
    return SROW_OK;
}

/* Hostile text into ours: it ends, whatever the function did; error_set keeps it to one line. */
static void end_text(struct srow_kms_call *call, const char *otherwise)
{
    call->text[sizeof call->text - 1] = '\0';
    if (call->text[0] == '\0') {
        snprintf(call->text, sizeof call->text, "%s", otherwise);
    }
}

static MUST enum srow_rc fail(struct attempt *a, enum srow_rc rc, struct srow_error *e)
{
    bool known = kms_is_refusal(rc) || rc == SROW_E_KMS_SERVICE || rc == SROW_E_CONNECT ||
                 rc == SROW_E_TIMEOUT || rc == SROW_E_TLS || rc == SROW_E_BUSY ||
                 rc == SROW_E_NOMEM;
    end_text(&a->call, "the KMS function gave no reason");
    FAIL_IF(!known, e, SROW_E_KMS_REPLY, "%s (the KMS function's code %u)", a->call.text,
            (unsigned)rc);
    FAIL(e, rc, "%s", a->call.text);
}

/* Whether an answer lies where it should, and no longer than there is room. */
static bool fits(const struct srow_buf *now, const struct srow_buf *before)
{
    return now->at == before->at && now->len <= before->room;
}

static MUST enum srow_rc take(struct kms_request *r, struct attempt *a, struct srow_error *e)
{
    const struct srow_kms_call *call = &a->call, *before = &a->before;
    FAIL_IF(!fits(&call->key_id, &before->key_id) || !fits(&call->data_key, &before->data_key) ||
                !fits(&call->wrapped, &before->wrapped),
            e, SROW_E_KMS_REPLY, "the KMS function answered beside the memory it was given");
    TRY(proof_key_id(r, bytes_buf(&call->key_id), e));
    if (a->data_key.at != NULL) {
        TRY(proof_data_key(r, bytes_buf(&call->data_key), e));
    }
    if (a->wrapped.at != NULL) {
        TRY(proof_wrapped(bytes_buf(&call->wrapped), e));
        buf_grew(&a->wrapped, call->wrapped.len);
    }
    r->data_key = secret_take(&a->data_key);
    r->wrapped = buf_take(&a->wrapped);
    r->enabled = r->op == KMS_DESCRIBE;
    return SROW_OK;
}

static MUST enum srow_rc ask(struct kms_request *r, const struct kms_own *k, struct srow_error *e)
{
    AUTO(attempt_cleanup) struct attempt a = {0};
    srow_kms_function *function = function_of(k, r->op);
    if (function == NULL) { /* describe: a key shows what it can do when it is used */
        r->enabled = true;
        return SROW_OK;
    }
    TRY(prepare(&a, k, r, e));
    uint64_t begun = time_monotonic_ms();
    enum srow_rc rc = function(k->functions.state, &a.call);
    r->took_ms = (uint32_t)(time_monotonic_ms() - begun);
    if (rc != SROW_OK) {
        rc = fail(&a, rc, e);
        e->retry_after_ms = a.call.retry_after_ms;
        r->throttled = rc == SROW_E_KMS_SERVICE && e->retry_after_ms > 0;
        return rc;
    }
    return take(r, &a, e);
}

static void call(struct kms *kms, struct kms_request *requests, size_t n)
{
    const struct kms_own *k = (const struct kms_own *)kms;
    for (size_t i = 0; i < n; i++) {
        struct kms_request *r = &requests[i];
        r->error = (struct srow_error){0};
        r->rc = ask(r, k, &r->error);
        if (r->rc != SROW_OK) {
            proof_explain(r, r->error.retry_after_ms);
        }
    }
}

static void release(struct kms *kms)
{
    free(kms);
}

static const struct kms_ops ops = {"own", call, release, NULL};

enum srow_rc kms_own_new(struct kms **out, const struct srow_kms_ops *functions,
                         uint32_t attempt_ms, struct srow_error *e)
{
    FAIL_IF(functions->generate == NULL || functions->encrypt == NULL || functions->decrypt == NULL,
            e, SROW_E_USAGE, "own KMS functions need all of generate, encrypt and decrypt");
    struct kms_own *k = calloc(1, sizeof *k);
    FAIL_IF(k == NULL, e, SROW_E_NOMEM, "no memory for KMS");
    *k = (struct kms_own){{&ops}, *functions, attempt_ms};
    *out = &k->kms;
    return SROW_OK;
}
