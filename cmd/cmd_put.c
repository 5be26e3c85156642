/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/json.h"
#include "client/outage.h"
#include "db/db_position.h"
#include "io.h"
#include "load.h"
#include "made.h"
#include "program.h"
#include "schema/booked.h"

/* Regions that values of this run lack, as `us-east-1, eu-west-1` or with quotes: all that the
 * client has sealed are of this run. */
static void put_missing(struct srow_buf *out, const struct program *p, const char *quote)
{
    for (size_t i = 0; i < p->config->region_count; i++) {
        const char *region = p->config->regions[i].name;
        if (outage_read(client_outage(p->client), region).missing > 0) {
            buf_printf(out, "%s%s%s%s", out->len == 0 ? "" : ", ", quote, region, quote);
        }
    }
}

/* What is committed is committed: a position that cannot be had is null. */
static void put_position(struct srow_buf *out, struct db *db, const struct args *args)
{
    AUTO(buf_cleanup) struct srow_buf position = {0};
    if (args->dry_run || db_position_read(&position, db, NULL) != SROW_OK || position.len == 0) {
        buf_put_str(out, "null");
        return;
    }
    json_put_string(out, bytes_buf(&position));
}

/* What was done: the counts, and of one row the keys that were made for it. */
struct outcome {
    struct rows_counts counts;
    struct srow_buf made;
};

static void outcome_cleanup(struct outcome *o)
{
    buf_cleanup(&o->made);
}

static enum srow_rc print(const struct outcome *o, const struct program *p, const struct args *args,
                          struct srow_error *e)
{
    const struct rows_counts *c = &o->counts;
    AUTO(buf_cleanup) struct srow_buf line = {0}, missing = {0};
    put_missing(&missing, p, args->json ? "\"" : "");
    if (args->json) {
        buf_printf(&line,
                   "{\"inserted\":%" PRIu64 ",\"already_there\":%" PRIu64 ",\"replaced\":%" PRIu64,
                   c->inserted, c->already_there, c->replaced);
        if (args->from != NULL) {
            buf_printf(&line, ",\"bad\":%" PRIu64 ",\"lacking\":%" PRIu64, c->bad, c->missing);
        }
        if (o->made.len > 0) {
            buf_put_str(&line, ",\"made\":{");
            buf_put(&line, bytes_buf(&o->made));
            buf_put_str(&line, "}");
        }
        buf_put_str(&line, ",\"missing\":[");
        buf_put_padded(&line, &missing, 0);
        buf_put_str(&line, "],\"position\":");
        put_position(&line, p->db, args);
        buf_put_str(&line, "}\n");
        return io_write_buf(&line, e);
    }
    buf_printf(&line, "inserted %" PRIu64 ", already there %" PRIu64 ", replaced %" PRIu64,
               c->inserted, c->already_there, c->replaced);
    if (args->from != NULL) {
        buf_printf(&line, ", bad %" PRIu64, c->bad);
    }
    buf_put_str(&line, "\n");
    if (o->made.len > 0) {
        buf_put_str(&line, "made ");
        buf_put(&line, bytes_buf(&o->made));
        buf_put_str(&line, "\n");
    }
    TRY(buf_check(&missing, e));
    if (missing.len > 0) {
        buf_printf(&line, "%" PRIu64 " wrapped in fewer Regions than promised, lacking %s\n",
                   c->missing, buf_cstr(&missing));
    }
    if (args->dry_run) {
        buf_put_str(&line, "dry run: nothing was stored\n");
    }
    return io_write_buf(&line, e);
}

struct telling {
    struct srow_buf *out;
    bool json;
};

static enum srow_rc tell_made(void *state, const struct rows_made *made, struct srow_error *e)
{
    const struct telling *t = state;
    made_put(t->out, made, t->json);
    return buf_check(t->out, e);
}

