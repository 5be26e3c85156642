/* SPDX-License-Identifier: Apache-2.0 */
#include "client/outage.h"
#include "io.h"
#include "program.h"
#include "schema/booked.h"

/* Regions that a value of the row lacks, as `us-east-1, eu-west-1` or with quotes; one row is put
 * in one run, so what the client has counted is the row's. */
static size_t put_missing(struct srow_buf *out, const struct program *p, const char *quote)
{
    size_t count = 0;
    for (size_t i = 0; i < p->config->region_count; i++) {
        const char *region = p->config->regions[i].name;
        if (outage_read(client_outage(p->client), region).missing > 0) {
            buf_printf(out, "%s%s%s%s", count++ == 0 ? "" : ", ", quote, region, quote);
        }
    }
    return count;
}

static enum srow_rc print(enum rows_done done, const struct program *p, const struct args *args,
                          struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf line = {0}, missing = {0};
    int inserted = done == ROWS_INSERTED, there = done == ROWS_ALREADY_THERE;
    int replaced = done == ROWS_REPLACED;
    if (args->json) {
        put_missing(&missing, p, "\"");
        buf_printf(&line,
                   "{\"inserted\":%d,\"already_there\":%d,\"replaced\":%d,\"missing\":[%s]}\n",
                   inserted, there, replaced, buf_cstr(&missing));
        return io_write_buf(&line, e);
    }
    buf_printf(&line, "inserted %d, already there %d, replaced %d\n", inserted, there, replaced);
    if (put_missing(&missing, p, "") > 0) {
        buf_printf(&line, "1 wrapped in fewer Regions than promised: %s\n", buf_cstr(&missing));
    }
    return io_write_buf(&line, e);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(program_given_cleanup) struct program_given given = {0};
    enum rows_done done = ROWS_INSERTED;
    (void)status;
    TRY(program_client(&p, args, e));
    TRY(program_db(&p, args, e));
    TRY(booked_may_write(p.db, p.config, e));
    TRY(program_given_read(&given, args->words + 1, args->word_count - 1, e));
    TRY(program_given_null(&given, args->nulls, args->null_count, e));
    struct rows rows = program_rows(&p);
    struct rows_put put = {.table = args->words[0],
                           .given = given.list,
                           .count = given.count,
                           .replace = args->replace,
                           .dry_run = args->dry_run};
    TRY(rows_put(&done, &rows, &put, e));
    return print(done, &p, args, e);
}

static const struct option options[] = {
    {.name = "null",
     .value = "NAME",
     .help = "store NULL in this column; once for each",
     .kind = OPTION_LIST,
     .at = offsetof(struct args, nulls),
     .count = offsetof(struct args, null_count)},
    {.name = "replace",
     .help = "overwrite a row that is there with another value",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, replace)},
    {0},
};

const struct command cmd_put = {
    .name = "put",
    .takes = "TABLE NAME=VALUE ...",
    .brief = "Store one row: its binding, values to seal, other columns as they are",
    .more = "A VALUE of \"-\" is standard input; an empty VALUE is an empty text, not NULL. Other "
            "columns'\nvalues are given as text, which the database converts. A row that is there "
            "with the same values\nis counted as already there; with others it is a conflict "
            "(exit 75).",
    .options = options,
    .least = 2,
    .most = CMD_MAX_WORDS,
    .run = run,
};
