/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/text.h"
#include "client/outage.h"
#include "io.h"
#include "jobs/heal.h"
#include "program.h"
#include "progress.h"
#include "schema/booked.h"
#include "stop.h"
#include "value.h"

/* The tables of one call, one after the other. */
struct healing {
    const struct args *args;
    const struct program *program;
    struct heal_options options;
    struct progress progress;
    struct srow_buf out;
    size_t tables;
    uint64_t failed;
    struct srow_error first;
};

static void healing_cleanup(struct healing *h)
{
    progress_clear(&h->progress);
    buf_cleanup(&h->out);
}

/* -- what the job asks and tells -- */

static enum srow_rc connect_booked(struct db **out, void *state, struct srow_error *e)
{
    const struct healing *h = state;
    struct program own = {.config = h->program->config};
    TRY(program_db(&own, h->args, e));
    enum srow_rc rc = booked_may_write(own.db, own.config, e);
    if (rc != SROW_OK) {
        db_free(&own.db);
        return rc;
    }
    *out = own.db;
    return SROW_OK;
}

static bool go_on(void *state, const struct heal_counts *counts)
{
    struct healing *h = state;
    progress_tell(&h->progress, counts->rows, counts->rows_there);
    return !stop_wished();
}

static void put_value(struct srow_buf *out, const struct srow_value *v, bool json)
{
    if (v->type == SROW_TYPE_INTEGER || v->type == SROW_TYPE_BOOLEAN) {
        buf_printf(out, "%" PRId64, v->integer);
    } else if (json && v->type != SROW_TYPE_BYTES) {
        json_put_string(out, v->bytes);
    } else if (json) {
        buf_put_str(out, "\"");
        text_put_hex(out, v->bytes);
        buf_put_str(out, "\"");
    } else {
        value_put_shown(out, v->bytes, v->type != SROW_TYPE_BYTES);
    }
}

static void put_failure(struct srow_buf *out, const struct heal_failure *f, bool json)
{
    if (json) {
        buf_put_str(out, "{\"failed\":{\"column\":");
        json_put_string(out, srow_str(f->column));
        buf_put_str(out, ",\"row\":{");
    } else {
        buf_printf(out, "sealrow: %s", f->column);
    }
    for (size_t i = 0; i < f->bind_count; i++) {
        if (json) {
            buf_put_str(out, i == 0 ? "" : ",");
            json_put_string(out, srow_str(f->binds[i].name));
            buf_put_str(out, ":");
        } else {
            buf_printf(out, " %s=", f->binds[i].name);
        }
        put_value(out, &f->binds[i].value, json);
    }
    buf_printf(out, json ? "},\"code\":\"%s\",\"text\":" : ": failed, left as it is (%s): ",
               f->why->event);
    if (json) {
        json_put_string(out, srow_str(f->why->text));
    }
    buf_printf(out, json ? "}}\n" : "%s\n", f->why->text);
}

/* The row is named by the values of its binding, for whoever has to look at it. */
static void tell_failed(void *state, const struct heal_failure *failure)
{
    struct healing *h = state;
    AUTO(buf_cleanup) struct srow_buf line = {0};
    put_failure(&line, failure, h->args->json);
    progress_clear(&h->progress);
    fputs(buf_cstr(&line), stderr);
}

/* -- what is printed -- */

static void put_counts(struct healing *h, const char *table, const struct heal_counts *c)
{
    const struct {
        const char *name, *key;
        uint64_t n;
    } counts[] = {{"rows", "rows", c->rows},          {"scanned", "scanned", c->scanned},
                  {"whole", "whole", c->whole},       {"healed", "healed", c->healed},
                  {"changed", "changed", c->changed}, {"waiting", "waiting", c->waiting},
                  {"failed", "failed", c->failed},    {"NULL", "null", c->nulls}};
    bool json = h->args->json;
    if (json) {
        buf_put_str(&h->out, h->tables == 0 ? "{\"table\":" : ",{\"table\":");
        json_put_string(&h->out, srow_str(table));
    } else {
        buf_printf(&h->out, "%s: ", table);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (json) {
            buf_printf(&h->out, ",\"%s\":%" PRIu64, counts[i].key, counts[i].n);
        } else {
            buf_printf(&h->out, "%s%s %" PRIu64, i == 0 ? "" : ", ", counts[i].name, counts[i].n);
        }
    }
    buf_put_str(&h->out, json ? "}" : "\n");
    h->tables++;
}

static enum srow_rc print(const struct healing *h, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf all = {0};
    buf_put_str(&all, h->args->json ? "{\"tables\":[" : "");
    buf_put(&all, bytes_buf(&h->out));
    if (h->args->json) {
        buf_printf(&all, "],\"dry_run\":%s}\n", h->args->dry_run ? "true" : "false");
    } else if (h->args->dry_run) {
        buf_put_str(&all, "dry run: nothing was stored\n");
    }
    return io_write_buf(&all, e);
}

/* -- the command -- */

