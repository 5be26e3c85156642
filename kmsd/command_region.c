/* SPDX-License-Identifier: Apache-2.0
 *
 * `region stop|start NAME` and `status`: words to a running server.
 */
#include <stddef.h>
#include <stdio.h>

#include "kmsd/command.h"
#include "kmsd/control.h"
#include "kmsd/datadir.h"

struct options {
    const char *data;
    bool now;
};

static const struct option region_options[] = {
    {"--data", "DIR", OPTION_TEXT, offsetof(struct options, data), "the server's directory"},
    {"--now", NULL, OPTION_FLAG, offsetof(struct options, now),
     "stop: reset all connections at once, finish no answer"},
    {0},
};

static const struct option status_options[] = {
    {"--data", "DIR", OPTION_TEXT, offsetof(struct options, data), "the server's directory"},
    {0},
};

static enum srow_rc ask(const struct options *o, const char *line, struct srow_error *e)
{
    FAIL_IF(o->data == NULL, e, SROW_E_USAGE,
            "--data DIR is missing: give the directory of the server");
    TRY(datadir_enter(o->data, e));
    enum srow_rc rc = control_ask(line, e);
    return rc == SROW_OK ? rc : error_wrap(e, rc, "%s", o->data);
}

static enum srow_rc run_region(char *const *args, struct srow_error *e)
{
    struct options o = {0};
    struct option_list words = {0};
    char line[128];
    TRY(options_parse(&o, &words, region_options, args, e));
    bool stop = words.count > 0 && strcmp(words.at[0], "stop") == 0;
    bool start = words.count > 0 && strcmp(words.at[0], "start") == 0;
    FAIL_IF(words.count != 2 || (!stop && !start) || strlen(words.at[1]) > 64, e, SROW_E_USAGE,
            "expected: region stop|start NAME");
    FAIL_IF(o.now && !stop, e, SROW_E_USAGE, "--now goes with stop");
    snprintf(line, sizeof line, "%s%s %s", words.at[0], o.now ? "-now" : "", words.at[1]);
    return ask(&o, line, e);
}

static enum srow_rc run_status(char *const *args, struct srow_error *e)
{
    struct options o = {0};
    struct option_list words = {0};
    TRY(options_parse(&o, &words, status_options, args, e));
    FAIL_IF(words.count > 0, e, SROW_E_USAGE, "status takes no arguments");
    return ask(&o, "status", e);
}

const struct command command_region = {"region", "region stop|start NAME [--now] --data DIR",
                                       "stop or start one Region of a running server",
                                       region_options, run_region};
const struct command command_status = {
    "status", "status --data DIR", "the Regions of a running server", status_options, run_status};
