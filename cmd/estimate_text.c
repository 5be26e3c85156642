/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/text.h"
#include "estimating.h"
#include "schema/ddl.h"

static void put_count(struct srow_buf *out, uint64_t n, int width)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    text_put_count(&text, n);
    buf_put_padded(out, &text, width);
}

static void put_size(struct srow_buf *out, uint64_t n, int width)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    text_put_size(&text, n);
    buf_put_padded(out, &text, width);
}

static void put_name(struct srow_buf *out, const char *name)
{
    buf_printf(out, "    %-18s", name);
}

static void put_range(struct srow_buf *out, const struct estimate_sum *s)
{
    text_put_count(out, s->least);
    if (s->most != s->least) {
        buf_put_str(out, " to ");
        text_put_count(out, s->most);
    }
    buf_put_str(out, " bytes");
}

/* -- a column -- */

static void put_values(struct srow_buf *out, const struct estimate_column *c)
{
    put_name(out, "values");
    put_range(out, &c->values);
    buf_put_str(out, c->column->pad > 0 ? " with padding" : "");
    if (c->assumed) {
        buf_put_str(out, ", assumed: none is there yet");
    }
    if (c->sealed > 0) {
        buf_put_str(out, "; sealed: ");
        text_put_count(out, c->sealed);
    }
    if (c->plain > 0) {
        buf_put_str(out, "; in plaintext: ");
        text_put_count(out, c->plain);
    }
    if (!c->assumed && c->nulls > 0) {
        buf_put_str(out, "; no value: ");
        text_put_count(out, c->nulls);
    }
    buf_put_str(out, "\n");
}

static void put_message(struct srow_buf *out, const struct estimate *est,
                        const struct estimate_column *c)
{
    struct estimate_sum all = estimate_messages(est, c, ESTIMATE_CONFIGURED);
    put_name(out, "a message");
    put_range(out, &all);
    buf_put_str(out, c->column->is_signed ? " at most, as a signature has 102 to 104\n" : "\n");
    put_name(out, "KMS's ciphertext");
    buf_printf(out, "%" PRIu64 " bytes of it for each key%s\n", c->ciphertext,
               c->ciphertext_assumed ? ", assumed: init stores a message that tells" : "");
    put_name(out, "the column");
    if (c->width > 0) {
        buf_put_str(out, c->there ? "takes " : "sealrow init lets it take ");
        text_put_count(out, c->width);
        buf_put_str(out, all.most > c->width ? " bytes: too few, see sealrow check\n" : " bytes\n");
    } else {
        buf_put_str(out, "takes any length\n");
    }
}

static void put_modes(struct srow_buf *out, const struct estimate *est,
                      const struct estimate_column *c)
{
    buf_printf(out, "    %-36s%10s%14s%10s%9s%6s\n", "bytes; KMS requests of a cell, keys",
               "a message", "all", "to write", "to read", "keys");
    for (int m = 0; m < ESTIMATE_MODES; m++) {
        const struct estimate_wrap *w = &c->wraps[m];
        struct estimate_sum s = estimate_messages(est, c, (enum estimate_mode)m);
        bool built = estimating_mode_is_built((enum estimate_mode)m);
        AUTO(buf_cleanup) struct srow_buf name = {0};
        buf_printf(&name, "%s%s", estimating_mode_name((enum estimate_mode)m),
                   built ? "" : " (not built yet)");
        buf_put_str(out, "    ");
        buf_put_padded(out, &name, -36);
        put_count(out, s.count == 0 ? s.most : (s.total + s.count / 2) / s.count, 10);
        put_size(out, s.total, 14);
        buf_printf(out, "%10" PRIu32 "%9" PRIu32 "%6" PRIu32 "\n", w->writes, w->reads, w->keys);
    }
}

static void put_column(struct srow_buf *out, const struct estimate *est,
                       const struct estimate_column *c)
{
    buf_printf(out, "\n  %s.%s in %s, keys %s\n", est->table->name, c->column->name,
               c->column->sealed, c->column->keys);
    put_values(out, c);
    put_message(out, est, c);
    put_modes(out, est, c);
}

/* -- a table -- */

static void put_limits(struct srow_buf *out, const struct estimate *est)
{
    buf_printf(out, "\n  %s: %s", est->dialect->name, est->dialect->limits);
    if (est->row_bytes > 0) {
        buf_put_str(out, "; this table's take ");
        text_put_count(out, est->row_bytes);
        buf_put_str(out, " as it is, and init makes BLOBs where there is no room");
    }
    buf_put_str(out, "\n  an index over a sealed column finds nothing: no two messages are alike\n"
                     "  a data-key cache would hit ");
    uint64_t hits = est->rows - est->bindings;
    buf_printf(out, "%.*f %% of the writes: ", hits == 0 ? 0 : 1,
               est->rows == 0 ? 0 : 100 * (double)hits / (double)est->rows);
    if (hits == 0) {
        buf_put_str(out, "no two rows have one binding, so each cell has a context of its own\n");
    } else {
        text_put_count(out, est->bindings);
        buf_put_str(out, " bindings; they must be unique: see sealrow check\n");
    }
}

