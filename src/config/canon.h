/* SPDX-License-Identifier: Apache-2.0
 *
 * What a configuration says of stored values - domain, keys, tables - as one text that depends
 * neither on layout and comments nor on the order of names: JSON with sorted members. It has what
 * the file says and no defaults, so that it stays the same in later versions.
 */
#ifndef CONFIG_CANON_H
#define CONFIG_CANON_H

#include "config/node.h"

/* Appends it. Fails with NOMEM. */
MUST enum srow_rc canon_put(struct srow_buf *out, const struct node *root, struct srow_error *e);

#endif
