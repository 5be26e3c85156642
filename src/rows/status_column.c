/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/status_column.h"

#include "base/text.h"
#include "rows/html.h"

uint64_t status_column_strangers(const struct rows_status_column *c)
{
    uint64_t found = 0;
    for (size_t i = 0; i < c->key_count; i++) {
        found += !c->keys[i].configured;
    }
    return found;
}

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
    html_put_counted(out, c->overhead / c->sealed, "byte", "bytes");
    buf_put_str(out, " beside each value</h4>\n");
    html_put_bar(out, parts, 2);
    put_legend(out, parts, 2, texts, text_put_size);
    buf_put_str(out, "</div>\n");
}

static void put_region_state(struct srow_buf *out, const struct rows_status_column *c,
                             const struct rows_status_region *r)
{
    const char *whole = c->sealed == 0 ? "nothing sealed" : "opens all";
    html_put_wrong(out, "debt", "Debt", r->debt);
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

static void put_key(struct srow_buf *out, const struct rows_status_column *c,
                    const struct rows_status_key *k)
{
    buf_put_str(out, "<li><code>");
    html_put_name(out, k->arn);
    buf_put_str(out, "</code><span>");
    html_put_values(out, k->values);
    if (k->configured) {
        buf_put_str(out, ", configured");
    } else {
        buf_put_str(out, ", <strong class=\"strange\">");
        html_put_sign(out, "strange");
        buf_put_str(out, "not configured</strong>");
    }
    buf_put_str(out,
                rows_status_has_region(c, k->region) ? "" : ", of no Region of the configuration");
    buf_put_str(out, "</span></li>\n");
}

/* Unfolded where there is a key to be looked at. */
static void put_keys(struct srow_buf *out, const struct rows_status_column *c)
{
    if (c->key_count == 0) {
        return;
    }
    buf_put_str(out, status_column_strangers(c) > 0 ? "<details open=\"open\"><summary>"
                                                    : "<details><summary>");
    html_put_counted(out, c->key_count, "KMS key", "KMS keys");
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
        html_open_note(out, "debt");
        buf_put_str(out, "<strong>Debt: ");
        html_put_values(out, c->debt);
        buf_printf(out, "</strong> %s a promised Region. Run <code>sealrow heal ",
                   c->debt == 1 ? "lacks" : "lack");
        html_put_name(out, s->table->name);
        buf_put_str(out, "</code>.");
        html_close_note(out);
    }
    if (c->not_sealed > 0) {
        html_open_note(out, "bare");
        buf_put_str(out, "<strong>Not sealed: ");
        html_put_values(out, c->not_sealed);
        buf_printf(out, "</strong> %s no message. Run <code>sealrow check</code>.",
                   c->not_sealed == 1 ? "is" : "are");
        html_close_note(out);
    }
    if (c->plaintext > 0) {
        html_open_note(out, "plain");
        buf_put_str(out, "<strong>Plaintext: ");
        html_put_values(out, c->plaintext);
        buf_put_str(out, "</strong> still there, in ");
        html_put_name(out, c->column->plain);
        buf_put_str(out, ", counted in all rows.");
        html_close_note(out);
    }
}

void status_column_put(struct srow_buf *out, const struct rows_status *s,
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
