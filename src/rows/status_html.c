/* SPDX-License-Identifier: Apache-2.0
 *
 * Every chart stands beside its numbers, so that neither colour nor sight is needed to read it.
 */
#include "rows/status_html.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "rows/html.h"

/* -- words -- */

static void put_counted(struct srow_buf *out, uint64_t n, const char *one, const char *many)
{
    text_put_count(out, n);
    buf_printf(out, " %s", n == 1 ? one : many);
}

static void put_values(struct srow_buf *out, uint64_t n)
{
    put_counted(out, n, "value", "values");
}

/* A sign before words that say the same. */
static void put_sign(struct srow_buf *out, const char *name)
{
    buf_printf(out,
               "<svg class=\"sign %s\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">"
               "<use href=\"#sign-%s\"/></svg>",
               name, name);
}

/* A line with a sign, where there is something to be said. */
static void put_wrong(struct srow_buf *out, const char *name, const char *text, uint64_t n)
{
    if (n > 0) {
        buf_put_str(out, "<div>");
        put_sign(out, name);
        buf_printf(out, "<strong class=\"%s\">%s: ", name, text);
        put_values(out, n);
        buf_put_str(out, "</strong></div>");
    }
}

static void open_note(struct srow_buf *out, const char *name)
{
    buf_printf(out, "<p class=\"note %s\">", name);
    put_sign(out, name);
    buf_put_str(out, "<span>");
}

static void close_note(struct srow_buf *out)
{
    buf_put_str(out, "</span></p>\n");
}

static bool is_sampled(const struct rows_status *s)
{
    return s->looked < s->rows;
}

/* -- sums -- */

struct sums {
    uint64_t columns, rows, sealed, not_sealed, plaintext, bytes, overhead, debt, strangers;
    bool sampled;
};

static uint64_t strangers_of(const struct rows_status_column *c)
{
    uint64_t found = 0;
    for (size_t i = 0; i < c->key_count; i++) {
        found += !c->keys[i].configured;
    }
    return found;
}

static void add_column(struct sums *to, const struct rows_status_column *c)
{
    to->columns++;
    to->sealed += c->sealed;
    to->not_sealed += c->not_sealed;
    to->plaintext += c->plaintext;
    to->bytes += c->bytes;
    to->overhead += c->overhead;
    to->debt += c->debt;
    to->strangers += strangers_of(c);
}

static void add_table(struct sums *to, const struct rows_status *s)
{
    to->rows += s->rows;
    to->sampled = to->sampled || is_sampled(s);
    for (size_t i = 0; i < s->column_count; i++) {
        add_column(to, &s->columns[i]);
    }
}

/* -- a column -- */

/* The numbers of a bar; `put` writes a number. */
static void put_legend(struct srow_buf *out, const struct html_part *parts, size_t count,
                       const char *const *texts, void (*put)(struct srow_buf *, uint64_t))
{
    uint64_t whole = 0;
    for (size_t i = 0; i < count; i++) {
        whole += parts[i].count;
    }
    buf_put_str(out, "<ul class=\"legend\">");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "<li%s><svg class=\"chip\" aria-hidden=\"true\">",
                   parts[i].count > 0 ? "" : " class=\"none\"");
        buf_printf(out, "<rect class=\"%s\" width=\"100%%\" height=\"100%%\"/></svg>",
                   parts[i].name);
        buf_printf(out, "<span>%s <b>", texts[i]);
        put(out, parts[i].count);
        buf_put_str(out, "</b>");
        if (parts[i].count > 0) {
            buf_put_str(out, " <small>");
            html_put_share(out, parts[i].count, whole);
            buf_put_str(out, "</small>");
        }
        buf_put_str(out, "</span></li>");
    }
    buf_put_str(out, "</ul>\n");
}

