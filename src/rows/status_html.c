/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/status_html.h"

#include "base/text.h"
#include "base/time.h"
#include "rows/html.h"
#include "rows/status_column.h"

static bool is_sampled(const struct rows_status *s)
{
    return s->looked < s->rows;
}

/* -- sums -- */

struct sums {
    uint64_t columns, rows, sealed, not_sealed, plaintext, bytes, overhead, debt, strangers;
    bool sampled;
};

static void add_column(struct sums *to, const struct rows_status_column *c)
{
    to->columns++;
    to->sealed += c->sealed;
    to->not_sealed += c->not_sealed;
    to->plaintext += c->plaintext;
    to->bytes += c->bytes;
    to->overhead += c->overhead;
    to->debt += c->debt;
    to->strangers += status_column_strangers(c);
}

static void add_table(struct sums *to, const struct rows_status *s)
{
    to->rows += s->rows;
    to->sampled = to->sampled || is_sampled(s);
    for (size_t i = 0; i < s->column_count; i++) {
        add_column(to, &s->columns[i]);
    }
}

/* -- a table -- */

static void put_sampled(struct srow_buf *out, const struct rows_status *s)
{
    html_open_note(out, "sample");
    buf_put_str(out, "<strong>A sample:</strong> what follows is of ");
    text_put_count(out, s->looked);
    buf_put_str(out, " of the ");
    text_put_count(out, s->rows);
    buf_put_str(out, " rows, taken evenly in the order of the key. "
                     "<code>sealrow status --all</code> reads every row.");
    html_close_note(out);
}

static void put_table(struct srow_buf *out, const struct rows_status *s, size_t number)
{
    buf_printf(out,
               "<section class=\"card\" aria-labelledby=\"table-%zu\">\n"
               "<header><h2 id=\"table-%zu\">",
               number, number);
    html_put_name(out, s->table->name);
    buf_put_str(out, "</h2>\n<p class=\"about\">");
    html_put_counted(out, s->rows, "row", "rows");
    buf_put_str(out, " in ");
    if (s->table->schema != NULL) {
        html_put_name(out, s->table->schema);
        buf_put_str(out, ".");
    }
    html_put_name(out, s->table->table);
    buf_put_str(out, "</p></header>\n");
    if (is_sampled(s)) {
        put_sampled(out, s);
    }
    for (size_t i = 0; i < s->column_count; i++) {
        status_column_put(out, s, &s->columns[i]);
    }
    buf_put_str(out, "</section>\n");
}

/* -- all of it -- */

static void put_verdict(struct srow_buf *out, const struct sums *sums)
{
    if (sums->debt > 0) {
        html_open_note(out, "debt");
        buf_put_str(out, "<strong>Debt: ");
        html_put_values(out, sums->debt);
        buf_printf(out,
                   "</strong> %s a Region that the key set promises, and cannot be opened there.",
                   sums->debt == 1 ? "lacks" : "lack");
        html_close_note(out);
    }
    if (sums->not_sealed > 0) {
        html_open_note(out, "bare");
        buf_put_str(out, "<strong>Not sealed: ");
        html_put_values(out, sums->not_sealed);
        buf_put_str(out, "</strong> in columns for sealed ones.");
        html_close_note(out);
    }
    if (sums->plaintext > 0) {
        html_open_note(out, "plain");
        buf_put_str(out, "<strong>Plaintext: ");
        html_put_values(out, sums->plaintext);
        buf_put_str(out, "</strong> still there beside sealed columns.");
        html_close_note(out);
    }
    if (sums->strangers > 0) {
        html_open_note(out, "strange");
        buf_put_str(out, "<strong>Not configured: ");
        html_put_counted(out, sums->strangers, "key", "keys");
        buf_put_str(out, "</strong> that values were found wrapped under.");
        html_close_note(out);
    }
    if (sums->debt + sums->not_sealed + sums->strangers == 0) {
        html_open_note(out, "whole");
        buf_put_str(out, sums->sealed == 0 ? "<strong>No debt:</strong> nothing is sealed yet."
                                           : "<strong>No debt:</strong> each sealed value is "
                                             "wrapped for every Region that its key set promises.");
        html_close_note(out);
    }
}

static void put_sum(struct srow_buf *out, const char *text, uint64_t n)
{
    buf_printf(out, "<div><dt>%s</dt><dd>", text);
    text_put_count(out, n);
    buf_put_str(out, "</dd></div>");
}

