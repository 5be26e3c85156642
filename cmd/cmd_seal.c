/* SPDX-License-Identifier: Apache-2.0 */
#include "io.h"
#include "program.h"

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(program_cell_cleanup) struct program_cell c = {0};
    AUTO(buf_cleanup) struct srow_buf value = {0};
    AUTO(srow_sealed_free) struct srow_sealed sealed = {0};
    (void)status;
    FAIL_IF(args->json, e, SROW_E_USAGE,
            "--json: standard output is for the message: leave --json out");
    TRY(program_client(&p, args, e));
    TRY(program_cell_read(&c, &p, args, e));
    TRY(io_read_input(&value, e));
    TRY(srow_cell_seal(&sealed, p.client, &c.cell, bytes_buf(&value), e));
    return args->dry_run ? SROW_OK : io_write_buf(&sealed.message, e);
}

static const struct option options[] = {
    CMD_OPTION_BIND,
    {0},
};

const struct command cmd_seal = {
    .name = "seal",
    .takes = "TABLE.COLUMN --bind NAME=VALUE ... <VALUE >MESSAGE",
    .brief = "Seal one value: standard input, as it is, to the bytes of its column",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
