/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/json.h"
#include "estimating.h"
#include "schema/ddl.h"

static void put_text(struct srow_buf *out, const char *name, const char *text)
{
    buf_printf(out, "\"%s\":", name);
    json_put_string(out, srow_str(text));
}

static const char *truth(bool yes)
{
    return yes ? "true" : "false";
}

static void put_sum(struct srow_buf *out, const char *name, struct estimate_sum s)
{
    buf_printf(out,
               ",\"%s\":{\"count\":%" PRIu64 ",\"least\":%" PRIu64 ",\"most\":%" PRIu64
               ",\"total\":%" PRIu64 "}",
               name, s.count, s.least, s.most, s.total);
}

static void put_modes(struct srow_buf *out, const struct estimate *est,
                      const struct estimate_column *c)
{
    buf_put_str(out, ",\"modes\":[");
    for (int m = 0; m < ESTIMATE_MODES; m++) {
        enum estimate_mode mode = (enum estimate_mode)m;
        const struct estimate_wrap *w = &c->wraps[m];
        buf_put_str(out, m == 0 ? "{" : ",{");
        put_text(out, "mode", estimating_mode_name(mode));
        buf_printf(out,
                   ",\"built\":%s,\"keys\":%" PRIu32 ",\"requests_a_write\":%" PRIu32
                   ",\"requests_a_read\":%" PRIu32,
                   truth(estimating_mode_is_built(mode)), w->keys, w->writes, w->reads);
        put_sum(out, "bytes", estimate_messages(est, c, mode));
        buf_put_str(out, "}");
    }
    buf_put_str(out, "]");
}

static void put_column(struct srow_buf *out, const struct estimate *est,
                       const struct estimate_column *c)
{
    buf_put_str(out, "{");
    put_text(out, "column", c->column->name);
    buf_put_str(out, ",");
    put_text(out, "key_set", c->column->keys);
    buf_printf(out,
               ",\"sealed\":%" PRIu64 ",\"plain\":%" PRIu64 ",\"null\":%" PRIu64
               ",\"assumed\":%s,\"ciphertext\":%" PRIu64
               ",\"ciphertext_assumed\":%s,\"width\":%" PRIu64 ",\"signed\":%s",
               c->sealed, c->plain, c->nulls, truth(c->assumed), c->ciphertext,
               truth(c->ciphertext_assumed), c->width, truth(c->column->is_signed));
    put_sum(out, "values", c->values);
    put_sum(out, "messages", estimate_messages(est, c, ESTIMATE_CONFIGURED));
    put_modes(out, est, c);
    buf_put_str(out, ",\"regions\":[");
    for (size_t i = 0; i < c->region_count; i++) {
        const struct estimate_region *r = &c->regions[i];
        buf_put_str(out, i == 0 ? "{" : ",{");
        put_text(out, "region", r->name);
        buf_printf(out, ",\"requests_a_write\":%" PRIu32 ",\"requests_a_read\":%" PRIu32 "}",
                   r->writes, r->reads);
    }
    buf_put_str(out, "]}");
}

static void put_table(struct srow_buf *out, const struct estimate *est)
{
    buf_put_str(out, "{");
    put_text(out, "table", est->table->name);
    buf_put_str(out, ",");
    put_text(out, "engine", est->dialect->name);
    buf_put_str(out, ",");
    put_text(out, "limits", est->dialect->limits);
    buf_printf(out,
               ",\"rows\":%" PRIu64 ",\"looked\":%" PRIu64 ",\"sampled\":%s,\"bindings\":%" PRIu64
               ",\"cache_hit_rate\":%.4f,\"row_bytes\":%" PRIu64 ",\"row_most\":%d,\"columns\":[",
               est->rows, est->looked, truth(est->looked < est->rows), est->bindings,
               est->rows == 0 ? 0 : (double)(est->rows - est->bindings) / (double)est->rows,
               est->row_bytes, est->row_bytes > 0 ? DDL_ROW_MOST : 0);
    for (size_t i = 0; i < est->column_count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        put_column(out, est, &est->columns[i]);
    }
    buf_put_str(out, "]}");
}

static void put_regions(struct srow_buf *out, const struct estimating *x)
{
    for (size_t i = 0; i < x->config->region_count; i++) {
        const char *name = x->config->regions[i].name;
        buf_put_str(out, i == 0 ? "{" : ",{");
        put_text(out, "region", name);
        buf_printf(out, ",\"local\":%s,\"requests_a_second\":%" PRIu64 ",\"quota\":%" PRIu64,
                   truth(strcmp(name, x->local) == 0), estimating_rate(x, i),
                   prices_quota(&x->prices, name));
        if (x->latency != NULL && x->answers[i]) {
            buf_printf(out, ",\"latency_ms\":%" PRIu32, x->latency[i]);
        } else {
            buf_put_str(out, ",\"latency_ms\":null");
        }
        buf_put_str(out, "}");
    }
}

static void put_costs(struct srow_buf *out, const struct estimating *x)
{
    for (int m = 0; m < ESTIMATE_MODES; m++) {
        enum estimate_mode mode = (enum estimate_mode)m;
        uint64_t keys = estimating_mode_keys(x, mode), rate = estimating_mode_rate(x, mode);
        buf_put_str(out, m == 0 ? "{" : ",{");
        put_text(out, "mode", estimating_mode_name(mode));
        buf_printf(out, ",\"keys\":%" PRIu64 ",\"requests\":%" PRIu64 ",\"cost\":", keys,
                   rate * PRICES_MONTH_SECONDS);
        if (x->prices.has_prices) {
            buf_printf(out, "%.2f}", prices_month(&x->prices, keys, rate));
        } else {
            buf_put_str(out, "null}");
        }
    }
}

void estimate_json_put(struct srow_buf *out, const struct estimating *x)
{
    buf_put_str(out, "{\"tables\":[");
    for (size_t i = 0; i < x->count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        put_table(out, &x->tables[i]);
    }
    buf_printf(out, "],\"writes_per_second\":%" PRIu64 ",\"reads_per_second\":%" PRIu64, x->writes,
               x->reads);
    buf_put_str(out, ",\"regions\":[");
    put_regions(out, x);
    buf_put_str(out, "],\"prices\":{\"date\":");
    json_put_string(out, x->prices.date);
    buf_put_str(out, ",\"source\":");
    json_put_string(out, x->prices.source);
    buf_put_str(out, ",\"currency\":");
    json_put_string(out, x->prices.currency);
    buf_put_str(out, "},\"month\":[");
    put_costs(out, x);
    buf_put_str(out, "]}\n");
}
