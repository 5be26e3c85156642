/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks over tables, on a file of SQLite; with a URL as argument on that database
 * (tests/databases/test_faces.py).
 */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "db/walk.h"

enum { ROWS_MAX = 100 };

static struct srow_error e;
static struct db *db;

static bool is(const char *dialect)
{
    return strcmp(db->ops->dialect->name, dialect) == 0;
}

static bool run(const char *sql)
{
    if (db_exec(db, sql, NULL, 0, &e) != SROW_OK) {
        printf("# %s: %s\n", sql, e.text);
        return false;
    }
    return true;
}

/* A table "walked" with a key, `n` and `v`. */
static bool fresh(const char *key_ddl)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_printf(&sql, "CREATE TABLE walked (n INTEGER, v %s, %s)",
               is("mysql") ? "LONGBLOB" : db->ops->dialect->blob_any, key_ddl);
    return run("DROP TABLE IF EXISTS walked") && run(buf_cstr(&sql));
}

static enum srow_rc insert(const char *columns, const struct db_value *key, size_t count, int64_t n)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    struct db_value row[4] = {{0}};
    memcpy(row, key, count * sizeof *key);
    row[count] = db_integer(n);
    buf_printf(&sql, "INSERT INTO walked (%s, n) VALUES ($1, $2%s)", columns,
               count == 2 ? ", $3" : "");
    return db_exec(db, buf_cstr(&sql), row, count + 1, &e);
}

static const struct walk_column n_column = {"n", WALK_OTHER};

static struct walk_plan plan_of(const struct walk_column *keys, size_t count)
{
    return (struct walk_plan){.table = "walked",
                              .keys = keys,
                              .key_count = count,
                              .columns = &n_column,
                              .column_count = 1,
                              .page_rows = 3};
}

static int64_t n_of(const struct walk_plan *plan, const struct walk_row *row)
{
    return row->values[plan->key_count].integer;
}

/* How often each `n` is seen. */
static enum srow_rc walk_all(int seen[ROWS_MAX], const struct walk_plan *plan)
{
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    memset(seen, 0, ROWS_MAX * sizeof *seen);
    TRY(walk_init(&walk, db, plan, &e));
    do {
        TRY(walk_next(&page, &walk, &e));
        for (size_t i = 0; i < page.count; i++) {
            seen[n_of(plan, &page.rows[i])]++;
        }
    } while (page.count > 0);
    return SROW_OK;
}

static bool each_once(const int seen[ROWS_MAX], int first, int end)
{
    for (int i = 0; i < ROWS_MAX; i++) {
        if (seen[i] != (i >= first && i < end ? 1 : 0)) {
            printf("# row %d was seen %d times\n", i, seen[i]);
            return false;
        }
    }
    return true;
}

/* -- kinds of keys -- */

#define VALUES_MAX 12

