/* SPDX-License-Identifier: Apache-2.0
 *
 * A day ends at midnight UTC, by the clock of the machine that asks.
 */
#include "config/stages.h"

#include <time.h>

#include "base/time.h"

const struct binder_word stages_words[] = {
    {"plain", CONFIG_STAGE_PLAIN},
    {"dual", CONFIG_STAGE_DUAL},
    {"filled", BINDER_LATER},
    {"sealed", BINDER_LATER},
    {NULL, 0},
};

/* The first second of a day; false if there is no such day. */
static bool parse_day(time_t *out, const char *text)
{
    char again[21];
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%d", &tm);
    if (end == NULL || *end != '\0') {
        return false;
    }
    *out = timegm(&tm);
    time_format_iso(again, *out);
    return strncmp(again, text, strlen("YYYY-MM-DD")) == 0 && strlen(text) == strlen("YYYY-MM-DD");
}

enum srow_rc stages_read_day(struct srow_config *c, void *base, const struct binder_field *f,
                             const struct node *n, struct srow_error *e)
{
    time_t day;
    TRY(binder_expect(n, NODE_TEXT, e));
    if (!parse_day(&day, n->text)) {
        return node_fail(e, SROW_E_CONFIG, n, "a day as 2027-01-31 is expected");
    }
    return binder_text(c, base, f, n, e);
}

enum srow_rc stages_finish(const struct config_column *column, const struct node *n,
                           struct srow_error *e)
{
    if (column->plain == NULL && (column->stage != CONFIG_STAGE_NONE || column->until != NULL)) {
        return node_fail_key(e, SROW_E_CONFIG, n,
                             "a column without `plain` has no stage: name the plaintext column, or "
                             "take `stage` and `until` out");
    }
    if (column->plain != NULL && (column->stage == CONFIG_STAGE_NONE || column->until == NULL)) {
        return node_fail_key(e, SROW_E_CONFIG, n,
                             "a column with `plain` needs `stage`, and `until`: the day it ends");
    }
    return SROW_OK;
}

int64_t stages_left(const struct config_column *column, int64_t now)
{
    time_t day = 0;
    bool known = column->until != NULL && parse_day(&day, column->until);
    return known ? (int64_t)day + 86400 - now : INT64_MAX;
}

const char *stages_word(const struct config_column *column)
{
    const struct binder_word *w = stages_words;
    while (w->word != NULL && w->value != (int)column->stage) {
        w++;
    }
    return w->word == NULL ? "none" : w->word;
}

enum srow_rc stages_check(const struct srow_config *c, int64_t now, struct srow_error *e)
{
    for (size_t t = 0; t < c->table_count; t++) {
        for (size_t i = 0; i < c->tables[t].column_count; i++) {
            const struct config_column *column = &c->tables[t].columns[i];
            FAIL_IF(stages_left(column, now) <= 0, e, SROW_E_CONFIG,
                    "%s.%s: its stage %s has ended with %s (until): move it on, or give it a later "
                    "day",
                    c->tables[t].name, column->name, stages_word(column), column->until);
        }
    }
    return SROW_OK;
}
