/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "rows/csv.h"

void source_cleanup(struct source *s)
{
    input_cleanup(&s->in);
    for (size_t i = 0; i < s->name_count; i++) {
        free(s->names[i]);
    }
    free(s->names);
    *s = (struct source){0};
}

/* -- CSV -- */

static struct srow_bytes field_of(const struct csv_row *row, size_t i)
{
    const struct csv_field *field = &row->fields[i];
    const char *text = row->text.at;
    return field->len == 0 ? bytes_of("", 0) : bytes_of(text + field->at, field->len);
}

static enum srow_rc check_name(const struct source *s, size_t i, struct srow_error *e)
{
    FAIL_IF(s->names[i][0] == '\0', e, SROW_E_MALFORMED,
            "the header's column %zu has no name: the first line names the columns", i + 1);
    for (size_t k = 0; k < i; k++) {
        FAIL_IF(strcmp(s->names[k], s->names[i]) == 0, e, SROW_E_MALFORMED,
                "the header names %s twice: give each column once", s->names[i]);
    }
    return SROW_OK;
}

static enum srow_rc read_header(struct source *s, uint64_t *line, bool makes, struct srow_error *e)
{
    AUTO(csv_row_cleanup) struct csv_row row = {0};
    bool more = false;
    enum srow_rc rc = csv_read(&more, &row, &s->in, e);
    *line = row.line > 0 ? row.line : *line;
    TRY(rc);
    FAIL_IF(!more, e, SROW_E_MALFORMED, "there is no header: the first line names the columns");
    s->names = calloc(row.count, sizeof *s->names);
    FAIL_IF(s->names == NULL, e, SROW_E_NOMEM, "no memory for a header");
    for (size_t i = 0; i < row.count; i++) {
        TRY(bytes_dup_str(&s->names[i], field_of(&row, i), e));
        s->name_count++;
        TRY(check_name(s, i, e));
    }
    return pick_table_check(s->table, s->names, s->name_count, makes, e);
}

static enum srow_rc next_csv(bool *more, struct record *out, struct source *s, struct srow_error *e)
{
    AUTO(csv_row_cleanup) struct csv_row row = {0};
    enum srow_rc rc = csv_read(more, &row, &s->in, e);
    out->line = row.line;
    TRY(rc);
    FAIL_IF(*more && row.count != s->name_count, e, SROW_E_MALFORMED,
            "%zu field%s, and the header names %zu: give each its value", row.count,
            row.count == 1 ? "" : "s", s->name_count);
    for (size_t i = 0; *more && i < row.count; i++) {
        TRY(row.fields[i].null ? record_add_null(out, s->names[i], e)
                               : record_add(out, s->table, s->names[i], field_of(&row, i), e));
    }
    return SROW_OK;
}

/* -- JSON lines -- */

struct members {
    struct record *out;
    const struct source *source;
    struct srow_bytes left; /* of the line, behind the last member */
    struct srow_bytes own;  /* the member's value as it stands in the line */
    char scalar[32];
};

/* Past a value of the line's object, to the comma or the bracket behind it. */
static size_t behind_value(const char *at, size_t i, size_t len)
{
    size_t depth = 0;
    while (i < len && (depth > 0 || (at[i] != ',' && at[i] != '}'))) {
        depth += at[i] == '{' || at[i] == '[';
        depth -= at[i] == '}' || at[i] == ']';
        i = at[i] == '"' ? json_behind_string(at, i + 1, len) : i + 1;
    }
    return i;
}

static struct srow_bytes without_blanks(struct srow_bytes text)
{
    static const char blanks[] = " \t\r\n";
    const char *at = text.at;
    size_t from = 0, end = text.len;
    while (from < end && memchr(blanks, at[from], sizeof blanks - 1) != NULL) {
        from++;
    }
    while (end > from && memchr(blanks, at[end - 1], sizeof blanks - 1) != NULL) {
        end--;
    }
    return from == end ? bytes_of(NULL, 0) : bytes_of(at + from, end - from);
}

/* The next member's value in the line, which is known to be JSON. */
static void find_own(struct members *m)
{
    const char *at = m->left.at, *quote = memchr(at, '"', m->left.len);
    size_t len = m->left.len, i = quote == NULL ? len : (size_t)(quote - at) + 1;
    for (i = json_behind_string(at, i, len); i < len && at[i] != ':';) {
        i++;
    }
    size_t from = i < len ? i + 1 : len, end = behind_value(at, from, len);
    m->left = bytes_of(at + end, len - end);
    m->own = without_blanks(bytes_of(at + from, end - from));
}

static bool is_configured(const struct source *s, const char *name)
{
    enum pick_kind kind = pick_table_kind(s->table, name);
    return kind == PICK_TEXT || kind == PICK_BYTES;
}

static enum srow_rc scalar_text(struct srow_bytes *out, struct members *m, const char *name,
                                const json_node *value, struct srow_error *e)
{
    bool ours = is_configured(m->source, name), truth = false;
    int64_t integer = 0;
    double real = 0;
    if (json_as_bool(&truth, value)) {
        *out = srow_str(ours ? truth ? "true" : "false" : truth ? "1" : "0");
        return SROW_OK;
    }
    if (json_as_integer(&integer, value)) {
        snprintf(m->scalar, sizeof m->scalar, "%" PRId64, integer);
        *out = srow_str(m->scalar);
        return SROW_OK;
    }
    FAIL_IF(!json_as_real(&real, value), e, SROW_E_VALUE,
            "%s.%s: an object or an array: write its text as a string",
            m->source->table->table->name, name);
    FAIL_IF(ours, e, SROW_E_VALUE,
            "%s.%s: a number with a point is not exact in JSON: write it as a string",
            m->source->table->table->name, name);
    *out = m->own; /* a double has fewer digits than a column may hold */
    return SROW_OK;
}