static const struct kind {
    const char *engine, *ddl;
    enum walk_kind kind;
    enum db_type type;
    const char *values[VALUES_MAX];
} kinds[] = {
    {"sqlite",
     "k TEXT PRIMARY KEY",
     WALK_TEXT,
     DB_TEXT,
     {"", " ", "a", "A", "a ", "b'\"\\", "10", "9", "\xC3\xA4", "\xF0\x9F\x98\x80", "z"}},
    {"sqlite",
     "k TEXT COLLATE NOCASE, UNIQUE (k COLLATE BINARY)",
     WALK_TEXT,
     DB_TEXT,
     {"b", "a", "A", "B", "aa", "Aa", "aA"}},
    {"sqlite",
     "k INTEGER PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"-9223372036854775808", "9223372036854775807", "0", "10", "9", "-10", "-9"}},
    {"sqlite", "k BLOB PRIMARY KEY", WALK_BYTES, DB_BYTES, {"", "\xFF", "a", "A", "\x80", "a'"}},
    {"sqlite",
     "k DATE PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"2024-02-29", "1999-12-31", "2024-03-01", "0001-01-01", "9999-12-31"}},
    {"postgresql",
     "k text PRIMARY KEY",
     WALK_TEXT,
     DB_TEXT,
     {"", " ", "a", "A", "a ", "b'\"\\", "10", "9", "\xC3\xA4", "\xF0\x9F\x98\x80", "z"}},
    {"postgresql", "k char(5) PRIMARY KEY", WALK_TEXT, DB_TEXT, {"", "a", "A", "aa", "b", "10"}},
    {"postgresql",
     "k bigint PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"-9223372036854775808", "9223372036854775807", "0", "10", "9", "-10", "-9"}},
    {"postgresql",
     "k numeric PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"1.5", "-1.5", "12345678901234567890.01", "12345678901234567890.02", "0", "10", "9"}},
    {"postgresql",
     "k bytea PRIMARY KEY",
     WALK_BYTES,
     DB_BYTES,
     {"", "\xFF", "a", "A", "\x80", "a'"}},
    {"postgresql",
     "k uuid PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
      "6f1d5e0a-0000-4000-8000-00000000000a", "6f1d5e0a-0000-4000-8000-00000000000b"}},
    {"postgresql",
     "k date PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"2024-02-29", "1999-12-31", "2024-03-01", "0001-01-01", "9999-12-31", "0044-03-15 BC"}},
    {"postgresql",
     "k timestamptz PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"2024-02-29 01:02:03.000004+00", "2024-02-29 01:02:03.000005+02", "1999-12-31 00:00:00+00",
      "2024-02-29 01:02:03.000003+00"}},
    {"postgresql", "k boolean PRIMARY KEY", WALK_OTHER, DB_TEXT, {"t", "f"}},
    {"mysql",
     "k VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY",
     WALK_TEXT,
     DB_TEXT,
     {"", " ", "a", "A", "a ", "b'\"\\", "10", "9", "\xC3\xA4", "\xF0\x9F\x98\x80", "z"}},
    {"mysql",
     "k VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY",
     WALK_TEXT,
     DB_TEXT,
     {"", "B", "a", "C", "10", "9", "aa", "A b", "AA0"}},
    {"mysql",
     "k VARCHAR(64) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY",
     WALK_TEXT,
     DB_TEXT,
     {"\xC3\xA4", "a", "B", "\xC3\xB6", "z", "\xC3\xA9"}},
    {"mysql",
     "k BIGINT PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"-9223372036854775808", "9223372036854775807", "0", "10", "9", "-10", "-9"}},
    {"mysql",
     "k BIGINT UNSIGNED PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"18446744073709551615", "18446744073709551614", "18446744073709551613",
      "18446744073709551612", "18446744073709551611", "0", "9223372036854775807",
      "9223372036854775808"}},
    {"mysql",
     "k DECIMAL(38,3) PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"1.5", "-1.5", "12345678901234567890.012", "12345678901234567890.013",
      "12345678901234567890.014", "12345678901234567890.015", "0", "10", "9"}},
    {"mysql",
     "k VARBINARY(64) PRIMARY KEY",
     WALK_BYTES,
     DB_BYTES,
     {"", "\xFF", "a", "A", "\x80", "a'", "a "}},
    {"mysql", "k BINARY(4) PRIMARY KEY", WALK_BYTES, DB_BYTES, {"", "\xFF", "a", "A", "aaaa"}},
    {"mysql",
     "k UUID PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
      "6f1d5e0a-0000-4000-8000-00000000000a", "6f1d5e0a-0000-4000-8000-00000000000b",
      "00000001-ffff-4000-8000-00000000000b", "ffffffff-0000-4000-8000-00000000000b"}},
    {"mysql",
     "k DATE PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"2024-02-29", "1999-12-31", "2024-03-01", "0001-01-01", "9999-12-31"}},
    {"mysql",
     "k DATETIME(6) PRIMARY KEY",
     WALK_OTHER,
     DB_TEXT,
     {"2024-02-29 01:02:03.000004", "2024-02-29 01:02:03.000005", "1999-12-31 00:00:00",
      "2024-02-29 01:02:03.000003"}},
};

static bool walks_once(const struct kind *k, size_t page_rows)
{
    struct walk_column key = {"k", k->kind};
    struct walk_plan plan = plan_of(&key, 1);
    plan.page_rows = page_rows;
    int n = 0, seen[ROWS_MAX];
    if (!fresh(k->ddl)) {
        return false;
    }
    for (; n < VALUES_MAX && k->values[n] != NULL; n++) {
        struct db_value v = db_text(k->values[n]);
        v.type = k->type;
        if (insert("k", &v, 1, n) != SROW_OK) {
            printf("# %s: %s\n", k->ddl, e.text);
            return false;
        }
    }
    return walk_all(seen, &plan) == SROW_OK && each_once(seen, 0, n);
}

CASE(each_row_comes_once_whatever_kind_the_key_is_of)
{
    size_t tried = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (size_t page_rows = 1; is(kinds[i].engine) && page_rows <= 3; page_rows += 2) {
            if (!walks_once(&kinds[i], page_rows)) {
                printf("# %s, pages of %zu: %s\n", kinds[i].ddl, page_rows, e.text);
                CHECK(false);
            }
            tried++;
        }
    }
    CHECK(tried > 0);
}

/* -- composite keys -- */

static const struct walk_column two_keys[] = {{"a", WALK_TEXT}, {"b", WALK_OTHER}};

/* Rows 0 to 24: a = 'p' to 't', b = -2 to 2, not in order. */
static bool fresh_pairs(void)
{
    if (!fresh("a VARCHAR(9) NOT NULL, b BIGINT NOT NULL, PRIMARY KEY (a, b)")) {
        return false;
    }
    for (int i = 0; i < 25; i++) {
        int at = i * 7 % 25;
        char a[2] = {(char)('p' + at / 5), '\0'};
        struct db_value key[] = {db_text(a), db_integer(at % 5 - 2)};
        if (insert("a, b", key, 2, at) != SROW_OK) {
            printf("# %s\n", e.text);
            return false;
        }
    }
    return true;
}

CASE(rows_come_in_the_order_of_a_composite_key)
{
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    struct walk_plan plan = plan_of(two_keys, 2);
    CHECK(fresh_pairs());
    CHECK_OK(walk_init(&walk, db, &plan, &e), e);
    for (int64_t at = 0; at < 25;) {
        CHECK_OK(walk_next(&page, &walk, &e), e);
        CHECK(page.count > 0 && page.count <= 3);
        for (size_t i = 0; i < page.count; i++) {
            CHECK(n_of(&plan, &page.rows[i]) == at++);
        }
    }
    CHECK_OK(walk_next(&page, &walk, &e), e);
    CHECK(page.count == 0);
}

CASE(a_walk_takes_the_rows_that_are_wanted_and_starts_where_it_is_told)
{
    int seen[ROWS_MAX];
    struct walk_plan plan = plan_of(two_keys, 2);
    struct db_value bounds[] = {db_integer(3), db_integer(20)};
    struct db_value after[] = {db_text("q"), db_integer(1)}; /* row 8 */
    plan.where = "n >= $1 AND n < $2 OR n = $2 + 1";
    plan.params = bounds;
    plan.param_count = 2;
    CHECK(fresh_pairs());
    CHECK_OK(walk_all(seen, &plan), e);
    CHECK(seen[21]-- == 1 && each_once(seen, 3, 20));
    plan.after = after;
    CHECK_OK(walk_all(seen, &plan), e);
    CHECK(seen[21]-- == 1 && each_once(seen, 9, 20));
    plan.where = NULL;
    plan.param_count = 0;
    CHECK_OK(walk_all(seen, &plan), e);
    CHECK(each_once(seen, 9, 25));
}

CASE(rows_that_come_and_go_meanwhile_disturb_no_other)
{
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    struct walk_plan plan = plan_of(two_keys, 2);
    int seen[ROWS_MAX] = {0};
    CHECK(fresh_pairs());
    CHECK_OK(walk_init(&walk, db, &plan, &e), e);
    CHECK_OK(walk_next(&page, &walk, &e), e);
    for (int round = 0; page.count > 0; round++) {
        for (size_t i = 0; i < page.count; i++) {
            seen[n_of(&plan, &page.rows[i])]++;
        }
        /* the page itself goes, one comes before it; what follows a round later goes as well */
        struct db_value early[] = {db_text("a"), db_integer(round)};
        CHECK_OK(insert("a, b", early, 2, 90), e);
        CHECK_OK(db_exec(db, "DELETE FROM walked WHERE a = $1 AND b = $2",
                         page.rows[page.count - 1].values, 2, &e),
                 e);
        CHECK(round > 0 || run("DELETE FROM walked WHERE n >= 6 AND n < 12"));
        CHECK_OK(walk_next(&page, &walk, &e), e);
    }
    for (int i = 6; i < 12; i++) {
        CHECK(seen[i] == 0);
        seen[i] = 1;
    }
    CHECK(each_once(seen, 0, 25));
}

/* -- sizes -- */

CASE(a_page_is_bounded_by_its_bytes)
{
    static char big[300000];
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    static const struct walk_column key = {"k", WALK_OTHER}, v = {"v", WALK_BYTES};
    struct walk_plan plan = {.table = "walked",
                             .keys = &key,
                             .key_count = 1,
                             .columns = &v,
                             .column_count = 1,
                             .page_bytes = 250000};
    CHECK(fresh("k BIGINT PRIMARY KEY"));
    memset(big, 2, sizeof big);
    /* 20 small ones, then 12 of 100,000, then one that is larger than a page, NULL, a small one */
    for (int64_t i = 0; i < 35; i++) {
        size_t len = i < 20 || i == 34 ? 5 : i < 32 ? 100000 : sizeof big;
        struct db_value row[] = {db_integer(i), db_bytes(bytes_of(big, len))};
        row[1].type = i == 33 ? DB_NULL : DB_BYTES;
        CHECK_OK(db_exec(db, "INSERT INTO walked (k, v) VALUES ($1, $2)", row, 2, &e), e);
    }
    CHECK_OK(walk_init(&walk, db, &plan, &e), e);
    static const size_t counts[] = {22, 2, 2, 2, 2, 2, 1, 2, 0};
    for (size_t p = 0, at = 0; p < sizeof counts / sizeof counts[0]; p++) {
        CHECK_OK(walk_next(&page, &walk, &e), e);
        CHECK(page.count == counts[p]);
        for (size_t i = 0; i < page.count; i++, at++) {
            CHECK(page.rows[i].values[0].integer == (int64_t)at);
            CHECK((page.rows[i].values[1].type == DB_NULL) == (at == 33));
            CHECK(at == 33 || bytes_equal(page.rows[i].values[1].bytes,
                                          bytes_of(big, page.rows[i].values[1].bytes.len)));
        }
    }
    CHECK(run("DROP TABLE walked"));
}

CASE(a_walk_over_what_is_not_there_fails_and_may_go_on)
{
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    struct walk_plan plan = plan_of(two_keys, 2);
    CHECK(run("DROP TABLE IF EXISTS walked"));
    CHECK_OK(walk_init(&walk, db, &plan, &e), e);
    CHECK_RC(walk_next(&page, &walk, &e), SROW_E_DB);
    CHECK(fresh_pairs());
    CHECK_OK(walk_next(&page, &walk, &e), e);
    CHECK(page.count == 3);
    CHECK(run("DROP TABLE walked"));
}

CASE(a_key_without_a_reliable_order_is_refused)
{
    AUTO(walk_cleanup) struct walk walk = {0};
    const struct walk_column keys[] = {{"a", WALK_OTHER}, {"b", WALK_UNORDERED}};
    struct walk_plan plan = plan_of(keys, 2);
    CHECK_RC(walk_init(&walk, db, &plan, &e), SROW_E_SCHEMA);
    CHECK(strstr(e.text, "order by b") != NULL);
}

/* -- indexes: a database that says how it would find the rows -- */

static struct explaining {
    struct db base;
    struct srow_buf plan; /* of the last query: all columns of all rows */
} explaining;

static enum srow_rc explain(struct srow_buf *out, const char *query, const struct db_value *params,
                            size_t n)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    bool more = false;
    buf_clear(out);
    buf_printf(&sql, "EXPLAIN %s%s", is("sqlite") ? "QUERY PLAN " : "", query);
    TRY(db_query(&rows, db, buf_cstr(&sql), params, n, &e));
    TRY(db_next(&more, rows, &e));
    while (more) {
        for (size_t i = 0; i < rows->ops->columns(rows); i++) {
            struct db_value v = rows->ops->value(rows, i);
            buf_put(out, v.type == DB_TEXT ? v.bytes : bytes_of(NULL, 0));
            buf_put_str(out, " ");
        }
        TRY(db_next(&more, rows, &e));
    }
    return buf_check(out, &e);
}

