/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS Signature Version 4, header form: signing for clients, verifying for servers.
 */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include <time.h>

#include "aws/credentials.h"

struct sigv4_header {
    struct srow_bytes name;
    struct srow_bytes value; /* a repeated header is repeated here, in order */
};

struct sigv4_request {
    const char *method;
    struct srow_bytes path;  /* as sent, before '?'; "" counts as "/" */
    struct srow_bytes query; /* as sent, behind '?'; may be empty */
    const struct sigv4_header *headers;
    size_t header_count;
    struct srow_bytes body;
};

struct sigv4_scope {
    const char *region;
    const char *service; /* "kms" */
    time_t when;
    bool normalize_path; /* dot segments and doubled slashes; false for s3 */
    bool keep_path_raw;  /* true: the path is not encoded a second time */
};

/* Names of all headers of a request as SignedHeaders lists them: lower case, sorted, each once.
 * Fails with NOMEM. */
MUST enum srow_rc sigv4_signed_headers(struct srow_buf *out, const struct sigv4_request *request,
                                       struct srow_error *e);

/* The canonical request (the official vectors compare it). A name in `signed_headers` that the
 * request lacks fails with KMS_AUTH; else fails with NOMEM, CRYPTO. */
MUST enum srow_rc sigv4_canonical(struct srow_buf *out, const struct sigv4_request *request,
                                  const struct sigv4_scope *scope, struct srow_bytes signed_headers,
                                  struct srow_error *e);

/* The string to sign over a canonical request. Fails with CRYPTO, NOMEM. */
MUST enum srow_rc sigv4_string_to_sign(struct srow_buf *out, struct srow_bytes canonical,
                                       const struct sigv4_scope *scope, struct srow_error *e);

/* Value of the Authorization header for a request whose headers already hold host, x-amz-date (and
 * x-amz-security-token if there is a token); all of them are signed. Fails with NOMEM, CRYPTO. */
MUST enum srow_rc sigv4_sign(struct srow_buf *authorization, const struct sigv4_request *request,
                             const struct sigv4_scope *scope, const struct credentials *credentials,
                             struct srow_error *e);

/* The Authorization header, taken apart: views. */
struct sigv4_claim {
    struct srow_bytes access_key_id, date, region, service, signed_headers, signature;
    time_t when; /* of X-Amz-Date */
};

/* Reads Authorization and X-Amz-Date of a request. Fails with KMS_AUTH; the text names what is
 * missing. */
MUST enum srow_rc sigv4_read(struct sigv4_claim *out, const struct sigv4_request *request,
                             struct srow_error *e);

/* Whether the claim's signature is the secret's over this request, compared in constant time; host
 * must be among the signed headers. Fails with KMS_AUTH. */
MUST enum srow_rc sigv4_verify(const struct sigv4_claim *claim, const struct sigv4_request *request,
                               const struct secret *secret_access_key, struct srow_error *e);

#endif
