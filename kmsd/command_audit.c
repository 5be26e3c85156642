/* SPDX-License-Identifier: Apache-2.0
 *
 * `audit`: prints the calls of the audit log, or counts them.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"
#include "kmsd/audit.h"
#include "kmsd/command.h"
#include "kmsd/datadir.h"
#include "kmsd/op.h"

struct options {
    const char *data, *region, *operation, *key, *principal, *error, *since;
    bool count, total, json;
};

#define FILTER(name, value, help)                                                                  \
    {                                                                                              \
        "--" #name, value, OPTION_TEXT, offsetof(struct options, name), help                       \
    }

static const struct option options[] = {
    FILTER(data, "DIR", "the server's directory"),
    FILTER(region, "NAME", "only calls of this Region"),
    FILTER(operation, "NAME", "only this operation, as Decrypt"),
    FILTER(key, "ARN", "only calls about this key or alias"),
    FILTER(principal, "NAME", "only this user"),
    FILTER(error, "CODE", "only calls refused with this code; none: only those that were not"),
    FILTER(since, "TIME", "only from this time on, as 2026-11-24T08:30:00Z"),
    {"--count", NULL, OPTION_FLAG, offsetof(struct options, count),
     "count by Region, key, principal and operation instead"},
    {"--total", NULL, OPTION_FLAG, offsetof(struct options, total),
     "print the number of calls and nothing else"},
    {"--json", NULL, OPTION_FLAG, offsetof(struct options, json), "with --count: JSON"},
    {0},
};

enum { FACTS = 4, OPERATIONS = 64 };

/* What is counted by, in the order of the columns. */
struct row {
    char *fact[FACTS]; /* Region, operation, principal, key */
    size_t count;
};

struct report {
    struct row *rows;
    size_t count, total;
};

static void report_cleanup(struct report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        for (size_t k = 0; k < FACTS; k++) {
            str_free(&report->rows[i].fact[k]);
        }
    }
    free(report->rows);
}

static struct srow_bytes text_of(const json_node *node, const char *name)
{
    struct srow_bytes text = srow_str("-");
    json_as_string(&text, json_get(node, name));
    return text.len == 0 ? srow_str("-") : text;
}

static void read_facts(struct srow_bytes facts[FACTS], const json_node *event)
{
    facts[0] = text_of(event, "awsRegion");
    facts[1] = text_of(event, "eventName");
    facts[2] = text_of(json_get(event, "userIdentity"), "userName");
    facts[3] = text_of(json_at(json_get(event, "resources"), 0), "ARN");
}

