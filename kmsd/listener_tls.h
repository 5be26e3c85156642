/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's side of TLS: 1.2 and 1.3, by GnuTLS, as libmicrohttpd does it.
 */
#ifndef KMSD_LISTENER_TLS_H
#define KMSD_LISTENER_TLS_H

#include "base/secret.h"

#define LISTENER_TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* PEM texts with a NUL behind them. */
struct listener_tls {
    struct srow_buf cert; /* the server's first, then those between it and its root */
    struct secret key;
};

void listener_tls_cleanup(struct listener_tls *tls);

/* Reads both files and sees that they belong together. Fails with NOT_FOUND, PERMISSIONS (others
 * may read the key), USAGE (no certificate, or not its key), LIMIT, IO. */
MUST enum srow_rc listener_tls_load(struct listener_tls *out, const char *cert_file,
                                    const char *key_file, struct srow_error *e);

enum { LISTENER_TLS_WORD = 64 };

/* What CloudTrail calls a session's version and cipher suite. */
struct listener_tls_session {
    char version[LISTENER_TLS_WORD], suite[LISTENER_TLS_WORD];
};
void listener_tls_describe(struct listener_tls_session *out, void *gnutls_session);

#endif
