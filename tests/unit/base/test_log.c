/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "check.h"

static struct heard {
    unsigned count;
    uint32_t level;
    char code[32], text[64];
} heard;

static void hear(void *state, uint32_t level, const char *code, const char *text)
{
    struct heard *to = state;
    to->count++;
    to->level = level;
    snprintf(to->code, sizeof to->code, "%s", code);
    snprintf(to->text, sizeof to->text, "%s", text);
}

CASE(lines_of_the_level_go_to_the_function)
{
    heard = (struct heard){0};
    srow_log_set(hear, &heard);
    log_line(LOG_LEVEL_WARNING, "a.b", "%s %d", "text", 7);
    CHECK(heard.count == 1 && heard.level == SROW_LOG_WARNING);
    CHECK(strcmp(heard.code, "a.b") == 0 && strcmp(heard.text, "text 7") == 0);
    log_line(LOG_LEVEL_INFO, "a.c", "dropped");
    CHECK(heard.count == 1);
    srow_log_level(SROW_LOG_INFO);
    log_line(LOG_LEVEL_INFO, "a.c", "kept");
    CHECK(heard.count == 2 && heard.level == SROW_LOG_INFO);
    srow_log_level(99);
    log_line(LOG_LEVEL_DEBUG, "a.d", "kept");
    CHECK(heard.count == 3);
    srow_log_level(SROW_LOG_WARNING);
    srow_log_set(NULL, NULL);
}

CASE(security_events_come_whatever_the_level)
{
    heard = (struct heard){0};
    srow_log_set(hear, &heard);
    srow_log_level(SROW_LOG_ERROR);
    log_event("cell.context", "{\"x\":1}");
    srow_log_level(SROW_LOG_WARNING);
    srow_log_set(NULL, NULL);
    CHECK(heard.count == 1 && heard.level == SROW_LOG_ERROR);
    CHECK(strcmp(heard.code, "cell.context") == 0 && strcmp(heard.text, "{\"x\":1}") == 0);
}

CASE(without_a_function_nothing_is_handed_over)
{
    heard = (struct heard){0};
    srow_log_set(hear, &heard);
    srow_log_set(NULL, &heard);
    log_line(LOG_LEVEL_INFO, "a.b", "dropped by the level");
    CHECK(heard.count == 0);
}

int main(void)
{
    RUN(lines_of_the_level_go_to_the_function);
    RUN(security_events_come_whatever_the_level);
    RUN(without_a_function_nothing_is_handed_over);
    return check_done();
}
