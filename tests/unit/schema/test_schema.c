/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "schema/ddl.h"
#include "schema/finding.h"
#include "schema/live.h"
#include "schema/sequence.h"
#include "scratch.h"

#define ARN(region, digit)                                                                         \
    "arn:aws:kms:" region ":111122223333:key/" digit "234abcd-12ab-34cd-56ef-1234567890ab"

static struct srow_error e;

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {us-east-1: {}, eu-west-1: {}}\n"
    "keys:\n"
    "  default:\n"
    "    us-east-1: [" ARN(
        "us-east-1", "1") "]\n"
                          "    eu-west-1: [" ARN("eu-west-1", "2") ", {arn: \"" ARN(
                              "eu-west-1", "3") "\", use: open}]\n"
                                                "tables:\n"
                                                "  customer:\n"
                                                "    table: customers\n"
                                                "    bind:\n"
                                                "      account_number: {column: account_no}\n"
                                                "      tenant: {column: tenant_id, type: integer}\n"
                                                "    columns:\n"
                                                "      userid: {sealed: userid_sealed}\n";

static struct srow_config *config;

#define GOOD "account_no TEXT NOT NULL, tenant_id INTEGER NOT NULL, "
#define UNIQUE "UNIQUE (account_no, tenant_id)"

static struct db *fresh(const char *ddl)
{
    struct db *db = NULL;
    unlink(path);
    if (db_create(&db, url, &e) != SROW_OK ||
        (ddl != NULL && db_exec(db, ddl, NULL, 0, &e) != SROW_OK)) {
        bail_out(e.text);
    }
    return db;
}

static bool init(struct db *db, size_t *statements)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    if (ddl_plan_make(&plan, config, db, NULL, &e) != SROW_OK ||
        ddl_plan_run(&plan, db, &e) != SROW_OK) {
        return false;
    }
    *statements = plan.count;
    return true;
}

CASE(init_adds_the_column_with_its_check_and_twice_changes_nothing)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    AUTO(live_table_cleanup) struct live_table live = {0};
    size_t n = 9;
    CHECK(init(db, &n) && n == 4);
    CHECK(init(db, &n) && n == 0);
    CHECK_OK(finding_schema(&found, config, db, &e), e);
    CHECK(found.count == 0);
    CHECK_OK(live_table_read(&live, db, NULL, "Customers", &e), e);
    const struct live_column *c = live_column_find(&live, "userid_sealed");
    CHECK(c != NULL && strcmp(c->type, "BLOB(1000)") == 0 && c->width == 1000);
}

CASE(the_plan_says_what_init_would_do)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    CHECK_OK(ddl_plan_make(&plan, config, db, NULL, &e), e);
    CHECK(plan.count == 4);
    CHECK(strcmp(plan.statements[0],
                 "ALTER TABLE \"customers\" ADD COLUMN \"userid_sealed\" BLOB(1000) CHECK "
                 "(\"userid_sealed\" IS NULL OR typeof(\"userid_sealed\") = 'blob' AND "
                 "length(\"userid_sealed\") BETWEEN 132 AND 1000 AND substr(\"userid_sealed\", 1, "
                 "3) IN (X'020478', X'020578'))") == 0);
}

CASE(the_check_takes_sealed_values_and_nothing_else)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    static uint8_t bytes[1001] = {0x02, 0x04, 0x78}, other[200] = {0x01, 0x03, 0x78};
    static uint8_t is_signed[132] = {0x02, 0x05, 0x78};
    static char text[200] = "\x02\x04\x78";
    size_t n = 0;
    CHECK(init(db, &n));
    memset(text + 3, 'x', sizeof text - 4);
    const struct {
        struct db_value value;
        enum srow_rc rc;
    } rows[] = {
        {db_bytes(bytes_of(bytes, 132)), SROW_OK},
        {db_bytes(bytes_of(bytes, 1000)), SROW_OK},
        {db_bytes(bytes_of(is_signed, sizeof is_signed)), SROW_OK},
        {{.type = DB_NULL}, SROW_OK},
        {db_bytes(bytes_of(bytes, 131)), SROW_E_DB_DENIED},
        {db_bytes(bytes_of(bytes, 1001)), SROW_E_DB_DENIED},
        {db_bytes(bytes_of(other, sizeof other)), SROW_E_DB_DENIED},
        {db_bytes(bytes_of(NULL, 0)), SROW_E_DB_DENIED},
        {db_text(text), SROW_E_DB_DENIED},
        {db_text("abc123"), SROW_E_DB_DENIED},
        {db_integer(7), SROW_E_DB_DENIED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct db_value row[] = {db_integer((int64_t)i), rows[i].value};
        CHECK_RC(db_exec(db, "INSERT INTO customers VALUES ($1, 1, $2)", row, 2, &e), rows[i].rc);
    }
}

