/* SPDX-License-Identifier: Apache-2.0
 *
 * What is not failed is passed on to the next definition, the C library's. Looking that one up
 * allocates, a few bytes that are never freed.
 * Anonymous mappings made by this tree's own code count as allocations too.
 */
#include "fault/alloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_bool armed, for_good;
static atomic_size_t countdown, failures;
static atomic_long live;
static _Thread_local bool exempt __attribute__((tls_model("initial-exec")));

/* -- the allocator behind this one -- */

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static int (*next_posix_memalign)(void **, size_t, size_t);

static _Alignas(16) char early[8192];
static size_t early_used;

static bool is_early(const void *at)
{
    uintptr_t begin = (uintptr_t)early, place = (uintptr_t)at;
    return place >= begin && place < begin + sizeof early;
}

static void *early_alloc(size_t len)
{
    len = (len + 15) & ~(size_t)15;
    if (len > sizeof early - early_used) {
        return NULL;
    }
    void *at = early + early_used;
    early_used += len;
    return at;
}

/* False while it is being looked up. */
static bool find_next(void)
{
    static bool looking;
    if (next_posix_memalign != NULL) {
        return true;
    }
    if (looking) {
        return false;
    }
    looking = true;
    *(void **)&next_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&next_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&next_realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&next_free = dlsym(RTLD_NEXT, "free");
    *(void **)&next_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    looking = false;
    return true;
}

/* -- the fault -- */

void alloc_arm(size_t n, bool stays)
{
    atomic_store(&countdown, n);
    atomic_store(&failures, 0);
    atomic_store(&for_good, stays);
    atomic_store(&armed, true);
}

size_t alloc_disarm(void)
{
    atomic_store(&armed, false);
    return atomic_load(&failures);
}

void alloc_exempt(bool yes)
{
    exempt = yes;
}

long alloc_live(void)
{
    return atomic_load(&live);
}

/* Whether the allocation that is asked for now fails. */
static bool fails(void)
{
    if (!atomic_load(&armed) || exempt) {
        return false;
    }
    size_t left = atomic_load(&countdown);
    while (left > 0 && !atomic_compare_exchange_weak(&countdown, &left, left - 1)) {
    }
    if (left == 1 || (left == 0 && atomic_load(&for_good))) {
        atomic_fetch_add(&failures, 1);
        errno = ENOMEM;
        return true;
    }
    return false;
}

static void *counted(void *at)
{
    if (at != NULL && !exempt) {
        atomic_fetch_add(&live, 1);
    }
    return at;
}

/* -- what everybody calls -- */

void *malloc(size_t len)
{
    if (!find_next()) {
        return early_alloc(len);
    }
    return fails() ? NULL : counted(next_malloc(len));
}

void *calloc(size_t n, size_t each)
{
    if (!find_next()) {
        return early_alloc(n * each); /* still zeros */
    }
    return fails() ? NULL : counted(next_calloc(n, each));
}

void *realloc(void *at, size_t len)
{
    if (at == NULL) {
        return malloc(len);
    }
    if (is_early(at)) {
        void *moved = malloc(len);
        size_t most = (size_t)(early + sizeof early - (char *)at);
        return moved == NULL ? NULL : memcpy(moved, at, len < most ? len : most);
    }
    if (len > 0 && fails()) {
        return NULL;
    }
    void *moved = next_realloc(at, len);
    if (len == 0 && moved == NULL && !exempt) {
        atomic_fetch_sub(&live, 1);
    }
    return moved;
}

void *reallocarray(void *at, size_t n, size_t each)
{
    size_t len;
    if (__builtin_mul_overflow(n, each, &len)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(at, len);
}

void free(void *at)
{
    if (at == NULL || is_early(at)) {
        return;
    }
    if (!exempt) {
        atomic_fetch_sub(&live, 1);
    }
    next_free(at);
}

int posix_memalign(void **out, size_t alignment, size_t len)
{
    if (!find_next() || fails()) {
        return ENOMEM;
    }
    int rc = next_posix_memalign(out, alignment, len);
    if (rc == 0) {
        counted(*out);
    }
    return rc;
}

void *aligned_alloc(size_t alignment, size_t len)
{
    void *at = NULL;
    return posix_memalign(&at, alignment, len) == 0 ? at : NULL;
}

void *memalign(size_t alignment, size_t len)
{
    return aligned_alloc(alignment < sizeof(void *) ? sizeof(void *) : alignment, len);
}

void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    if ((flags & MAP_ANONYMOUS) != 0 && fails()) {
        return MAP_FAILED;
    }
    long mapped = syscall(SYS_mmap, at, len, protection, flags, fd, offset);
    return mapped == -1 ? MAP_FAILED : (void *)mapped;
}
