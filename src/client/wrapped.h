/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a stored message is wrapped, held against its key set: read from the header alone, without
 * a key. Nothing of it is proven until the message was opened.
 */
#ifndef CLIENT_WRAPPED_H
#define CLIENT_WRAPPED_H

#include <sealrow/message.h>

#include "config/config.h"

/* Whether one of the message's wrapped keys is this key's, or that of another Region's key of the
 * same mrk- id. */
bool wrapped_under(const struct srow_message_info *m, const struct config_key *key);

/* Whether one wrapping serves both: they are one key, or Regions' keys of the same mrk- id. */
bool wrapped_same(const struct config_key *a, const struct config_key *b);

/* Whether a Region opens the message with each of its keys for new values. False where the set has
 * none there. */
bool wrapped_serves(const struct srow_message_info *m, const struct config_key_set *set,
                    const char *region);

/* The Region of the key that a wrapped key names; empty if that is no key ARN. */
struct srow_bytes wrapped_region(const struct srow_message_key *key);

/* Promised Regions that do not: the message's debt. */
uint32_t wrapped_debt(const struct srow_message_info *m, const struct srow_config *config,
                      const struct config_key_set *set);

#endif
