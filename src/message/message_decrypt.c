/* SPDX-License-Identifier: Apache-2.0
 *
 * spec: client-apis/decrypt.md. In this order: header, what the caller allows and expects, data
 * key, commitment, header tag, frames, signature, end of the input. Nothing leaves before the last
 * of them.
 */
#include <stdlib.h>

#include "crypto/equal.h"
#include "crypto/gcm.h"
#include "format/footer.h"
#include "format/frame.h"
#include "message/derive.h"
#include "message/message.h"

/* Names the first pair of `wanted` that the message does not have with that value. */
static MUST enum srow_rc check_demanded(const struct context *got, const struct context *wanted,
                                        struct srow_error *e)
{
    for (size_t i = 0, k = 0; i < wanted->count; i++) {
        const struct srow_pair *pair = &wanted->pairs[i];
        while (k < got->count && bytes_compare(got->pairs[k].key, pair->key) < 0) {
            k++;
        }
        FAIL_IF(k == got->count || !bytes_equal(got->pairs[k].key, pair->key) ||
                    !bytes_equal(got->pairs[k].value, pair->value),
                e, SROW_E_CONTEXT,
                "the message's encryption context does not have the expected value of \"%.*s\"",
                (int)pair->key.len, (const char *)pair->key.at);
    }
    return SROW_OK;
}

/* The signer's key is in no context that anybody expects: it is new with every message. That it is
 * there is the manager's to see. */
static MUST enum srow_rc check_expected(const struct header *h, const struct context *expected,
                                        struct srow_error *e)
{
    size_t signer = h->suite->is_signed && context_get(&h->context, signer_key_name) != NULL;
    TRY(check_demanded(&h->context, expected, e));
    FAIL_IF(h->context.count - signer != expected->count, e, SROW_E_CONTEXT,
            "the message's encryption context has %zu pairs, %zu are expected",
            h->context.count - signer, expected->count);
    return SROW_OK;
}

static MUST enum srow_rc check_allowed(const struct header *h,
                                       const struct message_decrypt_options *options,
                                       struct srow_error *e)
{
    FAIL_IF(options->unsigned_only && h->suite->is_signed, e, SROW_E_POLICY,
            "suite 0x%04x is signed, only unsigned suites are allowed here", h->suite->id);
    FAIL_IF(options->signed_only && !h->suite->is_signed, e, SROW_E_POLICY,
            "suite 0x%04x is not signed, only signed suites are allowed here", h->suite->id);
    bool other =
        options->or_expected != NULL && check_expected(h, options->or_expected, NULL) == SROW_OK;
    if (options->expected != NULL && !other) {
        TRY(check_expected(h, options->expected, e));
    }
    if (options->demanded != NULL) {
        TRY(check_demanded(&h->context, options->demanded, e));
    }
    return SROW_OK;
}

/* Commitment, then the header's tag; gives the key of the body. */
static MUST enum srow_rc verify_header(struct secret *body_key, const struct header *h,
                                       const struct secret *data_key, struct srow_error *e)
{
    static const uint8_t iv[GCM_IV]; /* spec: decrypt.md, the IV of a version 2 header is 0 */
    AUTO(secret_cleanup) struct secret key = {0};
    uint8_t commitment[HEADER_COMMITMENT];
    TRY(derive_keys(&key, commitment, h, data_key, e));
    FAIL_IF(!equal_bytes(bytes_of(commitment, h->suite->commitment_bytes), h->commitment), e,
            SROW_E_COMMITMENT, "the data key is not the one this message commits to");
    struct gcm_input in = {&key, iv, h->authenticated, bytes_of(NULL, 0)};
    enum srow_rc rc = gcm_decrypt(NULL, h->tag.at, &in, e);
    FAIL_IF(rc == SROW_E_BODY_TAG, e, SROW_E_HEADER_TAG,
            "the header's authentication tag is wrong: the header was changed");
    if (rc == SROW_OK) {
        *body_key = secret_take(&key);
    }
    return rc;
}

static MUST enum srow_rc open_frame(struct srow_buf *out, const struct header *h,
                                    const struct secret *body_key, const struct frame *frame,
                                    struct srow_error *e)
{
    uint8_t aad[FRAME_AAD];
    struct gcm_input in = {body_key, frame->iv.at, frame_aad(aad, h->message_id, frame),
                           frame->ciphertext};
    uint8_t *to = buf_room(out, frame->ciphertext.len);
    TRY(buf_check(out, e));
    enum srow_rc rc = gcm_decrypt(to, frame->tag.at, &in, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "message body, frame %u", frame->sequence);
    }
    buf_grew(out, frame->ciphertext.len);
    return SROW_OK;
}

/* The plaintext is shorter than what is left of the input: one allocation, bounded by bytes that
 * are there and not by lengths that a header claims. */
