/* SPDX-License-Identifier: Apache-2.0
 *
 * Values in debt: opened, sealed anew, held against the old ones, proven. The plaintexts live from
 * the opening to the end of heal_batch_seal and are wiped then.
 */
#include "jobs/heal_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "client/outage.h"

static struct srow_item item_of(const struct heal_work *w, const struct heal_cell *c,
                                struct srow_bytes in, const char *via)
{
    return (struct srow_item){.cell = {.column = w->table->columns[c->column].full_name,
                                       .bind = c->binds,
                                       .bind_count = w->table->bind_count,
                                       .version = c->version,
                                       .via = via},
                              .in = in};
}

/* -- a round over those that have not failed -- */

struct round {
    struct srow_item items[HEAL_BATCH];
    struct srow_result results[HEAL_BATCH];
    struct heal_cell *cells[HEAL_BATCH];
    size_t count;
};

static void round_free(struct round **r)
{
    if (*r != NULL) {
        srow_cells_free((*r)->results, (*r)->count);
        free(*r);
        *r = NULL;
    }
}

static enum srow_rc round_new(struct round **out, struct srow_error *e)
{
    *out = calloc(1, sizeof **out);
    FAIL_IF(*out == NULL, e, SROW_E_NOMEM, "no memory for a batch");
    return SROW_OK;
}

static void round_add(struct round *r, struct heal_cell *c, struct srow_item item)
{
    r->items[r->count] = item;
    r->cells[r->count++] = c;
}

/* A cell's error begins with the cell's name, which heal tells by itself. */
static struct srow_error without_name(const struct heal_work *w, const struct heal_cell *c,
                                      const struct srow_error *error)
{
    char name[sizeof error->text];
    struct srow_error bare = *error;
    int n = snprintf(name, sizeof name, "%s.%s: ", w->h->config->domain,
                     w->table->columns[c->column].full_name);
    if (strncmp(error->text, name, (size_t)n) == 0) {
        snprintf(bare.text, sizeof bare.text, "%s", error->text + n);
    }
    return bare;
}

/* What the results say goes to the values; what is none of a value's is the job's. */
static enum srow_rc round_settle(const struct heal_work *w, struct round *r, enum srow_rc rc,
                                 const struct srow_error *why, struct srow_error *e)
{
    bool told = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct heal_cell *c = r->cells[i];
        const struct srow_error error = without_name(w, c, &r->results[i].error);
        told = told || error.rc != 0;
        FAIL_IF(error.rc != 0 && !heal_cell_fail(r->cells[i], &error), e, (enum srow_rc)error.rc,
                "%s: %s", w->table->columns[c->column].full_name, error.text);
    }
    FAIL_IF(rc != SROW_OK && !told, e, rc, "%s", why->text);
    return SROW_OK;
}

/* -- open -- */

static enum srow_rc open_all(struct round *r, struct heal_work *w, struct srow_error *e)
{
    for (size_t i = 0; i < w->count; i++) {
        struct heal_cell *c = &w->cells[i];
        round_add(r, c, item_of(w, c, bytes_buf(&c->old), NULL));
    }
    struct srow_error why = {0};
    enum srow_rc rc = srow_cells_open(r->results, w->h->client, r->items, r->count, &why);
    return round_settle(w, r, rc, &why, e);
}

/* -- seal -- */

static enum srow_rc take_sealed(const struct heal_work *w, struct heal_cell *c,
                                struct srow_sealed *sealed, struct srow_error *e)
{
    const struct config_column *column = &w->table->columns[c->column];
    const struct live_column *live = live_column_find(&w->live, column->sealed);
    c->sealed = buf_take(&sealed->message);
    if (live != NULL && live->width > 0 && c->sealed.len > live->width) {
        c->fate = HEAL_FAILED;
        (void)error_set(&c->error, SROW_E_TOO_WIDE,
                        "the healed value has %zu bytes and column %s holds %llu: move to a wider "
                        "column",
                        c->sealed.len, column->sealed, (unsigned long long)live->width);
        return SROW_OK;
    }
    return heal_cell_check(c, w, e);
}

static enum srow_rc seal_all(struct round *r, const struct round *opened, struct heal_work *w,
                             struct srow_error *e)
{
    for (size_t i = 0; i < opened->count; i++) {
        struct heal_cell *c = opened->cells[i];
        if (c->fate == HEAL_PENDING) {
            round_add(r, c, item_of(w, c, bytes_buf(&opened->results[i].plaintext), NULL));
        }
    }
    struct srow_error why = {0};
    enum srow_rc rc = srow_cells_seal(r->results, w->h->client, r->items, r->count, &why);
    TRY(round_settle(w, r, rc, &why, e));
    for (size_t i = 0; i < r->count; i++) {
        if (r->cells[i]->fate == HEAL_PENDING) {
            TRY(take_sealed(w, r->cells[i], &r->results[i].sealed, e));
        }
    }
    return SROW_OK;
}

/* -- prove -- */

/* Opens what is to be proven in one Region: `asked` has the plaintexts. */
static enum srow_rc prove_in(struct heal_work *w, const struct round *asked, const char *region,
                             struct srow_error *e)
{
    AUTO(round_free) struct round *r = NULL;
    size_t plain[HEAL_BATCH] = {0};
    TRY(round_new(&r, e));
    for (size_t i = 0; i < asked->count; i++) {
        struct heal_cell *c = asked->cells[i];
        const struct config_key_set *set =
            config_key_set_find(w->h->config, w->table->columns[c->column].keys);
        bool chosen = (w->sealed + i) % w->options->prove == 0;
        if (c->fate == HEAL_PENDING && chosen && config_key_set_seals_in(set, region)) {
            plain[r->count] = i;
            round_add(r, c, item_of(w, c, bytes_buf(&c->sealed), region));
        }
    }
    struct srow_error why = {0};
    enum srow_rc rc = srow_cells_open(r->results, w->h->client, r->items, r->count, &why);
    TRY(round_settle(w, r, rc, &why, e));
    for (size_t i = 0; i < r->count; i++) {
        FAIL_IF(r->cells[i]->fate == HEAL_PENDING &&
                    !bytes_equal(bytes_buf(&r->results[i].plaintext), asked->items[plain[i]].in),
                e, SROW_E_SELF_CHECK, "%s: Region %s opened the new value to another one",
                w->table->columns[r->cells[i]->column].full_name, region);
    }
    return SROW_OK;
}

static enum srow_rc prove_all(struct heal_work *w, const struct round *sealed, struct srow_error *e)
{
    struct outage *outage = client_outage(w->h->client);
    for (size_t i = 0; w->options->prove > 0 && i < w->h->config->region_count; i++) {
        const char *region = w->h->config->regions[i].name;
        if (!outage_read(outage, region).down) {
            TRY(prove_in(w, sealed, region, e));
        }
    }
    w->sealed += sealed->count;
    return SROW_OK;
}

enum srow_rc heal_batch_seal(struct heal_work *w, struct srow_error *e)
{
    AUTO(round_free) struct round *opened = NULL;
    AUTO(round_free) struct round *sealed = NULL;
    TRY(round_new(&opened, e));
    TRY(round_new(&sealed, e));
    TRY(open_all(opened, w, e));
    TRY(seal_all(sealed, opened, w, e));
    return prove_all(w, sealed, e);
}
