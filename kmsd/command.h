/* SPDX-License-Identifier: Apache-2.0
 *
 * The subcommands of sealrow-kmsd. Each gets what stands behind its name.
 */
#ifndef KMSD_COMMAND_H
#define KMSD_COMMAND_H

#include "base/error.h"
#include "kmsd/options.h"

struct command {
    const char *name; /* NULL: the server itself */
    const char *synopsis;
    const char *help;
    const struct option *options;
    enum srow_rc (*run)(char *const *args, struct srow_error *e);
};

extern const struct command command_serve, command_audit, command_region, command_status;

#endif
