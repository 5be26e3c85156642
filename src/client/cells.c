/* SPDX-License-Identifier: Apache-2.0
 *
 * A page of cells: what belongs to one key set goes through the room cell together, so that all its
 * requests are in flight at once. Each item has its own result.
 */
#include <stdlib.h>

#include "cell/type.h"
#include "client/client.h"
#include "crypto/equal.h"

/* Jobs stand in the order of their key sets; `item` says whose they are. */
struct page {
    struct srow_client *client;
    struct bind *binds; /* one an item */
    struct cell_job *jobs;
    size_t *item;
    size_t n, count; /* items, jobs */
};

typedef void work_on(const struct cell_tools *tools, struct cell_job *jobs, size_t n);

static void page_cleanup(struct page *p)
{
    for (size_t i = 0; p->binds != NULL && i < p->n; i++) {
        bind_cleanup(&p->binds[i]);
    }
    for (size_t k = 0; k < p->count; k++) {
        buf_cleanup(&p->jobs[k].sealed.message);
        buf_cleanup(&p->jobs[k].plaintext);
    }
    free(p->binds);
    free(p->jobs);
    free(p->item);
    if (p->client != NULL) {
        client_leave(p->client);
    }
}

static enum srow_rc page_begin(struct page *p, struct srow_client *client, size_t n,
                               struct srow_error *e)
{
    p->n = n;
    p->binds = calloc(n, sizeof *p->binds);
    p->jobs = calloc(n, sizeof *p->jobs);
    p->item = calloc(n, sizeof *p->item);
    FAIL_IF(p->binds == NULL || p->jobs == NULL || p->item == NULL, e, SROW_E_NOMEM,
            "no memory for %zu cells", n);
    client_enter(client);
    p->client = client;
    return SROW_OK;
}

/* -- what one item must be -- */

static enum srow_rc check_item(const struct srow_item *item, bool seals, struct srow_error *e)
{
    FAIL_IF(item->in.at == NULL && item->in.len > 0, e, SROW_E_USAGE,
            "%s: bytes of a length, but none given", seals ? "plaintext" : "message");
    FAIL_IF(seals && item->in.len > INT32_MAX, e, SROW_E_LIMIT,
            "a value of %zu bytes: at most %d can be sealed", item->in.len, INT32_MAX);
    return SROW_OK;
}

static enum srow_rc read_item(struct bind *bind, struct srow_client *client,
                              const struct srow_item *item, bool seals, struct srow_error *e)
{
    struct cell_tools unused;
    TRY(check_item(item, seals, e));
    TRY(bind_read(bind, client_config(client), &item->cell, e));
    TRY(seals ? client_check_sealing(&item->cell, bind, e) : SROW_OK);
    return client_tools(&unused, client, bind->column->keys, item->cell.via, e);
}

/* -- key set by key set -- */

/* Puts the jobs of one key set behind those that are there. */
static void gather(struct page *p, const struct srow_item *items, const char *key_set)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct bind *bind = &p->binds[i];
        if (bind->column != NULL && strcmp(bind->column->keys, key_set) == 0) {
            p->jobs[p->count] =
                (struct cell_job){.bind = bind, .in = items[i].in, .via = items[i].cell.via};
            p->item[p->count++] = i;
        }
    }
}

static enum srow_rc run_set(struct page *p, const struct srow_item *items, const char *key_set,
                            work_on *work, struct srow_error *e)
{
    struct cell_tools tools;
    size_t first = p->count;
    TRY(client_tools(&tools, p->client, key_set, NULL, e));
    gather(p, items, key_set);
    if (p->count > first) {
        work(&tools, p->jobs + first, p->count - first);
    }
    return SROW_OK;
}

static void scatter(struct srow_result *out, struct page *p)
{
    for (size_t k = 0; k < p->count; k++) {
        struct srow_result *to = &out[p->item[k]];
        struct cell_job *job = &p->jobs[k];
        if (job->rc == SROW_OK) {
            to->sealed = job->sealed;
            to->sealed.message = buf_take(&job->sealed.message);
            to->plaintext = buf_take(&job->plaintext);
        } else {
            to->error = job->error;
        }
    }
}

