/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/time.h"

enum { ON_TERMINAL_MS = 1000, ELSEWHERE_MS = 10000 };

static void put_time(uint64_t seconds)
{
    if (seconds >= 3600) {
        fprintf(stderr, ", %" PRIu64 " h %02" PRIu64 " min left", seconds / 3600,
                seconds / 60 % 60);
    } else if (seconds >= 60) {
        fprintf(stderr, ", %" PRIu64 " min %02" PRIu64 " s left", seconds / 60, seconds % 60);
    } else {
        fprintf(stderr, ", %" PRIu64 " s left", seconds);
    }
}

void progress_tell(struct progress *p, uint64_t done, uint64_t all)
{
    uint64_t now = time_monotonic_ms();
    if (p->began == 0) {
        p->began = p->told = now;
    }
    bool terminal = isatty(STDERR_FILENO) == 1;
    if (p->quiet || now - p->told < (terminal ? ON_TERMINAL_MS : ELSEWHERE_MS)) {
        return;
    }
    p->told = now;
    uint64_t rate = done * 1000 / (now - p->began);
    fprintf(stderr, "%ssealrow: %s: %" PRIu64, terminal ? "\r\033[K" : "", p->what, done);
    if (all >= done && all > 0) {
        fprintf(stderr, " of %" PRIu64 " rows, %" PRIu64 " rows/s", all, rate);
        put_time(rate == 0 ? (now - p->began) / 1000 : (all - done) / rate);
    } else {
        fprintf(stderr, " rows, %" PRIu64 " rows/s", rate);
    }
    fputs(terminal ? "" : "\n", stderr);
    p->shown = terminal;
}

void progress_clear(struct progress *p)
{
    if (p->shown) {
        fputs("\r\033[K", stderr);
        p->shown = false;
    }
}
