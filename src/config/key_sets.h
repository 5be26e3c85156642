/* SPDX-License-Identifier: Apache-2.0
 *
 * Key sets: Regions, each with a list of ARNs, each a text or a mapping.
 */
#ifndef CONFIG_KEY_SETS_H
#define CONFIG_KEY_SETS_H

#include "config/binder.h"

extern const struct binder_shape key_sets_shape;

#endif