static enum srow_rc explain_and_query(struct db_rows **out, struct db *base, const char *sql,
                                      const struct db_value *params, size_t n,
                                      struct srow_error *error)
{
    TRY(explain(&((struct explaining *)base)->plan, sql, params, n));
    return db_query(out, db, sql, params, n, error);
}

static bool folds(struct db *base, const char *schema, const char *table, const char *column)
{
    (void)base;
    return db_folds(db, schema, table, column);
}

/* 10,000 rows, so that an index pays. */
static bool many_pairs(void)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_put_str(&sql, "INSERT INTO small VALUES (0)");
    for (int i = 1; i < 100; i++) {
        buf_printf(&sql, ", (%d)", i);
    }
    return run("DROP TABLE IF EXISTS walked") && run("DROP TABLE IF EXISTS small") &&
           run("CREATE TABLE small (i INTEGER)") && run(buf_cstr(&sql)) &&
           run("CREATE TABLE walked (a INTEGER NOT NULL, b VARCHAR(20) NOT NULL, n INTEGER, "
               "PRIMARY KEY (a, b))") &&
           run(is("mysql")
                   ? "INSERT INTO walked SELECT x.i, concat('b', y.i), 1 FROM small x, "
                     "small y"
                   : "INSERT INTO walked SELECT x.i, 'b' || y.i, 1 FROM small x, small y") &&
           run(is("mysql") ? "ANALYZE TABLE walked" : "ANALYZE walked") && run("DROP TABLE small");
}

