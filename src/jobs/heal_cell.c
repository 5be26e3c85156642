/* SPDX-License-Identifier: Apache-2.0
 *
 * One value in debt: where it is, what its header says, and what may become of it.
 */
#include <stdlib.h>

#include "base/text.h"
#include "client/client.h"
#include "client/outage.h"
#include "client/wrapped.h"
#include "jobs/heal_parts.h"

void heal_cell_cleanup(struct heal_cell *c)
{
    for (size_t i = 0; c->texts != NULL && i < c->bind_count; i++) {
        buf_cleanup(&c->texts[i]);
    }
    free(c->texts);
    free(c->bound);
    free(c->binds);
    buf_cleanup(&c->owned);
    buf_cleanup(&c->old);
    buf_cleanup(&c->sealed);
    *c = (struct heal_cell){0};
}

static bool has_bytes(const struct db_value *v)
{
    return v->type == DB_TEXT || v->type == DB_BYTES;
}

/* A bound value as the library takes it: its canonical text, or, where it is none of its type, what
 * is there, which the library refuses. */
static enum srow_rc set_bind(struct heal_cell *c, size_t i, const struct config_bind *bind,
                             struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf held = {0};
    const struct db_value *v = &c->bound[i];
    bool rewritten = bind->type == SROW_TYPE_BOOLEAN || bind->type == SROW_TYPE_DECIMAL ||
                     bind->type == SROW_TYPE_TIMESTAMP;
    enum srow_type type = bind->type == SROW_TYPE_BYTES ? SROW_TYPE_BYTES : SROW_TYPE_TEXT;
    c->binds[i] = (struct srow_bind){bind->name, {.type = type, .bytes = v->bytes}};
    if (v->type == DB_INTEGER) {
        buf_printf(&held, "%lld", (long long)v->integer);
    } else if (v->type == DB_REAL) {
        buf_printf(&held, "%.17g", v->real);
    } else if (rewritten) {
        buf_put(&held, v->bytes);
    } else {
        return SROW_OK;
    }
    TRY(buf_check(&held, e));
    if (!rewritten ||
        client_stored_text(&c->texts[i], bind->type, bytes_buf(&held), NULL) != SROW_OK) {
        buf_cleanup(&c->texts[i]);
        c->texts[i] = buf_take(&held);
    }
    c->binds[i].value.bytes = bytes_buf(&c->texts[i]);
    return SROW_OK;
}

static enum srow_rc copy_bound(struct heal_cell *c, const struct heal_work *w,
                               const struct db_value *row, struct srow_error *e)
{
    size_t n = w->table->bind_count;
    c->bound = calloc(n, sizeof *c->bound);
    c->binds = calloc(n, sizeof *c->binds);
    c->texts = calloc(n, sizeof *c->texts);
    FAIL_IF(c->bound == NULL || c->binds == NULL || c->texts == NULL, e, SROW_E_NOMEM,
            "no memory for a value");
    c->bind_count = n;
    for (size_t i = 0; i < n; i++) {
        buf_put(&c->owned, has_bytes(&row[i]) ? row[i].bytes : bytes_of(NULL, 0));
    }
    TRY(buf_check(&c->owned, e));
    const char *at = c->owned.at == NULL ? "" : c->owned.at;
    for (size_t i = 0; i < n; i++) {
        c->bound[i] = row[i];
        if (has_bytes(&row[i])) {
            c->bound[i].bytes.at = at;
            at += row[i].bytes.len;
        }
        TRY(set_bind(c, i, &w->table->binds[i], e));
    }
    return SROW_OK;
}

/* It is what the value says of itself: whether the row has the same number is for who reads it.
 * What is no message says nothing, and fails as such. */
static enum srow_rc read_version(struct heal_cell *c, struct srow_error *e)
{
    struct srow_message_info m = {0};
    struct srow_error why = {0};
    enum srow_rc rc = srow_message_inspect(&m, bytes_buf(&c->old), &why);
    FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", why.text);
    for (size_t i = 0; i < m.context_count; i++) {
        if (bytes_equal_str(m.context[i].key, "sealrow:version") &&
            text_parse_size(&c->version, m.context[i].value, INT64_MAX, NULL) != SROW_OK) {
            c->version = 0; /* then it does not open, and fails as such */
        }
    }
    srow_message_info_free(&m);
    return SROW_OK;
}