static void put_stock(struct srow_buf *out, const struct rows_status_column *c)
{
    static const char *const texts[] = {"sealed", "not sealed", "NULL"};
    const struct html_part parts[] = {
        {"sealed", c->sealed}, {"bare", c->not_sealed}, {"null", c->nulls}};
    buf_put_str(out, "<div>\n<h4>Values</h4>\n");
    html_put_bar(out, parts, 3);
    put_legend(out, parts, 3, texts, text_put_count);
    buf_put_str(out, "</div>\n");
}

static void put_bytes(struct srow_buf *out, const struct rows_status_column *c)
{
    static const char *const texts[] = {"values", "beside them"};
    const struct html_part parts[] = {{"payload", c->bytes - c->overhead},
                                      {"overhead", c->overhead}};
    if (c->sealed == 0) {
        return;
    }
    buf_put_str(out, "<div>\n<h4>Stored: ");
    text_put_size(out, c->bytes);
    buf_put_str(out, ", ");
    put_counted(out, c->overhead / c->sealed, "byte", "bytes");
    buf_put_str(out, " beside each value</h4>\n");
    html_put_bar(out, parts, 2);
    put_legend(out, parts, 2, texts, text_put_size);
    buf_put_str(out, "</div>\n");
}

static void put_region_state(struct srow_buf *out, const struct rows_status_column *c,
                             const struct rows_status_region *r)
{
    const char *whole = c->sealed == 0 ? "nothing sealed" : "opens all";
    put_wrong(out, "debt", "Debt", r->debt);
    if (r->debt == 0) {
        buf_put_str(out, r->promised ? whole : "no key for new values");
    }
}

static void put_region(struct srow_buf *out, const struct rows_status_column *c,
                       const struct rows_status_region *r)
{
    const struct html_part parts[] = {
        {"sealed", r->values},
        {r->promised ? "lacking" : "absent", c->sealed - r->values},
    };
    buf_put_str(out, "<tr><th scope=\"row\">");
    html_put_name(out, r->name);
    buf_put_str(out, "</th><td class=\"cover\">");
    html_put_bar(out, parts, 2);
    buf_put_str(out, "</td><td class=\"number\">");
    text_put_count(out, r->values);
    buf_put_str(out, "</td><td>");
    put_region_state(out, c, r);
    buf_put_str(out, "</td></tr>\n");
}

static void put_regions(struct srow_buf *out, const struct rows_status_column *c)
{
    buf_put_str(out, "<table class=\"regions\"><caption>Regions that open the sealed values"
                     "</caption>\n<thead><tr><th scope=\"col\">Region</th>"
                     "<th scope=\"col\">Share</th><th scope=\"col\" class=\"number\">Values</th>"
                     "<th scope=\"col\">State</th></tr></thead>\n<tbody>");
    for (size_t i = 0; i < c->region_count; i++) {
        put_region(out, c, &c->regions[i]);
    }
    buf_put_str(out, "</tbody></table>\n");
}

static void put_fact(struct srow_buf *out, const char *text, uint64_t n)
{
    if (n > 0) {
        buf_printf(out, "<li>%s <b>", text);
        text_put_count(out, n);
        buf_put_str(out, "</b></li>");
    }
}

static void put_facts(struct srow_buf *out, const struct rows_status_column *c)
{
    if (c->sealed == 0) {
        return;
    }
    buf_put_str(out, "<ul class=\"facts\">");
    put_fact(out, "suite 0x0478", c->unsigned_suite);
    put_fact(out, "suite 0x0578, signed", c->signed_suite);
    put_fact(out, "wrapped under KMS keys directly", c->direct);
    put_fact(out, "wrapped otherwise", c->other);
    buf_put_str(out, "</ul>\n");
}

