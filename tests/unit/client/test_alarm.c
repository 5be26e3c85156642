/* SPDX-License-Identifier: Apache-2.0 */
#include "client/alarm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "check.h"
#include "tasks.h"

static char folder[] = "/tmp/test_alarm_XXXXXX";

struct files {
    char log[64], out[64], gate[64];
    int stderr_before;
};

static struct srow_config *make(const char *script)
{
    char yaml[1024];
    struct srow_error e = {0};
    struct srow_config *config = NULL;
    snprintf(yaml, sizeof yaml,
             "version: 1\ndomain: bank\nregions: {r-1: {}}\n"
             "keys: {default: {r-1: [\"arn:aws:kms:r-1:111122223333:key/a\"]}}\n"
             "tables: {t: {bind: {id: text}, columns: {c: {}}}}\n"
             "alarm: [{to: log}%s%s%s]\n",
             script[0] == '\0' ? "" : ", {to: exec, command: [/bin/sh, -c, '", script,
             script[0] == '\0' ? "" : "']}");
    if (srow_config_parse(&config, srow_str(yaml), &e) != SROW_OK) {
        printf("# %s\n", e.text);
        exit(1);
    }
    return config;
}

/* Standard error goes to a file until files_cleanup. */
static struct files files_new(void)
{
    struct files f;
    snprintf(f.log, sizeof f.log, "%s/log", folder);
    snprintf(f.out, sizeof f.out, "%s/out", folder);
    snprintf(f.gate, sizeof f.gate, "%s/gate", folder);
    f.stderr_before = dup(STDERR_FILENO);
    int log = open(f.log, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
    dup2(log, STDERR_FILENO);
    close(log);
    return f;
}

static void files_cleanup(struct files *f)
{
    dup2(f->stderr_before, STDERR_FILENO);
    close(f->stderr_before);
    unlink(f->log);
    unlink(f->out);
    unlink(f->gate);
}

static struct srow_buf content(const char *path)
{
    struct srow_buf out = {0};
    char part[4096];
    FILE *f = fopen(path, "r");
    for (size_t n; f != NULL && (n = fread(part, 1, sizeof part, f)) > 0;) {
        buf_put(&out, bytes_of(part, n));
    }
    if (f != NULL) {
        fclose(f);
    }
    (void)buf_cstr(&out);
    return out;
}

static size_t lines(const struct srow_buf *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->len; i++) {
        n += ((const char *)text->at)[i] == '\n';
    }
    return n;
}

static void tell(struct alarm *a, enum srow_rc rc)
{
    struct event event = {
        .rc = rc,
        .name = event_name(rc),
        .cell = "bank.t.c",
        .region = "r-1",
        .key = srow_str("hostile\xFF\"\n"),
        .bindings = "{\"id\":\"0123456789abcdef\"}",
        .text = "a text",
    };
    alarm_watch(a)->seen(alarm_watch(a), &event);
}

static bool member_is(const json_node *n, const char *name, const char *value)
{
    struct srow_bytes text;
    return json_as_string(&text, json_get(n, name)) && bytes_equal_str(text, value);
}

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

