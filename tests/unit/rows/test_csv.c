/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/csv.h"

#include "check.h"

static struct srow_error e;

/* -- a file of memory, given in pieces of every size -- */

struct memory {
    struct srow_bytes left;
    size_t piece;
};

static enum srow_rc read_memory(size_t *got, void *state, void *at, size_t room,
                                struct srow_error *error)
{
    struct memory *m = state;
    (void)error;
    *got = m->left.len < m->piece ? m->left.len : m->piece;
    *got = *got < room ? *got : room;
    if (*got > 0) {
        memcpy(at, m->left.at, *got);
    }
    m->left = bytes_of((const char *)m->left.at + *got, m->left.len - *got);
    return SROW_OK;
}

/* Rows as "a|b/c|d/", NULL as "~"; what is wrong as "!". */
static const char *read_all(struct srow_buf *out, const char *text, size_t piece)
{
    struct memory memory = {srow_str(text), piece};
    AUTO(input_cleanup)
    struct input in = {.from = {read_memory, &memory, "memory", 0}, .line = 1};
    AUTO(csv_row_cleanup) struct csv_row row = {0};
    bool more = true;
    buf_clear(out);
    while (more) {
        if (csv_read(&more, &row, &in, &e) != SROW_OK) {
            buf_put_str(out, e.rc == SROW_E_MALFORMED ? "!/" : "?/");
            more = true;
            continue;
        }
        for (size_t i = 0; more && i < row.count; i++) {
            const struct csv_field *f = &row.fields[i];
            buf_put_str(out, i == 0 ? "" : "|");
            buf_put_str(out, f->null ? "~" : "");
            if (f->len > 0) {
                buf_put(out, bytes_of((const char *)row.text.at + f->at, f->len));
            }
        }
        buf_put_str(out, more ? "/" : "");
    }
    return buf_cstr(out);
}

CASE(rows_are_read_by_rfc_4180)
{
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"", ""},
        {"a,b\n1,2\n", "a|b/1|2/"},
        {"a,b\r\n1,2", "a|b/1|2/"},
        {"a\n\n\r\nb\n", "a/b/"},
        {"a,\n,\n\"\",\"\"\n", "a|~/~|~/|/"},
        {"\"\"\n", "/"},
        {"\"x,y\",\"a\"\"b\"\n", "x,y|a\"b/"},
        {"\"one\ntwo\r\nthree\",z\n", "one\ntwo\r\nthree|z/"},
        {" a , b \n", " a | b /"},
        {"\xC3\xBC,\xF0\x9F\x98\x80\n", "\xC3\xBC|\xF0\x9F\x98\x80/"},
        {"a\"b,c\nd\n", "!/d/"},
        {"\"a\"b,c\nd\n", "!/d/"},
        {"a\rb\nd\n", "!/d/"},
        {"a\n\"b\nc", "a/!/"},
    };
    AUTO(buf_cleanup) struct srow_buf out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t piece = 1; piece < 8; piece++) {
            CHECK(strcmp(read_all(&out, cases[i].text, piece), cases[i].rows) == 0);
        }
    }
}

CASE(what_is_written_is_read_again)
{
    static const char *const values[] = {"",     "a",      "a,b",  "\"",   "a\"\"b", "\n",
                                         "\r\n", " a ",    ",",    "NULL", "\t",     "\xC3\xBC",
                                         "\r",   "a\rb\n", "\"\"", "'"};
    AUTO(buf_cleanup) struct srow_buf text = {0}, want = {0}, got = {0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            buf_clear(&text);
            buf_clear(&want);
            csv_put(&text, srow_str(values[i]));
            buf_put_str(&text, ",");
            csv_put(&text, srow_str(values[k]));
            buf_put_str(&text, "\r\n");
            buf_printf(&want, "%s|%s/", values[i], values[k]);
            CHECK(strcmp(read_all(&got, buf_cstr(&text), 3), buf_cstr(&want)) == 0);
        }
    }
}

CASE(lines_are_counted_where_rows_begin)
{
    struct memory memory = {srow_str("a\n\n\"x\ny\"\nb\n"), 5};
    AUTO(input_cleanup)
    struct input in = {.from = {read_memory, &memory, "memory", 0}, .line = 1};
    AUTO(csv_row_cleanup) struct csv_row row = {0};
    static const uint64_t lines[] = {1, 3, 5};
    bool more = false;
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(csv_read(&more, &row, &in, &e), e);
        CHECK(more && row.line == lines[i]);
    }
    CHECK(bytes_equal_str(bytes_buf(&in.row), "b\n") && in.bytes == 11);
}

int main(void)
{
    RUN(rows_are_read_by_rfc_4180);
    RUN(what_is_written_is_read_again);
    RUN(lines_are_counted_where_rows_begin);
    return check_done();
}