static bool has_region(const struct rows_status_column *c, const char *name)
{
    for (size_t i = 0; i < c->region_count; i++) {
        if (strcmp(c->regions[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void put_key(struct srow_buf *out, const struct rows_status_column *c,
                    const struct rows_status_key *k)
{
    buf_put_str(out, "<li><code>");
    html_put_name(out, k->arn);
    buf_put_str(out, "</code><span>");
    put_values(out, k->values);
    if (k->configured) {
        buf_put_str(out, ", configured");
    } else {
        buf_put_str(out, ", <strong class=\"strange\">");
        put_sign(out, "strange");
        buf_put_str(out, "not configured</strong>");
    }
    buf_put_str(out, has_region(c, k->region) ? "" : ", of no Region of the configuration");
    buf_put_str(out, "</span></li>\n");
}

/* Unfolded where there is a key to be looked at. */
static void put_keys(struct srow_buf *out, const struct rows_status_column *c)
{
    if (c->key_count == 0) {
        return;
    }
    buf_put_str(out,
                strangers_of(c) > 0 ? "<details open=\"open\"><summary>" : "<details><summary>");
    put_counted(out, c->key_count, "KMS key", "KMS keys");
    buf_put_str(out, " found in the headers</summary>\n<ul class=\"keys\">\n");
    for (size_t i = 0; i < c->key_count; i++) {
        put_key(out, c, &c->keys[i]);
    }
    buf_put_str(out, "</ul></details>\n");
}

static void put_column_notes(struct srow_buf *out, const struct rows_status *s,
                             const struct rows_status_column *c)
{
    if (c->debt > 0) {
        open_note(out, "debt");
        buf_put_str(out, "<strong>Debt: ");
        put_values(out, c->debt);
        buf_printf(out, "</strong> %s a promised Region. Run <code>sealrow heal ",
                   c->debt == 1 ? "lacks" : "lack");
        html_put_name(out, s->table->name);
        buf_put_str(out, "</code>.");
        close_note(out);
    }
    if (c->not_sealed > 0) {
        open_note(out, "bare");
        buf_put_str(out, "<strong>Not sealed: ");
        put_values(out, c->not_sealed);
        buf_printf(out, "</strong> %s no message. Run <code>sealrow check</code>.",
                   c->not_sealed == 1 ? "is" : "are");
        close_note(out);
    }
    if (c->plaintext > 0) {
        open_note(out, "plain");
        buf_put_str(out, "<strong>Plaintext: ");
        put_values(out, c->plaintext);
        buf_put_str(out, "</strong> still there, in ");
        html_put_name(out, c->column->plain);
        buf_put_str(out, ", counted in all rows.");
        close_note(out);
    }
}

static void put_column(struct srow_buf *out, const struct rows_status *s,
                       const struct rows_status_column *c)
{
    buf_put_str(out, "<section class=\"column\">\n<h3>");
    html_put_name(out, c->column->name);
    buf_put_str(out, "</h3>\n<p class=\"about\">in ");
    html_put_name(out, c->column->sealed);
    buf_put_str(out, ", key set ");
    html_put_name(out, c->column->keys);
    buf_put_str(out, "</p>\n");
    put_column_notes(out, s, c);
    buf_put_str(out, "<div class=\"pair\">\n");
    put_stock(out, c);
    put_bytes(out, c);
    buf_put_str(out, "</div>\n");
    put_regions(out, c);
    put_facts(out, c);
    put_keys(out, c);
    buf_put_str(out, "</section>\n");
}

/* -- a table -- */

static void put_sampled(struct srow_buf *out, const struct rows_status *s)
{
    open_note(out, "sample");
    buf_put_str(out, "<strong>A sample:</strong> what follows is of ");
    text_put_count(out, s->looked);
    buf_put_str(out, " of the ");
    text_put_count(out, s->rows);
    buf_put_str(out, " rows, taken evenly in the order of the key. "
                     "<code>sealrow status --all</code> reads every row.");
    close_note(out);
}

static void put_table(struct srow_buf *out, const struct rows_status *s, size_t number)
{
    buf_printf(out,
               "<section class=\"card\" aria-labelledby=\"table-%zu\">\n"
               "<header><h2 id=\"table-%zu\">",
               number, number);
    html_put_name(out, s->table->name);
    buf_put_str(out, "</h2>\n<p class=\"about\">");
    put_counted(out, s->rows, "row", "rows");
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
        put_column(out, s, &s->columns[i]);
    }
    buf_put_str(out, "</section>\n");
}

/* -- all of it -- */

static void put_verdict(struct srow_buf *out, const struct sums *sums)
{
    if (sums->debt > 0) {
        open_note(out, "debt");
        buf_put_str(out, "<strong>Debt: ");
        put_values(out, sums->debt);
        buf_printf(out,
                   "</strong> %s a Region that the key set promises, and cannot be opened there.",
                   sums->debt == 1 ? "lacks" : "lack");
        close_note(out);
    }
    if (sums->not_sealed > 0) {
        open_note(out, "bare");
        buf_put_str(out, "<strong>Not sealed: ");
        put_values(out, sums->not_sealed);
        buf_put_str(out, "</strong> in columns for sealed ones.");
        close_note(out);
    }
    if (sums->plaintext > 0) {
        open_note(out, "plain");
        buf_put_str(out, "<strong>Plaintext: ");
        put_values(out, sums->plaintext);
        buf_put_str(out, "</strong> still there beside sealed columns.");
        close_note(out);
    }
    if (sums->strangers > 0) {
        open_note(out, "strange");
        buf_put_str(out, "<strong>Not configured: ");
        put_counted(out, sums->strangers, "key", "keys");
        buf_put_str(out, "</strong> that values were found wrapped under.");
        close_note(out);
    }
    if (sums->debt + sums->not_sealed + sums->strangers == 0) {
        open_note(out, "whole");
        buf_put_str(out, sums->sealed == 0 ? "<strong>No debt:</strong> nothing is sealed yet."
                                           : "<strong>No debt:</strong> each sealed value is "
                                             "wrapped for every Region that its key set promises.");
        close_note(out);
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
        put_sign(out, "debt");
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
    put_wrong(out, "debt", "Debt", sums.debt);
    put_wrong(out, "bare", "Not sealed", sums.not_sealed);
    put_wrong(out, "plain", "Plaintext", sums.plaintext);
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

static const char signs[] =
    "<svg width=\"0\" height=\"0\" class=\"signs\" aria-hidden=\"true\"><defs>\n"
    "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect class=\"ground\" width=\"6\" height=\"6\"/>"
    "<rect class=\"stroke\" width=\"3\" height=\"6\"/></pattern>\n"
    "<pattern id=\"dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect class=\"ground\" width=\"6\" height=\"6\"/>"
    "<circle class=\"stroke\" cx=\"3\" cy=\"3\" r=\"1.4\"/></pattern>\n"
    "<path id=\"sign-debt\" d=\"M8 1 15.5 15H.5Zm-.9 5 .3 4.8h1.2L8.9 6Zm.9 5.7a.95.95 0 1 0 0 "
    "1.9.95.95 0 0 0 0-1.9Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-bare\" d=\"M8 .5 15.5 8 8 15.5.5 8ZM7.1 4l.3 5h1.2l.3-5Zm.9 6a.95.95 0 1 0 0 "
    "1.9A.95.95 0 0 0 8 10Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-strange\" d=\"M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM7.1 4l.3 "
    "5h1.2l.3-5Zm.9 6a.95.95 0 1 0 0 1.9A.95.95 0 0 0 8 10Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-plain\" d=\"M8 3C4.5 3 1.8 5.2.5 8 1.8 10.8 4.5 13 8 13s6.2-2.2 7.5-5C14.2 "
    "5.2 "
    "11.5 3 8 3Zm0 1.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4Zm0 1.5a1.7 1.7 0 1 0 0 3.4 1.7 1.7 "
    "0 0 0 0-3.4Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-sample\" d=\"M1 2h2.5v12H1Zm4.2 0h2.5v12H5.2Zm4.2 4h2.5v8H9.4Zm4.1 "
    "4H15v4h-1.5Z\"/>\n"
    "<path id=\"sign-whole\" d=\"M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM7 11.3 3.8 8.1 5 "
    "6.9l2 2 4-4.1L12.2 6Z\" fill-rule=\"evenodd\"/>\n"
    "</defs></svg>\n";

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
    buf_put_str(out, signs);
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
