/* SPDX-License-Identifier: Apache-2.0
 *
 * Key sets: Regions, each with a list of ARNs, each a text or a mapping.
 */
#ifndef CONFIG_KEY_SETS_H
#define CONFIG_KEY_SETS_H

#include "config/binder.h"

extern const struct binder_shape key_sets_shape;
extern const struct binder_field key_sets_fields[]; /* of a key that is a mapping */

/* Adds a set that is not in the file, of keys whose Regions the configuration has; name and keys
 * are copied. Fails with REGION, NOMEM. */
MUST enum srow_rc key_sets_add(struct srow_config *c, const char *name,
                               const struct config_key *keys, size_t count, struct srow_error *e);

#endif
