/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/prices.h"

static const char quotas[] = "requests_per_second", usual[] = "default";

void prices_cleanup(struct prices *p)
{
    json_free(&p->document);
    *p = (struct prices){0};
}

static enum srow_rc read_text(struct srow_bytes *out, const struct prices *p, const char *name,
                              struct srow_error *e)
{
    FAIL_IF(!json_as_string(out, json_get(p->document, name)) || out->len == 0, e, SROW_E_VALUE,
            "price list: %s is no text: see share/kms-prices.json", name);
    return SROW_OK;
}

/* null: the list does not have it. */
static enum srow_rc read_price(double *out, bool *there, const struct prices *p, const char *name,
                               struct srow_error *e)
{
    const json_node *node = json_get(p->document, name);
    int64_t whole = 0;
    *there = node != NULL && !json_as_null(node);
    if (*there && json_as_integer(&whole, node)) {
        *out = (double)whole;
    } else {
        FAIL_IF(*there && !json_as_real(out, node), e, SROW_E_VALUE,
                "price list: %s is no number: write one, or null", name);
    }
    FAIL_IF(*there && *out < 0, e, SROW_E_VALUE, "price list: %s is below 0", name);
    return SROW_OK;
}

static enum srow_rc check_quota(void *state, struct srow_bytes name, const json_node *value,
                                struct srow_error *e)
{
    int64_t n = 0;
    (void)state;
    FAIL_IF(!json_as_integer(&n, value) || n <= 0, e, SROW_E_VALUE,
            "price list: %s.%.*s is no number above 0", quotas, (int)name.len,
            (const char *)name.at);
    return SROW_OK;
}

static enum srow_rc read_all(struct prices *p, struct srow_error *e)
{
    bool key = false, request = false, free_ones = false;
    const json_node *allowed = json_get(p->document, quotas);
    TRY(read_text(&p->date, p, "date", e));
    TRY(read_text(&p->source, p, "source", e));
    TRY(read_text(&p->currency, p, "currency", e));
    TRY(read_price(&p->key_month, &key, p, "key_month", e));
    TRY(read_price(&p->request_10000, &request, p, "requests_10000", e));
    TRY(read_price(&p->free_requests, &free_ones, p, "free_requests_month", e));
    p->has_prices = key && request;
    FAIL_IF(json_get(allowed, usual) == NULL, e, SROW_E_VALUE,
            "price list: %s.%s is missing: it counts for Regions that are not named", quotas,
            usual);
    return json_each(allowed, check_quota, NULL, e);
}

enum srow_rc prices_parse(struct prices *out, struct srow_bytes text, struct srow_error *e)
{
    AUTO(prices_cleanup) struct prices p = {0};
    TRY(json_parse(&p.document, text, e));
    TRY(read_all(&p, e));
    *out = p;
    p = (struct prices){0};
    return SROW_OK;
}

uint64_t prices_quota(const struct prices *p, const char *region)
{
    const json_node *all = json_get(p->document, quotas), *own = json_get(all, region);
    int64_t n = 0;
    (void)json_as_integer(&n, own == NULL ? json_get(all, usual) : own);
    return (uint64_t)n;
}

double prices_month(const struct prices *p, uint64_t keys, uint64_t requests_a_second)
{
    double requests = (double)requests_a_second * PRICES_MONTH_SECONDS - p->free_requests;
    return (double)keys * p->key_month + (requests > 0 ? requests : 0) / 10000 * p->request_10000;
}