CASE(an_event_is_one_line_that_cloudwatch_counts)
{
    struct srow_error e = {0};
    AUTO(files_cleanup) struct files f = files_new();
    AUTO(free_config) struct srow_config *config = make("");
    AUTO(alarm_free) struct alarm *a = NULL;
    CHECK_OK(alarm_new(&a, config, &e), e);
    tell(a, SROW_E_CONTEXT);
    CHECK(alarm_count(a, SROW_E_CONTEXT) == 1 && alarm_count(a, SROW_E_BODY_TAG) == 0);
    AUTO(buf_cleanup) struct srow_buf log = content(f.log);
    AUTO(json_free) json_node *line = NULL;
    CHECK(lines(&log) == 1);
    CHECK_OK(json_parse(&line, bytes_buf(&log), &e), e);
    int64_t one = 0, when = 0;
    const json_node *aws = json_get(line, "_aws");
    const json_node *directive = json_at(json_get(aws, "CloudWatchMetrics"), 0);
    CHECK(json_as_integer(&when, json_get(aws, "Timestamp")) && when > 0);
    CHECK(member_is(directive, "Namespace", "Sealrow"));
    CHECK(member_is(json_at(json_get(directive, "Metrics"), 0), "Name", "SealrowSecurityEvents"));
    CHECK(json_count(json_get(directive, "Dimensions")) == 2);
    CHECK(json_as_integer(&one, json_get(line, "SealrowSecurityEvents")) && one == 1);
    CHECK(member_is(line, "Event", "cell.context") && member_is(line, "Cell", "bank.t.c"));
    CHECK(member_is(line, "code", "SROW-080") && member_is(line, "name", "CONTEXT"));
    CHECK(member_is(line, "region", "r-1") && member_is(line, "key", "hostile?\"\n"));
    CHECK(member_is(json_get(line, "bindings"), "id", "0123456789abcdef"));
}

CASE(a_command_gets_each_queued_event_before_the_end)
{
    enum { EVENTS = 10 };
    struct srow_error e = {0};
    char script[128];
    AUTO(files_cleanup) struct files f = files_new();
    snprintf(script, sizeof script, "cat >>%s", f.out);
    AUTO(free_config) struct srow_config *config = make(script);
    struct alarm *a = NULL;
    CHECK_OK(alarm_new(&a, config, &e), e);
    for (size_t i = 0; i < EVENTS; i++) {
        tell(a, SROW_E_BODY_TAG);
    }
    alarm_free(&a);
    alarm_free(&a);
    AUTO(buf_cleanup) struct srow_buf out = content(f.out);
    CHECK(lines(&out) == EVENTS);
    AUTO(json_free) json_node *first = NULL;
    const char *end = memchr(out.at, '\n', out.len);
    CHECK_OK(json_parse(&first, bytes_of(out.at, (size_t)(end - (char *)out.at)), &e), e);
    int64_t count = 0;
    CHECK(json_as_integer(&count, json_get(first, "count")) && count == 1);
    CHECK(member_is(first, "Event", "cell.tag") && json_get(first, "_aws") == NULL);
}

CASE(a_slow_command_costs_events_that_are_counted_and_no_time)
{
    enum { EVENTS = 100, QUEUED = 64 };
    struct srow_error e = {0};
    char script[256];
    AUTO(files_cleanup) struct files f = files_new();
    CHECK(mkfifo(f.gate, 0600) == 0);
    snprintf(script, sizeof script, "cat >/dev/null; read x <%s; echo >>%s", f.gate, f.out);
    AUTO(free_config) struct srow_config *config = make(script);
    struct alarm *a = NULL;
    CHECK_OK(alarm_new(&a, config, &e), e);
    for (size_t i = 0; i < EVENTS; i++) {
        tell(a, SROW_E_BODY_TAG);
    }
    uint64_t dropped = alarm_dropped(a);
    CHECK(dropped == EVENTS - QUEUED || dropped == EVENTS - QUEUED - 1);
    CHECK(alarm_count(a, SROW_E_BODY_TAG) == EVENTS);
    int gate = open(f.gate, O_RDWR);
    for (size_t i = 0; i < EVENTS; i++) {
        (void)!write(gate, "\n", 1);
    }
    alarm_free(&a);
    close(gate);
    AUTO(buf_cleanup) struct srow_buf out = content(f.out), log = content(f.log);
    CHECK(lines(&out) == EVENTS - dropped);
    CHECK(strstr(buf_cstr(&log), "alarm.dropped") != NULL);
}

