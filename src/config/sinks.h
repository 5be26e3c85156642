/* SPDX-License-Identifier: Apache-2.0
 *
 * Alarm sinks: a list of mappings, whose keys depend on where each goes to.
 */
#ifndef CONFIG_SINKS_H
#define CONFIG_SINKS_H

#include "config/binder.h"

binder_reader sinks_read;
extern const struct binder_field sinks_fields[]; /* of the sink with the most keys */

#endif
