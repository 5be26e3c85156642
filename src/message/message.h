/* SPDX-License-Identifier: Apache-2.0
 *
 * The room message: the one conductor of materials and format. Cells, files and tests all go
 * through it; it does the checks in the right order (spec: client-apis/encrypt.md, decrypt.md).
 */
#ifndef MESSAGE_MESSAGE_H
#define MESSAGE_MESSAGE_H

#include "keys/manager.h"

struct message_encrypt_options {
    uint16_t suite;                /* 0: 0x0478; 0x0578 signs */
    uint32_t frame_length;         /* 0: one frame for plaintexts up to 2^32 - 1 bytes */
    const struct context *context; /* NULL: empty; no keys beginning "aws-crypto-" */
    size_t max_edks;               /* 0: no limit */
    uint64_t deadline;
    struct key_watch *watch;
};

struct message_encrypted {
    struct srow_buf bytes;
    uint32_t wrapped, missing;
};

/* Encrypts one message and, before it returns, parses its own output and compares suite, context,
 * wrapped keys and lengths with what was asked (SELF_CHECK). Fails also with the manager's errors,
 * USAGE (a reserved key in the context), UNSUPPORTED, EDK_LIMIT, LIMIT (more than 2^32 - 1 frames),
 * INTERNAL (materials that do not fit), CRYPTO, NOMEM. */
MUST enum srow_rc message_encrypt(struct message_encrypted *out, struct manager *manager,
                                  const struct message_encrypt_options *options,
                                  struct srow_bytes plaintext, struct srow_error *e);

/* One message of several. */
struct message_encrypt_job {
    /* asked: borrowed */
    struct message_encrypt_options options;
    struct srow_bytes plaintext;

    /* answered: owned */
    struct message_encrypted made;
    enum srow_rc rc; /* as message_encrypt; a job that has failed before is left alone */
    struct srow_error error;
};

/* Encrypts n messages; the manager is asked once for all, so its requests are in flight together.
 * Each job has its own result: one that fails does not keep the others from theirs. */
void message_encrypt_all(struct manager *manager, struct message_encrypt_job *jobs, size_t n);

struct message_decrypt_options {
    const struct context *expected;    /* NULL: any; else the header's context must equal it as a
                                          set, but for the signer's key, before the manager is
                                          asked (CONTEXT) */
    const struct context *or_expected; /* NULL: none; else one that is as good as `expected` */
    const struct context *demanded;    /* NULL: none; pairs that must be there (CONTEXT) */
    size_t max_edks;                   /* 0: no limit */
    bool unsigned_only;                /* refuse signed suites (POLICY) */
    bool signed_only;                  /* refuse unsigned suites (POLICY) */
    const char *via;
    uint64_t deadline;
    struct key_watch *watch;
};

/* Decrypts one message in one call; nothing leaves before all tags are verified and the last byte
 * is consumed. Fails with the format, limit and integrity codes and the manager's errors. */
MUST enum srow_rc message_decrypt(struct srow_buf *plaintext, struct manager *manager,
                                  const struct message_decrypt_options *options,
                                  struct srow_bytes message, struct srow_error *e);

/* One message of several. */
struct message_decrypt_job {
    /* asked: borrowed */
    struct message_decrypt_options options;
    struct srow_bytes message;

    /* answered: owned */
    struct srow_buf plaintext;
    enum srow_rc rc; /* as message_decrypt; a job that has failed before is left alone */
    struct srow_error error;
};

/* Decrypts n messages, as message_encrypt_all encrypts them. */
void message_decrypt_all(struct manager *manager, struct message_decrypt_job *jobs, size_t n);

#endif
