/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS Encryption SDK messages, for programs without a configuration: encrypted and decrypted with a
 * keyring (keyring.h), whole and in memory. Version 2 with key commitment, suites 0x0478 (unsigned)
 * and 0x0578 (signed); stock AWS Encryption SDKs read and write the same.
 *
 * No call lets a program choose a nonce, a message id or a data key. Structs that the program makes
 * are zeroed first: {0} means the defaults; their size is frozen. Views are never kept after
 * return.
 */
#ifndef SEALROW_MESSAGE_H
#define SEALROW_MESSAGE_H

#include <sealrow/keyring.h>

#ifdef __cplusplus
extern "C" {
#endif

struct srow_message_encrypt_options {
    const struct srow_pair *context; /* the encryption context: UTF-8, in any order, authenticated
                                        and NOT secret; no key may begin with "aws-crypto-" */
    size_t context_count;
    uint32_t suite;        /* 0: 0x0478; 0x0578 signs */
    uint32_t frame_length; /* bytes of plaintext in a frame; 0: all of it in one frame, as far as
                              that goes (2^32 - 1) */
    uint32_t max_keys;     /* of wrapped keys; 0: no limit */
    uint32_t deadline_ms;  /* for all of it; 0: what the keyring does on its own */
    void *reserved[4];     /* NULL */
};

/* Encrypts one message under a new data key, which the keyring wraps. What was written is parsed
 * again and held against what was asked before it is returned. `options` may be NULL. On success
 * the caller owns *out: srow_buf_free.
 * Errors: USAGE (no keyring, a reserved key in the context), MALFORMED (the context is no UTF-8 or
 * has a key twice), CONTEXT_LIMIT (more than 65,535 bytes), UNSUPPORTED (suite), EDK_LIMIT, LIMIT
 * (more than 2^32 - 1 frames), SELF_CHECK, the keyring's (of KMS keyrings the KMS_ codes, CONNECT,
 * TIMEOUT), CRYPTO, NOMEM. Specification: client-apis/encrypt.md. */
SROW_MUST SROW_API enum srow_rc srow_message_encrypt(
    struct srow_buf *out, struct srow_keyring *keyring,
    const struct srow_message_encrypt_options *options, struct srow_bytes plaintext,
    struct srow_error *e);

enum srow_message_suites {
    SROW_SUITES_ANY = 0,
    SROW_SUITES_UNSIGNED = 1, /* refuse signed ones */
    SROW_SUITES_SIGNED = 2    /* refuse unsigned ones */
};

struct srow_message_decrypt_options {
    const struct srow_pair *context; /* pairs that the message's context must have */
    size_t context_count;
    uint32_t exact_context; /* 1: and no others, but for the signer's key */
    uint32_t suites;        /* enum srow_message_suites */
    uint32_t max_keys;      /* of wrapped keys, counted before any is read; 0: no limit */
    uint32_t deadline_ms;   /* for all of it; 0: what the keyring does on its own */
    void *reserved[4];      /* NULL */
};

/* Decrypts one message. The context is compared before the keyring is asked; no plaintext leaves
 * before every tag and, of a signed message, the signature is verified and the last byte consumed.
 * `options` may be NULL, but a program that demands no context takes any message of its keys. On
 * success the caller owns *out: srow_buf_free.
 * Errors: USAGE (no keyring); NOT_MESSAGE, UNSUPPORTED, TRUNCATED, MALFORMED, TRAILING; EDK_LIMIT;
 * CONTEXT, POLICY (suites), NO_DATA_KEY, COMMITMENT, HEADER_TAG, SEQUENCE, BODY_TAG, SIGNATURE; the
 * keyring's; CRYPTO, NOMEM. Tell them apart to an operator, never to whoever sent the message.
 * Specification: client-apis/decrypt.md. */
SROW_MUST SROW_API enum srow_rc srow_message_decrypt(
    struct srow_buf *out, struct srow_keyring *keyring,
    const struct srow_message_decrypt_options *options, struct srow_bytes message,
    struct srow_error *e);

/* One wrapped key: views into the message. */
struct srow_message_key {
    struct srow_bytes provider;   /* "aws-kms", or a raw keyring's provider */
    struct srow_bytes info;       /* the key ARN, or a raw keyring's name and nonce */
    struct srow_bytes ciphertext; /* the wrapped data key */
};

/* What a message says of itself. Nothing of it is proven until the message has been decrypted. */
struct srow_message_info {
    uint32_t version;      /* 2 */
    uint32_t suite;        /* 0x0478, 0x0578 */
    uint32_t is_signed;    /* 0 or 1 */
    uint32_t frame_length; /* 0: not framed */
    uint32_t frame_count;
    uint32_t reserved32;
    uint64_t plaintext_len;
    const struct srow_pair *context; /* sorted by key; views into the message */
    size_t context_count;
    const struct srow_message_key *keys;
    size_t key_count;
    void *owned; /* the library's */
    void *reserved[2];
};

/* Reads a whole message without any key. The views are valid as long as the message's bytes. On
 * success the caller owns *out: srow_message_info_free.
 * Errors: NOT_MESSAGE, UNSUPPORTED, TRUNCATED, MALFORMED, SEQUENCE, TRAILING, NOMEM.
 * Specification: data-format/message.md. */
SROW_MUST SROW_API enum srow_rc srow_message_inspect(struct srow_message_info *out,
                                                     struct srow_bytes message,
                                                     struct srow_error *e);

/* Frees what inspecting made and leaves it empty; empty or NULL: nothing happens. */
SROW_API void srow_message_info_free(struct srow_message_info *info);

#ifdef __cplusplus
}
#endif
#endif
