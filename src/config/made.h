/* SPDX-License-Identifier: Apache-2.0
 *
 * How the value of a bound column is made where a caller gives none.
 */
#ifndef CONFIG_MADE_H
#define CONFIG_MADE_H

#include "config/binder.h"

/* Reads `uuid`, `sequence:NAME` or `sequence:SCHEMA.NAME` into the struct config_bind at `base`. */
binder_reader made_read;

/* A sequence makes integers, a UUID is text or uuid. Fails with CONFIG at the node. */
MUST enum srow_rc made_finish(const struct config_bind *bind, const struct node *n,
                              struct srow_error *e);

#endif
