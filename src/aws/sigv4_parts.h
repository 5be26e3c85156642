/* SPDX-License-Identifier: Apache-2.0
 *
 * What both forms of a signature share; for the files of sigv4 alone.
 */
#ifndef AWS_SIGV4_PARTS_H
#define AWS_SIGV4_PARTS_H

#include "aws/sigv4.h"

#define SIGV4_ALGORITHM "AWS4-HMAC-SHA256"

enum { SIGV4_HEX = 64 }; /* digits of a signature */

/* "20261124/eu-central-1/kms/aws4_request" */
void sigv4_put_scope(struct srow_buf *out, const struct sigv4_scope *scope);

/* The signature in hex over a request and the headers of it that are named. */
MUST enum srow_rc sigv4_put_signature(struct srow_buf *out, const struct sigv4_request *request,
                                      const struct sigv4_scope *scope,
                                      struct srow_bytes signed_headers, const struct secret *secret,
                                      struct srow_error *e);

/* KEY/YYYYMMDD/REGION/SERVICE/aws4_request into a claim, and a date that must fit it. */
MUST enum srow_rc sigv4_read_credential(struct sigv4_claim *out, struct srow_bytes credential,
                                        struct srow_error *e);
MUST enum srow_rc sigv4_read_date(struct sigv4_claim *out, struct srow_bytes date,
                                  struct srow_error *e);

/* Percent-encoding of all but letters, digits and "-._~", and back. */
void sigv4_put_encoded(struct srow_buf *out, struct srow_bytes text);
void sigv4_put_decoded(struct srow_buf *out, struct srow_bytes text);

#endif
