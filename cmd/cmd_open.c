/* SPDX-License-Identifier: Apache-2.0 */
#include "io.h"
#include "program.h"

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(program_cell_cleanup) struct program_cell c = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, value = {0};
    (void)status;
    FAIL_IF(args->json, e, SROW_E_USAGE,
            "--json: standard output is for the value: leave --json out");
    TRY(program_client(&p, args, e));
    TRY(program_cell_read(&c, &p, args, e));
    TRY(io_read_input(&message, e));
    TRY(srow_cell_open(&value, p.client, &c.cell, bytes_buf(&message), e));
    return args->dry_run ? SROW_OK : io_write_buf(&value, e);
}

static const struct option options[] = {
    CMD_OPTION_BIND,
    CMD_OPTION_VIA,
    {0},
};

const struct command cmd_open = {
    .name = "open",
    .takes = "TABLE.COLUMN --bind NAME=VALUE ... <MESSAGE >VALUE",
    .brief = "Open one value: the bytes of its column to standard output",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
