/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/arena.h"

#include <gmp.h>
#include <pthread.h>
#include <stdlib.h>

/* A verification, the largest call, takes less than half of it (tests/unit/crypto/test_arena.c). */
enum { ROOM = 65536, ALIGNMENT = 16 };

static _Thread_local struct arena *active;
static void *(*their_alloc)(size_t);
static void *(*their_realloc)(void *, size_t, size_t);
static void (*their_free)(void *, size_t);

static bool is_inside(const void *at)
{
    uintptr_t place = (uintptr_t)at, begin = active == NULL ? 0 : (uintptr_t)active->at;
    return active != NULL && place >= begin && place < begin + active->room;
}

static void *alloc(size_t len)
{
    size_t rounded = (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (active == NULL || len > ROOM || rounded > active->room - active->used) {
        return their_alloc(len);
    }
    active->used += rounded;
    return active->at + active->used - rounded;
}

static void *resize(void *at, size_t old, size_t len)
{
    if (!is_inside(at)) {
        return their_realloc(at, old, len);
    }
    void *moved = alloc(len);
    return memcpy(moved, at, old < len ? old : len);
}

static void release(void *at, size_t len)
{
    if (!is_inside(at)) {
        their_free(at, len);
    }
}

static void set_functions(void)
{
    mp_get_memory_functions(&their_alloc, &their_realloc, &their_free);
    mp_set_memory_functions(alloc, resize, release);
}

enum srow_rc arena_begin(struct arena *arena, struct srow_error *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_functions);
    arena->at = malloc(ROOM);
    FAIL_IF(arena->at == NULL, e, SROW_E_NOMEM, "no memory for the numbers of a signature");
    arena->used = 0;
    arena->room = ROOM;
    active = arena;
    return SROW_OK;
}

void arena_end(struct arena *arena)
{
    if (arena->at != NULL) {
        active = NULL;
        bytes_wipe(arena->at, arena->used);
        free(arena->at);
    }
    *arena = (struct arena){0};
}
