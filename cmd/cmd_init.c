/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "io.h"
#include "program.h"
#include "rows/rows_probe.h"
#include "schema/ddl.h"

struct work {
    struct ddl_plan plan, roles;
    size_t probes;
};

static void work_cleanup(struct work *w)
{
    ddl_plan_cleanup(&w->plan);
    ddl_plan_cleanup(&w->roles);
}

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

static enum srow_rc print(const struct work *w, const struct args *args, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    bool only = args->print || args->dry_run;
    if (args->json) {
        buf_put_str(&out, "{\"statements\":[");
        put_plan(&out, &w->plan, true);
        buf_put_str(&out, "],\"roles\":[");
        put_plan(&out, &w->roles, true);
        buf_printf(&out, "],\"probes\":%zu}\n", w->probes);
        return io_write_buf(&out, e);
    }
    put_plan(&out, &w->plan, false);
    put_plan(&out, &w->roles, false);
    if (args->roles && w->roles.count == 0) {
        buf_put_str(&out, "-- SQLite has no roles and no rights: who may write the file may do "
                          "everything: chmod 600\n");
    }
    if (!only) {
        buf_printf(&out, "%zu statement%s run", w->plan.count, w->plan.count == 1 ? "" : "s");
        if (!args->revert) {
            buf_printf(&out, ", %zu probe%s stored", w->probes, w->probes == 1 ? "" : "s");
        }
        buf_put_str(&out, "\n");
    }
    return io_write_buf(&out, e);
}

static enum srow_rc revert(struct work *w, const struct program *p, const struct args *args,
                           struct srow_error *e)
{
    const struct ddl_back back = {.table = args->word_count > 0 ? args->words[0] : NULL,
                                  .discard_sealed = args->discard_sealed};
    bool only = args->print || args->dry_run;
    return (only ? ddl_revert_make : ddl_revert_run)(&w->plan, p->config, p->db, &back, e);
}

static enum srow_rc add(struct work *w, struct program *p, const struct args *args,
                        struct srow_error *e)
{
    const struct ddl_how how = {.again = args->rebook, .blob = args->blob};
    const struct ddl_roles roles = {
        .writer = args->writer_role == NULL ? "sealrow_writer" : args->writer_role,
        .reader = args->reader_role == NULL ? "sealrow_reader" : args->reader_role,
        .migrator = args->migrator_role == NULL ? "sealrow_migrator" : args->migrator_role,
    };
    TRY(ddl_plan_make(&w->plan, p->config, p->db, &how, e));
    if (args->roles) {
        TRY(ddl_roles_make(&w->roles, p->config, p->db, &roles, e));
    }
    if (args->print || args->dry_run) {
        return SROW_OK;
    }
    TRY(program_client(p, args, e));
    TRY(ddl_plan_run(&w->plan, p->db, e));
    struct rows rows = program_rows(p);
    return rows_probe_store(&w->probes, &rows, e);
}

static enum srow_rc check_words(const struct args *args, struct srow_error *e)
{
    bool names =
        args->writer_role != NULL || args->reader_role != NULL || args->migrator_role != NULL;
    FAIL_IF(args->word_count > 0 && !args->revert, e, SROW_E_USAGE,
            "%s: a table is named with --revert alone: init adds what all tables lack",
            args->words[0]);
    FAIL_IF(args->discard_sealed && !args->revert, e, SROW_E_USAGE,
            "--discard-sealed: it goes with --revert alone: init takes nothing away");
    FAIL_IF(args->revert && (args->blob || args->rebook), e, SROW_E_USAGE,
            "--revert takes away: --blob and --rebook do not go with it");
    FAIL_IF(args->roles && (args->revert || !(args->print || args->dry_run)), e, SROW_E_USAGE,
            "--roles: roles are printed and not made: say --print --roles");
    FAIL_IF(names && !args->roles, e, SROW_E_USAGE,
            "a role is named and none is printed: say --print --roles");
    return SROW_OK;
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(work_cleanup) struct work w = {0};
    (void)status;
    TRY(check_words(args, e));
    TRY(program_db(&p, args, e));
    TRY(args->revert ? revert(&w, &p, args, e) : add(&w, &p, args, e));
    return print(&w, args, e);
}

static const struct option options[] = {
    {.name = "print",
     .help = "print the DDL that is missing and change nothing",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, print)},
    {.name = "roles",
     .help = "with --print: roles of writers, readers and migrators, with the rights they need",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, roles)},
    {.name = "writer-role",
     .value = "NAME",
     .help = "its name (default sealrow_writer)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, writer_role)},
    {.name = "reader-role",
     .value = "NAME",
     .help = "its name (default sealrow_reader)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, reader_role)},
    {.name = "migrator-role",
     .value = "NAME",
     .help = "its name (default sealrow_migrator)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, migrator_role)},
    {.name = "blob",
     .help = "MariaDB, MySQL: sealed columns as BLOB, outside of the row, also where there is room",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, blob)},
    {.name = "rebook",
     .help = "book a configuration that was booked before the last one: go back to it",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, rebook)},
    {.name = "revert",
     .help = "take away what init has added, unless sealed values would be lost",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, revert)},
    {.name = "discard-sealed",
     .help = "with --revert: let sealed values go that plaintext stands beside: it is what stays, "
             "masked or not",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, discard_sealed)},
    {0},
};

const struct command cmd_init = {
    .name = "init",
    .takes = "[--print [--roles]] [--blob] [--rebook] | --revert [--discard-sealed] [TABLE]",
    .brief = "Add the sealed columns with their CHECKs, and book the configuration",
    .more = "What is there already is left as it is; run twice it changes nothing. Only the "
            "configuration that\nwas booked last writes; probes for readers are stored.",
    .options = options,
    .most = 1,
    .run = run,
};
