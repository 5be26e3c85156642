/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows over a real client, with a KMS inside the process that may let somebody else change the
 * database while it is asked.
 */
#include "rows/rows.h"

#include "check.h"
#include "fake/fake_db.h"
#include "rows/rows_probe.h"
#include "schema/ddl.h"
#include "sql_world.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {us-east-1: {}, eu-west-1: {}}\n"
    "keys: {default: {us-east-1: [" ARN(
        "us-east-1") "]}}\n"
                     "tables:\n"
                     "  customer:\n"
                     "    table: customers\n"
                     "    bind:\n"
                     "      account: {column: account_no}\n"
                     "      tenant: {column: tenant_id, type: integer}\n"
                     "    columns:\n"
                     "      userid: {sealed: userid_sealed, required: true}\n"
                     "      pin: {sealed: pin_sealed, type: integer}\n";

static const char ddl[] =
    "CREATE TABLE customers (account_no TEXT NOT NULL COLLATE NOCASE, tenant_id INTEGER NOT NULL, "
    "balance INTEGER, note TEXT COLLATE NOCASE, userid_sealed BLOB(1000), pin_sealed BLOB, "
    "UNIQUE (account_no, tenant_id))";

static struct srow_error e;
static const char *meanwhile; /* SQL that another runs while a value is sealed */

/* -- a KMS that takes its time -- */

static void slow_call(struct kms *self, struct kms_request *requests, size_t n)
{
    (void)self;
    if (meanwhile != NULL && db_exec(db, meanwhile, NULL, 0, &e) != SROW_OK) {
        bail_out(e.text);
    }
    kms_call(kms, requests, n);
}

static const struct kms_ops slow_ops = {.name = "slow", .call = slow_call};
static struct kms slow = {&slow_ops};

static unsigned seals(void)
{
    return fake_kms_count(kms, "us-east-1", KMS_GENERATE);
}

/* -- tools -- */

/* "name=value" words, ended by NULL. */
static size_t given(struct rows_given out[8], const char *const *words)
{
    static char names[8][32];
    size_t n = 0;
    for (; words[n] != NULL; n++) {
        const char *equals = strchr(words[n], '=');
        snprintf(names[n], sizeof names[n], "%.*s", (int)(equals - words[n]), words[n]);
        out[n] = (struct rows_given){.name = names[n], .value = srow_str(equals + 1)};
    }
    return n;
}

static enum rows_done done;

static enum srow_rc put_with(bool replace, bool dry_run, const char *const *words)
{
    struct rows_given list[8];
    struct rows rows = {config, client, db};
    struct rows_put put = {.table = "customer",
                           .given = list,
                           .count = given(list, words),
                           .replace = replace,
                           .dry_run = dry_run};
    fake_kms_reset(kms);
    return rows_put(&done, &rows, &put, &e);
}

static enum srow_rc get(struct rows_row *row, const char *const *words)
{
    struct rows_given list[8];
    struct rows rows = {config, client, db};
    struct rows_get ask = {"customer", list, given(list, words), NULL, 0};
    return rows_get(row, &rows, &ask, &e);
}

#define PUT(...) put_with(false, false, (const char *const[]){__VA_ARGS__, NULL})
#define REPLACE(...) put_with(true, false, (const char *const[]){__VA_ARGS__, NULL})
#define GET(row, ...) get(row, (const char *const[]){__VA_ARGS__, NULL})

static void fresh(void)
{
    meanwhile = NULL;
    world_fresh(ddl);
}

static bool field_is(const struct rows_row *row, const char *name, const char *value)
{
    for (size_t i = 0; i < row->count; i++) {
        if (strcmp(row->fields[i].name, name) == 0) {
            return value == NULL ? row->fields[i].type == DB_NULL
                                 : bytes_equal_str(bytes_buf(&row->fields[i].value), value);
        }
    }
    return false;
}

/* -- bindings of every type -- */

