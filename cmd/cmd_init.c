/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "io.h"
#include "program.h"
#include "rows/rows_probe.h"
#include "schema/ddl.h"

static void put_plan(struct srow_buf *out, const struct ddl_plan *plan, bool json)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (json) {
            buf_put_str(out, i == 0 ? "" : ",");
            json_put_string(out, srow_str(plan->statements[i]));
            continue;
        }
        buf_printf(out, "%s;\n", plan->statements[i]);
    }
}

static enum srow_rc print(const struct ddl_plan *plan, size_t probes, const struct args *args,
                          struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    bool only = args->print || args->dry_run;
    if (args->json) {
        buf_put_str(&out, "{\"statements\":[");
        put_plan(&out, plan, true);
        buf_printf(&out, "],\"probes\":%zu}\n", probes);
        return io_write_buf(&out, e);
    }
    put_plan(&out, plan, false);
    if (!only) {
        buf_printf(&out, "%zu statement%s run, %zu probe%s stored\n", plan->count,
                   plan->count == 1 ? "" : "s", probes, probes == 1 ? "" : "s");
    }
    return io_write_buf(&out, e);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    const struct ddl_how how = {.again = args->rebook, .blob = args->blob};
    size_t probes = 0;
    (void)status;
    TRY(program_db(&p, args, e));
    TRY(ddl_plan_make(&plan, p.config, p.db, &how, e));
    if (!args->print && !args->dry_run) {
        TRY(program_client(&p, args, e));
        TRY(ddl_plan_run(&plan, p.db, e));
        struct rows rows = program_rows(&p);
        TRY(rows_probe_store(&probes, &rows, e));
    }
    return print(&plan, probes, args, e);
}

static const struct option options[] = {
    {.name = "print",
     .help = "print the DDL that is missing and change nothing",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, print)},
    {.name = "blob",
     .help = "MariaDB, MySQL: sealed columns as BLOB, outside of the row, also where there is room",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, blob)},
    {.name = "rebook",
     .help = "book a configuration that was booked before the last one: go back to it",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, rebook)},
    {0},
};

const struct command cmd_init = {
    .name = "init",
    .takes = "[--print] [--blob] [--rebook]",
    .brief = "Add the sealed columns with their CHECKs, and book the configuration",
    .more = "What is there already is left as it is; run twice it changes nothing. Only the "
            "configuration that\nwas booked last writes; probes for readers are stored.",
    .options = options,
    .run = run,
};
