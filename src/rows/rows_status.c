/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/rows_status.h"

#include <stdlib.h>

#include "client/wrapped.h"
#include "db/walk.h"
#include "schema/live.h"

static void column_cleanup(struct rows_status_column *c)
{
    for (size_t i = 0; i < c->key_count; i++) {
        free(c->keys[i].arn);
        free(c->keys[i].region);
    }
    free(c->keys);
    free(c->regions);
}

void rows_status_cleanup(struct rows_status *s)
{
    for (size_t i = 0; i < s->column_count; i++) {
        column_cleanup(&s->columns[i]);
    }
    free(s->columns);
    *s = (struct rows_status){0};
}

/* -- one value -- */

static const struct config_key_set *set_of(const struct rows_status_column *c,
                                           const struct srow_config *config)
{
    return config_key_set_find(config, c->column->keys);
}

static bool is_configured(const struct config_key_set *set, struct srow_bytes arn)
{
    for (size_t i = 0; i < set->count; i++) {
        if (bytes_equal_str(arn, set->keys[i].arn)) {
            return true;
        }
    }
    return false;
}

static enum srow_rc add_key(struct rows_status_column *c, const struct config_key_set *set,
                            const struct srow_message_key *key, struct srow_error *e)
{
    for (size_t i = 0; i < c->key_count; i++) {
        if (bytes_equal_str(key->info, c->keys[i].arn)) {
            c->keys[i].values++;
            return SROW_OK;
        }
    }
    void *grown = realloc(c->keys, (c->key_count + 1) * sizeof *c->keys);
    FAIL_IF(grown == NULL, e, SROW_E_NOMEM, "no memory for a status");
    c->keys = grown;
    struct rows_status_key *to = &c->keys[c->key_count++];
    *to = (struct rows_status_key){.configured = is_configured(set, key->info), .values = 1};
    TRY(bytes_dup_str(&to->arn, key->info, e));
    return bytes_dup_str(&to->region, wrapped_region(key), e);
}

static void add_regions(struct rows_status_column *c, const struct srow_config *config,
                        const struct srow_message_info *m)
{
    for (size_t i = 0; i < c->region_count; i++) {
        struct rows_status_region *r = &c->regions[i];
        bool serves = wrapped_serves(m, set_of(c, config), r->name);
        r->values += serves;
        r->debt += r->promised && !serves;
    }
    c->debt += wrapped_debt(m, config, set_of(c, config)) > 0;
}

static enum srow_rc add_keys(struct rows_status_column *c, const struct srow_config *config,
                             const struct srow_message_info *m, struct srow_error *e)
{
    bool direct = true;
    for (size_t i = 0; i < m->key_count; i++) {
        bool is_kms = bytes_equal_str(m->keys[i].provider, "aws-kms");
        direct = direct && is_kms;
        if (is_kms) {
            TRY(add_key(c, set_of(c, config), &m->keys[i], e));
        }
    }
    c->direct += direct;
    c->other += !direct;
    return SROW_OK;
}

static enum srow_rc look_at(struct rows_status_column *c, const struct srow_config *config,
                            const struct db_value *v, struct srow_error *e)
{
    struct srow_message_info m = {0};
    struct srow_error why = {0};
    if (v->type == DB_NULL) {
        c->nulls++;
        return SROW_OK;
    }
    enum srow_rc rc = srow_message_inspect(&m, v->bytes, &why);
    if (rc != SROW_OK) {
        c->not_sealed++;
        FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", why.text);
        return SROW_OK;
    }
    c->sealed++;
    c->bytes += v->bytes.len;
    c->overhead += v->bytes.len - m.plaintext_len;
    c->signed_suite += m.is_signed;
    c->unsigned_suite += !m.is_signed;
    add_regions(c, config, &m);
    rc = add_keys(c, config, &m, e);
    srow_message_info_free(&m);
    return rc;
}

/* -- the table -- */

