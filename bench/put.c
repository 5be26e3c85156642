/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: put NAME URL [CONFIG]           BENCH_ROUNDS, BENCH_ROWS: by default 9 and 1,000
 *        put once URL TIMES              for a profiler: loads of 1,000 rows, KMS in the process
 *
 * `put --from` beside its ceiling in turns: the same rows, sealed before, in transactions of the
 * same size over the same connection, by the engine's fastest INSERT that db has; nothing is read,
 * looked up, sealed or read back. Prints the median of the rounds of ceiling's seconds divided by
 * ours. Without CONFIG the KMS functions are in the process. put.py runs it on each engine;
 * README.md says what the figures mean.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rows/pick.h"
#include "table.h"

enum { MOST_ROUNDS = 999, TEXT_BYTES = 16 };

/* The rows as they are stored. */
struct stored {
    struct db_value *params; /* id, message; a row behind another */
    struct srow_buf *messages;
    size_t count;
};

static void stored_cleanup(struct stored *s)
{
    for (size_t i = 0; i < s->count; i++) {
        buf_cleanup(&s->messages[i]);
    }
    free(s->messages);
    free(s->params);
}

static void read_stored(struct stored *s, struct table *t, size_t count)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct srow_error e = {0};
    bool more = false;
    s->params = calloc(2 * count, sizeof *s->params);
    s->messages = calloc(count, sizeof *s->messages);
    must(s->params != NULL && s->messages != NULL, "no memory");
    must_ok(db_query(&rows, t->db, "SELECT id, note_sealed FROM bench", NULL, 0, &e), &e);
    must_ok(db_next(&more, rows, &e), &e);
    while (more && s->count < count) {
        struct srow_buf *message = &s->messages[s->count];
        buf_put(message, rows->ops->value(rows, 1).bytes);
        must_ok(buf_check(message, &e), &e);
        s->params[2 * s->count] = rows->ops->value(rows, 0);
        s->params[2 * s->count++ + 1] = db_bytes(bytes_buf(message));
        must_ok(db_next(&more, rows, &e), &e);
    }
    must(!more && s->count == count, "not all rows are stored");
}

static void insert_stored(struct table *t, const struct stored *s)
{
    struct srow_error e = {0};
    size_t most = pick_page(t->config, &t->config->tables[0]);
    for (size_t from = 0; from < s->count; from += most) {
        AUTO(db_rollback) struct db_work work = {0};
        size_t n = s->count - from < most ? s->count - from : most;
        must_ok(db_begin(&work, t->db, &e), &e);
        const struct db_many many = {s->params + 2 * from, 2, n};
        must_ok(
            db_exec_many(t->db, "INSERT INTO bench (id, note_sealed) VALUES ($1, $2)", &many, &e),
            &e);
        must_ok(db_commit(&work, &e), &e);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double one_round(struct table *t, const struct stored *s)
{
    table_clear(t);
    double start = now();
    table_load(t, s->count, TEXT_BYTES);
    double ours = now() - start;
    table_clear(t);
    start = now();
    insert_stored(t, s);
    return (now() - start) / ours;
}

static size_t setting(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    size_t number = text == NULL ? otherwise : strtoul(text, NULL, 10);
    must(number > 0, name);
    return number;
}

static void measure(struct table *t, const char *name)
{
    AUTO(stored_cleanup) struct stored stored = {0};
    double ratios[MOST_ROUNDS];
    size_t rows = setting("BENCH_ROWS", 1000), rounds = setting("BENCH_ROUNDS", 9);
    must(rounds <= MOST_ROUNDS, "too many rounds");
    table_clear(t);
    table_load(t, rows, TEXT_BYTES);
    read_stored(&stored, t, rows);
    for (size_t i = 0; i < rounds; i++) {
        ratios[i] = one_round(t, &stored);
    }
    qsort(ratios, rounds, sizeof *ratios, ascending);
    printf("bench: put-%s rows %zu ratio %.2f spread %.2f\n", name, rows, ratios[rounds / 2],
           ratios[3 * rounds / 4] - ratios[rounds / 4]);
}

int main(int argc, char **argv)
{
    struct table t;
    must(argc == 3 || argc == 4, "usage: see put.c");
    bool once = strcmp(argv[1], "once") == 0;
    table_open(&t, argv[2], once || argc == 3 ? NULL : argv[3]);
    for (long i = once && argc == 4 ? atol(argv[3]) : 0; i > 0; i--) {
        table_clear(&t);
        table_load(&t, 1000, TEXT_BYTES);
    }
    if (!once) {
        measure(&t, argv[1]);
    }
    table_close(&t);
    return 0;
}
