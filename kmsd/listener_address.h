/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KMSD_LISTENER_ADDRESS_H
#define KMSD_LISTENER_ADDRESS_H

#include <sys/socket.h>

#include "kmsd/listener.h"

struct listener_address {
    char region[LISTENER_NAME];
    struct sockaddr_storage at;
    socklen_t len;
    char text[LISTENER_ADDRESS]; /* of what is bound */
};

/* Reads "NAME=HOST:PORT"; hosts other than loopback only `with_tls`. Fails with USAGE, REGION. */
MUST enum srow_rc listener_address_parse(struct listener_address *out, const char *spec,
                                         bool with_tls, struct srow_error *e);

/* Reads "HOST:PORT", the address of every Region. */
MUST enum srow_rc listener_address_parse_any(struct listener_address *out, const char *spec,
                                             bool with_tls, struct srow_error *e);

/* A listening socket; port 0 becomes the one that was free, and stays. Fails with IN_USE, IO. */
MUST enum srow_rc listener_address_bind(int *out, struct listener_address *address,
                                        struct srow_error *e);

#endif
