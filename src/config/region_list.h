/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_REGION_LIST_H
#define CONFIG_REGION_LIST_H

#include "config/binder.h"

/* Reads a list of Regions of the configuration, each once: char ** at `offset`; `more` points to a
 * size_t, the offset of its count. */
binder_reader region_list_read;

bool region_list_has(char *const *list, size_t count, const char *region);

/* Appends a name, copied, and counts it. Fails with NOMEM. */
MUST enum srow_rc region_list_add(char ***list, size_t *count, const char *region,
                                  struct srow_error *e);

#endif