/* What other writers left is of either suite. */
CASE(the_check_of_a_column_that_accepts_other_writers_takes_both_suites)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    static const uint8_t suites[] = {0x04, 0x05, 0x03};
    struct config_column *column = &config->tables[0].columns[0];
    size_t n = 0;
    column->accepts_no_cell = true;
    bool good = init(db, &n);
    for (size_t i = 0; i < sizeof suites; i++) {
        uint8_t bytes[200] = {0x02, suites[i], 0x78};
        struct db_value row[] = {db_integer((int64_t)i), db_bytes(bytes_of(bytes, sizeof bytes))};
        enum srow_rc rc = db_exec(db, "INSERT INTO customers VALUES ($1, 1, $2)", row, 2, &e);
        good = good && rc == (suites[i] == 0x03 ? SROW_E_DB_DENIED : SROW_OK);
    }
    column->accepts_no_cell = false;
    CHECK(good);
}

CASE(a_long_binding_in_the_table_makes_the_column_wider)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    struct ddl_room before = {0}, after = {0};
    AUTO(live_table_cleanup) struct live_table live = {0};
    const struct ddl_place place = {config, &config->tables[0], &config->tables[0].columns[0],
                                    &live};
    CHECK_OK(live_table_read(&live, db, NULL, "customers", &e), e);
    CHECK_OK(ddl_room_read(&before, db, &place, &e), e);
    CHECK_OK(db_exec(db, "INSERT INTO customers VALUES (printf('%0500d', 1), 1)", NULL, 0, &e), e);
    CHECK_OK(ddl_room_read(&after, db, &place, &e), e);
    CHECK(after.width >= before.width + 400 && after.least >= before.least + 500);
    CHECK(before.width % 100 == 0 && before.least < before.width);
}

CASE(a_signed_and_padded_column_has_its_own_check_and_more_room)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    const struct config_table *table = &config->tables[0];
    struct config_column column = table->columns[0];
    AUTO(live_table_cleanup) struct live_table live = {0};
    const struct ddl_place place = {config, table, &column, &live};
    CHECK_OK(live_table_read(&live, db, NULL, "customers", &e), e);
    struct ddl_room plain = {0}, sign = {0}, pad = {0};
    CHECK_OK(ddl_room_read(&plain, db, &place, &e), e);
    column.is_signed = true;
    CHECK_OK(ddl_room_read(&sign, db, &place, &e), e);
    CHECK(sign.least == plain.least + 199);
    column.pad = 1024;
    CHECK_OK(ddl_room_read(&pad, db, &place, &e), e);
    CHECK(pad.least == sign.least + 1024 && pad.width >= sign.width + 800);
}

CASE(a_check_is_held_against_what_its_column_takes)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    static const struct {
        const char *ending;
        enum ddl_check is_signed, is_plain, accepts;
    } rows[] = {
        {"= X'020578')", DDL_CHECK_FITS, DDL_CHECK_OTHER, DDL_CHECK_OTHER},
        {"= X'020478')", DDL_CHECK_OTHER, DDL_CHECK_FITS, DDL_CHECK_OTHER},
        {"IN (X'020478', X'020578'))", DDL_CHECK_OTHER, DDL_CHECK_FITS, DDL_CHECK_FITS},
        {"= X'0203')", DDL_CHECK_NONE, DDL_CHECK_NONE, DDL_CHECK_NONE},
        /* as MySQL gives it back */
        {"= 0x020578)", DDL_CHECK_FITS, DDL_CHECK_OTHER, DDL_CHECK_OTHER},
        {"in (0x020478,0x020578))", DDL_CHECK_OTHER, DDL_CHECK_FITS, DDL_CHECK_FITS},
        {"= 0x02057800)", DDL_CHECK_NONE, DDL_CHECK_NONE, DDL_CHECK_NONE},
    };
    for (size_t i = 0; i < 4 * sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf sql = {0}, made = {0};
        const enum ddl_check wanted[] = {rows[i / 4].is_signed, rows[i / 4].is_plain,
                                         rows[i / 4].accepts, rows[i / 4].is_signed};
        struct config_column column = {.sealed = (char[]){"v"},
                                       .is_signed = i % 4 == 0 || i % 4 == 3,
                                       .accepts_no_cell = i % 4 == 2};
        enum ddl_check got = DDL_CHECK_NONE;
        buf_printf(&sql, "CREATE TABLE t (v BLOB CHECK (typeof(v) = 'blob' AND substr(v, 1, 3) %s)",
                   rows[i / 4].ending);
        CHECK_OK(ddl_check_read(&got, db, buf_cstr(&sql), &column, &e), e);
        CHECK(got == wanted[i % 4]);
        ddl_put_check(&made, db, "v", column.is_signed, 900);
        CHECK_OK(ddl_check_read(&got, db, buf_cstr(&made), &column, &e), e);
        CHECK(got == DDL_CHECK_FITS);
    }
}