static enum srow_rc take_member(void *state, struct srow_bytes name, const json_node *value,
                                struct srow_error *e)
{
    struct members *m = state;
    struct srow_bytes text;
    find_own(m);
    if (json_as_null(value)) {
        return record_add_null(m->out, name.at, e);
    }
    if (pick_table_kind(m->source->table, name.at) == PICK_JSON) {
        return record_add(m->out, m->source->table, name.at, m->own, e);
    }
    if (!json_as_string(&text, value)) {
        TRY(scalar_text(&text, m, name.at, value, e));
    }
    return record_add(m->out, m->source->table, name.at, text, e);
}

static bool is_blank(struct srow_bytes text)
{
    return without_blanks(text).len == 0;
}

static enum srow_rc read_line(bool *more, uint64_t *line, struct input *in, struct srow_error *e)
{
    int c = 0;
    do {
        *line = in->line;
        input_begin(in);
        do {
            TRY(input_next(&c, in, e));
        } while (c != '\n' && c != INPUT_END);
        *more = !is_blank(bytes_buf(&in->row));
    } while (!*more && c != INPUT_END);
    return SROW_OK;
}

static void free_document(json_node **document)
{
    json_free(document);
}

static enum srow_rc next_json(bool *more, struct record *out, struct source *s,
                              struct srow_error *e)
{
    AUTO(free_document) json_node *document = NULL;
    TRY(read_line(more, &out->line, &s->in, e));
    struct members members = {.out = out, .source = s, .left = bytes_buf(&s->in.row)};
    if (!*more) {
        return SROW_OK;
    }
    enum srow_rc rc = json_parse(&document, bytes_buf(&s->in.row), e);
    FAIL_IF(rc == SROW_E_JSON, e, SROW_E_JSON,
            "not JSON, a member is doubled, or an integer has more than 64 bits: give one object "
            "a line");
    TRY(rc);
    FAIL_IF(!json_as_object(document), e, SROW_E_JSON,
            "not an object: write {\"NAME\": VALUE, ...} on each line");
    return json_each(document, take_member, &members, e);
}

/* -- both -- */

#define NO_TEXT "it does not begin with text: give CSV or JSON lines in UTF-8"

static bool begins_text(int c)
{
    return c == INPUT_END || c == '\t' || c == '\r' || c == '\n' ||
           (c >= ' ' && c != 0x7F && c < 0xF5);
}

static enum srow_rc skip_mark(struct input *in, struct srow_error *e)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    int c = 0;
    TRY(input_peek(&c, in, e));
    for (size_t i = 0; c == mark[0] && i < sizeof mark; i++) {
        int got = 0;
        TRY(input_next(&got, in, e));
        FAIL_IF(got != mark[i], e, SROW_E_MALFORMED, NO_TEXT);
    }
    FAIL_IF(!begins_text(c), e, SROW_E_MALFORMED, NO_TEXT);
    return SROW_OK;
}

static enum srow_rc begin(struct source *s, uint64_t *line, bool makes, struct srow_error *e)
{
    int first = 0;
    TRY(skip_mark(&s->in, e));
    if (s->format == ROWS_ANY_FORMAT) {
        TRY(input_peek(&first, &s->in, e));
        FAIL_IF(first == '[', e, SROW_E_JSON,
                "an array of JSON is not read: give JSON lines, one object a line (jq -c '.[]')");
        s->format = first == '{' ? ROWS_JSONL : ROWS_CSV;
    }
    return s->format == ROWS_CSV ? read_header(s, line, makes, e) : SROW_OK;
}

/* What reading fails with names the file by itself. */
static bool is_about_line(enum srow_rc rc)
{
    enum srow_class cls = srow_rc_class(rc);
    return cls == SROW_CLASS_USAGE || cls == SROW_CLASS_FORMAT || cls == SROW_CLASS_LIMIT;
}

enum srow_rc source_open(struct source *out, const struct rows_load *load,
                         const struct pick_table *table, struct srow_error *e)
{
    AUTO(source_cleanup) struct source s = {.table = table, .format = load->format};
    uint64_t line = 1;
    s.in = (struct input){.from = load->input, .line = 1};
    enum srow_rc rc = begin(&s, &line, load->made != NULL, e);
    if (rc != SROW_OK) {
        return is_about_line(rc) ? error_wrap(e, rc, "%s, line %" PRIu64, load->input.name, line)
                                 : rc;
    }
    *out = s;
    s = (struct source){0};
    return SROW_OK;
}

enum srow_rc source_next(bool *more, struct record *out, struct source *s, struct srow_error *e)
{
    record_cleanup(out);
    TRY(s->format == ROWS_CSV ? next_csv(more, out, s, e) : next_json(more, out, s, e));
    return *more ? record_end(out, e) : SROW_OK;
}
