/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "io.h"
#include "program.h"
#include "report.h"
#include "rows/rows_status.h"
#include "rows/status_html.h"
#include "value.h"

/* -- for people -- */

static void put_line(struct srow_buf *out, const char *name, uint64_t n)
{
    AUTO(buf_cleanup) struct srow_buf number = {0};
    text_put_count(&number, n);
    buf_printf(out, "    %-16s ", name);
    buf_put_padded(out, &number, 14);
}

static void put_sealed(struct srow_buf *out, const struct rows_status_column *c)
{
    put_line(out, "sealed", c->sealed);
    if (c->sealed > 0) {
        buf_put_str(out, "  ");
        text_put_size(out, c->bytes);
        buf_printf(out, ", %" PRIu64 " bytes of each beside the value", c->overhead / c->sealed);
        buf_printf(out, "%s%s%s", c->unsigned_suite > 0 ? ", suite 0478" : "",
                   c->signed_suite > 0 ? ", suite 0578 (signed)" : "",
                   c->other > 0 ? ", not all direct" : ", direct");
    }
    buf_put_str(out, "\n");
    put_line(out, "NULL", c->nulls);
    buf_put_str(out, "\n");
    if (c->not_sealed > 0) {
        put_line(out, "not sealed", c->not_sealed);
        buf_put_str(out, "  no messages: see sealrow check\n");
    }
    if (c->plaintext > 0) {
        put_line(out, "plaintext", c->plaintext);
        buf_printf(out, "  still there, in %s\n", c->column->plain);
    }
}

/* As it stands in a value, which anybody may have written. */
static void put_arn(struct srow_buf *out, const char *before, const struct rows_status_key *key)
{
    buf_put_str(out, before);
    value_put_shown(out, srow_str(key->arn), true);
}

static void put_regions(struct srow_buf *out, const struct rows_status_column *c)
{
    for (size_t i = 0; i < c->region_count; i++) {
        const struct rows_status_region *r = &c->regions[i];
        put_line(out, r->name, r->values);
        if (r->debt > 0) {
            buf_put_str(out, "  debt ");
            text_put_count(out, r->debt);
        }
        buf_put_str(out, r->promised ? "\n" : "  no key for new values\n");
        for (size_t k = 0; k < c->key_count; k++) {
            if (strcmp(c->keys[k].region, r->name) == 0) {
                put_arn(out, "      ", &c->keys[k]);
                buf_printf(out, ": %" PRIu64 "%s\n", c->keys[k].values,
                           c->keys[k].configured ? "" : ", a key that is not configured");
            }
        }
    }
}

static void put_column(struct srow_buf *out, const struct rows_status *s,
                       const struct rows_status_column *c)
{
    buf_printf(out, "\n  %s.%s in %s, keys %s\n", s->table->name, c->column->name,
               c->column->sealed, c->column->keys);
    put_sealed(out, c);
    put_regions(out, c);
    for (size_t k = 0; k < c->key_count; k++) {
        if (!rows_status_has_region(c, c->keys[k].region)) {
            put_arn(out, "    ", &c->keys[k]);
            buf_printf(out, ": %" PRIu64 ", of no Region of the configuration\n",
                       c->keys[k].values);
        }
    }
    if (c->debt > 0) {
        put_line(out, "in debt", c->debt);
        buf_printf(out, "  run sealrow heal %s\n", s->table->name);
    }
}

static void put_text(struct srow_buf *out, const struct rows_status *s)
{
    buf_printf(out, "%s%s: ", out->len == 0 ? "" : "\n", s->table->name);
    text_put_count(out, s->rows);
    buf_put_str(out, s->rows == 1 ? " row" : " rows");
    if (s->looked < s->rows) {
        buf_put_str(out, "; what follows is a sample of ");
        text_put_count(out, s->looked);
        buf_put_str(out, " of them: --all reads every row");
    }
    buf_put_str(out, "\n");
    for (size_t i = 0; i < s->column_count; i++) {
        put_column(out, s, &s->columns[i]);
    }
}

/* -- JSON -- */

static void put_json_regions(struct srow_buf *out, const struct rows_status_column *c)
{
    for (size_t i = 0; i < c->region_count; i++) {
        const struct rows_status_region *r = &c->regions[i];
        buf_put_str(out, i == 0 ? "{\"region\":" : ",{\"region\":");
        json_put_string(out, srow_str(r->name));
        buf_printf(out, ",\"promised\":%s,\"values\":%" PRIu64 ",\"debt\":%" PRIu64 "}",
                   r->promised ? "true" : "false", r->values, r->debt);
    }
}

static void put_json_keys(struct srow_buf *out, const struct rows_status_column *c)
{
    for (size_t i = 0; i < c->key_count; i++) {
        const struct rows_status_key *k = &c->keys[i];
        buf_put_str(out, i == 0 ? "{\"arn\":" : ",{\"arn\":");
        json_put_string(out, srow_str(k->arn));
        buf_put_str(out, ",\"region\":");
        json_put_string(out, srow_str(k->region));
        buf_printf(out, ",\"configured\":%s,\"values\":%" PRIu64 "}",
                   k->configured ? "true" : "false", k->values);
    }
}