static const char typed_yaml[] =
    "version: 1\ndomain: bank\nregions: {us-east-1: {}, eu-west-1: {}}\n"
    "keys: {default: {us-east-1: [" ARN(
        "us-east-1") "]}}\n"
                     "tables:\n"
                     "  visits:\n"
                     "    bind: {ward: uuid, day: date, urgent: boolean}\n"
                     "    columns:\n"
                     "      paid: {type: boolean, signed: true}\n"
                     "      born: {type: date, pad: 16}\n"
                     "      who: {type: uuid}\n";

static void free_client(struct srow_client **c)
{
    srow_client_free(*c);
}

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

#define WARD "123e4567-e89b-12d3-a456-426614174000"

CASE(booleans_dates_and_uuids_are_bound_stored_and_sealed)
{
    static const struct rows_given all[] = {
        {"ward", {WARD, 36}, false, false},         {"day", {"2026-11-24", 10}, false, false},
        {"urgent", {"true", 4}, false, false},      {"paid", {"false", 5}, false, false},
        {"born", {"1969-02-28", 10}, false, false}, {"who", {WARD, 36}, false, false},
    };
    AUTO(free_config) struct srow_config *c = NULL;
    AUTO(free_client) struct srow_client *typed = NULL;
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    struct client_options options = {.kms = kms};
    fresh();
    CHECK(
        run("CREATE TABLE visits (ward UUID NOT NULL, day DATE NOT NULL, urgent BOOLEAN NOT NULL, "
            "UNIQUE (ward, day, urgent))"));
    CHECK_OK(srow_config_parse(&c, srow_str(typed_yaml), &e), e);
    options.face.local_region = "us-east-1";
    CHECK_OK(client_new(&typed, c, &options, &e), e);
    CHECK_OK(ddl_plan_make(&plan, c, db, NULL, &e), e);
    CHECK_OK(ddl_plan_run(&plan, db, &e), e);
    struct rows rows = {c, typed, db};
    struct rows_put put = {.table = "visits", .given = all, .count = 6};
    enum rows_done what = ROWS_REPLACED;
    CHECK_OK(rows_put(&what, &rows, &put, &e), e);
    CHECK_OK(rows_put(&what, &rows, &put, &e), e);
    CHECK(what == ROWS_ALREADY_THERE);
    CHECK(number("SELECT urgent = 1 AND typeof(urgent) = 'integer' AND typeof(day) = 'text' AND "
                 "typeof(ward) = 'text' AND substr(paid_sealed, 1, 3) = X'020578' FROM visits") ==
          1);
    struct rows_get ask = {.table = "visits", .bind = all, .count = 3};
    CHECK_OK(rows_get(&row, &rows, &ask, &e), e);
    CHECK(field_is(&row, "ward", WARD) && field_is(&row, "day", "2026-11-24"));
    CHECK(field_is(&row, "urgent", "true") && field_is(&row, "paid", "false"));
    CHECK(field_is(&row, "born", "1969-02-28") && field_is(&row, "who", WARD));
    struct rows_given bad[] = {all[0], all[1], {"urgent", {"1", 1}, false, false}};
    struct rows_get refused = {.table = "visits", .bind = bad, .count = 3};
    struct rows_row none = {0};
    CHECK_RC(rows_get(&none, &rows, &refused, &e), SROW_E_VALUE);
}

/* -- cases -- */

CASE(what_was_put_comes_out_by_its_binding)
{
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    fresh();
    CHECK_OK(PUT("account=1a", "tenant=7", "userid=abc123", "balance=12", "note=hello"), e);
    CHECK(done == ROWS_INSERTED && seals() == 1);
    CHECK_OK(GET(&row, "tenant=7", "account=1a"), e);
    CHECK(row.count == 6 && row.fields[0].kind == ROWS_BOUND && row.fields[2].kind == ROWS_SEALED);
    CHECK(field_is(&row, "account", "1a") && field_is(&row, "tenant", "7"));
    CHECK(field_is(&row, "userid", "abc123") && field_is(&row, "pin", NULL));
    CHECK(field_is(&row, "balance", "12") && field_is(&row, "note", "hello"));
    CHECK(number("SELECT typeof(balance) = 'integer' FROM customers") == 1);
}

