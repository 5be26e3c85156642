/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_TABLE_NAME_H
#define CONFIG_TABLE_NAME_H

#include "config/binder.h"

/* Reads a table's name in the database into the struct config_table at `base`. A text is `NAME`, or
 * `SCHEMA.NAME` where it has one dot; a list is [NAME] or [SCHEMA, NAME], in which a dot is a
 * character like any other. */
binder_reader table_name_read;

#endif
