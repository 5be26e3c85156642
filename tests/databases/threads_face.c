/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections of several threads at once: db-threads URL. Each thread opens, writes in
 * transactions, reads, fails, opens again. Made for ThreadSanitizer; run by test_threads.py.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "check.h"
#include "db/db.h"

enum { THREADS = 4, ROUNDS = 3 };

static const char *url;
static atomic_uint failed;

static enum srow_rc count(int64_t *out, struct db *db, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    TRY(db_query(&rows, db, "SELECT count(*) FROM many_threads", NULL, 0, e));
    TRY(db_next(&more, rows, e));
    *out = more ? rows->ops->value(rows, 0).integer : -1;
    return SROW_OK;
}

static enum srow_rc write_one(struct db *db, int64_t number, struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    struct db_value value = db_integer(number);
    TRY(db_begin(&work, db, e));
    TRY(db_exec(db, "INSERT INTO many_threads VALUES ($1)", &value, 1, e));
    return db_commit(&work, e);
}

/* Nothing of a round is retried: rows of their own are in nobody's way. */
static enum srow_rc go_round(int64_t number, struct srow_error *e)
{
    AUTO(db_free) struct db *db = NULL;
    struct srow_error wanted = {0};
    int64_t found = 0;
    TRY(db_open(&db, url, e));
    TRY(write_one(db, number, e));
    FAIL_IF(db_exec(db, "INSERT INTO no_such_table VALUES (1)", NULL, 0, &wanted) == SROW_OK, e,
            SROW_E_INTERNAL, "a table that is not there");
    TRY(db_reopen(db, e));
    TRY(count(&found, db, e));
    FAIL_IF(found < 1, e, SROW_E_INTERNAL, "a row is lost");
    return SROW_OK;
}

static void *work(void *argument)
{
    struct srow_error e = {0};
    for (int round = 0; round < ROUNDS; round++) {
        if (go_round(*(const int64_t *)argument * ROUNDS + round, &e) != SROW_OK) {
            printf("# %s\n", e.text);
            atomic_fetch_add(&failed, 1);
        }
    }
    return NULL;
}

CASE(each_thread_has_its_own_connection_and_no_row_is_lost)
{
    AUTO(db_free) struct db *db = NULL;
    struct srow_error e = {0};
    pthread_t threads[THREADS];
    int64_t numbers[THREADS], found = 0;
    CHECK_OK((strncmp(url, "sqlite:", 7) == 0 ? db_create : db_open)(&db, url, &e), e);
    CHECK_OK(db_exec(db, "CREATE TABLE many_threads (n BIGINT PRIMARY KEY)", NULL, 0, &e), e);
    db_free(&db);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK(atomic_load(&failed) == 0);
    CHECK_OK(db_open(&db, url, &e), e);
    CHECK_OK(count(&found, db, &e), e);
    CHECK(found == (int64_t)THREADS * ROUNDS);
    CHECK_OK(db_exec(db, "DROP TABLE many_threads", NULL, 0, &e), e);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: db-threads URL\n", stderr);
        return 2;
    }
    url = argv[1];
    RUN(each_thread_has_its_own_connection_and_no_row_is_lost);
    return check_done();
}
