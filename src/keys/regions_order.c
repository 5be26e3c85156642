/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is asked first. The configured order stands within each of three groups; the keys of a Region
 * stay beside each other.
 */
#include <stdlib.h>

#include "keys/regions.h"

void regions_order_cleanup(struct regions_order *order)
{
    free(order->keys);
    free(order->down);
    *order = (struct regions_order){0};
}

/* Appends the keys of the Regions whose state is `state`. */
static size_t add(size_t *keys, size_t count, const struct regions *k, const int *states, int state)
{
    for (size_t i = 0; i < k->count; i++) {
        if (states[k->keys[i].place] == state) {
            keys[count++] = i;
        }
    }
    return count;
}

enum srow_rc regions_order_read(struct regions_order *out, const struct regions *k,
                                struct srow_error *e)
{
    enum { WELL, ILL, DOWN };
    AUTO(regions_order_cleanup)
    struct regions_order order = {.keys = calloc(k->count, sizeof(size_t)),
                                  .down = calloc(k->place_count, sizeof(bool))};
    int *states = calloc(k->place_count, sizeof(int));
    if (order.keys == NULL || order.down == NULL || states == NULL) {
        free(states);
        FAIL(e, SROW_E_NOMEM, "no memory for the order of %zu keys", k->count);
    }
    if (k->outage != NULL) {
        k->outage->ask(k->outage, order.down, k->places, k->place_count);
    }
    for (size_t i = 0; i < k->place_count; i++) {
        states[i] = order.down[i] ? DOWN : kms_is_well(k->kms, k->places[i]) ? WELL : ILL;
    }
    order.well = add(order.keys, 0, k, states, WELL);
    order.up = add(order.keys, order.well, k, states, ILL);
    add(order.keys, order.up, k, states, DOWN);
    free(states);
    *out = order;
    order = (struct regions_order){0};
    return SROW_OK;
}
