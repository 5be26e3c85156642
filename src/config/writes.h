/* SPDX-License-Identifier: Apache-2.0
 *
 * write: in which Regions a new value must be wrapped, and which are declared down.
 */
#ifndef CONFIG_WRITES_H
#define CONFIG_WRITES_H

#include "config/binder.h"

extern const struct binder_field writes_fields[];

#endif
