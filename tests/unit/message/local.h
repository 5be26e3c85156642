/* SPDX-License-Identifier: Apache-2.0
 *
 * A materials manager over one raw AES key, and messages made with it.
 */
#ifndef MESSAGE_LOCAL_H
#define MESSAGE_LOCAL_H

#include "message/message.h"

struct local {
    struct srow_keyring *keyring;
    struct manager *manager;
    struct context context; /* user = 4711, zone = "" */
    uint16_t suite;         /* 0: the default */
};

static inline void local_cleanup(struct local *l)
{
    manager_free(&l->manager);
    keyring_free(&l->keyring);
    context_cleanup(&l->context);
}

/* The key is 32 times `byte`. */
static inline MUST enum srow_rc local_init(struct local *l, uint8_t byte, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret key = {0};
    TRY(secret_new(&key, 32, e));
    memset(key.at, byte, 32);
    TRY(srow_keyring_aes_new(&l->keyring, "tests", "key", secret_bytes(&key), e));
    TRY(context_add(&l->context, (struct srow_pair){srow_str("zone"), srow_str("")}, e));
    TRY(context_add(&l->context, (struct srow_pair){srow_str("user"), srow_str("4711")}, e));
    return manager_default_new(&l->manager, l->keyring, e);
}

static inline MUST enum srow_rc local_encrypt(struct srow_buf *out, struct local *l,
                                              uint32_t frame_length, struct srow_bytes plaintext,
                                              struct srow_error *e)
{
    struct message_encrypt_options options = {
        .suite = l->suite, .frame_length = frame_length, .context = &l->context};
    struct message_encrypted made;
    TRY(message_encrypt(&made, l->manager, &options, plaintext, e));
    *out = made.bytes;
    return SROW_OK;
}

static inline MUST enum srow_rc local_decrypt(struct srow_buf *out, struct local *l,
                                              struct srow_bytes message, struct srow_error *e)
{
    struct message_decrypt_options options = {.expected = &l->context};
    return message_decrypt(out, l->manager, &options, message, e);
}

#endif
