/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_SHAPE_H
#define CONFIG_SHAPE_H

#include "config/binder.h"
#include "config/node.h"

/* The keys of the file's first level. */
const struct binder_field *shape_fields(void);

/* Reads the whole tree of a configuration file into *c, defaults and rules included; what was read
 * before a failure is the caller's to free. Fails with CONFIG, NOT_BUILT, NOMEM. */
MUST enum srow_rc shape_read(struct srow_config *c, const struct node *root, struct srow_error *e);

#endif