static enum srow_rc put_one(struct outcome *o, const struct program *p, const struct args *args,
                            struct srow_error *e)
{
    struct rows_counts *counts = &o->counts;
    struct telling telling = {&o->made, args->json};
    AUTO(program_given_cleanup) struct program_given given = {0};
    enum rows_done done = ROWS_INSERTED;
    TRY(program_given_read(&given, args->words + 1, args->word_count - 1, e));
    TRY(program_given_null(&given, args->nulls, args->null_count, e));
    struct rows rows = program_rows(p);
    struct rows_put put = {.table = args->words[0],
                           .given = given.list,
                           .count = given.count,
                           .replace = args->replace,
                           .dry_run = args->dry_run,
                           .made = tell_made,
                           .state = &telling};
    TRY(rows_put(&done, &rows, &put, e));
    counts->inserted = done == ROWS_INSERTED;
    counts->already_there = done == ROWS_ALREADY_THERE;
    counts->replaced = done == ROWS_REPLACED;
    counts->missing = 1;
    return SROW_OK;
}

static enum srow_rc check_words(const struct args *args, struct srow_error *e)
{
    bool many = args->from != NULL;
    FAIL_IF(many && (args->word_count > 1 || args->null_count > 0), e, SROW_E_USAGE,
            "put: --from takes a table and no values: write sealrow put %s --from FILE",
            args->words[0]);
    FAIL_IF(!many && args->word_count < 2, e, SROW_E_USAGE,
            "put: arguments are missing: write sealrow put TABLE NAME=VALUE ..., or --from FILE");
    FAIL_IF(!many && (args->format != NULL || args->skip_bad != NULL || args->made != NULL ||
                      args->progress),
            e, SROW_E_USAGE, "put: --format, --skip-bad, --made and --progress belong to --from");
    return SROW_OK;
}

/* What has been stored is said, whatever ended it; of a load that came to no row there is nothing
 * to say. */
static enum srow_rc put_many(struct outcome *o, int *status, const struct program *p,
                             const struct args *args, struct srow_error *e)
{
    enum srow_rc rc = load_run(&o->counts, status, p, args, e);
    const struct rows_counts *c = &o->counts;
    if (rc == SROW_OK) {
        return print(o, p, args, e);
    }
    if (c->inserted + c->already_there + c->replaced + c->bad > 0) {
        enum srow_rc unsaid = print(o, p, args, NULL);
        (void)unsaid; /* the load's failure is the one that is told */
    }
    return rc;
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(outcome_cleanup) struct outcome o = {0};
    TRY(check_words(args, e));
    TRY(program_client(&p, args, e));
    TRY(program_db(&p, args, e));
    TRY(booked_may_write(p.db, p.config, e));
    if (args->from != NULL) {
        return put_many(&o, status, &p, args, e);
    }
    TRY(put_one(&o, &p, args, e));
    return print(&o, &p, args, e);
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
    {.name = "from",
     .value = "FILE",
     .help = "many rows: CSV with a header, or JSON lines (-: standard input)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, from)},
    {.name = "format",
     .value = "csv|jsonl",
     .help = "of that file (default by its name, or first byte)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, format)},
    {.name = "skip-bad",
     .value = "PATH",
     .help = "write bad rows there, with reasons, and go on",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, skip_bad)},
    {.name = "made",
     .value = "PATH",
     .help = "rows may lack a key that is made; write the line and key of each there",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, made)},
    {.name = "progress",
     .help = "say how far it is, also where no terminal is",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, progress)},
    {0},
};

const struct command cmd_put = {
    .name = "put",
    .takes = "TABLE [NAME=VALUE ...]",
    .brief = "Store one row, or with --from many: bindings, values to seal, other columns",
    .more = "A VALUE of \"-\" is standard input; an empty VALUE is an empty text, not NULL. Other "
            "columns'\nvalues are given as text, which the database converts. A row that is there "
            "with the same values\nis counted as already there; with others it is a conflict "
            "(exit 75).",
    .options = options,
    .least = 1,
    .most = CMD_MAX_WORDS,
    .run = run,
};
