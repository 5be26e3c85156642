/* SPDX-License-Identifier: Apache-2.0
 *
 * A breaker for each Region, in front of any way to KMS. It refuses nothing: it tells who has not
 * answered of late, so that others are asked first (kms_is_well).
 */
#ifndef KMS_BREAKER_H
#define KMS_BREAKER_H

#include "kms/kms.h"

struct breaker_options {
    struct kms *kms;            /* borrowed */
    const char *const *regions; /* copied */
    size_t count;
    uint32_t attempt_ms;     /* a timeout that came sooner is the caller's, not the Region's */
    uint64_t (*clock)(void); /* monotonic milliseconds; NULL: the system's */
};

/* Opens after three failures in a row: no connection, no answer in time, a failure of the server;
 * never a refusal, never throttling. While it is open one caller at a time is sent to find out,
 * after one second, then two, four, up to 30, each shortened by chance to between half and all of
 * it. Any answer closes it. NOMEM. */
MUST enum srow_rc breaker_new(struct kms **out, const struct breaker_options *options,
                              struct srow_error *e);

struct breaker_state {
    bool open;
    uint64_t opened;   /* times since the start */
    uint64_t retry_ms; /* until somebody is sent to find out; 0: the next caller is */
};

/* False: there is no such Region, or `kms` is no breaker; *out is as if all were well. */
bool breaker_read(struct breaker_state *out, struct kms *kms, const char *region);

#endif