CASE(putting_the_same_again_changes_and_seals_nothing)
{
    fresh();
    CHECK_OK(PUT("account=1", "tenant=7", "userid=abc", "pin=42", "balance=12"), e);
    CHECK_OK(PUT("account=1", "tenant=7", "userid=abc", "pin=42", "balance=12"), e);
    CHECK(done == ROWS_ALREADY_THERE && seals() == 0);
    CHECK_OK(REPLACE("account=1", "tenant=7", "userid=abc"), e);
    CHECK(done == ROWS_ALREADY_THERE && seals() == 0);
    CHECK(number("SELECT count(*) FROM customers") == 1);
}

CASE(another_value_is_a_conflict_unless_it_is_to_be_replaced)
{
    static const char *const others[] = {"userid=ABC", "userid=", "pin=43", "balance=13",
                                         "note=Hi"};
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        fresh();
        CHECK_OK(PUT("account=1", "tenant=7", "userid=abc", "pin=42", "balance=12", "note=hi"), e);
        CHECK_RC(PUT("account=1", "tenant=7", others[i]), SROW_E_CONFLICT);
        CHECK(seals() == 0);
        CHECK_OK(REPLACE("account=1", "tenant=7", others[i]), e);
        CHECK(done == ROWS_REPLACED);
        CHECK_OK(PUT("account=1", "tenant=7", others[i]), e);
        CHECK(done == ROWS_ALREADY_THERE);
    }
    CHECK_OK(GET(&row, "account=1", "tenant=7"), e);
    CHECK(field_is(&row, "userid", "abc") && field_is(&row, "balance", "12"));
}

CASE(a_dry_run_stores_nothing)
{
    static const char *const words[] = {"account=1", "tenant=7", "userid=abc", NULL};
    fresh();
    CHECK_OK(put_with(false, true, words), e);
    CHECK(done == ROWS_INSERTED && number("SELECT count(*) FROM customers") == 0);
}

CASE(a_row_that_changes_while_it_is_sealed_is_a_conflict)
{
    fresh();
    meanwhile = "INSERT INTO customers (account_no, tenant_id) VALUES ('1', 7)";
    CHECK_RC(PUT("account=1", "tenant=7", "userid=abc"), SROW_E_CONFLICT);
    meanwhile = "UPDATE customers SET balance = coalesce(balance, 0) + 1";
    CHECK_RC(REPLACE("account=1", "tenant=7", "userid=abc", "balance=9"), SROW_E_CONFLICT);
    CHECK(number("SELECT balance FROM customers WHERE userid_sealed IS NULL") == 1);
}

CASE(a_change_that_a_trigger_takes_back_is_none)
{
    static const char *const kinds[] = {"INSERT", "UPDATE"};
    for (size_t i = 0; i < 2; i++) {
        AUTO(buf_cleanup) struct srow_buf sql = {0};
        fresh();
        CHECK_OK(PUT("account=1", "tenant=7", "userid=abc", "balance=1"), e);
        buf_printf(&sql, "CREATE TRIGGER t BEFORE %s ON customers BEGIN SELECT RAISE(IGNORE); END",
                   kinds[i]);
        CHECK(run(buf_cstr(&sql)));
        if (i == 0) {
            CHECK_RC(PUT("account=2", "tenant=7", "balance=9"), SROW_E_USAGE);
            CHECK_RC(PUT("account=2", "tenant=7", "userid=x"), SROW_E_SELF_CHECK);
        } else {
            CHECK_RC(REPLACE("account=1", "tenant=7", "userid=x"), SROW_E_SELF_CHECK);
            CHECK_RC(REPLACE("account=1", "tenant=7", "balance=9"), SROW_E_SELF_CHECK);
        }
        CHECK(number("SELECT sum(balance) FROM customers") == 1);
    }
}

