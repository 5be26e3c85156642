/* SPDX-License-Identifier: Apache-2.0
 *
 * The room kms: the KMS calls, in one Region or everywhere at once. What comes back is hostile
 * until proven: KeyId equal to the ARN that was asked, lengths, base64, no doubled members.
 */
#ifndef KMS_KMS_H
#define KMS_KMS_H

#include "base/secret.h"

enum kms_op { KMS_GENERATE, KMS_ENCRYPT, KMS_DECRYPT, KMS_DESCRIBE };

/* As AWS names it: "GenerateDataKey". Static. */
const char *kms_op_name(enum kms_op op);

struct kms_request {
    /* asked: borrowed */
    enum kms_op op;
    const char *region;
    const char *key_arn;
    const struct srow_pair *context; /* any order */
    size_t context_count;
    size_t data_key_bytes;          /* generate, decrypt: length the plaintext must have */
    const struct secret *plaintext; /* encrypt */
    struct srow_bytes ciphertext;   /* decrypt: 1 to 6,144 bytes */
    uint64_t deadline; /* monotonic milliseconds, 0: none; the attempt limit counts as well */

    /* answered: owned */
    struct secret data_key;  /* generate, decrypt */
    struct srow_buf wrapped; /* generate, encrypt: 1 to 6,144 bytes */
    bool enabled;            /* describe */
    bool throttled;          /* KMS_SERVICE: the Region is well and asks for fewer requests */
    uint32_t took_ms; /* from when it was sent until the answer or the failure; 0: never sent */
    enum srow_rc rc;  /* errors: the KMS_ codes, CONNECT, TIMEOUT, TLS, BUSY, REGION, NOMEM */
    struct srow_error error;
};

void kms_request_cleanup(struct kms_request *request);

/* How KMS is reached. Fakes in tests are implementations like any other. */
struct kms;
struct kms_ops {
    const char *name;
    /* Puts all requests in flight at once and returns when each has its result. Many threads. */
    void (*call)(struct kms *kms, struct kms_request *requests, size_t n);
    void (*free)(struct kms *kms);
    /* See kms_is_well; NULL: every Region always is. */
    bool (*is_well)(struct kms *kms, const char *region);
};
struct kms {
    const struct kms_ops *ops;
};

static inline void kms_call(struct kms *kms, struct kms_request *requests, size_t n)
{
    kms->ops->call(kms, requests, n);
}

/* Whether a Region is expected to answer. While it is not, one caller now and then is told that it
 * is: whose request finds out. No request is ever refused because of it. */
bool kms_is_well(struct kms *kms, const char *region);

void kms_free(struct kms **kms);

/* Whether a text is the ARN of a key (not of an alias). */
bool kms_is_key_arn(struct srow_bytes text);

/* Whether a key opens what is wrapped under `arn`: the same key, or one of the same mrk- id. */
bool kms_key_matches(struct srow_bytes key, struct srow_bytes arn);

/* The Region of a key ARN, a view into it; empty if it is none. */
struct srow_bytes kms_key_region(struct srow_bytes arn);

/* An explicit refusal (denied, disabled, not found, invalid ciphertext): final in its Region, an
 * alarm, and no sign of the Region's health. */
bool kms_is_refusal(enum srow_rc rc);

#endif
