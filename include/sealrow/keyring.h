/* SPDX-License-Identifier: Apache-2.0
 *
 * Keyrings: who wraps and unwraps the data keys of messages, for programs without a configuration.
 * A keyring is used from many threads at once; it is freed when nothing uses it any more.
 * Specification: framework/keyring-interface.md.
 */
#ifndef SEALROW_KEYRING_H
#define SEALROW_KEYRING_H

#include <sealrow/bytes.h>
#include <sealrow/error.h>
#include <sealrow/kms.h>

#ifdef __cplusplus
extern "C" {
#endif

struct srow_keyring;

/* A raw AES keyring: wraps data keys with AES-GCM under a wrapping key of the program's own, and
 * makes them if it is asked first. `provider` (the specification's key namespace) and `name` are
 * UTF-8 text of at most 65,515 bytes; both stand in the message and must be the same for reading.
 * `key` has 16, 24 or 32 bytes and is copied into locked memory: the program's copy is its own to
 * wipe. On success the caller owns *out: srow_keyring_free.
 * Errors: USAGE (a provider beginning with "aws-kms", a key of another length, no UTF-8), NOMEM.
 * Specification: framework/raw-aes-keyring.md. */
SROW_MUST SROW_API enum srow_rc srow_keyring_aes_new(struct srow_keyring **out,
                                                     const char *provider, const char *name,
                                                     struct srow_bytes key, struct srow_error *e);

/* An AWS KMS keyring, strict: one key, which wraps and unwraps through functions of the program's
 * own (kms.h). `key_arn` is the ARN of a key, not of an alias; its Region is the call's. `ops` is
 * copied, its `state` must outlive the keyring. `attempt_ms`: the longest one call may take; 0:
 * 1,000. Several keys are several keyrings in a multi-keyring. On success the caller owns *out:
 * srow_keyring_free.
 * Errors: USAGE (no key ARN; generate, encrypt or decrypt is missing), NOMEM.
 * Specification: framework/aws-kms/aws-kms-keyring.md. */
SROW_MUST SROW_API enum srow_rc srow_keyring_kms_new(struct srow_keyring **out,
                                                     const struct srow_kms_ops *ops,
                                                     const char *key_arn, uint32_t attempt_ms,
                                                     struct srow_error *e);

/* What a multi-keyring is made of. */
struct srow_keyring_parts {
    struct srow_keyring *generator;       /* makes data keys; NULL: a keyring for reading, or for
                                             data keys that another keyring has made */
    struct srow_keyring *const *children; /* wrap the same data key once more each */
    size_t count;                         /* of children */
    void *reserved[2];                    /* NULL */
};

/* Several keyrings as one: the generator makes and wraps a data key, each child wraps it too, and
 * if one of them fails nothing is encrypted. Reading asks the generator, then one child after the
 * other, until one has unwrapped a data key; the error of a failure has the causes of all. On
 * success the keyrings in `parts` are the new one's, which frees them; on failure they are still
 * the caller's. No keyring may be in it twice. The caller owns *out: srow_keyring_free.
 * Errors: USAGE (no keyring at all, a NULL or a doubled one), NOMEM.
 * Specification: framework/multi-keyring.md. */
SROW_MUST SROW_API enum srow_rc srow_keyring_multi_new(struct srow_keyring **out,
                                                       const struct srow_keyring_parts *parts,
                                                       struct srow_error *e);

/* Wipes its keys and frees it, and all that a multi-keyring is made of. NULL: nothing happens. */
SROW_API void srow_keyring_free(struct srow_keyring *keyring);

#ifdef __cplusplus
}
#endif
#endif
