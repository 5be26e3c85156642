/* SPDX-License-Identifier: Apache-2.0 */
#include "client/exec.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/time.h"
#include "check.h"

enum { LONG_MS = 60000 };

static const _Atomic uint64_t never;

static enum srow_rc run(const char *script, const char *file, struct srow_bytes input,
                        uint64_t for_ms, struct srow_error *e)
{
    const char *command[] = {"/bin/sh", "-c", script, "sh", file, NULL};
    return exec_run(command, input, time_monotonic_ms() + for_ms, &never, e);
}

/* What a file holds, NUL behind it; "" if it cannot be read. */
static const char *content(struct srow_buf *out, const char *path)
{
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return "";
    }
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) {
        buf_put(out, bytes_of(part, n));
    }
    fclose(f);
    return buf_cstr(out);
}

CASE(a_command_gets_its_input_and_no_shell)
{
    struct srow_error e = {0};
    AUTO(buf_cleanup) struct srow_buf text = {0};
    char path[] = "/tmp/test_exec_XXXXXX";
    close(mkstemp(path));
    enum srow_rc rc = run("cat >\"$1\"; echo to nowhere", path, srow_str("a; b"), LONG_MS, &e);
    content(&text, path);
    unlink(path);
    CHECK_OK(rc, e);
    CHECK(bytes_equal_str(bytes_buf(&text), "a; b"));
}

CASE(an_input_larger_than_a_pipe_arrives_whole)
{
    struct srow_error e = {0};
    AUTO(buf_cleanup) struct srow_buf input = {0};
    for (size_t i = 0; i < 30000; i++) {
        buf_put_str(&input, "0123456789");
    }
    CHECK_OK(run("test $(wc -c) = 300000", "", bytes_buf(&input), LONG_MS, &e), e);
    CHECK_OK(run("exit 0", "", bytes_buf(&input), LONG_MS, &e), e); /* reads nothing */
}

CASE(failure_to_start_and_to_end_well_have_a_text)
{
    struct srow_error e = {0};
    const char *missing[] = {"/nowhere/program", NULL};
    CHECK_RC(exec_run(missing, srow_str("a"), UINT64_MAX, &never, &e), SROW_E_IO);
    CHECK(strstr(e.text, "/nowhere/program cannot be started") == e.text);
    CHECK_RC(run("exit 3", "", srow_str("a"), LONG_MS, &e), SROW_E_IO);
    CHECK(strcmp(e.text, "/bin/sh failed with exit code 3") == 0);
    CHECK_RC(run("kill -9 $$", "", srow_str("a"), LONG_MS, &e), SROW_E_IO);
    CHECK(strcmp(e.text, "/bin/sh failed with signal 9") == 0);
}

CASE(a_late_command_is_killed_with_its_children)
{
    struct srow_error e = {0};
    AUTO(buf_cleanup) struct srow_buf text = {0};
    char path[] = "/tmp/test_exec_XXXXXX";
    close(mkstemp(path));
    uint64_t start = time_monotonic_ms();
    enum srow_rc rc = run("sleep 100 & echo $! >\"$1\"; wait", path, srow_str("a"), 500, &e);
    pid_t grandchild = (pid_t)atoi(content(&text, path));
    unlink(path);
    CHECK_RC(rc, SROW_E_TIMEOUT);
    CHECK(time_monotonic_ms() - start < 50000);
    CHECK(grandchild > 1);
    while (kill(grandchild, 0) == 0 && time_monotonic_ms() - start < 50000) {
        /* until init has reaped it */
        char state[64], name[32];
        snprintf(name, sizeof name, "/proc/%d/stat", (int)grandchild);
        AUTO(buf_cleanup) struct srow_buf stat = {0};
        snprintf(state, sizeof state, "%s", content(&stat, name));
        if (strstr(state, ") Z") != NULL || state[0] == '\0') {
            return;
        }
    }
    CHECK(kill(grandchild, 0) != 0);
}

CASE(a_sooner_end_counts)
{
    const _Atomic uint64_t now = time_monotonic_ms();
    const char *command[] = {"/bin/sleep", "100", NULL};
    CHECK_RC(exec_run(command, srow_str(""), UINT64_MAX, &now, NULL), SROW_E_TIMEOUT);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    RUN(a_command_gets_its_input_and_no_shell);
    RUN(an_input_larger_than_a_pipe_arrives_whole);
    RUN(failure_to_start_and_to_end_well_have_a_text);
    RUN(a_late_command_is_killed_with_its_children);
    RUN(a_sooner_end_counts);
    return check_done();
}