CASE(null_does_not_read_back_as_no_bytes)
{
    const struct rows_given given[] = {{"account", srow_str("1"), false, false},
                                       {"tenant", srow_str("7"), false, false},
                                       {"userid", srow_str("u"), false, false},
                                       {"pin", srow_str(""), true, false}};
    const struct rows_put put = {.table = "customer", .given = given, .count = 4};
    fresh();
    struct rows rows = {config, client, db};
    CHECK(run("CREATE TRIGGER t AFTER INSERT ON customers BEGIN "
              "UPDATE customers SET pin_sealed = X''; END"));
    CHECK_RC(rows_put(&done, &rows, &put, &e), SROW_E_SELF_CHECK);
    CHECK(number("SELECT count(*) FROM customers") == 0);
}

CASE(bindings_are_compared_by_bytes)
{
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    fresh();
    CHECK_OK(PUT("account=abc", "tenant=7", "userid=x"), e);
    CHECK_RC(GET(&row, "account=ABC", "tenant=7"), SROW_E_NOT_FOUND);
    CHECK_RC(GET(&row, "account=abc", "tenant=8"), SROW_E_NOT_FOUND);
    CHECK_RC(PUT("account=ABC", "tenant=7", "userid=x"), SROW_E_DB_DENIED);
}

CASE(a_value_in_another_row_does_not_open)
{
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    fresh();
    CHECK_OK(PUT("account=1", "tenant=7", "userid=x"), e);
    CHECK_OK(PUT("account=2", "tenant=7", "userid=y"), e);
    CHECK(run("UPDATE customers SET account_no = CASE account_no WHEN '1' THEN '2 ' ELSE '1' END"));
    CHECK_RC(GET(&row, "account=1", "tenant=7"), SROW_E_CONTEXT);
    CHECK_RC(PUT("account=1", "tenant=7", "userid=y"), SROW_E_CONTEXT);
    CHECK_OK(REPLACE("account=1", "tenant=7", "userid=y"), e);
    CHECK(done == ROWS_REPLACED);
    CHECK_OK(GET(&row, "account=1", "tenant=7"), e);
}

CASE(null_where_a_value_is_required_is_an_integrity_error)
{
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    fresh();
    CHECK_OK(PUT("account=1", "tenant=7", "userid=x"), e);
    CHECK(run("UPDATE customers SET userid_sealed = NULL"));
    CHECK_RC(GET(&row, "account=1", "tenant=7"), SROW_E_NULL_CELL);
    CHECK(row.count == 0);
}

CASE(an_empty_value_is_not_null)
{
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    fresh();
    CHECK_OK(PUT("account=1", "tenant=7", "userid="), e);
    CHECK(number("SELECT userid_sealed IS NOT NULL FROM customers") == 1);
    CHECK_OK(GET(&row, "account=1", "tenant=7"), e);
    CHECK(field_is(&row, "userid", ""));
}

CASE(a_value_too_wide_is_refused_before_anything_is_stored)
{
    char word[1100] = "userid=x";
    fresh();
    CHECK_OK(PUT("account=1", "tenant=7", word), e);
    size_t spare = 1000 - (size_t)number("SELECT length(userid_sealed) FROM customers");
    memset(word + 8, 'x', spare + 1);
    CHECK_RC(PUT("account=2", "tenant=7", word), SROW_E_TOO_WIDE);
    CHECK(strstr(e.text, "1001") != NULL && strstr(e.text, "1000") != NULL);
    CHECK(number("SELECT count(*) FROM customers") == 1);
    word[8 + spare] = '\0';
    CHECK_OK(PUT("account=2", "tenant=7", word), e);
    CHECK(number("SELECT max(length(userid_sealed)) FROM customers") == 1000);
}

