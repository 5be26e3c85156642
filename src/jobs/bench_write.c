/* SPDX-License-Identifier: Apache-2.0
 *
 * The clock of bench, and its transactions: an UPDATE of each row by its binding, as heal does it,
 * and never a COMMIT.
 */
#include <stdlib.h>
#include <time.h>

#include "jobs/bench_parts.h"
#include "schema/ddl.h"

double bench_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

enum what { MESSAGES, FILLINGS };

/* What stands in a column while nothing is sealed: no value, but what its CHECK takes for one. */
struct filling {
    char *at;
    size_t len;
};

static void filling_free(struct filling *f)
{
    free(f->at);
}

static enum srow_rc make_filling(struct filling *out, const struct bench_work *w,
                                 struct srow_error *e)
{
    static const char beginning[] = {0x02, 0x05, 0x78}; /* signed: every CHECK lets it in */
    size_t len = DDL_FIXED_BYTES;
    for (size_t i = 0; i < w->row_count * w->est.column_count; i++) {
        len = w->cells[i].value.len > len ? w->cells[i].value.len : len;
    }
    *out = (struct filling){calloc(1, len), len};
    FAIL_IF(out->at == NULL, e, SROW_E_NOMEM, "no memory for %zu bytes", len);
    memcpy(out->at, beginning, sizeof beginning);
    return SROW_OK;
}

/* UPDATE t SET a = $3, b = $4 WHERE x = $1 AND y = $2 */
static void put_update(struct srow_buf *sql, const struct bench_work *w)
{
    const struct config_table *t = w->est.table;
    buf_put_str(sql, "UPDATE ");
    db_put_table(sql, w->db, t->schema, t->table);
    for (size_t i = 0; i < t->column_count; i++) {
        buf_put_str(sql, i == 0 ? " SET " : ", ");
        db_put_name(sql, w->db, t->columns[i].sealed);
        buf_printf(sql, " = $%zu", t->bind_count + i + 1);
    }
    for (size_t i = 0; i < t->bind_count; i++) {
        buf_put_str(sql, i == 0 ? " WHERE " : " AND ");
        live_put_equal(sql, w->db, &w->scan.live, t->binds[i].column, i + 1);
    }
}

static struct db_value written(const struct bench_cell *c, enum what what, const struct filling *f)
{
    if (c->row == NULL) {
        return (struct db_value){.type = DB_NULL};
    }
    size_t len = c->value.len > DDL_FIXED_BYTES ? c->value.len : DDL_FIXED_BYTES;
    return db_bytes(what == MESSAGES ? bytes_buf(&c->message) : bytes_of(f->at, len));
}

static enum srow_rc update(struct bench_work *w, const char *sql, struct db_value *params,
                           struct srow_error *e)
{
    const struct config_table *t = w->est.table;
    TRY(db_exec(w->db, sql, params, t->bind_count + t->column_count, e));
    FAIL_IF(db_changed(w->db) > 1, e, SROW_E_SCHEMA,
            "several rows have one binding: make the bound columns unique, see sealrow check");
    return SROW_OK;
}

static enum srow_rc write_rows(struct bench_work *w, const char *sql, enum what what,
                               const struct filling *f, struct srow_error *e)
{
    const struct config_table *t = w->est.table;
    struct db_value *params = calloc(t->bind_count + t->column_count, sizeof *params);
    FAIL_IF(params == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    enum srow_rc rc = SROW_OK;
    for (size_t r = 0; r < w->row_count && rc == SROW_OK; r++) {
        for (size_t i = 0; i < t->bind_count; i++) {
            params[i] = *scan_bound(&w->scan, w->rows[r].at, i);
        }
        for (size_t i = 0; i < t->column_count; i++) {
            params[t->bind_count + i] = written(&w->cells[r * t->column_count + i], what, f);
        }
        rc = update(w, sql, params, e);
    }
    free(params);
    return rc;
}

static enum srow_rc write_once(double *seconds, struct bench_work *w, enum what what,
                               const struct filling *f, struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    put_update(&sql, w);
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    double began = bench_clock();
    TRY(db_begin(&work, w->db, e));
    TRY(write_rows(w, text, what, f, e));
    *seconds += bench_clock() - began;
    return SROW_OK;
}

enum srow_rc bench_write(struct bench_work *w, struct srow_error *e)
{
    AUTO(filling_free) struct filling f = {0};
    TRY(make_filling(&f, w, e));
    TRY(write_once(&w->out->write_plain_s, w, FILLINGS, &f, e));
    return write_once(&w->out->write_sealed_s, w, MESSAGES, &f, e);
}
