/* SPDX-License-Identifier: Apache-2.0 */
#include "stop.h"

#include <signal.h>
#include <stddef.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static volatile sig_atomic_t is_wished;
static struct sigaction before[NUMBERS];

/* What was there is put back: the next signal is the last one. */
static void wish(int number)
{
    (void)number;
    is_wished = 1;
    for (size_t i = 0; i < NUMBERS; i++) {
        sigaction(numbers[i], &before[i], NULL);
    }
}

void stop_listen(void)
{
    struct sigaction listen = {.sa_handler = wish, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < NUMBERS; i++) {
        sigaction(numbers[i], NULL, &before[i]);
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        if (before[i].sa_handler != SIG_IGN) {
            sigaction(numbers[i], &listen, NULL);
        }
    }
}

bool stop_wished(void)
{
    return is_wished != 0;
}