enum srow_rc heal_cell_make(struct heal_cell *out, const struct heal_work *w, size_t column,
                            const struct db_value *row, struct srow_error *e)
{
    AUTO(heal_cell_cleanup) struct heal_cell c = {.column = column};
    TRY(copy_bound(&c, w, row, e));
    buf_put(&c.old, row[w->table->bind_count + column].bytes);
    TRY(buf_check(&c.old, e));
    if (w->table->columns[column].version != NULL) {
        TRY(read_version(&c, e));
    }
    *out = c;
    c = (struct heal_cell){0};
    return SROW_OK;
}

/* A binding that is NULL or empty is the row's fault here, and not that of whoever calls. */
bool heal_cell_fail(struct heal_cell *c, const struct srow_error *error)
{
    c->fate = HEAL_FAILED;
    c->error = *error;
    if (error->rc == SROW_E_BINDING) {
        (void)error_set(&c->error, SROW_E_VALUE, "%s", error->text);
    }
    return c->error.cls == SROW_CLASS_FORMAT || c->error.cls == SROW_CLASS_LIMIT ||
           c->error.cls == SROW_CLASS_INTEGRITY;
}

/* -- what a header says -- */

static bool is_down(const struct heal_work *w, const char *region)
{
    return outage_read(client_outage(w->h->client), region).down;
}

static const struct config_key_set *set_of(const struct heal_work *w, size_t column)
{
    return config_key_set_find(w->h->config, w->table->columns[column].keys);
}

/* Whether a key that opens it, for new values or not, is in a Region that is (not) declared down.
 */
static bool opens_in(const struct heal_work *w, const struct srow_message_info *m,
                     const struct config_key_set *set, bool down)
{
    for (size_t i = 0; i < set->count; i++) {
        if (wrapped_under(m, &set->keys[i]) && is_down(w, set->keys[i].region) == down) {
            return true;
        }
    }
    return false;
}

static enum heal_state state_of(const struct heal_work *w, const struct srow_message_info *m,
                                const struct config_key_set *set)
{
    bool due = false, keeps = false;
    for (size_t i = 0; i < w->h->config->region_count; i++) {
        const char *region = w->h->config->regions[i].name;
        bool down = is_down(w, region), serves = wrapped_serves(m, set, region);
        due = due || (!down && !serves && config_key_set_seals_in(set, region));
        keeps = keeps || (down && serves);
    }
    if (wrapped_debt(m, w->h->config, set) == 0) {
        return HEAL_WHOLE;
    }
    bool lost = !opens_in(w, m, set, false) && opens_in(w, m, set, true);
    return due && !keeps && !lost ? HEAL_DUE : HEAL_WAITING;
}

enum srow_rc heal_cell_state(enum heal_state *out, const struct heal_work *w, size_t column,
                             struct srow_bytes message, struct srow_error *e)
{
    struct srow_message_info m = {0};
    TRY(srow_message_inspect(&m, message, e));
    *out = state_of(w, &m, set_of(w, column));
    srow_message_info_free(&m);
    return SROW_OK;
}

enum srow_rc heal_cell_check(const struct heal_cell *c, const struct heal_work *w,
                             struct srow_error *e)
{
    struct srow_message_info before = {0}, after = {0};
    const struct config_key_set *set = set_of(w, c->column);
    const char *lost = NULL;
    TRY(srow_message_inspect(&before, bytes_buf(&c->old), e));
    enum srow_rc rc = srow_message_inspect(&after, bytes_buf(&c->sealed), e);
    for (size_t i = 0; rc == SROW_OK && i < w->h->config->region_count; i++) {
        const char *region = w->h->config->regions[i].name;
        bool wanted = wrapped_serves(&before, set, region) ||
                      (config_key_set_seals_in(set, region) && !is_down(w, region));
        lost = wanted && !wrapped_serves(&after, set, region) ? region : lost;
    }
    srow_message_info_free(&before);
    srow_message_info_free(&after);
    TRY(rc);
    FAIL_IF(lost != NULL, e, SROW_E_REGIONS,
            "Region %s was lost on the way: nothing of this batch was stored: run heal again when "
            "it answers",
            lost);
    return SROW_OK;
}
