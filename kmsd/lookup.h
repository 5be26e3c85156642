/* SPDX-License-Identifier: Apache-2.0
 *
 * From what a request calls a key to the key.
 */
#ifndef KMSD_LOOKUP_H
#define KMSD_LOOKUP_H

#include "kmsd/call.h"

/* The key of this Region that an id or key ARN means; its ARN goes to call->about[nth]. Refuses
 * with NotFoundException, an alias too: what manages keys does not take one. */
MUST enum srow_rc lookup_key(struct store_key *out, struct call *call, size_t nth,
                             struct srow_bytes key_id, struct srow_error *e);

/* The same for operations that take an alias name or alias ARN as well. */
MUST enum srow_rc lookup_key_or_alias(struct store_key *out, struct call *call, size_t nth,
                                      struct srow_bytes key_id, struct srow_error *e);

/* "alias/..." or an alias ARN of whatever place. */
bool lookup_is_alias(struct srow_bytes key_id);

#endif
