/* SPDX-License-Identifier: Apache-2.0
 *
 * spec: client-apis/encrypt.md
 */
#include <stdlib.h>

#include "crypto/gcm.h"
#include "crypto/random.h"
#include "format/footer.h"
#include "format/frame.h"
#include "message/check.h"
#include "message/derive.h"
#include "message/message.h"

enum { DEFAULT_SUITE = 0x0478, SMALLEST_FRAME = 4096 };
static const char reserved[] = "aws-crypto-";

static MUST enum srow_rc check_reserved(const struct context *c, struct srow_error *e)
{
    size_t n = sizeof reserved - 1;
    for (size_t i = 0; i < c->count; i++) {
        struct srow_bytes key = c->pairs[i].key;
        FAIL_IF(key.len >= n && memcmp(key.at, reserved, n) == 0, e, SROW_E_USAGE,
                "the encryption context has a key beginning with %s, which is reserved: "
                "name it otherwise",
                reserved);
    }
    return SROW_OK;
}

static MUST enum srow_rc choose_suite(const struct suite **out, uint16_t asked,
                                      struct srow_error *e)
{
    *out = suite_find(asked == 0 ? DEFAULT_SUITE : asked);
    FAIL_IF(*out == NULL, e, SROW_E_UNSUPPORTED,
            "algorithm suite 0x%04x is not supported by this release: ask for 0478 or 0578", asked);
    return SROW_OK;
}

/* Unless the caller has chosen, the plaintext is one frame; a short one does not show its length
 * twice, so the specification's default stays in the header. */
static uint32_t choose_frame_length(uint32_t asked, size_t plaintext)
{
    if (asked != 0) {
        return asked;
    }
    if (plaintext > UINT32_MAX) {
        return UINT32_MAX;
    }
    return plaintext < SMALLEST_FRAME ? SMALLEST_FRAME : (uint32_t)plaintext;
}

/* Appends the header's tag, which covers all that is there. */
static MUST enum srow_rc put_header_tag(struct srow_buf *out, const struct secret *key,
                                        struct srow_error *e)
{
    static const uint8_t iv[GCM_IV]; /* spec: encrypt.md, the IV of a version 2 header is 0 */
    struct gcm_input in = {key, iv, bytes_buf(out), bytes_of(NULL, 0)};
    uint8_t tag[GCM_TAG];
    TRY(gcm_encrypt(NULL, tag, &in, e));
    buf_put(out, bytes_of(tag, sizeof tag));
    return SROW_OK;
}

/* Appends one frame; the room is there. */
static MUST enum srow_rc put_frame(struct srow_buf *out, const struct header *h,
                                   const struct secret *key, struct frame *frame,
                                   struct srow_error *e)
{
    struct srow_bytes text = frame->ciphertext; /* still the plaintext */
    frame_write_head(out, frame->kind, frame->sequence, (uint32_t)text.len);
    uint8_t iv[GCM_IV] = {0};
    for (int i = 0; i < 4; i++) {
        iv[GCM_IV - 1 - i] = (uint8_t)(frame->sequence >> 8 * i);
    }
    uint8_t *to = buf_room(out, text.len + GCM_TAG);
    TRY(buf_check(out, e));
    uint8_t aad[FRAME_AAD];
    struct gcm_input in = {key, iv, frame_aad(aad, h->message_id, frame), text};
    TRY(gcm_encrypt(to, to + text.len, &in, e));
    buf_grew(out, text.len + GCM_TAG);
    return SROW_OK;
}

static MUST enum srow_rc put_frames(struct srow_buf *out, const struct header *h,
                                    const struct secret *key, struct srow_bytes plaintext,
                                    struct srow_error *e)
{
    const uint8_t *at = plaintext.at;
    uint32_t last = (uint32_t)frame_count(plaintext.len, h->frame_length);
    for (uint32_t sequence = 1;; sequence++) {
        bool is_last = sequence == last;
        size_t len = is_last ? plaintext.len : h->frame_length;
        struct frame frame = {
            .kind = is_last ? FRAME_FINAL : FRAME_REGULAR,
            .sequence = sequence,
            .ciphertext = bytes_of(at, len),
        };
        TRY(put_frame(out, h, key, &frame, e));
        if (is_last) {
            return SROW_OK;
        }
        at += len;
        plaintext.len -= len;
    }
}

/* Appends the footer: the signature of all that is there. */
static MUST enum srow_rc put_footer(struct srow_buf *out, const struct secret *key,
                                    struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf signature = {0};
    uint8_t hash[HASH_SHA384];
    TRY(hash_sha384(hash, bytes_buf(out), e));
    TRY(ecdsa_sign(&signature, key, hash, e));
    footer_write(out, bytes_buf(&signature));
    return buf_check(out, e);
}

/* Writes the message without its footer. */
static MUST enum srow_rc write_message(struct srow_buf *out, const struct header *h,
                                       const struct secret *body_key, struct srow_bytes plaintext,
                                       struct srow_error *e)
{
    header_write(out, h);
    TRY(buf_check(out, e));
    TRY(put_header_tag(out, body_key, e));
    TRY(put_frames(out, h, body_key, plaintext, e));
    return buf_check(out, e);
}

