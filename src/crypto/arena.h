/* SPDX-License-Identifier: Apache-2.0
 *
 * Where GMP's numbers live while P-384 is computed. GMP ends the process when it has no memory, and
 * frees without wiping: so a call takes, before it begins, all the memory that it can need, which
 * may fail as memory does, and wipes it when it ends. Other users of GMP in the process keep the
 * allocator they have.
 */
#ifndef CRYPTO_ARENA_H
#define CRYPTO_ARENA_H

#include "base/bytes.h"

struct arena {
    uint8_t *at; /* NULL: not begun */
    size_t used, room;
};

/* From now on this thread's numbers come from the arena. Not nested. Fails with NOMEM. */
MUST enum srow_rc arena_begin(struct arena *arena, struct srow_error *e);

/* Wipes and frees it; what came from it must not be used any more. */
void arena_end(struct arena *arena);

#endif
