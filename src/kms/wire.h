/* SPDX-License-Identifier: Apache-2.0
 *
 * The KMS calls as AWS JSON 1.1: requests written, replies read. No I/O. Replies are hostile: only
 * what fits the question is believed.
 */
#ifndef KMS_WIRE_H
#define KMS_WIRE_H

#include "kms/kms.h"

/* An HTTP reply as it came. */
struct wire_reply {
    int status;
    struct srow_bytes body;
    const char *error_type; /* x-amzn-ErrorType, "" if there is none */
    const char *request_id;
    uint32_t retry_after_ms;
};

/* Appends the body of a request; holds a data key for KMS_ENCRYPT. */
void wire_write(struct srow_buf *out, const struct kms_request *request);

/* Reads the reply into the request: its answers, or rc and error. */
void wire_read(struct kms_request *request, const struct wire_reply *reply);

#endif