static enum srow_rc make_columns(struct rows_status *s, const struct srow_config *config,
                                 struct srow_error *e)
{
    s->columns = calloc(s->table->column_count + 1, sizeof *s->columns);
    FAIL_IF(s->columns == NULL, e, SROW_E_NOMEM, "no memory for a status");
    for (size_t i = 0; i < s->table->column_count; i++) {
        struct rows_status_column *c = &s->columns[s->column_count++];
        c->column = &s->table->columns[i];
        c->regions = calloc(config->region_count + 1, sizeof *c->regions);
        FAIL_IF(c->regions == NULL, e, SROW_E_NOMEM, "no memory for a status");
        for (size_t k = 0; k < config->region_count; k++) {
            const char *name = config->regions[k].name;
            c->regions[c->region_count++] = (struct rows_status_region){
                .name = name, .promised = config_key_set_seals_in(set_of(c, config), name)};
        }
    }
    return SROW_OK;
}

/* Rows, and how many have plaintext still: the database counts, so that none of it leaves it. */
static void put_count(struct srow_buf *sql, const struct rows_status *s, const struct db *db)
{
    buf_put_str(sql, "SELECT count(*)");
    for (size_t i = 0; i < s->column_count; i++) {
        if (s->columns[i].column->plain != NULL) {
            buf_put_str(sql, ", count(");
            db_put_name(sql, db, s->columns[i].column->plain);
            buf_put_str(sql, ")");
        }
    }
    buf_put_str(sql, " FROM ");
    db_put_table(sql, db, s->table->schema, s->table->table);
}

static enum srow_rc count_rows(struct rows_status *s, struct db *db, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    bool more = false;
    size_t at = 0;
    put_count(&sql, s, db);
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    TRY(db_query(&rows, db, text, NULL, 0, e));
    TRY(db_next(&more, rows, e));
    s->rows = more ? (uint64_t)rows->ops->value(rows, at++).integer : 0;
    for (size_t i = 0; more && i < s->column_count; i++) {
        if (s->columns[i].column->plain != NULL) {
            s->columns[i].plaintext = (uint64_t)rows->ops->value(rows, at++).integer;
        }
    }
    return SROW_OK;
}

static void columns_free(struct walk_column **columns)
{
    free(*columns);
}

static enum srow_rc walk_all(struct rows_status *s, const struct srow_config *config,
                             struct walk *walk, struct srow_error *e)
{
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    do {
        TRY(walk_next(&page, walk, e));
        for (size_t i = 0; i < page.count; i++) {
            const struct db_value *row = page.rows[i].values + s->table->key_count;
            for (size_t k = 0; k < s->column_count; k++) {
                TRY(look_at(&s->columns[k], config, &row[k], e));
            }
        }
        s->looked += page.count;
    } while (page.count > 0);
    return SROW_OK;
}

static enum srow_rc look(struct rows_status *s, const struct srow_config *config, struct db *db,
                         uint64_t sample, struct srow_error *e)
{
    const struct config_table *t = s->table;
    AUTO(live_table_cleanup) struct live_table live = {0};
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(columns_free)
    struct walk_column *all = calloc(t->key_count + t->column_count, sizeof *all);
    FAIL_IF(all == NULL, e, SROW_E_NOMEM, "no memory for a status");
    TRY(live_table_fit(&live, db, t, e));
    TRY(live_walk_fit(&live, db, t, e));
    TRY(count_rows(s, db, e));
    struct walk_plan plan = {.schema = t->schema, .table = t->table, .keys = all};
    for (size_t i = 0; i < t->key_count; i++) {
        all[plan.key_count++] = live_walk_column(&live, t->key[i]);
    }
    plan.columns = all + plan.key_count;
    for (size_t i = 0; i < t->column_count; i++) {
        all[plan.key_count + plan.column_count++] = live_walk_column(&live, t->columns[i].sealed);
    }
    walk_plan_sample(&plan, s->rows, sample);
    TRY(walk_init(&walk, db, &plan, e));
    return walk_all(s, config, &walk, e);
}

enum srow_rc rows_status_read(struct rows_status *out, const struct srow_config *config,
                              struct db *db, const struct rows_status_ask *ask,
                              struct srow_error *e)
{
    AUTO(rows_status_cleanup) struct rows_status s = {0};
    TRY(config_table_named(&s.table, config, ask->table, e));
    TRY(make_columns(&s, config, e));
    TRY(look(&s, config, db, ask->sample, e));
    if (s.looked > s.rows) {
        s.rows = s.looked; /* somebody has added rows meanwhile */
    }
    *out = s;
    s = (struct rows_status){0};
    return SROW_OK;
}

bool rows_status_has_region(const struct rows_status_column *c, const char *name)
{
    for (size_t i = 0; i < c->region_count; i++) {
        if (strcmp(c->regions[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}
