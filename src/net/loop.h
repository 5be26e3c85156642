/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop thread of one process: a queue of transfers in front of one curl multi handle.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "net/net.h"

struct loop;

/* No thread yet; borrows the options. Fails with NOMEM. */
MUST enum srow_rc loop_new(struct loop **out, const struct net_options *options,
                           struct srow_error *e);

/* Ends the thread after the requests in flight; an empty one is legal. */
void loop_free(struct loop *loop);

/* net_call on this loop. */
void loop_call(struct loop *loop, struct net_request *const *requests, size_t n);

#endif
