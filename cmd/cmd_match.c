/* SPDX-License-Identifier: Apache-2.0 */
#include "io.h"
#include "program.h"

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(program_cell_cleanup) struct program_cell c = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, candidate = {0}, line = {0};
    int same = 0;
    FAIL_IF(args->message == NULL, e, SROW_E_USAGE,
            "match: no sealed value: give --message FILE, the candidate is standard input");
    TRY(program_client(&p, args, e));
    TRY(program_cell_read(&c, &p, args, e));
    TRY(io_read_file(&message, args->message, e));
    TRY(io_read_input(&candidate, e));
    TRY(srow_cell_match(&same, p.client, &c.cell, bytes_buf(&message), bytes_buf(&candidate), e));
    *status = same == 1 ? 0 : 1;
    if (args->json) {
        buf_printf(&line, "{\"equal\":%s}\n", same == 1 ? "true" : "false");
    }
    return io_write_buf(&line, e);
}

static const struct option options[] = {
    CMD_OPTION_BIND,
    {.name = "message",
     .value = "FILE",
     .help = "the bytes of the column",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, message)},
    CMD_OPTION_VIA,
    {0},
};

const struct command cmd_match = {
    .name = "match",
    .takes = "TABLE.COLUMN --bind NAME=VALUE ... --message FILE <CANDIDATE",
    .brief = "Compare a sealed value with standard input: exit 0 equal, 1 not",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
