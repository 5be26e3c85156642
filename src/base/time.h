/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks and their text. Lifetimes and deadlines use the monotonic clock only.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <time.h>

#include "base/bytes.h"

/* Milliseconds of the monotonic clock. */
uint64_t time_monotonic_ms(void);

/* Milliseconds since 1970, wall clock. */
int64_t time_wall_ms(void);

/* What is left until a monotonic deadline, 0 when it has passed. */
uint64_t time_left_ms(uint64_t deadline);

/* "20261124T083000Z" (16 characters and NUL): the form of SigV4. */
void time_format_basic(char out[17], time_t at);

/* "2026-11-24T08:30:00Z" (20 characters and NUL). */
void time_format_iso(char out[21], time_t at);

/* Reads the basic form. Fails with VALUE. */
MUST enum srow_rc time_parse_basic(time_t *out, struct srow_bytes b, struct srow_error *e);

#endif
