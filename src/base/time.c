/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks and their text.
 */
#include "base/time.h"

#include <string.h>

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

uint64_t time_monotonic_ms(void)
{
    return (uint64_t)clock_ms(CLOCK_MONOTONIC);
}

int64_t time_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

uint64_t time_left_ms(uint64_t deadline)
{
    uint64_t now = time_monotonic_ms();
    return deadline > now ? deadline - now : 0;
}

void time_format_basic(char out[17], time_t at)
{
    struct tm tm;
    gmtime_r(&at, &tm);
    strftime(out, 17, "%Y%m%dT%H%M%SZ", &tm);
}

void time_format_iso(char out[21], time_t at)
{
    struct tm tm;
    gmtime_r(&at, &tm);
    strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

enum srow_rc time_parse_basic(time_t *out, struct srow_bytes b, struct srow_error *e)
{
    char text[17] = {0};
    FAIL_IF(b.len != 16, e, SROW_E_VALUE, "a time as 20261124T083000Z is expected");
    memcpy(text, b.at, 16);
    struct tm tm = {0};
    const char *end = strptime(text, "%Y%m%dT%H%M%SZ", &tm);
    FAIL_IF(end == NULL || *end != '\0', e, SROW_E_VALUE, "a time as 20261124T083000Z is expected");
    *out = timegm(&tm);
    return SROW_OK;
}