CASE(wrong_names_and_values_are_refused_before_anything_is_sealed)
{
    static const struct {
        const char *words[6];
        enum srow_rc rc;
        const char *text;
    } rows[] = {
        {{"tenant=7", "userid=x"}, SROW_E_BINDING, "account"},
        {{"account=", "tenant=7", "userid=x"}, SROW_E_BINDING, "empty"},
        {{"account=1", "account=2", "tenant=7", "userid=x"}, SROW_E_BINDING, "twice"},
        {{"account=1", "tenant=07", "userid=x"}, SROW_E_VALUE, "tenant"},
        {{"account=1", "tenant=x", "userid=x"}, SROW_E_VALUE, "tenant"},
        {{"account=\xff", "tenant=7"}, SROW_E_VALUE, "account"}, /* with nothing to be sealed */
        {{"account=", "tenant=7"}, SROW_E_BINDING, "empty"},
        {{"account=1", "tenant=7", "usrid=x"}, SROW_E_COLUMN, "usrid"},
        {{"account=1", "tenant=7", "userid_sealed=x"}, SROW_E_USAGE, "name it userid"},
        {{"account_no=1", "tenant=7", "userid=x"}, SROW_E_USAGE, "name it account"},
        {{"account=1", "tenant=7", "pin=1"}, SROW_E_USAGE, "required"},
        {{"account=1", "tenant=7", "userid=x", "userid=y"}, SROW_E_USAGE, "twice"},
        {{"account=1", "tenant=7", "userid=x", "note=a", "NOTE=b"}, SROW_E_USAGE, "twice"},
    };
    fresh();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_RC(put_with(false, false, rows[i].words), rows[i].rc);
        CHECK(strstr(e.text, rows[i].text) != NULL && seals() == 0);
    }
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    CHECK_RC(GET(&row, "account=1", "tenant=7", "userid=x"), SROW_E_BINDING);
    CHECK_RC(GET(&row, "account=1"), SROW_E_BINDING);
}

CASE(a_live_table_that_does_not_fit_is_refused)
{
    static const char *const wrong[] = {"DROP TABLE customers",
                                        "ALTER TABLE customers RENAME COLUMN tenant_id TO t",
                                        "ALTER TABLE customers RENAME COLUMN pin_sealed TO p",
                                        "ALTER TABLE customers DROP COLUMN pin_sealed"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fresh();
        CHECK(run(wrong[i]));
        CHECK_RC(PUT("account=1", "tenant=7", "userid=x"), SROW_E_SCHEMA);
        CHECK(seals() == 0);
    }
    CHECK(run("ALTER TABLE customers ADD COLUMN pin_sealed TEXT"));
    CHECK_RC(PUT("account=1", "tenant=7", "userid=x"), SROW_E_SCHEMA);
    CHECK(strstr(e.text, "not binary") != NULL);
}

CASE(two_rows_of_one_binding_are_refused)
{
    AUTO(rows_row_cleanup) struct rows_row row = {0};
    fresh();
    CHECK(run("DROP TABLE customers"));
    CHECK(run("CREATE TABLE customers (account_no TEXT, tenant_id INTEGER, userid_sealed BLOB, "
              "pin_sealed BLOB)"));
    CHECK(run("INSERT INTO customers VALUES ('1', 7, NULL, NULL), ('1', 7, NULL, NULL)"));
    CHECK_RC(GET(&row, "account=1", "tenant=7"), SROW_E_SCHEMA);
    CHECK_RC(REPLACE("account=1", "tenant=7", "userid=x"), SROW_E_SCHEMA);
    CHECK(run("CREATE TRIGGER twin AFTER INSERT ON customers BEGIN "
              "INSERT INTO customers SELECT * FROM customers WHERE account_no = NEW.account_no; "
              "END"));
    CHECK_RC(PUT("account=2", "tenant=7", "userid=x"), SROW_E_SCHEMA);
    CHECK(number("SELECT count(*) FROM customers") == 2);
}

CASE(a_row_that_was_not_asked_for_is_refused)
{
    fresh();
    CHECK_OK(PUT("account=1", "tenant=7", "userid=x"), e);
    /* an engine that answers with one more */
    const struct db_ops *real = db->ops;
    struct db_dialect dialect = *real->dialect;
    struct db_ops ops = *real;
    ops.dialect = &dialect;
    db->ops = &ops;
    static const char *const more[] = {" UNION ALL SELECT 1, '1', 7, X'00'",
                                       " UNION ALL SELECT -1, '1', 7, X'00'",
                                       " UNION ALL SELECT 'x', '1', 7, X'00'"};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        dialect.lock = more[i];
        CHECK_RC(REPLACE("account=1", "tenant=7", "userid=y"), SROW_E_DB);
    }
    db->ops = real;
}