static void put_json_column(struct srow_buf *out, const struct rows_status_column *c)
{
    buf_put_str(out, "{\"column\":");
    json_put_string(out, srow_str(c->column->name));
    buf_put_str(out, ",\"sealed_column\":");
    json_put_string(out, srow_str(c->column->sealed));
    buf_put_str(out, ",\"key_set\":");
    json_put_string(out, srow_str(c->column->keys));
    buf_printf(out, ",\"sealed\":%" PRIu64 ",\"null\":%" PRIu64 ",\"not_sealed\":%" PRIu64,
               c->sealed, c->nulls, c->not_sealed);
    buf_printf(out, ",\"plaintext\":%" PRIu64, c->plaintext);
    buf_printf(out, ",\"bytes\":%" PRIu64 ",\"overhead\":%" PRIu64 ",\"debt\":%" PRIu64, c->bytes,
               c->overhead, c->debt);
    buf_printf(out, ",\"suites\":{\"0x0478\":%" PRIu64 ",\"0x0578\":%" PRIu64 "}",
               c->unsigned_suite, c->signed_suite);
    buf_printf(out, ",\"modes\":{\"direct\":%" PRIu64 ",\"other\":%" PRIu64 "},\"regions\":[",
               c->direct, c->other);
    put_json_regions(out, c);
    buf_put_str(out, "],\"keys\":[");
    put_json_keys(out, c);
    buf_put_str(out, "]}");
}

static void put_json(struct srow_buf *out, const struct rows_status *s)
{
    buf_put_str(out, out->len == 0 ? "{\"tables\":[{\"table\":" : ",{\"table\":");
    json_put_string(out, srow_str(s->table->name));
    buf_printf(out, ",\"rows\":%" PRIu64 ",\"looked\":%" PRIu64 ",\"sampled\":%s,\"columns\":[",
               s->rows, s->looked, s->looked < s->rows ? "true" : "false");
    for (size_t i = 0; i < s->column_count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        put_json_column(out, &s->columns[i]);
    }
    buf_put_str(out, "]}");
}

/* -- the command -- */

struct found {
    struct rows_status *tables;
    size_t count;
};

static void found_cleanup(struct found *f)
{
    for (size_t i = 0; i < f->count; i++) {
        rows_status_cleanup(&f->tables[i]);
    }
    free(f->tables);
    *f = (struct found){0};
}

/* The tables that were named, or all. */
static enum srow_rc look(struct found *f, const struct program *p, const struct args *args,
                         struct srow_error *e)
{
    size_t named = args->word_count, count = named == 0 ? p->config->table_count : named;
    f->tables = calloc(count + 1, sizeof *f->tables);
    FAIL_IF(f->tables == NULL, e, SROW_E_NOMEM, "no memory for a status");
    for (; f->count < count; f->count++) {
        const char *name = named == 0 ? p->config->tables[f->count].name : args->words[f->count];
        struct rows_status_ask ask = {name, args->all ? 0 : ROWS_STATUS_SAMPLE};
        TRY(rows_status_read(&f->tables[f->count], p->config, p->db, &ask, e));
    }
    return SROW_OK;
}

static enum srow_rc print(const struct found *f, bool json, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    for (size_t i = 0; i < f->count; i++) {
        (json ? put_json : put_text)(&out, &f->tables[i]);
    }
    if (json) {
        buf_put_str(&out, out.len == 0 ? "{\"tables\":[]}\n" : "]}\n");
    }
    return io_write_buf(&out, e);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(found_cleanup) struct found found = {0};
    AUTO(report_cleanup) struct report report = {0};
    AUTO(buf_cleanup) struct srow_buf page = {0};
    (void)status;
    TRY(args->html == NULL ? SROW_OK : report_init(&report, args, e));
    TRY(program_db(&p, args, e));
    time_t now = (time_t)(time_wall_ms() / 1000);
    TRY(look(&found, &p, args, e));
    if (args->html != NULL) {
        struct status_html what = {p.config->domain, now, found.tables, found.count};
        status_html_put(&page, &what);
        TRY(report_write(&report, &page, e));
    }
    return args->html == NULL || args->json ? print(&found, args->json, e) : SROW_OK;
}

static const struct option options[] = {
    {.name = "all",
     .help = "read every row, of large tables too",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, all)},
    {.name = "html",
     .value = "FILE",
     .help = "write a page with charts instead of text (-: standard output)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, html)},
    {0},
};

const struct command cmd_status = {
    .name = "status",
    .takes = "[TABLE ...] [--all] [--html FILE]",
    .brief = "Show what is sealed, in which Regions it opens, and what is in debt",
    .more = "Read from the values' headers: no key is needed, no Region is asked, nothing is "
            "proven. Of a table\nwith more than 10,000 rows so many are looked at, evenly in the "
            "order of its key, unless --all\nsays otherwise. Without a name: every table.",
    .options = options,
    .most = CMD_MAX_WORDS,
    .run = run,
};
