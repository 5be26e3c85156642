/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS Signature Version 4: signing for clients, verifying for servers, in the header and in the
 * query.
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

/* -- in the query -- */

enum { SIGV4_EXPIRES_MOST = 604800 }; /* seconds: a week */

/* The request's query with all that signs it, ready to be sent: good for `expires_s` seconds from
 * the scope's time. All headers given are signed, so give host alone where only host will be sent;
 * a session token goes into the query. Fails with USAGE (expires_s), NOMEM, CRYPTO. */
MUST enum srow_rc sigv4_presign(struct srow_buf *query, const struct sigv4_request *request,
                                const struct sigv4_scope *scope,
                                const struct credentials *credentials, uint32_t expires_s,
                                struct srow_error *e);

/* A signed query, taken apart: the claim's views are into `text`. */
struct sigv4_query {
    struct sigv4_claim claim;
    uint32_t expires_s;
    struct srow_buf text;
    struct srow_buf rest; /* the query that was signed: all but the signature */
};

void sigv4_query_cleanup(struct sigv4_query *query);

/* Fails with KMS_AUTH: a parameter is missing, doubled or malformed. */
MUST enum srow_rc sigv4_query_read(struct sigv4_query *out, const struct sigv4_request *request,
                                   struct srow_error *e);

/* As sigv4_verify; `now` must lie between the claim's time and its end as well. */
MUST enum srow_rc sigv4_query_verify(const struct sigv4_query *query,
                                     const struct sigv4_request *request,
                                     const struct secret *secret_access_key, time_t now,
                                     struct srow_error *e);

#endif
