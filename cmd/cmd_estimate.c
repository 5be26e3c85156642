/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "estimating.h"
#include "io.h"
#include "kms_prices.h" /* made of share/kms-prices.json */
#include "program.h"

static void estimating_cleanup(struct estimating *x)
{
    for (size_t i = 0; i < x->count; i++) {
        estimate_cleanup(&x->tables[i]);
    }
    free(x->tables);
    free(x->latency);
    free(x->answers);
    prices_cleanup(&x->prices);
}

static enum srow_rc read_rate(uint64_t *out, const char *name, const char *word,
                              struct srow_error *e)
{
    FAIL_IF(word != NULL && text_parse_size(out, srow_str(word), UINT32_MAX, NULL) != SROW_OK, e,
            SROW_E_USAGE, "--%s %s: a whole number from 0 to %" PRIu32 " is expected", name, word,
            UINT32_MAX);
    return SROW_OK;
}

static enum srow_rc read_prices(struct prices *out, const char *path, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    if (path == NULL) {
        return prices_parse(out, srow_str(KMS_PRICES), e);
    }
    TRY(io_read_file(&text, path, e));
    struct srow_error why = {0};
    enum srow_rc rc = prices_parse(out, bytes_buf(&text), &why);
    FAIL_IF(rc == SROW_E_JSON, e, rc, "%s: %s: correct it", path, why.text);
    FAIL_IF(rc != SROW_OK, e, rc, "%s: %s", path, why.text);
    return SROW_OK;
}

/* -- latency -- */

/* The second of two requests to each Region goes over a connection that is open. A Region that does
 * not answer is told as such. */
static enum srow_rc measure(struct estimating *x, struct program *p, const struct args *args,
                            struct srow_error *e)
{
    struct srow_health health = {0};
    x->latency = calloc(x->config->region_count, sizeof *x->latency);
    x->answers = calloc(x->config->region_count, sizeof *x->answers);
    FAIL_IF(x->latency == NULL || x->answers == NULL, e, SROW_E_NOMEM, "no memory for Regions");
    TRY(program_client(p, args, e));
    for (int i = 0; i < 2; i++) {
        struct srow_error why = {0};
        enum srow_rc rc = srow_client_warm(p->client, 0, &why);
        FAIL_IF(rc != SROW_OK && why.cls != SROW_CLASS_UNAVAILABLE, e, rc, "%s", why.text);
    }
    TRY(srow_client_health(&health, p->client, e));
    for (size_t i = 0; i < health.count; i++) {
        for (size_t k = 0; k < x->config->region_count; k++) {
            if (strcmp(health.regions[i].region, x->config->regions[k].name) == 0) {
                x->latency[k] = health.regions[i].latency_ms;
                x->answers[k] = health.regions[i].state == SROW_REGION_ANSWERS;
            }
        }
    }
    srow_health_free(&health);
    return SROW_OK;
}

/* -- the command -- */

static enum srow_rc add_table(struct estimating *x, const struct program *p,
                              const struct args *args, const char *table, struct srow_error *e)
{
    struct estimate_ask ask = {.config = x->config,
                               .table = table,
                               .local_region = x->local,
                               .sample = args->all ? 0 : ESTIMATE_SAMPLE};
    TRY(estimate_read(&x->tables[x->count], &ask, p->db, e));
    x->count++;
    return SROW_OK;
}

static enum srow_rc add_tables(struct estimating *x, const struct program *p,
                               const struct args *args, struct srow_error *e)
{
    size_t most = args->word_count > 0 ? args->word_count : x->config->table_count;
    x->tables = calloc(most + 1, sizeof *x->tables);
    FAIL_IF(x->tables == NULL, e, SROW_E_NOMEM, "no memory for an estimate");
    for (size_t i = 0; i < most; i++) {
        const char *table = args->word_count > 0 ? args->words[i] : x->config->tables[i].name;
        TRY(add_table(x, p, args, table, e));
    }
    return SROW_OK;
}

static enum srow_rc choose_local(struct estimating *x, const struct args *args,
                                 struct srow_error *e)
{
    struct program_setting local = program_local_region(args);
    x->local_assumed = strcmp(local.from, "default") == 0;
    x->local = x->local_assumed ? x->config->regions[0].name : local.value;
    FAIL_IF(config_region_find(x->config, x->local) == NULL, e, SROW_E_REGION,
            "%s: Region %s is not in the configuration: add it, or name another", local.where,
            x->local);
    return SROW_OK;
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(estimating_cleanup) struct estimating x = {0};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    (void)status;
    TRY(read_rate(&x.writes, "writes-per-second", args->writes_per_second, e));
    TRY(read_rate(&x.reads, "reads-per-second", args->reads_per_second, e));
    TRY(read_prices(&x.prices, args->prices, e));
    TRY(program_db(&p, args, e));
    x.config = p.config;
    TRY(choose_local(&x, args, e));
    TRY(add_tables(&x, &p, args, e));
    TRY(args->measure ? measure(&x, &p, args, e) : SROW_OK);
    (args->json ? estimate_json_put : estimate_text_put)(&out, &x);
    return io_write_buf(&out, e);
}

static const struct option options[] = {
    {.name = "all",
     .help = "read every row, of large tables too",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, all)},
    {.name = "writes-per-second",
     .value = "N",
     .help = "rows written a second in each table, for quotas and cost",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, writes_per_second)},
    {.name = "reads-per-second",
     .value = "N",
     .help = "rows read a second",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, reads_per_second)},
    {.name = "prices",
     .value = "FILE",
     .help = "a list of prices and quotas in place of the built-in one",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, prices)},
    {.name = "measure",
     .help = "ask each Region's KMS how long an answer takes",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, measure)},
    {0},
};

const struct command cmd_estimate = {
    .name = "estimate",
    .takes = "[TABLE ...] [--writes-per-second N] [--reads-per-second N]",
    .brief = "Tell what sealing a table comes to: bytes, KMS requests, quotas, cost",
    .more = "Computed from the lengths that the table's bindings and values have and from the "
            "configuration; nothing\nneeds to be sealed before, and without --measure no KMS is "
            "asked. What is assumed is said. Of a table\nwith more than 10,000 rows so many are "
            "looked at, unless --all says otherwise. sealrow bench confirms\nit. Without a name: "
            "every table.",
    .options = options,
    .most = CMD_MAX_WORDS,
    .run = run,
};
