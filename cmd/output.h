/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that appears under its name whole or not at all: written beside it under a random name
 * (mode 0600, or as the umask has it), synced, renamed.
 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "base/bytes.h"

struct output {
    int folder;        /* where it is to be */
    const char *name;  /* without a slash */
    const char *shown; /* its path, for people */
    bool overwrite;
    bool shared; /* it holds no plaintext: its mode is what the umask leaves of 0666 */
};

/* Whether the file may be written. Fails with CONFLICT (it is there), USAGE (something else than a
 * file is there), PERMISSIONS (a folder in which anybody may replace the file), IO. */
MUST enum srow_rc output_check(const struct output *o, struct srow_error *e);

/* Fails also with IO; then nothing has changed. */
MUST enum srow_rc output_write(const struct output *o, struct srow_bytes content,
                               struct srow_error *e);

/* For signal handlers: removes the file of a write that is under way. */
void output_abandon(void);

#endif
