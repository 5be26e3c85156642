/* SPDX-License-Identifier: Apache-2.0 */
#include "after.h"
#include "base/text.h"
#include "failure.h"
#include "io.h"
#include "listing.h"
#include "program.h"
#include "value.h"

/* -- one row -- */

static void put_row(struct srow_buf *out, const struct rows_row *row)
{
    size_t width = 0;
    for (size_t i = 0; i < row->count; i++) {
        AUTO(buf_cleanup) struct srow_buf name = {0};
        value_put_name(&name, &row->fields[i]);
        width = name.len > width ? name.len : width;
    }
    for (size_t i = 0; i < row->count; i++) {
        AUTO(buf_cleanup) struct srow_buf name = {0};
        value_put_name(&name, &row->fields[i]);
        buf_put_padded(out, &name, -(int)width);
        buf_put_str(out, "  ");
        value_put_text(out, &row->fields[i]);
        buf_put_str(out, "\n");
    }
}

static enum srow_rc get_one(const struct program *p, const struct args *args, struct srow_error *e)
{
    AUTO(program_given_cleanup) struct program_given given = {0};
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    TRY(program_given_read(&given, args->words + 1, args->word_count - 1, e));
    struct rows rows = program_rows(p);
    struct rows_get get = {
        .table = args->words[0], .bind = given.list, .count = given.count, .via = args->via};
    FAIL_IF(args->min_version != NULL &&
                text_parse_size(&get.min_version, srow_str(args->min_version), INT64_MAX, NULL) !=
                    SROW_OK,
            e, SROW_E_USAGE, "--min-version %s: not a version: give a number from 0 on",
            args->min_version);
    TRY(rows_get(&row, &rows, &get, e));
    (args->json ? value_put_object : put_row)(&out, &row);
    return io_write_buf(&out, e);
}

/* -- all rows -- */

struct shown {
    struct listing listing;
    bool json;
    uint64_t bad;
    struct srow_error first; /* of the rows that did not open */
};

static void shown_cleanup(struct shown *s)
{
    listing_cleanup(&s->listing);
}

static enum srow_rc show_head(void *state, const struct rows_row *row, struct srow_error *e)
{
    struct shown *s = state;
    return listing_head(&s->listing, row, e);
}

static enum srow_rc show_row(void *state, const struct rows_row *row, struct srow_error *e)
{
    struct shown *s = state;
    return listing_row(&s->listing, row, e);
}

/* The row is named by the values of its binding, for whoever has to look at it. */
static enum srow_rc show_bad(void *state, const struct rows_row *row,
                             const struct srow_error *error, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0};
    struct shown *s = state;
    struct srow_error line = *error;
    if (s->bad++ == 0) {
        s->first = *error;
    }
    for (size_t i = 0; i < row->count && row->fields[i].kind == ROWS_BOUND; i++) {
        buf_printf(&name, "%s%s=", i == 0 ? "" : " ", row->fields[i].name);
        value_put_text(&name, &row->fields[i]);
    }
    const char *text = buf_cstr(&name);
    TRY(buf_check(&name, e));
    error_wrap(&line, (enum srow_rc)line.rc, "left out: %.200s", text);
    failure_print(&line, s->json);
    return SROW_OK;
}

static enum srow_rc read_limit(uint64_t *out, const char *text, struct srow_error *e)
{
    *out = 0;
    FAIL_IF(text != NULL &&
                (text_parse_size(out, srow_str(text), INT64_MAX, NULL) != SROW_OK || *out == 0),
            e, SROW_E_USAGE, "--limit: %s is no number of rows: write 1 or more", text);
    return SROW_OK;
}

static enum srow_rc get_list(const struct program *p, const struct args *args, struct srow_error *e)
{
    AUTO(shown_cleanup) struct shown shown = {.json = args->json};
    struct rows rows = program_rows(p);
    struct rows_list list = {.table = args->words[0],
                             .via = args->via,
                             .state = &shown,
                             .head = show_head,
                             .row = show_row,
                             .bad = show_bad};
    TRY(read_limit(&list.limit, args->limit, e));
    TRY(listing_format_read(&shown.listing.format, args->format, args->json, e));
    enum srow_rc rc = rows_list(&rows, &list, e);
    enum srow_rc ended = listing_end(&shown.listing, rc == SROW_OK ? e : NULL); /* what came */
    TRY(rc);
    TRY(ended);
    FAIL_IF(shown.bad > 0, e, (enum srow_rc)shown.first.rc,
            "%s: %llu row%s left out, for the reasons above: see sealrow explain %s",
            args->words[0], (unsigned long long)shown.bad, shown.bad == 1 ? " was" : "s were",
            shown.first.event);
    return SROW_OK;
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    (void)status;
    FAIL_IF(args->list && args->word_count > 1, e, SROW_E_USAGE,
            "get: --list takes a table and no binding: write sealrow get %s --list",
            args->words[0]);
    FAIL_IF(!args->list && args->word_count < 2, e, SROW_E_USAGE,
            "get: arguments are missing: write sealrow get TABLE NAME=VALUE ..., or --list");
    FAIL_IF(args->list && args->min_version != NULL, e, SROW_E_USAGE,
            "get: --min-version is of one row: leave --list out");
    FAIL_IF(!args->list && (args->format != NULL || args->limit != NULL), e, SROW_E_USAGE,
            "get: --format and --limit belong to --list");
    TRY(program_client(&p, args, e));
    TRY(program_db(&p, args, e));
    TRY(after_wait(p.db, args, e));
    return (args->list ? get_list : get_one)(&p, args, e);
}

static const struct option options[] = {
    CMD_OPTION_VIA,
    {.name = "after",
     .value = "POSITION",
     .help = "wait until this server has what put --json had written",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, after)},
    {.name = "wait",
     .value = "TIME",
     .help = "so long at most: 500ms, 5s (default), 2m",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, wait)},
    {.name = "list",
     .help = "all rows of the table, in the order of its key",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, list)},
    {.name = "format",
     .value = "table|csv|jsonl",
     .help = "of a list (default table; with --json jsonl)",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, format)},
    {.name = "limit",
     .value = "N",
     .help = "list so many rows and no more",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, limit)},
    {.name = "min-version",
     .value = "N",
     .help = "refuse values with a version column whose version is less",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, min_version)},
    {0},
};

const struct command cmd_get = {
    .name = "get",
    .takes = "TABLE [NAME=VALUE ...]",
    .brief = "Print one row by its binding, or with --list all rows, all sealed values opened",
    .more = "Bytes are printed in hex, in JSON and CSV as base64. In a list each value is opened "
            "under the\nbinding that its row has; a row that does not open is named on standard "
            "error and left out, and\nthe exit code says why (65).",
    .options = options,
    .least = 1,
    .most = CMD_MAX_WORDS,
    .run = run,
};