static void put_sums(struct srow_buf *out, const struct sums *sums, size_t tables)
{
    buf_put_str(out, "<dl class=\"sums\">");
    put_sum(out, tables == 1 ? "table" : "tables", tables);
    put_sum(out, sums->columns == 1 ? "column" : "columns", sums->columns);
    put_sum(out, sums->rows == 1 ? "row" : "rows", sums->rows);
    put_sum(out, sums->sealed == 1 ? "sealed value" : "sealed values", sums->sealed);
    buf_put_str(out, "<div><dt>stored</dt><dd>");
    text_put_size(out, sums->bytes);
    buf_put_str(out, "</dd></div>");
    buf_put_str(out, sums->debt > 0 ? "<div class=\"debt\"><dt>in debt</dt><dd>"
                                    : "<div><dt>in debt</dt><dd>");
    if (sums->debt > 0) {
        html_put_sign(out, "debt");
    }
    text_put_count(out, sums->debt);
    buf_put_str(out, "</dd></div></dl>\n");
    if (sums->sampled) {
        buf_put_str(out, "<p class=\"about\">Of sampled tables the values are those of the sample, "
                         "not of all rows.</p>\n");
    }
}

static void put_index_row(struct srow_buf *out, const struct rows_status *s, size_t number)
{
    struct sums sums = {0};
    add_table(&sums, s);
    buf_printf(out, "<tr><th scope=\"row\"><a href=\"#table-%zu\">", number);
    html_put_name(out, s->table->name);
    buf_put_str(out, "</a></th><td class=\"number\">");
    text_put_count(out, s->rows);
    buf_put_str(out, "</td><td class=\"number\">");
    text_put_count(out, sums.sealed);
    buf_put_str(out, "</td><td>");
    html_put_wrong(out, "debt", "Debt", sums.debt);
    html_put_wrong(out, "bare", "Not sealed", sums.not_sealed);
    html_put_wrong(out, "plain", "Plaintext", sums.plaintext);
    if (sums.debt == 0) {
        buf_put_str(out, is_sampled(s) ? "no debt in the sample" : "no debt");
    }
    buf_put_str(out, "</td></tr>\n");
}

static void put_index(struct srow_buf *out, const struct status_html *page)
{
    buf_put_str(out, "<nav aria-label=\"Tables\"><table class=\"index\"><thead><tr>"
                     "<th scope=\"col\">Table</th><th scope=\"col\" class=\"number\">Rows</th>"
                     "<th scope=\"col\" class=\"number\">Sealed</th>"
                     "<th scope=\"col\">State</th></tr></thead>\n<tbody>");
    for (size_t i = 0; i < page->count; i++) {
        put_index_row(out, &page->tables[i], i + 1);
    }
    buf_put_str(out, "</tbody></table></nav>\n");
}

static void put_head(struct srow_buf *out, const struct status_html *page)
{
    buf_put_str(out,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                "<meta http-equiv=\"Content-Security-Policy\" "
                "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>Sealrow status of ");
    html_put_text(out, page->domain);
    buf_put_str(out, "</title>\n<style>\n");
    for (size_t i = 0; status_style[i] != NULL; i++) {
        buf_printf(out, "%s\n", status_style[i]);
    }
    buf_put_str(out, "</style>\n</head>\n<body>\n");
    buf_put_str(out, status_style_signs);
}

static void put_title(struct srow_buf *out, const struct status_html *page)
{
    char iso[21];
    time_format_iso(iso, page->at);
    buf_put_str(out, "<header class=\"top\">\n<p class=\"over\">Sealrow status</p>\n<h1>");
    html_put_name(out, page->domain);
    buf_printf(out, "</h1>\n<p class=\"about\"><time datetime=\"%s\">%.10s, %.5s UTC</time></p>\n",
               iso, iso, iso + 11);
    buf_put_str(out, "</header>\n");
}

void status_html_put(struct srow_buf *out, const struct status_html *page)
{
    struct sums sums = {0};
    for (size_t i = 0; i < page->count; i++) {
        add_table(&sums, &page->tables[i]);
    }
    put_head(out, page);
    put_title(out, page);
    buf_put_str(out, "<main>\n<section aria-label=\"All tables\">\n");
    put_verdict(out, &sums);
    put_sums(out, &sums, page->count);
    if (page->count > 1) {
        put_index(out, page);
    }
    buf_put_str(out, "</section>\n");
    for (size_t i = 0; i < page->count; i++) {
        put_table(out, &page->tables[i], i + 1);
    }
    buf_printf(out,
               "</main>\n<footer><p>Read from the values' headers alone: no key was used and no "
               "Region was asked, so nothing here is proven. Sealrow %s.</p></footer>\n"
               "</body>\n</html>\n",
               srow_version());
}
