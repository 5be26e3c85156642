/* SPDX-License-Identifier: Apache-2.0 */
#include "after.h"

#include "base/text.h"
#include "db/db_position.h"

enum { DEFAULT_MS = 5000, MOST_MS = 600000 };

/* "500ms", "5s", "2m" */
static bool parse_time(uint64_t *out, const char *text)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].unit) == 0 &&
            text_parse_size(out, bytes_of(text, digits), MOST_MS, NULL) == SROW_OK) {
            *out *= units[i].ms;
            return digits > 0 && *out <= MOST_MS;
        }
    }
    return false;
}

enum srow_rc after_wait(struct db *db, const struct args *args, struct srow_error *e)
{
    uint64_t ms = DEFAULT_MS;
    FAIL_IF(args->wait != NULL && args->after == NULL, e, SROW_E_USAGE,
            "--wait belongs to --after: give the position that put --json printed");
    FAIL_IF(args->wait != NULL && !parse_time(&ms, args->wait), e, SROW_E_USAGE,
            "--wait: %s is no time: write 500ms, 5s or 2m, at most 10m", args->wait);
    if (args->after == NULL) {
        return SROW_OK;
    }
    struct srow_error why = {0};
    enum srow_rc rc = db_position_wait(db, args->after, ms, &why);
    FAIL_IF(rc == SROW_E_TIMEOUT, e, SROW_E_NOT_REPLICATED,
            "database: this server has not come as far as --after within %llu ms: wait longer, or "
            "read at the primary",
            (unsigned long long)ms);
    FAIL_IF(rc == SROW_E_USAGE, e, rc, "--after: %s", why.text);
    FAIL_IF(rc != SROW_OK, e, rc, "%s", why.text);
    return SROW_OK;
}
