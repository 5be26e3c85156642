/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd.h"
#include "io.h"

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf line = {0};
    (void)status;
    buf_printf(&line, args->json ? "{\"version\":\"%s\"}\n" : "sealrow %s\n", srow_version());
    return io_write_buf(&line, e);
}

const struct command cmd_version = {
    .name = "version",
    .takes = "",
    .brief = "Print the version",
    .run = run,
};
