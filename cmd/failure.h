/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way in which a failure is told: a line on standard error, with the code that `explain`
 * knows, or with --json one JSON object.
 */
#ifndef CMD_FAILURE_H
#define CMD_FAILURE_H

#include "base/error.h"

/* Prints what *e holds; needs no memory for the line. */
void failure_print(const struct srow_error *e, bool json);

/* The same for an interruption; for signal handlers. */
void failure_print_interrupted(bool json);

#endif
