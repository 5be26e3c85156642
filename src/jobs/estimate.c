/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/estimate.h"

#include <stdlib.h>

#include <sealrow/message.h>

#include "jobs/estimate_wraps.h"
#include "schema/ddl.h"

enum {
    PAIR = 4,                              /* two lengths around key and value */
    SIGNED = (PAIR + 21 + 68) + (2 + 104), /* the signer's pair, and a footer with its longest */
};

void estimate_cleanup(struct estimate *est)
{
    for (size_t i = 0; i < est->column_count; i++) {
        free(est->columns[i].regions);
    }
    free(est->columns);
    *est = (struct estimate){0};
}

/* -- sums -- */

static void add(struct estimate_sum *s, uint64_t n)
{
    s->least = s->count == 0 || n < s->least ? n : s->least;
    s->most = n > s->most ? n : s->most;
    s->total += n;
    s->count++;
}

/* Each of them longer by so much. */
static struct estimate_sum longer(struct estimate_sum s, uint64_t n)
{
    return (struct estimate_sum){s.count, s.least + n, s.most + n, s.total + s.count * n};
}

static uint64_t of_all(const struct estimate *est, uint64_t n)
{
    bool whole = est->looked == 0 || est->looked >= est->rows;
    return whole ? n : (uint64_t)((double)n * (double)est->rows / (double)est->looked);
}

struct estimate_sum estimate_messages(const struct estimate *est, const struct estimate_column *c,
                                      enum estimate_mode mode)
{
    struct estimate_sum s = longer(c->bare, c->wraps[mode].wrapped);
    s.count = of_all(est, s.count);
    s.total = of_all(est, s.total);
    return s;
}

/* -- one message -- */

static uint64_t digits(uint64_t n)
{
    uint64_t count = 1;
    for (; n >= 10; n /= 10) {
        count++;
    }
    return count;
}

/* A message without wrapped keys, value and bound values; docs/format.md. */
static uint64_t fixed_bytes(const struct estimate *est, const struct config_column *column,
                            const char *domain, uint64_t version)
{
    const struct config_table *t = est->table;
    uint64_t bytes = DDL_FIXED_BYTES + 2 + PAIR + strlen("sealrow:cell") + strlen(domain) + 1 +
                     strlen(t->name) + 1 + strlen(column->name);
    for (size_t i = 0; i < t->bind_count; i++) {
        bytes += PAIR + strlen(t->binds[i].name);
    }
    if (column->version != NULL) {
        bytes += PAIR + strlen("sealrow:version") + digits(version == 0 ? 1 : version);
    }
    return bytes + (column->is_signed ? SIGNED : 0);
}

uint64_t estimate_message(const struct estimate *est, const struct estimate_column *c,
                          uint64_t bound, uint64_t version, uint64_t value)
{
    return fixed_bytes(est, c->column, est->domain, version) + bound + value +
           c->wraps[ESTIMATE_CONFIGURED].wrapped;
}

/* -- what is there -- */

/* The lengths of one column: messages of rows, and of rows without a value. */
struct tally {
    struct estimate_column *c;
    struct estimate_sum empty;
};

static enum srow_rc look_at(struct tally *t, const struct estimate *est, const struct scan *scan,
                            const struct walk_row *row, uint64_t bound, struct srow_error *e)
{
    struct scan_cell cell;
    struct estimate_column *c = t->c;
    TRY(scan_cell(&cell, scan, row, (size_t)(c - est->columns), e));
    uint64_t rest = fixed_bytes(est, c->column, est->domain, cell.version) + bound;
    add(&t->empty, rest);
    c->sealed += cell.source == SCAN_SEALED;
    c->plain += cell.source == SCAN_PLAIN;
    c->nulls += cell.source == SCAN_NONE;
    if (cell.source != SCAN_NONE) {
        add(&c->values, cell.value);
        add(&c->bare, rest + cell.value);
    }
    if (cell.ciphertext > 0) {
        c->ciphertext = cell.ciphertext;
    }
    return SROW_OK;
}

static enum srow_rc look_at_rows(struct tally *tallies, struct estimate *est, struct scan *scan,
                                 struct srow_error *e)
{
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    do {
        TRY(scan_next(&page, scan, e));
        for (size_t i = 0; i < page.count; i++) {
            uint64_t bound = 0;
            TRY(scan_bound_bytes(&bound, scan, &page.rows[i], e));
            for (size_t k = 0; k < est->column_count; k++) {
                TRY(look_at(&tallies[k], est, scan, &page.rows[i], bound, e));
            }
        }
        est->looked += page.count;
    } while (page.count > 0);
    return SROW_OK;
}

/* Of an empty table one message that could be in it. */
static struct estimate_sum would_be(const struct estimate *est, const struct config_column *column)
{
    uint64_t bytes = fixed_bytes(est, column, est->domain, 1);
    for (size_t i = 0; i < est->table->bind_count; i++) {
        enum srow_type type = est->table->binds[i].type;
        bytes += ddl_usual_bytes(type, DDL_ROOM_BINDING) * (type == SROW_TYPE_BYTES ? 2 : 1);
    }
    return (struct estimate_sum){.least = bytes, .most = bytes};
}

static void assume(struct tally *t, const struct estimate *est)
{
    struct estimate_column *c = t->c;
    if (c->values.count > 0) {
        return;
    }
    uint64_t value = scan_padded(c->column, ddl_usual_bytes(c->column->type, DDL_ROOM_VALUE));
    c->assumed = true;
    c->values = longer((struct estimate_sum){.count = t->empty.count}, value);
    c->bare = longer(t->empty.count > 0 ? t->empty : would_be(est, c->column), value);
}