/* The first failure is the call's. */
static enum srow_rc settle(const struct srow_result *out, size_t n, struct srow_error *e)
{
    size_t failed = 0, first = 0;
    for (size_t i = n; i > 0; i--) {
        if (out[i - 1].error.rc != 0) {
            failed++;
            first = i;
        }
    }
    if (failed == 0) {
        return SROW_OK;
    }
    if (e != NULL) {
        *e = out[first - 1].error;
    }
    return error_wrap(e, (enum srow_rc)out[first - 1].error.rc, "%zu of %zu cells failed, cell %zu",
                      failed, n, first);
}

/* The plaintext stays here, and what is left of a result is its error. */
static void match(struct srow_result *out, struct client_match *m, const struct bind *bind)
{
    if (out->error.rc == SROW_OK) {
        AUTO(buf_cleanup) struct srow_buf room = {0};
        struct srow_bytes text = {0};
        enum srow_rc rc = type_text(&text, &room, bind->column->type, m->candidate, &out->error);
        m->same = rc == SROW_OK && equal_bytes(bytes_buf(&out->plaintext), text);
        if (rc != SROW_OK) {
            error_wrap(&out->error, rc, "%s: candidate", bind_name(bind));
        }
    }
    buf_cleanup(&out->plaintext);
}

/* What is done with a page, and how it counts. */
struct way {
    enum meter_call call;
    struct client_match *matches; /* one an item; NULL: it is opened or sealed */
};

static enum srow_rc run(struct srow_result *out, struct srow_client *client,
                        const struct srow_item *items, size_t n, struct way way,
                        struct srow_error *e)
{
    AUTO(page_cleanup) struct page p = {0};
    bool seals = way.call == METER_SEAL;
    FAIL_IF(client == NULL || (n > 0 && (out == NULL || items == NULL)), e, SROW_E_USAGE,
            "no client, no items or no room for results is given");
    if (n == 0) {
        return SROW_OK;
    }
    TRY(page_begin(&p, client, n, e));
    memset(out, 0, n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        struct srow_error *error = &out[i].error;
        if (read_item(&p.binds[i], client, &items[i], seals, error) != SROW_OK) {
            bind_cleanup(&p.binds[i]);
        }
    }
    const struct srow_config *config = client_config(client);
    for (size_t k = 0; k < config->key_set_count; k++) {
        TRY(run_set(&p, items, config->key_sets[k].name, seals ? cell_seal_all : cell_open_all, e));
    }
    scatter(out, &p);
    for (size_t i = 0; i < n; i++) {
        if (way.matches != NULL) {
            match(&out[i], &way.matches[i], &p.binds[i]);
        }
        client_count(client, way.call, (enum srow_rc)out[i].error.rc);
    }
    return settle(out, n, e);
}

enum srow_rc srow_cells_seal(struct srow_result *out, struct srow_client *client,
                             const struct srow_item *items, size_t n, struct srow_error *e)
{
    return run(out, client, items, n, (struct way){.call = METER_SEAL}, e);
}

enum srow_rc srow_cells_open(struct srow_result *out, struct srow_client *client,
                             const struct srow_item *items, size_t n, struct srow_error *e)
{
    return run(out, client, items, n, (struct way){.call = METER_OPEN}, e);
}

enum srow_rc cells_match(struct srow_result *out, struct client_match *matches,
                         struct srow_client *client, const struct srow_item *items, size_t n,
                         struct srow_error *e)
{
    return run(out, client, items, n, (struct way){METER_MATCH, matches}, e);
}

void srow_cells_free(struct srow_result *results, size_t n)
{
    for (size_t i = 0; results != NULL && i < n; i++) {
        srow_sealed_free(&results[i].sealed);
        buf_cleanup(&results[i].plaintext);
        results[i] = (struct srow_result){0};
    }
}
