/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS over HTTP for a client: credentials, connections and endpoints of its Regions. A library that
 * is built without network (-Dnet=disabled) has connection_none.c instead.
 */
#ifndef CLIENT_CONNECTION_H
#define CLIENT_CONNECTION_H

#include "config/config.h"
#include "kms/kms.h"

struct connection;

/* Reads credentials from environment or profile files; no request. Borrows the configuration. Fails
 * with CREDENTIALS, PERMISSIONS, CONFIG, NOMEM; NOT_BUILT without network. */
MUST enum srow_rc connection_new(struct connection **out, const struct srow_config *config,
                                 struct srow_error *e);
void connection_free(struct connection **connection);

struct kms *connection_kms(struct connection *connection);

/* Ends idle connections; not while a call is in flight. */
void connection_forget(struct connection *connection);

#endif