CASE(what_the_database_changes_on_the_way_is_not_stored)
{
    fresh();
    CHECK(run("CREATE TRIGGER t AFTER INSERT ON customers BEGIN "
              "UPDATE customers SET userid_sealed = zeroblob(200); END"));
    CHECK_RC(PUT("account=1", "tenant=7", "userid=x"), SROW_E_SELF_CHECK);
    CHECK(number("SELECT count(*) FROM customers") == 0);
    fresh();
    CHECK(run("DROP TABLE customers"));
    CHECK(run("CREATE TABLE customers (account_no INTEGER, tenant_id TEXT, userid_sealed BLOB, "
              "pin_sealed BLOB)"));
    CHECK_RC(PUT("account=007", "tenant=7", "userid=x"), SROW_E_SELF_CHECK);
    CHECK_OK(PUT("account=7", "tenant=7", "userid=x"), e);
    CHECK(number("SELECT count(*) FROM customers") == 1);
}

static bool found_is(const struct rows *rows, const char *codes)
{
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    AUTO(buf_cleanup) struct srow_buf got = {0};
    if (rows_probe_check(&found, rows, &e) != SROW_OK) {
        return false;
    }
    for (size_t i = 0; i < found.count; i++) {
        buf_printf(&got, "%s ", found.all[i].code);
    }
    return strcmp(buf_cstr(&got), codes) == 0;
}

CASE(a_probe_is_sealed_once_and_opened_by_readers)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    struct rows rows;
    size_t stored = 9;
    fresh();
    rows = (struct rows){config, client, db};
    CHECK(found_is(&rows, "probe-missing "));
    CHECK_OK(ddl_plan_make(&plan, config, db, NULL, &e), e);
    CHECK_OK(ddl_plan_run(&plan, db, &e), e);
    CHECK(found_is(&rows, "probe-missing "));
    CHECK_OK(rows_probe_store(&stored, &rows, &e), e);
    CHECK(stored == 1 && found_is(&rows, ""));
    CHECK_OK(rows_probe_store(&stored, &rows, &e), e);
    CHECK(stored == 0);
    CHECK(run("UPDATE sealrow_probe SET keys = 'others'"));
    CHECK(found_is(&rows, "probe-stale "));
    CHECK_OK(rows_probe_store(&stored, &rows, &e), e);
    CHECK(stored == 1);
    CHECK(run("UPDATE sealrow_probe SET message = CAST(X'020478' || zeroblob(200) AS BLOB)"));
    CHECK(found_is(&rows, "probe-refused "));
}

/* -- the answer to a COMMIT is lost -- */

static const struct lost {
    const char *name;
    bool replace; /* the row is there before */
    unsigned losses;
    bool stores, unreachable;
    const char *then;
    enum srow_rc rc;
    bool clear; /* none of the columns is sealed */
} lost_table[] = {
    {"inserted", false, 1, true, false, NULL, SROW_OK, false},
    {"not inserted: again", false, 1, false, false, NULL, SROW_OK, false},
    {"replaced", true, 1, true, false, NULL, SROW_OK, false},
    {"not replaced: again", true, 1, false, false, NULL, SROW_OK, false},
    {"lost twice", false, 2, true, false, NULL, SROW_OK, false},
    {"lost for good, stored", true, 1, true, true, NULL, SROW_E_COMMIT_UNKNOWN, false},
    {"lost for good, not stored", false, 1, false, true, NULL, SROW_E_COMMIT_UNKNOWN, false},
    {"lost twice, not stored", false, 2, false, false, NULL, SROW_E_COMMIT_UNKNOWN, false},
    {"another was there since", true, 1, true, false,
     "UPDATE customers SET userid_sealed = X'00', balance = 6", SROW_E_CONFLICT, false},
    {"another has taken it away since", true, 1, true, false, "DELETE FROM customers",
     SROW_E_CONFLICT, false},
    {"in clear, replaced", true, 1, true, false, NULL, SROW_OK, true},
    {"in clear, not replaced: again", true, 1, false, false, NULL, SROW_OK, true},
    {"in clear, another was there since", true, 1, true, false, "UPDATE customers SET balance = 6",
     SROW_E_CONFLICT, true},
};