static bool has(const struct srow_buf *text, const char *word)
{
    return strstr(text->at, word) != NULL;
}

static bool goes_by_the_index(const struct srow_buf *plan)
{
    if (is("sqlite")) {
        return has(plan, "SEARCH") && !has(plan, "SCAN") && !has(plan, "TEMP B-TREE");
    }
    if (is("mysql")) {
        return has(plan, " range PRIMARY PRIMARY ") && !has(plan, "filesort");
    }
    return has(plan, "Index") && has(plan, "Index Cond") && !has(plan, "Seq Scan") &&
           !has(plan, "Sort");
}

CASE(a_page_in_the_middle_is_found_by_the_index)
{
    static struct db_ops ops;
    static const struct walk_column keys[] = {{"a", WALK_OTHER}, {"b", WALK_TEXT}};
    const struct db_value after[] = {db_integer(50), db_text("b50")};
    AUTO(walk_cleanup) struct walk walk = {0};
    AUTO(walk_page_cleanup) struct walk_page page = {0};
    struct walk_plan wanted = plan_of(keys, 2);
    wanted.after = after;
    ops = (struct db_ops){.dialect = db->ops->dialect, .query = explain_and_query, .folds = folds};
    explaining.base.ops = &ops;
    CHECK(many_pairs());
    CHECK_OK(walk_init(&walk, &explaining.base, &wanted, &e), e);
    CHECK_OK(walk_next(&page, &walk, &e), e);
    CHECK(page.count == 3 && page.rows[0].values[0].integer == 50);
    const char *said = buf_cstr(&explaining.plan);
    bool good = goes_by_the_index(&explaining.plan);
    printf("%s%s", good ? "" : said, good ? "" : "\n");
    CHECK(good);
    buf_cleanup(&explaining.plan);
    CHECK(run("DROP TABLE walked"));
}

int main(int argc, char **argv)
{
    char file[] = "/tmp/sealrow-walk-XXXXXX", url[64];
    int fd = argc > 1 ? -1 : mkstemp(file);
    snprintf(url, sizeof url, "sqlite:%s", file);
    if (db_open(&db, argc > 1 ? argv[1] : url, &e) != SROW_OK) {
        printf("Bail out! %s\n", e.text);
        return 1;
    }
    RUN(each_row_comes_once_whatever_kind_the_key_is_of);
    RUN(rows_come_in_the_order_of_a_composite_key);
    RUN(a_walk_takes_the_rows_that_are_wanted_and_starts_where_it_is_told);
    RUN(rows_that_come_and_go_meanwhile_disturb_no_other);
    RUN(a_page_is_bounded_by_its_bytes);
    RUN(a_walk_over_what_is_not_there_fails_and_may_go_on);
    RUN(a_key_without_a_reliable_order_is_refused);
    RUN(a_page_in_the_middle_is_found_by_the_index);
    db_free(&db);
    if (fd >= 0) {
        close(fd);
        unlink(file);
    }
    return check_done();
}