CASE(a_column_is_as_wide_as_its_type_and_the_checks_over_it_alone_let_it_be)
{
    static const struct {
        const char *ddl;
        uint64_t width;
    } rows[] = {
        {"CREATE TABLE t (v BLOB)", 0},
        {"CREATE TABLE t (v BLOB(900))", 900},
        {"CREATE TABLE t (v BLOB CHECK (length(v) <= 500))", 500},
        {"CREATE TABLE t (v BLOB(900) CHECK (v ISNULL OR length(\"v\") BETWEEN 132 AND 500))", 500},
        {"CREATE TABLE t (v BLOB(300) CHECK (length( V ) <= 500))", 300},
        {"CREATE TABLE t (v BLOB CHECK (length(v) <= 500), CHECK (length(v) <= 400))", 400},
        {"CREATE TABLE t (v BLOB, w TEXT, CHECK (w = '' OR length(v) <= 500))", 0},
        {"CREATE TABLE t (v BLOB, w TEXT CHECK (length(w) <= 500))", 0},
        {"CREATE TABLE t (v BLOB CHECK (length(v) < 500 OR length(v) = 7))", 0},
        {"CREATE TABLE t (v BLOB) -- CHECK (length(v) <= 500)", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(live_table_cleanup) struct live_table live = {0};
        AUTO(db_free) struct db *db = fresh(rows[i].ddl);
        CHECK_OK(live_table_read(&live, db, NULL, "t", &e), e);
        CHECK(live.columns[0].width == rows[i].width);
    }
}

CASE(the_name_of_a_check_fits_every_engine)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ")");
    AUTO(buf_cleanup) struct srow_buf name = {0}, other = {0}, less = {0};
    char longest[200] = {0};
    memset(longest, 'x', sizeof longest - 1);
    CHECK_OK(ddl_put_check_name(&less, db, "t", "c", &e), e);
    CHECK(strcmp(buf_cstr(&less), "\"sealrow_t_c\"") == 0);
    CHECK_OK(ddl_put_check_name(&name, db, longest, "a", &e), e);
    CHECK_OK(ddl_put_check_name(&other, db, longest, "b", &e), e);
    CHECK(name.len < 60 && !bytes_equal(bytes_buf(&name), bytes_buf(&other)));
}

CASE(init_needs_its_table_and_its_bound_columns)
{
    static const char *const wrong[] = {NULL, "CREATE VIEW customers AS SELECT 1 AS account_no",
                                        "CREATE TABLE customers (account_no TEXT)"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        AUTO(db_free) struct db *db = fresh(wrong[i]);
        AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
        CHECK_RC(ddl_plan_make(&plan, config, db, NULL, &e), SROW_E_SCHEMA);
        CHECK(strstr(e.text, "customers") != NULL);
    }
}

CASE(a_strict_table_gets_a_type_that_it_takes)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD UNIQUE ") STRICT");
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    size_t n = 0;
    CHECK(init(db, &n));
    CHECK_OK(finding_schema(&found, config, db, &e), e);
    CHECK(found.count == 0);
}

#define SEALED                                                                                     \
    "userid_sealed BLOB(900) CHECK (userid_sealed IS NULL OR (typeof(userid_sealed)='blob' AND "   \
    "length(userid_sealed) <= 900 AND substr(userid_sealed,1,3) = x'020478'))"

