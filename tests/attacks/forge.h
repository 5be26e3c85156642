/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages as an attacker who may wrap data keys can make them: every tag is right, and so is the
 * signature, whatever the header says.
 */
#ifndef ATTACKS_FORGE_H
#define ATTACKS_FORGE_H

#include "crypto/gcm.h"
#include "crypto/random.h"
#include "format/footer.h"
#include "format/frame.h"
#include "keys/keyring.h"
#include "keys/manager.h"
#include "message/derive.h"
#include "message/inspect.h"
#include "message/message.h"

/* What a forged message is to be. */
struct forge {
    uint16_t suite;
    enum header_content content;
    uint32_t frame_length;
    bool bare; /* the context as it is: no signer's key is put in */
    struct context context;
    const struct context *written; /* what the header has in place of it; NULL: the same */
    struct srow_bytes plaintext;
};

static inline void forge_cleanup(struct forge *f)
{
    context_cleanup(&f->context);
}

static inline MUST enum srow_rc forge_keyring(struct srow_keyring **out, const char *name,
                                              struct srow_error *e)
{
    uint8_t key[32];
    memset(key, name[0], sizeof key);
    return srow_keyring_aes_new(out, "attacks", name, bytes_of(key, sizeof key), e);
}

/* Appends what one GCM call makes of a text: the text encrypted, and the tag. */
static inline MUST enum srow_rc forge_put_gcm(struct srow_buf *out, const struct gcm_input *in,
                                              struct srow_error *e)
{
    uint8_t *to = buf_room(out, in->text.len + GCM_TAG);
    TRY(buf_check(out, e));
    TRY(gcm_encrypt(to, to + in->text.len, in, e));
    buf_grew(out, in->text.len + GCM_TAG);
    return SROW_OK;
}

static inline MUST enum srow_rc forge_put_body(struct srow_buf *out, const struct header *h,
                                               const struct secret *key, struct srow_bytes text,
                                               struct srow_error *e)
{
    const uint8_t *at = text.at;
    size_t left = text.len;
    for (uint32_t sequence = 1;; sequence++) {
        bool is_last = h->content == HEADER_NONFRAMED || left <= h->frame_length;
        size_t len = is_last ? left : h->frame_length;
        struct frame frame = {
            is_last ? FRAME_FINAL : FRAME_REGULAR, sequence, {0}, bytes_of(at, len), {0}};
        uint8_t iv[GCM_IV] = {0}, aad[FRAME_AAD];
        iv[GCM_IV - 1] = (uint8_t)sequence;
        if (h->content == HEADER_NONFRAMED) {
            frame.kind = FRAME_BODY;
            buf_put(out, bytes_of(iv, sizeof iv));
            buf_put_u64(out, len);
        } else {
            frame_write_head(out, frame.kind, sequence, (uint32_t)len);
        }
        struct gcm_input in = {key, iv, frame_aad(aad, h->message_id, &frame), bytes_of(at, len)};
        TRY(forge_put_gcm(out, &in, e));
        if (is_last) {
            return SROW_OK;
        }
        at += len;
        left -= len;
    }
}

static inline MUST enum srow_rc forge_put_footer(struct srow_buf *out, const struct secret *key,
                                                 struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf signature = {0};
    uint8_t hash[HASH_SHA384];
    TRY(hash_sha384(hash, bytes_buf(out), e));
    TRY(ecdsa_sign(&signature, key, hash, e));
    footer_write(out, bytes_buf(&signature));
    return buf_check(out, e);
}

/* Writes the message with the keyring's wrapped keys. */
static inline MUST enum srow_rc forge_write(struct srow_buf *out, const struct forge *f,
                                            struct srow_keyring *keyring, struct srow_error *e)
{
    static const uint8_t header_iv[GCM_IV];
    uint8_t id[HEADER_MESSAGE_ID], commitment[HEADER_COMMITMENT];
    AUTO(materials_cleanup)
    struct materials m = {.suite = suite_find(f->suite), .context = &f->context};
    AUTO(secret_cleanup) struct secret body_key = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0};
    if (m.suite->is_signed) {
        struct context none = {0};
        TRY(signer_make(&m.signer, f->bare ? &none : &f->context, e));
        m.context = f->bare ? &f->context : &m.signer.context;
    }
    keyring_wrap(keyring, &m, 1);
    TRY(materials_result(&m, e));
    TRY(random_public(id, sizeof id, e));
    struct header h = {.suite = m.suite,
                       .message_id = bytes_of(id, sizeof id),
                       .context = f->written != NULL ? *f->written : *m.context,
                       .edks = m.edks,
                       .content = f->content,
                       .frame_length = f->frame_length,
                       .commitment = bytes_of(commitment, 32)};
    TRY(derive_keys(&body_key, commitment, &h, &m.data_key, e));
    header_write(&message, &h);
    struct gcm_input in = {&body_key, header_iv, bytes_buf(&message), bytes_of(NULL, 0)};
    TRY(forge_put_gcm(&message, &in, e));
    TRY(forge_put_body(&message, &h, &body_key, f->plaintext, e));
    if (m.suite->is_signed) {
        TRY(forge_put_footer(&message, &m.signer.key, e));
    }
    TRY(buf_check(&message, e));
    *out = buf_take(&message);
    return SROW_OK;
}

/* Whether it decrypts, with no demands on context and suite. */
static inline MUST enum srow_rc forge_decrypt(struct srow_buf *out, struct srow_bytes message,
                                              struct srow_keyring *keyring, struct srow_error *e)
{
    AUTO(manager_free) struct manager *manager = NULL;
    struct message_decrypt_options any = {0};
    TRY(manager_default_new(&manager, keyring, e));
    return message_decrypt(out, manager, &any, message, e);
}

/* The first byte of a field, in the message that was inspected; NULL if there is none. */
static inline uint8_t *forge_field(struct srow_buf *message, const struct message_inspected *m,
                                   const char *name, uint32_t index)
{
    for (size_t i = 0; i < m->field_count; i++) {
        if (strcmp(m->fields[i].name, name) == 0 && m->fields[i].index == index) {
            return (uint8_t *)message->at + m->fields[i].offset;
        }
    }
    return NULL;
}

#endif
