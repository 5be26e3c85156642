/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/json.h"
#include "base/text.h"
#include "io.h"
#include "jobs/bench.h"
#include "program.h"

enum { ROWS = 256, ROWS_MOST = 1000000 };

static double per_second(uint64_t n, double seconds)
{
    return seconds > 0 ? (double)n / seconds : 0;
}

static double sealed_seconds(const struct bench *b)
{
    return b->seal_s + b->write_sealed_s;
}

/* -- for people -- */

static void put_count(struct srow_buf *out, uint64_t n)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    text_put_count(&text, n);
    buf_put_padded(out, &text, 14);
}

static void put_pair(struct srow_buf *out, const char *of, const char *name, uint64_t estimated,
                     uint64_t measured)
{
    buf_printf(out, "    %s%-*s", of, 22 - (int)strlen(of), name);
    put_count(out, estimated);
    put_count(out, measured);
    buf_printf(out, "%12" PRId64 "\n", (int64_t)(measured - estimated));
}

static void put_text(struct srow_buf *out, const struct bench *b)
{
    buf_printf(out, "%s%s: ", out->len == 0 ? "" : "\n", b->table->name);
    text_put_count(out, b->rows);
    buf_put_str(out, b->rows == 1 ? " row, " : " rows, ");
    text_put_count(out, b->sealed);
    buf_put_str(out, b->sealed == 1 ? " cell sealed, " : " cells sealed, ");
    text_put_count(out, b->opened);
    buf_put_str(out, " opened; all of it rolled back\n");
    buf_printf(out, "    %-22s%14s%14s%12s\n", "", "estimated", "measured", "difference");
    put_pair(out, "", "bytes", b->bytes_estimated, b->bytes_measured);
    for (size_t i = 0; i < b->region_count; i++) {
        const struct bench_region *r = &b->regions[i];
        put_pair(out, "KMS, ", r->name, r->estimated, r->measured);
    }
    buf_printf(out, "    rows a second: sealed %.0f (KMS and cipher %.2f s, database %.2f s), ",
               per_second(b->rows, sealed_seconds(b)), b->seal_s, b->write_sealed_s);
    buf_printf(out, "unsealed %.0f (%.2f s)\n", per_second(b->rows, b->write_plain_s),
               b->write_plain_s);
    if (b->opened > 0) {
        buf_printf(out, "    cells opened a second: %.0f\n", per_second(b->opened, b->open_s));
    }
    if (b->sealed > 0) {
        buf_printf(out, "    bytes a value: %.1f\n", (double)b->bytes_measured / (double)b->sealed);
    }
}

/* -- JSON -- */

static void put_json(struct srow_buf *out, const struct bench *b)
{
    buf_put_str(out, out->len == 0 ? "{\"tables\":[{\"table\":" : ",{\"table\":");
    json_put_string(out, srow_str(b->table->name));
    buf_printf(out,
               ",\"rows\":%" PRIu64 ",\"sealed\":%" PRIu64 ",\"opened\":%" PRIu64
               ",\"bytes\":{\"estimated\":%" PRIu64 ",\"measured\":%" PRIu64 "},\"regions\":[",
               b->rows, b->sealed, b->opened, b->bytes_estimated, b->bytes_measured);
    for (size_t i = 0; i < b->region_count; i++) {
        buf_put_str(out, i == 0 ? "{\"region\":" : ",{\"region\":");
        json_put_string(out, srow_str(b->regions[i].name));
        buf_printf(out, ",\"requests\":{\"estimated\":%" PRIu64 ",\"measured\":%" PRIu64 "}}",
                   b->regions[i].estimated, b->regions[i].measured);
    }
    buf_printf(out,
               "],\"rows_per_second\":{\"sealed\":%.1f,\"unsealed\":%.1f},"
               "\"opened_per_second\":%.1f}",
               per_second(b->rows, sealed_seconds(b)), per_second(b->rows, b->write_plain_s),
               per_second(b->opened, b->open_s));
}

/* -- the command -- */

static enum srow_rc add_table(struct srow_buf *out, const struct program *p,
                              const struct args *args, const char *table, struct srow_error *e)
{
    AUTO(bench_cleanup) struct bench bench = {0};
    struct bench_ask ask = {.estimate = {.config = p->config,
                                         .table = table,
                                         .local_region = program_local_region(args).value,
                                         .sample = ESTIMATE_SAMPLE},
                            .client = p->client,
                            .rows = ROWS};
    FAIL_IF(args->rows != NULL &&
                (text_parse_size(&ask.rows, srow_str(args->rows), ROWS_MOST, NULL) != SROW_OK ||
                 ask.rows == 0),
            e, SROW_E_USAGE, "--rows %s: a number from 1 to %d is expected", args->rows, ROWS_MOST);
    TRY(bench_run(&bench, &ask, p->db, e));
    (args->json ? put_json : put_text)(out, &bench);
    return SROW_OK;
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    (void)status;
    TRY(program_client(&p, args, e));
    TRY(program_db(&p, args, e));
    for (size_t i = 0; i < args->word_count; i++) {
        TRY(add_table(&out, &p, args, args->words[i], e));
    }
    for (size_t i = 0; args->word_count == 0 && i < p.config->table_count; i++) {
        TRY(add_table(&out, &p, args, p.config->tables[i].name, e));
    }
    if (args->json) {
        buf_put_str(&out, out.len == 0 ? "{\"tables\":[]}\n" : "]}\n");
    }
    return io_write_buf(&out, e);
}

static const struct option options[] = {
    {.name = "rows",
     .value = "N",
     .help = "work with the first N rows of the table (default 256)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, rows)},
    {0},
};

const struct command cmd_bench = {
    .name = "bench",
    .takes = "[TABLE ...] [--rows N]",
    .brief = "Seal rows of a table as a trial, and compare with the estimate; nothing stays",
    .more = "Rows that are there are opened, sealed in all Regions and written into their place, "
            "64 in a transaction\nthat is rolled back; beside it the same rows with zeros, as "
            "long as the value, in place of a message.\nLocks and triggers are those of a write. "
            "KMS requests are made, and cost. Without a name: every table.",
    .options = options,
    .most = CMD_MAX_WORDS,
    .run = run,
};