static bool is_about(const json_node *event, const char *arn)
{
    const json_node *resources = json_get(event, "resources");
    for (size_t i = 0; i < json_count(resources); i++) {
        if (bytes_equal_str(text_of(json_at(resources, i), "ARN"), arn)) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const struct options *o, const json_node *event,
                      const struct srow_bytes facts[FACTS])
{
    const char *wanted[FACTS] = {o->region, o->operation, o->principal, NULL};
    if (o->key != NULL && !is_about(event, o->key)) {
        return false;
    }
    for (size_t i = 0; i < FACTS; i++) {
        if (wanted[i] != NULL && !bytes_equal_str(facts[i], wanted[i])) {
            return false;
        }
    }
    struct srow_bytes code = text_of(event, "errorCode");
    const char *error = o->error != NULL && strcmp(o->error, "none") == 0 ? "-" : o->error;
    return (error == NULL || bytes_equal_str(code, error)) &&
           (o->since == NULL ||
            bytes_compare(text_of(event, "eventTime"), srow_str(o->since)) >= 0);
}

/* -- counting -- */

static int compare(const struct srow_bytes facts[FACTS], const struct row *row)
{
    for (size_t i = 0; i < FACTS; i++) {
        int order = bytes_compare(facts[i], srow_str(row->fact[i]));
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static enum srow_rc add_row(struct report *report, size_t at, const struct srow_bytes facts[FACTS],
                            struct srow_error *e)
{
    struct row *rows = realloc(report->rows, (report->count + 1) * sizeof *rows);
    FAIL_IF(rows == NULL, e, SROW_E_NOMEM, "no memory for %zu rows", report->count + 1);
    report->rows = rows;
    memmove(&rows[at + 1], &rows[at], (report->count - at) * sizeof *rows);
    rows[at] = (struct row){0};
    report->count++;
    for (size_t i = 0; i < FACTS; i++) {
        TRY(bytes_dup_str(&rows[at].fact[i], facts[i], e));
    }
    return SROW_OK;
}

/* Rows stay sorted. */
static enum srow_rc count_one(struct report *report, const struct srow_bytes facts[FACTS],
                              struct srow_error *e)
{
    size_t low = 0, high = report->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(facts, &report->rows[middle]) > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == report->count || compare(facts, &report->rows[low]) != 0) {
        TRY(add_row(report, low, facts, e));
    }
    report->rows[low].count++;
    return SROW_OK;
}

static void print_table(const struct report *report)
{
    printf("%8s  %-16s %-32s %-16s %s\n", "CALLS", "REGION", "OPERATION", "PRINCIPAL", "KEY");
    for (size_t i = 0; i < report->count; i++) {
        const struct row *row = &report->rows[i];
        printf("%8zu  %-16s %-32s %-16s %s\n", row->count, row->fact[0], row->fact[1], row->fact[2],
               row->fact[3]);
    }
    printf("%8zu  total\n", report->total);
}

static void print_json(const struct report *report)
{
    static const char *const names[FACTS] = {"region", "operation", "principal", "key"};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    buf_printf(&out, "{\"total\":%zu,\"rows\":[", report->total);
    for (size_t i = 0; i < report->count; i++) {
        buf_printf(&out, "%s{\"calls\":%zu", i == 0 ? "" : ",", report->rows[i].count);
        for (size_t k = 0; k < FACTS; k++) {
            buf_printf(&out, ",\"%s\":", names[k]);
            json_put_string(&out, srow_str(report->rows[i].fact[k]));
        }
        buf_put_str(&out, "}");
    }
    buf_put_str(&out, "]}");
    puts(buf_cstr(&out));
}

/* -- reading -- */

static enum srow_rc read_line(struct report *report, const struct options *o,
                              struct srow_bytes line, struct srow_error *e)
{
    AUTO(json_free) json_node *event = NULL;
    struct srow_bytes facts[FACTS];
    TRY(json_parse(&event, line, e));
    read_facts(facts, event);
    if (!is_wanted(o, event, facts)) {
        return SROW_OK;
    }
    report->total++;
    if (o->count) {
        return count_one(report, facts, e);
    }
    if (!o->total) {
        fwrite(line.at, 1, line.len, stdout);
        putchar('\n');
    }
    return SROW_OK;
}

static void file_close(FILE **file)
{
    if (*file != NULL) {
        fclose(*file);
    }
}

static enum srow_rc read_all(struct report *report, const struct options *o, struct srow_error *e)
{
    AUTO(file_close) FILE *file = fopen(AUDIT_FILE, "re");
    AUTO(str_free) char *line = NULL;
    size_t room = 0, number = 0;
    FAIL_IF(file == NULL, e, SROW_E_NOT_FOUND, "%s/" AUDIT_FILE ": %s", o->data, strerror(errno));
    for (;;) {
        ssize_t len = getline(&line, &room, file);
        if (len <= 0 || line[len - 1] != '\n') { /* one that is being written is not there yet */
            break;
        }
        number++;
        enum srow_rc rc = read_line(report, o, bytes_of(line, (size_t)len - 1), e);
        if (rc != SROW_OK) {
            return error_wrap(e, rc, "%s/" AUDIT_FILE ", line %zu", o->data, number);
        }
    }
    FAIL_IF(ferror(file), e, SROW_E_IO, "%s/" AUDIT_FILE ": %s", o->data, strerror(errno));
    return SROW_OK;
}

/* Times are compared as text, so another form would choose wrong lines without a word. */
static bool is_time(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    bool fits = strlen(text) == sizeof form - 1;
    for (size_t i = 0; fits && form[i] != '\0'; i++) {
        fits = form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i];
    }
    return fits;
}

/* A name that is never in the log would choose nothing, without a word. */
static enum srow_rc check_operation(const char *name, struct srow_error *e)
{
    const char *words[OPERATIONS + 1] = {0};
    if (name == NULL || op_find(srow_str(name)) != NULL) {
        return SROW_OK;
    }
    for (size_t i = 0; op_table[i].name != NULL && i < OPERATIONS; i++) {
        words[i] = op_table[i].name;
    }
    const char *near = text_nearest(srow_str(name), words);
    FAIL_IF(near != NULL, e, SROW_E_USAGE,
            "--operation %s: there is no such operation: did you mean %s?", name, near);
    FAIL(e, SROW_E_USAGE, "--operation %s: there is no such operation: write it as Decrypt", name);
}

static enum srow_rc run(char *const *args, struct srow_error *e)
{
    struct options o = {0};
    struct option_list words = {0};
    AUTO(report_cleanup) struct report report = {0};
    TRY(options_parse(&o, &words, options, args, e));
    FAIL_IF(words.count > 0, e, SROW_E_USAGE, "audit takes options only, not %s", words.at[0]);
    FAIL_IF(o.data == NULL, e, SROW_E_USAGE,
            "--data DIR is missing: give the directory of the server");
    FAIL_IF(o.json && !o.count, e, SROW_E_USAGE, "--json goes with --count: lines are JSON anyway");
    FAIL_IF(o.since != NULL && !is_time(o.since), e, SROW_E_USAGE,
            "--since %s: not a time: write it as 2026-11-24T08:30:00Z", o.since);
    TRY(check_operation(o.operation, e));
    TRY(datadir_enter(o.data, e));
    TRY(read_all(&report, &o, e));
    if (o.total) {
        printf("%zu\n", report.total);
    } else if (o.count) {
        (o.json ? print_json : print_table)(&report);
    }
    return SROW_OK;
}

const struct command command_audit = {
    "audit", "audit --data DIR [--count | --total] [--region NAME] [--operation NAME] ...",
    "print or count the calls of the audit log", options, run};