static MUST enum srow_rc open_body(struct srow_buf *out, const struct header *h,
                                   const struct secret *body_key, struct reader *r,
                                   struct srow_error *e)
{
    buf_room(out, r->left);
    struct frame_walk walk = frame_walk_of(h);
    while (!walk.ended) {
        struct frame frame;
        TRY(frame_read(&frame, &walk, r, e));
        TRY(open_frame(out, h, body_key, &frame, e));
    }
    return SROW_OK;
}

/* What stands before the footer is signed; all of it has been read by now. */
static MUST enum srow_rc verify_signature(struct srow_bytes message, const struct signer *signer,
                                          struct reader *r, struct srow_error *e)
{
    uint8_t hash[HASH_SHA384];
    struct srow_bytes signature, covered = bytes_of(message.at, message.len - r->left);
    TRY(footer_read(&signature, r, ECDSA_SIGNATURE, e));
    TRY(hash_sha384(hash, covered, e));
    return ecdsa_verify(bytes_of(signer->point, sizeof signer->point), hash, signature, e);
}

/* One message between its header and its end. */
struct work {
    struct header h;
    struct reader r;
};

/* Header, and what is allowed and expected: before anybody is asked. */
static MUST enum srow_rc begin(struct work *w, const struct message_decrypt_job *job,
                               struct srow_error *e)
{
    const struct message_decrypt_options *options = &job->options;
    w->r = reader_of(job->message);
    TRY(header_read(&w->h, &w->r, options->max_edks, e));
    TRY(check_allowed(&w->h, options, e));
    return SROW_OK;
}

static struct materials questions(const struct work *w, const struct message_decrypt_job *job)
{
    return (struct materials){
        .suite = w->h.suite,
        .context = &w->h.context,
        .offered = &w->h.edks,
        .via = job->options.via,
        .deadline = job->options.deadline,
        .watch = job->options.watch,
        .rc = job->rc,
    };
}

static MUST enum srow_rc finish(struct srow_buf *out, struct work *w, const struct materials *m,
                                struct srow_bytes message, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret body_key = {0};
    AUTO(buf_cleanup) struct srow_buf plaintext = {0};
    TRY(materials_result(m, e));
    TRY(verify_header(&body_key, &w->h, &m->data_key, e));
    TRY(open_body(&plaintext, &w->h, &body_key, &w->r, e));
    if (w->h.suite->is_signed) {
        TRY(verify_signature(message, &m->signer, &w->r, e));
    }
    FAIL_IF(w->r.left > 0, e, SROW_E_TRAILING, "%zu byte%s behind the end of the message",
            w->r.left, w->r.left == 1 ? "" : "s");
    *out = buf_take(&plaintext);
    return SROW_OK;
}

/* `works` and `m` have room for n, zeroed. Materials of a job that has failed are failed ones:
 * nobody is asked for them. */
static void run(struct manager *manager, struct message_decrypt_job *jobs, struct work *works,
                struct materials *m, size_t n)
{
    size_t asked = 0;
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            jobs[i].rc = begin(&works[i], &jobs[i], &jobs[i].error);
        }
        m[i] = questions(&works[i], &jobs[i]);
        asked += jobs[i].rc == SROW_OK;
    }
    if (asked > 0) {
        manager_decrypt(manager, m, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            jobs[i].rc =
                finish(&jobs[i].plaintext, &works[i], &m[i], jobs[i].message, &jobs[i].error);
        }
        materials_cleanup(&m[i]);
        header_cleanup(&works[i].h);
    }
    gcm_forget();
}

void message_decrypt_all(struct manager *manager, struct message_decrypt_job *jobs, size_t n)
{
    struct work one = {0};
    struct materials its = {0};
    struct work *works = n == 1 ? &one : calloc(n, sizeof *works);
    struct materials *m = n == 1 ? &its : calloc(n, sizeof *m);
    bool room = works != NULL && m != NULL;
    for (size_t i = 0; !room && i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            jobs[i].rc = error_set(&jobs[i].error, SROW_E_NOMEM, "no memory for %zu messages", n);
        }
    }
    if (room) {
        run(manager, jobs, works, m, n);
    }
    if (n != 1) {
        free(works);
        free(m);
    }
}

enum srow_rc message_decrypt(struct srow_buf *plaintext, struct manager *manager,
                             const struct message_decrypt_options *options,
                             struct srow_bytes message, struct srow_error *e)
{
    struct message_decrypt_job job = {.options = *options, .message = message};
    message_decrypt_all(manager, &job, 1);
    if (job.rc == SROW_OK) {
        *plaintext = job.plaintext;
    } else if (e != NULL) {
        *e = job.error;
    }
    return job.rc;
}