static enum srow_rc heal_table(struct healing *h, const char *table, struct srow_error *e)
{
    struct heal heal = {h->program->config, h->program->client, connect_booked, h};
    struct heal_report report = {0};
    h->options.table = table;
    h->progress = (struct progress){.what = table, .quiet = h->args->json};
    enum srow_rc rc = heal_run(&report, &heal, &h->options, e);
    progress_clear(&h->progress);
    if (rc == SROW_OK || report.counts.rows_there > 0) { /* it had begun */
        put_counts(h, table, &report.counts);
    }
    if (h->failed == 0) {
        h->first = report.first;
    }
    h->failed += report.counts.failed;
    return rc;
}

static enum srow_rc heal_tables(struct healing *h, struct srow_error *e)
{
    const struct srow_config *config = h->program->config;
    for (size_t i = 0; i < h->args->word_count; i++) {
        TRY(heal_table(h, h->args->words[i], e));
    }
    for (size_t i = 0; h->args->all && i < config->table_count; i++) {
        TRY(heal_table(h, config->tables[i].name, e));
    }
    return SROW_OK;
}

/* "all", "none", "sample:N" */
static enum srow_rc read_prove(uint64_t *out, const char *word, struct srow_error *e)
{
    static const char sample[] = "sample:";
    *out = word == NULL || strcmp(word, "all") == 0;
    if (word == NULL || *out == 1 || strcmp(word, "none") == 0) {
        return SROW_OK;
    }
    FAIL_IF(strncmp(word, sample, strlen(sample)) != 0 ||
                text_parse_size(out, srow_str(word + strlen(sample)), UINT32_MAX, NULL) !=
                    SROW_OK ||
                *out == 0,
            e, SROW_E_USAGE, "--prove %s: say all, none or sample:N", word);
    return SROW_OK;
}

static enum srow_rc read_options(struct healing *h, struct srow_error *e)
{
    const struct args *args = h->args;
    const char *rate = args->rows_per_second;
    FAIL_IF((args->word_count > 0) == args->all, e, SROW_E_USAGE,
            "heal: name tables, or say --all");
    TRY(read_prove(&h->options.prove, args->prove, e));
    FAIL_IF(rate != NULL && (text_parse_size(&h->options.rows_per_second, srow_str(rate),
                                             UINT32_MAX, NULL) != SROW_OK ||
                             h->options.rows_per_second == 0),
            e, SROW_E_USAGE, "--rows-per-second %s: a number above 0 is expected", rate);
    return SROW_OK;
}

/* Who is declared down is healed later, and that is said. */
static void tell_down(const struct program *p)
{
    for (size_t i = 0; i < p->config->region_count; i++) {
        const char *region = p->config->regions[i].name;
        if (outage_read(client_outage(p->client), region).down) {
            fprintf(stderr,
                    "sealrow: heal: Region %s is declared down: what lacks it stays in debt; what "
                    "it has already is left as it is (waiting)\n",
                    region);
        }
    }
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(healing_cleanup) struct healing h = {.args = args, .program = &p};
    (void)status;
    h.options = (struct heal_options){.dry_run = args->dry_run,
                                      .stop_at_first = args->stop_at_first,
                                      .state = &h,
                                      .go_on = go_on,
                                      .failed = tell_failed};
    TRY(read_options(&h, e));
    TRY(program_client(&p, args, e));
    tell_down(&p);
    stop_listen();
    enum srow_rc rc = heal_tables(&h, e);
    enum srow_rc printed = h.tables > 0 ? print(&h, rc == SROW_OK ? e : NULL) : SROW_OK;
    TRY(rc); /* the job's failure is the one that is told */
    TRY(printed);
    FAIL_IF(h.failed > 0, e, (enum srow_rc)h.first.rc,
            "heal: %" PRIu64 " value%s failed and stay%s as %s: the first: %s", h.failed,
            h.failed == 1 ? "" : "s", h.failed == 1 ? "s" : "",
            h.failed == 1 ? "it is" : "they are", h.first.text);
    return SROW_OK;
}

static const struct option options[] = {
    {.name = "all",
     .help = "every table of the configuration",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, all)},
    {.name = "prove",
     .value = "all|sample:N|none",
     .help = "open new values in each Region before they are stored: all (default), each Nth, none",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, prove)},
    {.name = "rows-per-second",
     .value = "N",
     .help = "read no more rows than this",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, rows_per_second)},
    {.name = "stop-at-first",
     .help = "end at the first value that fails",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, stop_at_first)},
    {0},
};

const struct command cmd_heal = {
    .name = "heal",
    .takes = "[TABLE ...] [--all]",
    .brief = "Seal anew what is wrapped in fewer Regions than the key set promises",
    .more = "What was written while a Region was declared down, or before a Region was added, is "
            "opened and\nsealed as a new message. Safe beside writers: what somebody changes "
            "meanwhile is left alone.\nStopped (exit 75) or killed it is run again. A value that "
            "does not open is named by its row\non standard error and left as it is; then the "
            "exit code is 65.",
    .options = options,
    .most = CMD_MAX_WORDS,
    .run = run,
};
