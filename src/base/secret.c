/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets live in slabs of pages that are locked and kept out of core dumps. A slab is cut into
 * slots of one size; larger secrets get pages of their own. Slabs are never returned: a program
 * that once had n keys at a time keeps room for n.
 */
#include "base/secret.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

enum { SLOT = 128, SLAB = 16384, LARGEST = 4096 };

union slot {
    union slot *next;
    uint8_t bytes[SLOT];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static union slot *free_slots;
static union slot *slabs;             /* chained by their first slots */
static bool all_locked = true, forks; /* `forks`: the handlers of fork are in place */

/* -- fork: the lock may be another thread's, which the child does not have; and what is locked in
 * memory is not locked in the child -- */

static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

static void in_child(void)
{
    for (union slot *slab = slabs; slab != NULL; slab = slab->next) {
        all_locked = mlock(slab, SLAB) == 0 && all_locked;
    }
    pthread_mutex_unlock(&lock);
}

/* Called with the lock held; no handler takes it before they are in place. */
static bool prepare(void)
{
    forks = forks || pthread_atfork(before_fork, after_fork, in_child) == 0;
    return forks;
}

/* -- slots -- */

static size_t pages(size_t len)
{
    return (len + 4095) & ~(size_t)4095;
}

/* Called with the lock held. */
static void *map(size_t len)
{
    void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        return NULL;
    }
    if (mlock(at, len) != 0) {
        all_locked = false;
    }
    madvise(at, len, MADV_DONTDUMP);
    return at;
}

/* Called with the lock held. */
static union slot *slot_take(void)
{
    if (free_slots == NULL) {
        union slot *slab = map(SLAB);
        if (slab == NULL) {
            return NULL;
        }
        slab->next = slabs;
        slabs = slab;
        for (size_t i = 1; i < SLAB / SLOT; i++) {
            slab[i].next = free_slots;
            free_slots = &slab[i];
        }
    }
    union slot *slot = free_slots;
    free_slots = slot->next;
    slot->next = NULL;
    return slot;
}

enum srow_rc secret_new(struct secret *out, size_t len, struct srow_error *e)
{
    FAIL_IF(len == 0 || len > LARGEST, e, SROW_E_LIMIT, "a secret of %zu bytes", len);
    pthread_mutex_lock(&lock);
    void *at = !prepare() ? NULL : len <= SLOT ? (void *)slot_take() : map(pages(len));
    pthread_mutex_unlock(&lock);
    FAIL_IF(at == NULL, e, SROW_E_NOMEM, "no memory for a secret");
    *out = (struct secret){at, len};
    return SROW_OK;
}

enum srow_rc secret_of(struct secret *out, struct srow_bytes b, struct srow_error *e)
{
    TRY(secret_new(out, b.len, e));
    memcpy(out->at, b.at, b.len);
    return SROW_OK;
}

void secret_cleanup(struct secret *s)
{
    if (s->at == NULL) {
        return;
    }
    bytes_wipe(s->at, s->len);
    if (s->len <= SLOT) {
        union slot *slot = (union slot *)(void *)s->at;
        pthread_mutex_lock(&lock);
        slot->next = free_slots;
        free_slots = slot;
        pthread_mutex_unlock(&lock);
    } else {
        munmap(s->at, pages(s->len));
    }
    *s = (struct secret){0};
}

struct secret secret_take(struct secret *s)
{
    struct secret taken = *s;
    *s = (struct secret){0};
    return taken;
}

bool secret_is_locked(void)
{
    pthread_mutex_lock(&lock);
    bool locked = all_locked;
    pthread_mutex_unlock(&lock);
    return locked;
}
