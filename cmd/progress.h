/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a long job is: on a terminal one line that is written over each second, elsewhere a line
 * every ten.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed but for the first two it is one that begins now. */
struct progress {
    const char *what; /* "customer" */
    bool quiet;
    uint64_t began, told; /* monotonic milliseconds */
    bool shown;           /* there is a line to be written over */
};

/* So many rows of so many (0: unknown). Rate and time left are counted from the first call on. */
void progress_tell(struct progress *p, uint64_t done, uint64_t all);

/* Before anything else is written to standard error, and at the end. */
void progress_clear(struct progress *p);

#endif