/* What a message of this header and plaintext takes at most, so that it is never moved. */
static size_t largest_size(const struct header *h, size_t plaintext)
{
    size_t footer = h->suite->is_signed ? FOOTER_LENGTH + ECDSA_SIGNATURE : 0;
    return header_size(h) + frame_all_size(plaintext, h->frame_length) + footer;
}

/* From materials to bytes. The header borrows context and encrypted data keys from them. */
static MUST enum srow_rc build(struct srow_buf *out, const struct materials *m,
                               uint32_t frame_length, struct srow_bytes plaintext,
                               struct srow_error *e)
{
    uint8_t id[HEADER_MESSAGE_ID], commitment[HEADER_COMMITMENT];
    TRY(random_public(id, m->suite->message_id_bytes, e));
    struct header h = {
        .suite = m->suite,
        .message_id = bytes_of(id, m->suite->message_id_bytes),
        .context = *m->context,
        .edks = m->edks,
        .content = HEADER_FRAMED,
        .frame_length = frame_length,
        .commitment = bytes_of(commitment, m->suite->commitment_bytes),
    };
    AUTO(secret_cleanup) struct secret body_key = {0};
    TRY(derive_keys(&body_key, commitment, &h, &m->data_key, e));
    AUTO(buf_cleanup) struct srow_buf message = {0};
    buf_room(&message, largest_size(&h, plaintext.len));
    TRY(write_message(&message, &h, &body_key, plaintext, e));
    if (h.suite->is_signed) {
        TRY(put_footer(&message, &m->signer.key, e));
    }
    TRY(check_written(bytes_buf(&message), &h, plaintext.len, e));
    *out = buf_take(&message);
    return SROW_OK;
}

/* What can be said before the manager is asked: fills in the materials' questions. */
static MUST enum srow_rc begin(struct materials *m, const struct message_encrypt_job *job,
                               struct srow_error *e)
{
    static const struct context empty;
    const struct message_encrypt_options *options = &job->options;
    m->context = options->context == NULL ? &empty : options->context;
    m->deadline = options->deadline;
    m->watch = options->watch;
    TRY(choose_suite(&m->suite, options->suite, e));
    TRY(check_reserved(m->context, e));
    uint32_t frame_length = choose_frame_length(options->frame_length, job->plaintext.len);
    FAIL_IF(frame_count(job->plaintext.len, frame_length) > UINT32_MAX, e, SROW_E_LIMIT,
            "%zu bytes in frames of %u are more than 2^32 - 1 frames", job->plaintext.len,
            frame_length);
    return SROW_OK;
}

static MUST enum srow_rc finish(struct message_encrypted *out, const struct materials *m,
                                const struct message_encrypt_job *job, struct srow_error *e)
{
    size_t most = job->options.max_edks;
    TRY(materials_result(m, e));
    FAIL_IF(most > 0 && m->edks.count > most, e, SROW_E_EDK_LIMIT,
            "%zu encrypted data keys, at most %zu are allowed: raise "
            "limits.wrapped_keys or --max-edks, or give fewer keys",
            m->edks.count, most);
    struct message_encrypted made = {.wrapped = m->wrapped, .missing = m->missing};
    uint32_t frame_length = choose_frame_length(job->options.frame_length, job->plaintext.len);
    TRY(build(&made.bytes, m, frame_length, job->plaintext, e));
    *out = made;
    return SROW_OK;
}

/* `m` has room for n, zeroed. Materials of a job that has failed are failed ones: nobody is asked
 * for them. */
static void run(struct manager *manager, struct message_encrypt_job *jobs, struct materials *m,
                size_t n)
{
    size_t asked = 0;
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            jobs[i].rc = begin(&m[i], &jobs[i], &jobs[i].error);
        }
        m[i].rc = jobs[i].rc;
        asked += jobs[i].rc == SROW_OK;
    }
    if (asked > 0) {
        manager_encrypt(manager, m, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            jobs[i].rc = finish(&jobs[i].made, &m[i], &jobs[i], &jobs[i].error);
        }
        materials_cleanup(&m[i]);
    }
    gcm_forget();
}

void message_encrypt_all(struct manager *manager, struct message_encrypt_job *jobs, size_t n)
{
    struct materials one = {0};
    struct materials *m = n == 1 ? &one : calloc(n, sizeof *m);
    for (size_t i = 0; m == NULL && i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            jobs[i].rc = error_set(&jobs[i].error, SROW_E_NOMEM, "no memory for %zu messages", n);
        }
    }
    if (m != NULL) {
        run(manager, jobs, m, n);
    }
    if (n != 1) {
        free(m);
    }
}

enum srow_rc message_encrypt(struct message_encrypted *out, struct manager *manager,
                             const struct message_encrypt_options *options,
                             struct srow_bytes plaintext, struct srow_error *e)
{
    struct message_encrypt_job job = {.options = *options, .plaintext = plaintext};
    message_encrypt_all(manager, &job, 1);
    if (job.rc == SROW_OK) {
        *out = job.made;
    } else if (e != NULL) {
        *e = job.error;
    }
    return job.rc;
}