CASE(a_failing_command_is_a_line_in_the_log)
{
    struct srow_error e = {0};
    AUTO(files_cleanup) struct files f = files_new();
    AUTO(free_config) struct srow_config *config = make("exit 7");
    struct alarm *a = NULL;
    CHECK_OK(alarm_new(&a, config, &e), e);
    tell(a, SROW_E_NULL_CELL);
    alarm_free(&a);
    AUTO(buf_cleanup) struct srow_buf log = content(f.log);
    CHECK(strstr(buf_cstr(&log), "/bin/sh failed with exit code 7") != NULL);
}

CASE(the_thread_of_commands_begins_with_the_first_event_and_takes_no_signal)
{
    struct srow_error e = {0};
    char script[128];
    AUTO(files_cleanup) struct files f = files_new();
    snprintf(script, sizeof script, "cat >>%s", f.out);
    AUTO(free_config) struct srow_config *config = make(script);
    AUTO(alarm_free) struct alarm *a = NULL;
    CHECK_OK(alarm_new(&a, config, &e), e);
    CHECK(tasks_deaf("sealrow-alarm") == 0);
    tell(a, SROW_E_BODY_TAG);
    tell(a, SROW_E_BODY_TAG);
    while (access(f.out, F_OK) != 0) { /* the thread is there */
    }
    CHECK(tasks_deaf("sealrow-alarm") == 1);
}

/* The command waits at a gate: who delivered both before he ended would wait too. */
CASE(exit_does_not_deliver_what_is_queued)
{
    enum { CHILD_SECONDS = 20 };
    struct srow_error e = {0};
    char script[256];
    int status = -1;
    AUTO(files_cleanup) struct files f = files_new();
    CHECK(mkfifo(f.gate, 0600) == 0);
    snprintf(script, sizeof script, "cat >/dev/null; echo >>%s; read x <%s", f.out, f.gate);
    AUTO(free_config) struct srow_config *config = make(script);
    pid_t child = fork();
    if (child == 0) {
        struct alarm *a = NULL;
        alarm(CHILD_SECONDS);
        if (alarm_new(&a, config, &e) != SROW_OK) {
            _exit(1);
        }
        tell(a, SROW_E_BODY_TAG);
        tell(a, SROW_E_BODY_TAG);
        while (access(f.out, F_OK) != 0) { /* the first is under way */
        }
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    int gate = open(f.gate, O_WRONLY); /* when the command has come there, which then ends */
    close(gate);
    AUTO(buf_cleanup) struct srow_buf out = content(f.out);
    CHECK(gate >= 0 && lines(&out) == 1);
}

CASE(a_child_of_fork_delivers_its_own_events)
{
    struct srow_error e = {0};
    char script[128];
    int status = 0;
    AUTO(files_cleanup) struct files f = files_new();
    snprintf(script, sizeof script, "cat >>%s", f.out);
    AUTO(free_config) struct srow_config *config = make(script);
    struct alarm *a = NULL;
    CHECK_OK(alarm_new(&a, config, &e), e);
    tell(a, SROW_E_BODY_TAG); /* starts the parent's thread */
    pid_t child = fork();
    if (child == 0) {
        tell(a, SROW_E_CONTEXT);
        alarm_free(&a);
        _exit(0);
    }
    waitpid(child, &status, 0);
    alarm_free(&a);
    AUTO(buf_cleanup) struct srow_buf out = content(f.out);
    CHECK(status == 0 && lines(&out) == 2);
    CHECK(strstr(buf_cstr(&out), "cell.context") != NULL);
}

int main(void)
{
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    RUN(an_event_is_one_line_that_cloudwatch_counts);
    RUN(a_command_gets_each_queued_event_before_the_end);
    RUN(a_slow_command_costs_events_that_are_counted_and_no_time);
    RUN(a_failing_command_is_a_line_in_the_log);
    RUN(the_thread_of_commands_begins_with_the_first_event_and_takes_no_signal);
    RUN_FORK(exit_does_not_deliver_what_is_queued);
    RUN_FORK(a_child_of_fork_delivers_its_own_events);
    rmdir(folder);
    return check_done();
}