static void put_table(struct srow_buf *out, const struct estimate *est)
{
    buf_printf(out, "%s%s: ", out->len == 0 ? "" : "\n", est->table->name);
    text_put_count(out, est->rows);
    buf_put_str(out, est->rows == 1 ? " row" : " rows");
    if (est->looked < est->rows) {
        buf_put_str(out, ", estimated from ");
        text_put_count(out, est->looked);
        buf_put_str(out, " of them: --all reads every row");
    }
    buf_put_str(out, "\n");
    for (size_t i = 0; i < est->column_count; i++) {
        put_column(out, est, &est->columns[i]);
    }
    put_limits(out, est);
}

/* -- KMS -- */

static void put_rates(struct srow_buf *out, const struct estimating *x)
{
    buf_put_str(out, "\nKMS, with ");
    text_put_count(out, x->writes);
    buf_put_str(out, " rows written and ");
    text_put_count(out, x->reads);
    buf_printf(out, " read a second%s, all sealed columns of each\n",
               x->count > 1 ? " in each table" : "");
    for (size_t i = 0; i < x->config->region_count; i++) {
        const char *name = x->config->regions[i].name;
        uint64_t rate = estimating_rate(x, i), quota = prices_quota(&x->prices, name);
        put_name(out, name);
        put_count(out, rate, 12);
        buf_printf(out, " a second, %.1f %% of the quota of ", 100 * (double)rate / (double)quota);
        text_put_count(out, quota);
        buf_put_str(out, rate > quota ? ": too many\n" : "\n");
    }
    buf_printf(out,
               "    quotas by the list of %.*s; all that the account does in the Region "
               "counts\n",
               (int)x->prices.date.len, (const char *)x->prices.date.at);
}

static void put_cost(struct srow_buf *out, const struct estimating *x)
{
    const struct prices *p = &x->prices;
    if (!p->has_prices) {
        buf_printf(out,
                   "\nCost: the list of %.*s has no prices: give --prices FILE with what AWS asks "
                   "of you\n",
                   (int)p->date.len, (const char *)p->date.at);
        return;
    }
    buf_printf(out, "\nCost of 30 days in %.*s, by the list of %.*s\n", (int)p->currency.len,
               (const char *)p->currency.at, (int)p->date.len, (const char *)p->date.at);
    for (int m = 0; m < ESTIMATE_MODES; m++) {
        enum estimate_mode mode = (enum estimate_mode)m;
        uint64_t keys = estimating_mode_keys(x, mode), rate = estimating_mode_rate(x, mode);
        buf_printf(out, "    %-22s%14.2f   keys %" PRIu64 ", requests ", estimating_mode_name(mode),
                   prices_month(p, keys, rate), keys);
        text_put_count(out, rate * PRICES_MONTH_SECONDS);
        buf_put_str(out, estimating_mode_is_built(mode) ? "\n" : "; not built yet\n");
    }
}

static void put_latency(struct srow_buf *out, const struct estimating *x)
{
    if (x->latency == NULL) {
        buf_put_str(out, "\nLatency: not measured: --measure asks each Region's KMS, sealrow bench "
                         "times whole cells\n");
        return;
    }
    uint32_t local = 0, others = 0;
    bool all = true;
    buf_put_str(out, "\nLatency, one DescribeKey over an open connection from here\n");
    for (size_t i = 0; i < x->config->region_count; i++) {
        const char *name = x->config->regions[i].name;
        bool is_local = strcmp(name, x->local) == 0;
        put_name(out, name);
        if (!x->answers[i]) {
            buf_put_str(out, "           does not answer\n");
            all = false;
            continue;
        }
        buf_printf(out, "%12" PRIu32 " ms%s\n", x->latency[i],
                   is_local ? ", the local Region" : "");
        local = is_local ? x->latency[i] : local;
        others = !is_local && x->latency[i] > others ? x->latency[i] : others;
    }
    if (!all) {
        buf_put_str(out, "    what a read and a write wait for is known when all answer\n");
        return;
    }
    buf_printf(out,
               "    a read waits for about %" PRIu32 " ms; a write for %" PRIu32
               ": the local Region, then all others at once\n",
               local, local + others);
}

void estimate_text_put(struct srow_buf *out, const struct estimating *x)
{
    for (size_t i = 0; i < x->count; i++) {
        put_table(out, &x->tables[i]);
    }
    if (x->writes + x->reads > 0) {
        put_rates(out, x);
        put_cost(out, x);
    } else {
        buf_put_str(out, "\nKMS: say --writes-per-second and --reads-per-second for the share of "
                         "the quotas and the cost\n");
    }
    put_latency(out, x);
    buf_printf(out, "\nReads are opened in %s%s. No KMS was asked%s.\n", x->local,
               x->local_assumed ? ", as no local Region is named" : "",
               x->latency == NULL ? "" : " but to measure");
}