static const struct {
    const char *ddl, *codes;
} defects[] = {
    {NULL, "table-missing "},
    {"CREATE VIEW customers AS SELECT 1 AS account_no", "table-missing "},
    {"CREATE TABLE customers (" GOOD SEALED ", " UNIQUE ")", ""},
    {"CREATE TABLE customers (" GOOD SEALED ", UNIQUE (account_no))", ""},
    {"CREATE TABLE customers (" GOOD SEALED ", PRIMARY KEY (tenant_id, ACCOUNT_NO))", ""},
    {"CREATE TABLE customers (" GOOD SEALED ", PRIMARY KEY (tenant_id, account_no)) WITHOUT ROWID",
     ""},
    {"CREATE TABLE customers (" GOOD SEALED ")", "bind-not-unique "},
    {"CREATE TABLE customers (x, " GOOD SEALED ", UNIQUE (account_no, x))", "bind-not-unique "},
    {"CREATE TABLE customers (account_no TEXT, tenant_id INTEGER NOT NULL, " SEALED ", " UNIQUE ")",
     "bind-nullable "},
    {"CREATE TABLE customers (account_no TEXT NOT NULL, tenant_id INTEGER PRIMARY KEY, " SEALED ")",
     "bind-made "},
    {"CREATE TABLE customers (account_no TEXT NOT NULL, tenant_id INTEGER PRIMARY KEY "
     "AUTOINCREMENT, " SEALED ")",
     "bind-made "},
    {"CREATE TABLE customers (account_no TEXT NOT NULL, tenant_id INTEGER NOT NULL "
     "GENERATED ALWAYS AS (1), " SEALED ", UNIQUE (account_no))",
     "bind-made "},
    {"CREATE TABLE customers (account_no INTEGER NOT NULL, tenant_id INTEGER NOT NULL, " SEALED
     ", " UNIQUE ")",
     "bind-converted "},
    {"CREATE TABLE customers (account_no TEXT NOT NULL UNIQUE, " SEALED ")", "bind-missing "},
    {"CREATE TABLE customers (" GOOD UNIQUE ")", "column-missing "},
    {"CREATE TABLE customers (" GOOD "userid_sealed TEXT, " UNIQUE ")", "column-not-binary "},
    {"CREATE TABLE customers (" GOOD "userid_sealed NUMERIC, " UNIQUE ")", "column-not-binary "},
    {"CREATE TABLE customers (" GOOD "userid_sealed BLOB(900), " UNIQUE ")", "check-missing "},
    {"CREATE TABLE customers (" GOOD "userid_sealed BLOB(300), " UNIQUE ")",
     "check-missing column-narrow "},
};

CASE(every_defect_of_the_live_schema_is_a_finding_with_its_code)
{
    for (size_t i = 0; i < sizeof defects / sizeof defects[0]; i++) {
        AUTO(db_free) struct db *db = fresh(defects[i].ddl);
        AUTO(finding_list_cleanup) struct finding_list found = {0};
        AUTO(buf_cleanup) struct srow_buf codes = {0};
        CHECK_OK(finding_schema(&found, config, db, &e), e);
        for (size_t k = 0; k < found.count; k++) {
            buf_printf(&codes, "%s ", found.all[k].code);
            CHECK(strchr(found.all[k].text, ':') != NULL);
        }
        if (strcmp(buf_cstr(&codes), defects[i].codes) != 0) {
            printf("# %s\n# got %s, wanted %s\n", defects[i].ddl, buf_cstr(&codes),
                   defects[i].codes);
        }
        CHECK(strcmp(buf_cstr(&codes), defects[i].codes) == 0);
    }
}

CASE(an_index_over_a_part_of_the_rows_or_an_expression_does_not_make_unique)
{
    static const char *const indexes[] = {
        "CREATE UNIQUE INDEX i ON customers (account_no, tenant_id) WHERE tenant_id > 0",
        "CREATE UNIQUE INDEX i ON customers (account_no, tenant_id, lower(account_no))",
        "CREATE INDEX i ON customers (account_no, tenant_id)"};
    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
        AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (" GOOD SEALED ")");
        AUTO(finding_list_cleanup) struct finding_list found = {0};
        CHECK_OK(db_exec(db, indexes[i], NULL, 0, &e), e);
        CHECK_OK(finding_schema(&found, config, db, &e), e);
        CHECK(found.count == 1 && strcmp(found.all[0].code, "bind-not-unique") == 0);
    }
}

