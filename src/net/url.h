/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/bytes.h"

/* Where a URL leads. */
struct url {
    char host[256]; /* as curl writes it: IPv6 in brackets */
    char port[8];
    bool is_own_port;  /* the scheme's: 443 or 80 */
    bool is_localhost; /* the name, which is pinned to loopback addresses without DNS */
};

/* net_check_url, with what it found. Fails with CONFIG, NOMEM. */
MUST enum srow_rc url_read(struct url *out, const char *text, struct srow_error *e);

#endif