/* -- KMS's ciphertext -- */

/* The probe of the key set, which init has sealed, tells how long it is. */
static enum srow_rc read_probe(uint64_t *out, struct db *db, const char *key_set,
                               struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value name = db_text(key_set);
    struct srow_message_info m = {0};
    bool more = false;
    TRY(db_query(&rows, db, "SELECT message FROM " DDL_PROBE_TABLE " WHERE key_set = $1", &name, 1,
                 e));
    TRY(db_next(&more, rows, e));
    if (!more) {
        return SROW_OK;
    }
    struct srow_error why = {0};
    enum srow_rc rc = srow_message_inspect(&m, rows->ops->value(rows, 0).bytes, &why);
    FAIL_IF(rc == SROW_E_NOMEM, e, rc, "%s", why.text);
    *out = rc != SROW_OK || m.key_count == 0 ? 0 : m.keys[0].ciphertext.len;
    srow_message_info_free(&m);
    return SROW_OK;
}

static enum srow_rc find_ciphertext(struct estimate_column *c, struct db *db, bool has_probes,
                                    struct srow_error *e)
{
    if (c->ciphertext == 0 && has_probes) {
        TRY(read_probe(&c->ciphertext, db, c->column->keys, e));
    }
    c->ciphertext_assumed = c->ciphertext == 0;
    c->ciphertext = c->ciphertext == 0 ? ESTIMATE_CIPHERTEXT : c->ciphertext;
    return SROW_OK;
}

/* -- the table -- */

static enum srow_rc find_width(struct estimate_column *c, const struct srow_config *config,
                               const struct scan *scan, struct db *db, struct srow_error *e)
{
    const struct live_column *there = live_column_find(&scan->live, c->column->sealed);
    const struct ddl_place place = {config, scan->table, c->column, &scan->live};
    struct ddl_room room = {0};
    TRY(ddl_room_read(&room, db, &place, e));
    c->there = there != NULL;
    c->width = there == NULL ? room.width : there->width;
    return SROW_OK;
}

/* Two rows with one binding have one context: only these could share a cached data key. */
static enum srow_rc count_bindings(struct estimate *est, const struct scan *scan, struct db *db,
                                   struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    est->bindings = est->rows;
    if (live_is_unique(&scan->live, est->table)) {
        return SROW_OK;
    }
    buf_put_str(&sql, "SELECT count(*) FROM (SELECT DISTINCT ");
    for (size_t i = 0; i < est->table->bind_count; i++) {
        buf_put_str(&sql, i == 0 ? "" : ", ");
        db_put_name(&sql, db, est->table->binds[i].column);
    }
    buf_put_str(&sql, " FROM ");
    db_put_table(&sql, db, est->table->schema, est->table->table);
    buf_put_str(&sql, ") AS d");
    return db_number(&est->bindings, db, &sql, e);
}

static enum srow_rc make_columns(struct estimate *est, struct srow_error *e)
{
    est->columns = calloc(est->table->column_count + 1, sizeof *est->columns);
    FAIL_IF(est->columns == NULL, e, SROW_E_NOMEM, "no memory for an estimate");
    for (size_t i = 0; i < est->table->column_count; i++) {
        est->columns[est->column_count++].column = &est->table->columns[i];
    }
    return SROW_OK;
}

static void tallies_free(struct tally **tallies)
{
    free(*tallies);
}

static enum srow_rc look(struct estimate *est, struct scan *scan, struct srow_error *e)
{
    AUTO(tallies_free) struct tally *tallies = calloc(est->column_count + 1, sizeof *tallies);
    FAIL_IF(tallies == NULL, e, SROW_E_NOMEM, "no memory for an estimate");
    for (size_t i = 0; i < est->column_count; i++) {
        tallies[i].c = &est->columns[i];
    }
    TRY(look_at_rows(tallies, est, scan, e));
    for (size_t i = 0; i < est->column_count; i++) {
        assume(&tallies[i], est);
    }
    return SROW_OK;
}

/* What the database says beside the rows. */
static enum srow_rc finish(struct estimate *est, const struct estimate_ask *ask,
                           const struct scan *scan, struct db *db, struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table probes = {0};
    const char *local =
        ask->local_region == NULL ? ask->config->regions[0].name : ask->local_region;
    TRY(ddl_plan_row_bytes(&est->row_bytes, db, &scan->live, e));
    TRY(live_table_read(&probes, db, NULL, DDL_PROBE_TABLE, e));
    for (size_t i = 0; i < est->column_count; i++) {
        struct estimate_column *c = &est->columns[i];
        TRY(find_ciphertext(c, db, probes.name != NULL, e));
        TRY(find_width(c, ask->config, scan, db, e));
        TRY(estimate_wraps_make(c, ask->config, local, e));
    }
    return count_bindings(est, scan, db, e);
}

enum srow_rc estimate_read(struct estimate *out, const struct estimate_ask *ask, struct db *db,
                           struct srow_error *e)
{
    AUTO(scan_cleanup) struct scan scan = {0};
    AUTO(estimate_cleanup)
    struct estimate est = {.domain = ask->config->domain, .dialect = db->ops->dialect};
    const struct scan_ask how = {.config = ask->config, .table = ask->table, .sample = ask->sample};
    TRY(scan_open(&scan, &how, db, e));
    est.table = scan.table;
    est.rows = scan.rows;
    TRY(make_columns(&est, e));
    TRY(look(&est, &scan, e));
    est.rows = est.looked > est.rows ? est.looked : est.rows; /* somebody has added some */
    TRY(finish(&est, ask, &scan, db, e));
    *out = est;
    est = (struct estimate){0};
    return SROW_OK;
}
