/* SPDX-License-Identifier: Apache-2.0
 *
 * The only type that may hold key bytes: locked where the system lets it, outside core dumps, wiped
 * when it dies. It has no format, no log and no copy.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdint.h>

#include "base/bytes.h"

struct secret {
    uint8_t *at;
    size_t len;
};

/* `len` zero bytes, 1 to 4096. Fails with NOMEM (no memory) or LIMIT. The system's refusal to lock
 * is no failure: secret_is_locked tells, the client warns once. */
MUST enum srow_rc secret_new(struct secret *out, size_t len, struct srow_error *e);

/* A secret made of the bytes of a view; the source is the caller's to wipe. */
MUST enum srow_rc secret_of(struct secret *out, struct srow_bytes b, struct srow_error *e);

void secret_cleanup(struct secret *s);
struct secret secret_take(struct secret *s);

/* False once any slab could not be locked in memory. */
bool secret_is_locked(void);

static inline struct srow_bytes secret_bytes(const struct secret *s)
{
    return (struct srow_bytes){s->at, s->len};
}

#endif
