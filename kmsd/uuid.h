/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KMSD_UUID_H
#define KMSD_UUID_H

#include "base/bytes.h"

enum { UUID_ROOM = 37 };

/* A random UUID, version 4, and a NUL. Fails with CRYPTO. */
MUST enum srow_rc uuid_make(char out[UUID_ROOM], struct srow_error *e);

/* Lower-case hex digits with dashes at their places. */
bool uuid_is_well_formed(struct srow_bytes text);

#endif
