/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS over HTTP: AWS JSON 1.1, SigV4, one endpoint a Region.
 */
#ifndef KMS_KMS_HTTP_H
#define KMS_KMS_HTTP_H

#include "aws/credentials.h"
#include "kms/kms.h"
#include "net/net.h"

struct kms_http_region {
    const char *name;     /* "us-east-1"; copied */
    const char *endpoint; /* "https://host[:port]"; NULL: AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL
                             (both may hold {region}), else AWS's own address; copied */
};

struct kms_http_options {
    const struct kms_http_region *regions;
    size_t count;
    struct net *net;                 /* borrowed */
    struct credentials *credentials; /* borrowed */
    uint32_t attempt_ms;             /* one attempt in a Region, connecting included */
    uint32_t in_flight;              /* requests in flight to one Region; more are refused: BUSY */
};

/* No I/O. Fails with CONFIG (endpoint of a wrong form, http:// to other than loopback), NOMEM. */
MUST enum srow_rc kms_http_new(struct kms **out, const struct kms_http_options *options,
                               struct srow_error *e);

#endif