static enum srow_rc put_and_lose(const struct lost *l, enum rows_done *what)
{
    struct fake_db fake = {0};
    struct rows_given list[8];
    size_t n = given(list, (const char *const[]){"account=1", "tenant=1", "balance=5",
                                                 l->clear ? NULL : "userid=bob", "pin=7", NULL});
    struct rows rows = {config, client, &fake.base};
    struct rows_put put = {.table = "customer", .given = list, .count = n, .replace = l->replace};
    fake_db_init(&fake, db, l->unreachable ? "sqlite:/none/none.db" : url);
    fake.losses = l->losses;
    fake.stores = l->stores;
    fake.then = l->then;
    fake_kms_reset(kms);
    return rows_put(what, &rows, &put, &e);
}

CASE(a_put_whose_commit_has_no_answer_looks_again_and_says_what_is_so)
{
    for (size_t i = 0; i < sizeof lost_table / sizeof lost_table[0]; i++) {
        const struct lost *l = &lost_table[i];
        enum rows_done what = ROWS_ALREADY_THERE;
        fresh();
        if (l->replace) {
            CHECK_OK(PUT("account=1", "tenant=1", "userid=ada", "balance=1"), e);
        }
        enum srow_rc rc = put_and_lose(l, &what);
        printf("# %s: %s\n", l->name, srow_rc_name(rc));
        CHECK(rc == l->rc && seals() == (l->clear ? 0 : 2)); /* two cells, once each */
        if (rc == SROW_OK) {
            CHECK(what == (l->replace ? ROWS_REPLACED : ROWS_INSERTED));
            CHECK(number("SELECT count(*) FROM customers WHERE balance = 5") == 1);
            CHECK_OK(l->clear ? PUT("account=1", "tenant=1", "balance=5")
                              : PUT("account=1", "tenant=1", "userid=bob", "pin=7"),
                     e);
            CHECK(done == ROWS_ALREADY_THERE);
        }
    }
}

int main(void)
{
    world_open(yaml, &slow);
    RUN(booleans_dates_and_uuids_are_bound_stored_and_sealed);
    RUN(what_was_put_comes_out_by_its_binding);
    RUN(putting_the_same_again_changes_and_seals_nothing);
    RUN(another_value_is_a_conflict_unless_it_is_to_be_replaced);
    RUN(a_dry_run_stores_nothing);
    RUN(a_row_that_changes_while_it_is_sealed_is_a_conflict);
    RUN(a_change_that_a_trigger_takes_back_is_none);
    RUN(null_does_not_read_back_as_no_bytes);
    RUN(bindings_are_compared_by_bytes);
    RUN(a_value_in_another_row_does_not_open);
    RUN(null_where_a_value_is_required_is_an_integrity_error);
    RUN(an_empty_value_is_not_null);
    RUN(a_value_too_wide_is_refused_before_anything_is_stored);
    RUN(wrong_names_and_values_are_refused_before_anything_is_sealed);
    RUN(a_live_table_that_does_not_fit_is_refused);
    RUN(two_rows_of_one_binding_are_refused);
    RUN(a_row_that_was_not_asked_for_is_refused);
    RUN(what_the_database_changes_on_the_way_is_not_stored);
    RUN(a_put_whose_commit_has_no_answer_looks_again_and_says_what_is_so);
    RUN(a_probe_is_sealed_once_and_opened_by_readers);
    world_close();
    return check_done();
}
