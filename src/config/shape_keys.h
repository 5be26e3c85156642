/* SPDX-License-Identifier: Apache-2.0
 *
 * The two parts of the file that are no plain tables: key sets (Region to list of ARNs, each a text
 * or a mapping) and alarm sinks.
 */
#ifndef CONFIG_SHAPE_KEYS_H
#define CONFIG_SHAPE_KEYS_H

#include "config/binder.h"

extern const struct binder_shape shape_key_sets;
binder_reader shape_alarms;

#endif
