/* SPDX-License-Identifier: Apache-2.0
 *
 * Who sends a request: Signature Version 4 in header form, for this Region and the service kms.
 */
#ifndef KMSD_AUTH_H
#define KMSD_AUTH_H

#include "aws/sigv4.h"
#include "kmsd/call.h"
#include "kmsd/principal.h"

struct auth {
    const struct principal_list *principals;
    uint32_t clock_window_s; /* how far a request's time may be from ours, either way */
};

/* The request's header; false if it is not there or stands there more than once. */
bool auth_header(struct srow_bytes *out, const struct sigv4_request *request, const char *name);

/* Sets call->who, or refuses. X-Amz-Target must be signed: it is what the request asks for. */
MUST enum srow_rc auth_check(struct call *call, const struct auth *auth,
                             const struct sigv4_request *request, time_t now, struct srow_error *e);

#endif
