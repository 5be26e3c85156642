/* SPDX-License-Identifier: Apache-2.0
 *
 * Own KMS functions: a program or a binding reaches AWS KMS with its language's own AWS SDK, a
 * company's gateway or a device of its own. Plain C types and no macros, so that any language that
 * can make a C callback can fill them in.
 *
 * The contract
 * - The functions are synchronous. They are called in the thread that seals or opens, from many
 *   threads at once if the program has many; what `state` points to guards itself.
 * - They are asked one after the other, also for the Regions of one value and for a page of cells.
 * - They make one attempt within timeout_ms. What to do after a failure, this library decides: the
 *   next Region is asked, never the same one again for the same value.
 * - They must not call into the client or the keyring that called them.
 * - What they answer is not believed: key_id must be the ARN that was asked, a data key must have
 *   the length that was asked and not be all zero, a wrapped key has 1 to 6,144 bytes. Else the
 *   call fails (KMS_KEY_ID, KMS_DATA_KEY, KMS_REPLY) and is told as a security event, as for
 *   answers that come over HTTP.
 * - Copies of data keys that a function makes are its own to wipe.
 */
#ifndef SEALROW_KMS_H
#define SEALROW_KMS_H

#include <sealrow/bytes.h>
#include <sealrow/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One call. What is asked are views that end with the call. What is answered goes into memory of
 * the library's: at most `room` bytes to `at`, then `len` is set; `at` and `room` stay. */
struct srow_kms_call {
    /* asked */
    const char *region;              /* "us-east-1" */
    const char *key_arn;             /* the key that must do it */
    const struct srow_pair *context; /* the encryption context, UTF-8, not NUL-terminated */
    size_t context_count;
    struct srow_bytes data_key_in; /* encrypt: the data key to wrap */
    struct srow_bytes wrapped_in;  /* decrypt: the wrapped key */
    uint32_t data_key_bytes;       /* generate, decrypt: the length the data key must have */
    uint32_t timeout_ms;           /* what attempt limit and deadline leave; never 0 */

    /* answered */
    struct srow_buf key_id;   /* all: KMS's "KeyId", an ARN; room for 2,048 bytes */
    struct srow_buf data_key; /* generate, decrypt; in locked memory that is wiped */
    struct srow_buf wrapped;  /* generate, encrypt; room for 6,144 bytes */
    uint32_t retry_after_ms;  /* after a failure: when to try again; 0: unknown */
    uint32_t reserved;
    char text[240]; /* after a failure: one line, NUL-terminated; no key bytes */
};

/* SROW_OK, or why not: KMS_DENIED, KMS_DISABLED, KMS_NOT_FOUND, KMS_CIPHERTEXT, KMS_AUTH (explicit
 * refusals: alarms), KMS_SERVICE, CONNECT, TIMEOUT, TLS, BUSY (unavailable: the next Region may do
 * it), NOMEM. Any other number counts as KMS_REPLY. */
typedef enum srow_rc srow_kms_function(void *state, struct srow_kms_call *call);

struct srow_kms_ops {
    void *state;                 /* handed to each function; must outlive the client or keyring */
    srow_kms_function *generate; /* GenerateDataKey: key_id, data_key, wrapped */
    srow_kms_function *encrypt;  /* Encrypt: key_id, wrapped */
    srow_kms_function *decrypt;  /* Decrypt: key_id, data_key */
    srow_kms_function *describe; /* DescribeKey: key_id, KMS_DISABLED unless it is enabled. May be
                                    NULL: keys are then not asked for before they are used */
    void *reserved[4];           /* NULL */
};

/* The code for an error that AWS KMS names: "AccessDeniedException" is KMS_DENIED. A name that is
 * not known, or NULL, is KMS_REPLY. Cannot fail. */
SROW_API enum srow_rc srow_kms_error_code(const char *aws_error);

#ifdef __cplusplus
}
#endif
#endif