CASE(a_hostile_name_is_a_name)
{
    AUTO(db_free) struct db *db = fresh("CREATE TABLE \"x\"\"; DROP TABLE t; --\" (a)");
    AUTO(live_table_cleanup) struct live_table live = {0}, none = {0};
    CHECK_OK(live_table_read(&live, db, NULL, "x\"; DROP TABLE t; --", &e), e);
    CHECK(live.name != NULL && live.column_count == 1);
    CHECK_OK(live_table_read(&none, db, NULL, "x' OR 1", &e), e);
    CHECK(none.name == NULL);
}

static const char lengthy[] =
    "version: 1\ndomain: bank\nregions: {us-east-1: {}}\n"
    "keys: {default: {us-east-1: [" ARN(
        "us-east-1",
        "1") "]}}\n"
             "tables:\n"
             "  a_table_whose_name_says_all_that_it_is:\n"
             "    table: customers\n"
             "    bind: {account_no: text}\n"
             "    columns: {a_column_with_its_story: {plain: p, stage: dual, until: 9999-12-31}}\n";

/* PostgreSQL would shorten it, and then two triggers may have one name. */
CASE(a_trigger_whose_name_is_too_long_is_refused)
{
    struct srow_config *c = NULL;
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    AUTO(db_free) struct db *db = fresh("CREATE TABLE customers (account_no TEXT, p TEXT)");
    CHECK_OK(srow_config_parse(&c, srow_str(lengthy), &e), e);
    CHECK_RC(ddl_plan_make(&plan, c, db, NULL, &e), SROW_E_SCHEMA);
    CHECK(strstr(e.text, "too long for the trigger's") != NULL);
    srow_config_free(c);
}

/* A sequence of an engine that has them, which answers with `next`. */
static enum srow_rc take(struct db *db, const char *next, int64_t values[2])
{
    static char name[] = "id", sequence[] = "s";
    const struct config_bind bind = {.name = name, .sequence = sequence};
    const struct db_ops *real = db->ops;
    struct db_dialect dialect = *real->dialect;
    struct db_ops ops = *real;
    dialect.next_values = next;
    dialect.catalog.sequence = "SELECT 1 WHERE $1 = 's' AND $2 IS NULL";
    ops.dialect = &dialect;
    db->ops = &ops;
    enum srow_rc rc = sequence_take(values, 2, db, &bind, &e);
    db->ops = real;
    return rc;
}

#define ASKED " WHERE $1 = 's' AND $2 IS NULL AND $3 = 2"

CASE(a_sequence_gives_as_many_numbers_as_were_asked_for)
{
    AUTO(db_free) struct db *db = fresh(NULL);
    int64_t values[2] = {0};
    CHECK_OK(take(db, "SELECT 5" ASKED " UNION ALL SELECT 6", values), e);
    CHECK(values[0] == 5 && values[1] == 6);
    CHECK_RC(take(db, "SELECT 7" ASKED, values), SROW_E_DB);
    CHECK_RC(take(db, "SELECT 'x'" ASKED " UNION ALL SELECT 'y'", values), SROW_E_DB);
}

int main(void)
{
    scratch_make();
    if (srow_config_parse(&config, srow_str(yaml), &e) != SROW_OK) {
        bail_out(e.text);
    }
    RUN(init_adds_the_column_with_its_check_and_twice_changes_nothing);
    RUN(the_plan_says_what_init_would_do);
    RUN(the_check_takes_sealed_values_and_nothing_else);
    RUN(the_check_of_a_column_that_accepts_other_writers_takes_both_suites);
    RUN(a_long_binding_in_the_table_makes_the_column_wider);
    RUN(a_signed_and_padded_column_has_its_own_check_and_more_room);
    RUN(a_check_is_held_against_what_its_column_takes);
    RUN(a_column_is_as_wide_as_its_type_and_the_checks_over_it_alone_let_it_be);
    RUN(the_name_of_a_check_fits_every_engine);
    RUN(init_needs_its_table_and_its_bound_columns);
    RUN(a_strict_table_gets_a_type_that_it_takes);
    RUN(every_defect_of_the_live_schema_is_a_finding_with_its_code);
    RUN(an_index_over_a_part_of_the_rows_or_an_expression_does_not_make_unique);
    RUN(a_hostile_name_is_a_name);
    RUN(a_trigger_whose_name_is_too_long_is_refused);
    RUN(a_sequence_gives_as_many_numbers_as_were_asked_for);
    srow_config_free(config);
    scratch_remove();
    return check_done();
}
