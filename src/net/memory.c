/* SPDX-License-Identifier: Apache-2.0 */
#include "net/memory.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

static void wipe_and_free(void *at)
{
    if (at != NULL) {
        bytes_wipe(at, malloc_usable_size(at));
    }
    free(at);
}

/* Never in place: what is left behind must be wiped. */
static void *move(void *at, size_t len)
{
    void *moved = malloc(len);
    if (at != NULL && moved != NULL) {
        size_t old = malloc_usable_size(at);
        memcpy(moved, at, old < len ? old : len);
        wipe_and_free(at);
    }
    return moved;
}

enum srow_rc memory_start_curl(struct srow_error *e)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool started;
    pthread_mutex_lock(&lock);
    started = started || curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, move,
                                              strdup, calloc) == CURLE_OK;
    bool ok = started;
    pthread_mutex_unlock(&lock);
    FAIL_IF(!ok, e, SROW_E_NOMEM, "no memory for the HTTP client");
    return SROW_OK;
}
