/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "schema/finding.h"
#include "schema/tokens.h"
#include "scratch.h"

static struct srow_error e;

#define YAML(tables)                                                                               \
    "version: 1\ndomain: bank\nregions: {us-east-1: {}}\n"                                         \
    "keys: {default: {us-east-1: [\"arn:aws:kms:us-east-1:111122223333:key/a\"]}}\n"               \
    "tables:\n" tables

static const char usual[] =
    YAML("  customer: {table: t, bind: {id: {column: k}}, columns: {v: {}}}\n");

#define TABLE(more)                                                                                \
    "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, v_sealed BLOB(900) CHECK (v_sealed IS NULL OR "  \
    "(typeof(v_sealed) = 'blob' AND substr(v_sealed, 1, 3) = x'020478'))" more ")"

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

/* The codes of all findings, each with a space behind it, after these statements. */
static bool found_are(const char *yaml, const char *const *sql, size_t n, const char *wanted)
{
    AUTO(free_config) struct srow_config *config = NULL;
    AUTO(db_free) struct db *db = NULL;
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    AUTO(buf_cleanup) struct srow_buf codes = {0};
    unlink(path);
    bool good = srow_config_parse(&config, srow_str(yaml), &e) == SROW_OK &&
                db_create(&db, url, &e) == SROW_OK;
    for (size_t i = 0; good && i < n && sql[i] != NULL; i++) {
        good = db_exec(db, sql[i], NULL, 0, &e) == SROW_OK;
    }
    good = good && finding_config(&found, config, &e) == SROW_OK &&
           finding_schema(&found, config, db, &e) == SROW_OK;
    for (size_t i = 0; i < found.count; i++) {
        buf_printf(&codes, "%s ", found.all[i].code);
        good = good && strchr(found.all[i].text, ':') != NULL;
    }
    if (good && strcmp(buf_cstr(&codes), wanted) == 0) {
        return true;
    }
    printf("# %s; %s; got %s, wanted %s\n", sql[1], e.text, buf_cstr(&codes), wanted);
    return false;
}

static const struct {
    const char *sql[3], *codes;
} hangs[] = {
    {{TABLE("")}, ""},
    {{TABLE(""), "CREATE INDEX i ON t (v_sealed)"}, "column-indexed "},
    {{TABLE(""), "CREATE INDEX i ON t (k) WHERE V_SEALED IS NULL"}, "column-indexed "},
    {{TABLE(""), "CREATE INDEX i ON t (length(\"v_sealed\"))"}, "column-indexed "},
    {{TABLE(""), "CREATE INDEX i ON t (k)"}, ""},
    {{TABLE(""), "CREATE UNIQUE INDEX i ON t (v_sealed)"}, "column-unique "},
    {{TABLE(", UNIQUE (k, v_sealed)")}, "column-unique "},
    {{TABLE(", FOREIGN KEY (v_sealed) REFERENCES other (x)")}, "column-foreign-key "},
    {{TABLE(""), "CREATE TABLE other (x REFERENCES t (v_sealed))"}, "column-foreign-key "},
    {{TABLE(""), "CREATE TABLE other (x REFERENCES t (k))"}, ""},
    {{TABLE(""), "CREATE VIEW w AS SELECT k, v_sealed FROM t"}, "column-viewed "},
    {{TABLE(""), "CREATE VIEW w AS SELECT * FROM t"}, "column-viewed "},
    {{TABLE(""), "CREATE VIEW w AS SELECT a.k, b.* FROM t a, [t] b"}, "column-viewed "},
    {{TABLE(""), "CREATE VIEW w AS SELECT k, 2 * 3, count(*) FROM t /* v_sealed */"}, ""},
    {{TABLE(""), "CREATE VIEW w AS SELECT 'v_sealed', k FROM t -- v_sealed"}, ""},
    {{TABLE(""), "CREATE VIEW w AS SELECT v_sealed FROM other"}, ""},
    {{TABLE(""), "CREATE TABLE log (x)",
      "CREATE TRIGGER r AFTER UPDATE OF v_sealed ON t BEGIN INSERT INTO log VALUES (1); END"},
     "column-triggered "},
    {{TABLE(""), "CREATE TABLE log (x)",
      "CREATE TRIGGER r AFTER INSERT ON log BEGIN UPDATE t SET v_sealed = NULL; END"},
     "column-triggered "},
    {{TABLE(""), "CREATE TABLE log (x)",
      "CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.k); END"},
     ""},
    {{TABLE(", n INTEGER AS (length(v_sealed))")}, "column-generated "},
    {{TABLE(", n INTEGER GENERATED ALWAYS AS (coalesce(1, (\"V_SEALED\"))) STORED")},
     "column-generated "},
    {{TABLE(", n INTEGER AS (length(k)), CHECK (v_sealed IS NULL OR k <> '')")}, ""},
    {{"CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, v_sealed BLOB AS (k) CHECK (typeof(v_sealed) "
      "= 'blob' AND substr(v_sealed, 1, 3) = x'020478'))"},
     "column-generated "},
};

CASE(what_hangs_on_a_sealed_column_is_a_finding)
{
    bool good = true;
    for (size_t i = 0; i < sizeof hangs / sizeof hangs[0]; i++) {
        good = found_are(usual, hangs[i].sql, 3, hangs[i].codes) && good;
    }
    CHECK(good);
}

CASE(a_value_longer_than_its_column_declares_is_a_finding)
{
    static const char *const sql[] = {
        TABLE(""), "INSERT INTO t VALUES ('1', CAST(x'020478' || zeroblob(898) AS BLOB))"};
    CHECK(found_are(usual, sql, 2, "column-narrow "));
}

#define BOUND(column)                                                                              \
    "CREATE TABLE t (k " column ", v_sealed BLOB(900) CHECK (typeof(v_sealed) = 'blob' AND "       \
    "substr(v_sealed, 1, 3) = x'020478'), UNIQUE (k))"

CASE(a_bound_column_that_others_change_is_a_finding)
{
    static const struct {
        const char *sql[2], *codes;
    } rows[] = {
        {{BOUND("TEXT NOT NULL")}, ""},
        {{BOUND("TEXT NOT NULL DEFAULT 'a (b)'")}, ""},
        {{BOUND("TEXT NOT NULL DEFAULT (lower(hex(randomblob(16))))")}, "bind-made "},
        {{BOUND("TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP")}, "bind-made "},
        {{BOUND("TEXT NOT NULL"), "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET k = 'A' "
                                  "|| new.k WHERE rowid = new.rowid; END"},
         "bind-made "},
        {{BOUND("TEXT NOT NULL"), "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE other SET x = 1 "
                                  "WHERE k = new.k; END"},
         ""},
        {{BOUND("TEXT NOT NULL REFERENCES o (k) ON UPDATE CASCADE")}, "bind-cascade "},
        {{BOUND("TEXT NOT NULL REFERENCES o (k) ON UPDATE SET DEFAULT")}, "bind-cascade "},
        {{BOUND("TEXT NOT NULL REFERENCES o (k) ON DELETE CASCADE")}, ""},
    };
    bool good = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        good = found_are(usual, rows[i].sql, 2, rows[i].codes) && good;
    }
    CHECK(good);
}

CASE(a_bound_column_that_is_made_before_the_insert_is_no_finding)
{
    static const char *const text[] = {BOUND("TEXT NOT NULL DEFAULT (hex(randomblob(16)))")};
    CHECK(found_are(YAML("  t: {bind: {k: {made: uuid}}, columns: {v: {}}}\n"), text, 1, ""));
    static const char *const number[] = {BOUND("INTEGER PRIMARY KEY")};
    CHECK(found_are(YAML("  t: {bind: {k: {type: integer, made: 'sequence:s'}}, "
                         "columns: {v: {}}}\n"),
                    number, 1, "sequence-missing "));
}

CASE(a_sealed_column_as_a_binding_is_a_finding)
{
    static const char *const sql[] = {
        "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, v_sealed BLOB(900) NOT NULL CHECK "
        "(typeof(v_sealed) = 'blob' AND substr(v_sealed, 1, 3) = x'020478'), w_sealed BLOB(900) "
        "CHECK (typeof(w_sealed) = 'blob' AND substr(w_sealed, 1, 3) = x'020478'))"};
    CHECK(found_are(YAML("  one: {table: t, bind: {id: {column: k}}, columns: {v: {}}}\n"
                         "  two: {table: T, bind: {id: {column: k}, v: {column: V_sealed, type: "
                         "bytes}}, columns: {w: {}}}"),
                    sql, 1, "bind-sealed "));
}

CASE(a_binding_named_like_personal_data_is_a_finding)
{
    static const struct {
        const char *name;
        bool sensitive;
    } rows[] = {{"card_number", true},  {"cardNo", true},        {"customerEmail", true},
                {"e-mail", true},       {"EMAIL", true},         {"iban", true},
                {"ssn", true},          {"us_ssn", true},        {"phone1", true},
                {"password", true},     {"passport_no", true},   {"PIN", true},
                {"secret", true},       {"date_of_birth", true}, {"account_number", false},
                {"id", false},          {"tenant", false},       {"pinned", false},
                {"discard", false},     {"customer", false},     {"passenger_id", false},
                {"spinning_no", false}, {"row_id", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(finding_list_cleanup) struct finding_list found = {0};
        AUTO(free_config) struct srow_config *config = NULL;
        char yaml[600];
        snprintf(yaml, sizeof yaml, YAML("  t: {bind: {%s: text}, columns: {v: {}}}"),
                 rows[i].name);
        CHECK_OK(srow_config_parse(&config, srow_str(yaml), &e), e);
        CHECK_OK(finding_config(&found, config, &e), e);
        if (found.count != rows[i].sensitive) {
            printf("# %s\n", rows[i].name);
        }
        CHECK(found.count == rows[i].sensitive);
        CHECK(found.count == 0 || strcmp(found.all[0].code, "bind-sensitive") == 0);
    }
}

CASE(a_column_that_opens_values_without_its_name_is_a_finding)
{
    static const char yaml[] = YAML("  customer: {table: t, bind: {id: {column: k}}, columns: {v: "
                                    "{accept: [context:no-cell]}}}");
    static const char *const old[] = {TABLE("")};
    static const char *const sql[] = {
        "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, v_sealed BLOB(900) CHECK (typeof(v_sealed) = "
        "'blob' AND substr(v_sealed, 1, 3) IN (x'020478', x'020578')))"};
    CHECK(found_are(yaml, sql, 1, "accept-no-cell "));
    CHECK(found_are(yaml, old, 1, "accept-no-cell check-other ")); /* others' are of 0578 */
}

/* The one key is in us-east-1. */
CASE(a_requirement_that_a_key_set_cannot_meet_in_the_local_Region_is_a_finding)
{
    static const struct {
        const char *write, *region;
        size_t count;
    } rows[] = {
        {"require: local", "us-east-1", 0},
        {"require: local", "eu-west-1", 1},
        {"require: all", "eu-west-1", 0},
        {"require: quorum:1", "eu-west-1", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(finding_list_cleanup) struct finding_list found = {0};
        AUTO(free_config) struct srow_config *config = NULL;
        char yaml[600];
        snprintf(yaml, sizeof yaml, "%swrite: {%s}\n", usual, rows[i].write);
        CHECK_OK(srow_config_parse(&config, srow_str(yaml), &e), e);
        CHECK_OK(finding_local(&found, config, rows[i].region, &e), e);
        CHECK(found.count == rows[i].count);
        CHECK(found.count == 0 || strcmp(found.all[0].code, "write-local-missing") == 0);
    }
}

CASE(an_operator_accepts_some_findings_and_never_others)
{
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    CHECK_OK(finding_add(&found, "bind-sensitive", "t.email", &e, "a: b"), e);
    CHECK_OK(finding_add(&found, "bind-not-unique", "t", &e, "a: b"), e);
    CHECK(finding_open(&found) == 2);
    CHECK_OK(finding_accept(&found, "bind-sensitive", &e), e);
    CHECK(finding_open(&found) == 1 && found.all[0].accepted && !found.all[1].accepted);
    CHECK_RC(finding_accept(&found, "bind-not-unique", &e), SROW_E_USAGE);
    CHECK(strstr(e.text, "repair it") != NULL && finding_open(&found) == 1);
    CHECK_RC(finding_accept(&found, "bind-sensitiv", &e), SROW_E_USAGE);
    CHECK(strstr(e.text, "did you mean bind-sensitive?") != NULL);
    CHECK_RC(finding_accept(&found, "qqqqqqqqqqqq", &e), SROW_E_USAGE);
    CHECK(strstr(e.text, "sealrow explain") != NULL);
}

/* A row for each, and no other rows. */
CASE(the_page_of_findings_has_the_rows_of_the_table)
{
    static char page[65536];
    AUTO(buf_cleanup) struct srow_buf wanted = {0};
    FILE *f = fopen(SOURCE_ROOT "/docs/check.md", "r");
    CHECK(f != NULL);
    size_t len = fread(page, 1, sizeof page - 1, f);
    fclose(f);
    page[len] = '\0';
    for (const struct finding_kind *k = finding_kinds; k->code != NULL; k++) {
        CHECK(finding_kind_find(k->code) == k && (size_t)(k - finding_kinds) < FINDING_KINDS);
        buf_printf(&wanted, "| `%s` | %s | %s | %s |\n", k->code, k->meaning, k->repair,
                   k->may_accept ? "yes" : "");
    }
    const char *start = strstr(page, "|---|---|---|---|\n");
    CHECK(start != NULL);
    start += strlen("|---|---|---|---|\n");
    size_t rows = strlen(buf_cstr(&wanted));
    bool same = strncmp(start, buf_cstr(&wanted), rows) == 0 && start[rows] != '|';
    for (const char *line = buf_cstr(&wanted); !same && *line != '\0';
         line = strchr(line, '\n') + 1) {
        printf("# %.*s\n", (int)strcspn(line, "\n"), line);
    }
    CHECK(same);
}

CASE(unfinished_ddl_ends)
{
    static const char *const rows[] = {"",   "'",  "\"",  "[",    "/*",
                                       "--", "'v", "\"v", "AS (", "SET v ="};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)tokens_generate(rows[i], "v");
        CHECK(tokens_most(rows[i], "v") == 0);
        CHECK(tokens_mention(rows[i], "v") == (strchr(rows[i], 'v') != NULL && rows[i][0] != '\''));
        CHECK(tokens_assign(rows[i], "v") == (rows[i][0] == 'S'));
        CHECK(!tokens_select_all(rows[i]));
    }
}

CASE(a_bound_text_that_is_not_compared_byte_by_byte_is_a_finding)
{
    AUTO(free_config) struct srow_config *config = NULL;
    AUTO(db_free) struct db *db = NULL;
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    unlink(path);
    CHECK_OK(srow_config_parse(&config, srow_str(usual), &e), e);
    CHECK_OK(db_create(&db, url, &e), e);
    CHECK_OK(db_exec(db, TABLE(""), NULL, 0, &e), e);
    /* an engine that says so of its column */
    struct db_dialect dialect = *db->ops->dialect;
    struct db_ops ops = *db->ops;
    const struct db_ops *real = db->ops;
    dialect.catalog.columns = "SELECT name, type, 1, pk, 0, 0, iif(pk, 'l', 'b'), NULL "
                              "FROM pragma_table_xinfo($1) WHERE $2 IS NULL";
    ops.dialect = &dialect;
    db->ops = &ops;
    CHECK_OK(finding_schema(&found, config, db, &e), e);
    CHECK(found.count == 1 && strcmp(found.all[0].code, "bind-loose") == 0);
    db->ops = real;
}

int main(void)
{
    scratch_make();
    RUN(what_hangs_on_a_sealed_column_is_a_finding);
    RUN(a_value_longer_than_its_column_declares_is_a_finding);
    RUN(a_bound_column_that_others_change_is_a_finding);
    RUN(a_bound_column_that_is_made_before_the_insert_is_no_finding);
    RUN(a_sealed_column_as_a_binding_is_a_finding);
    RUN(a_bound_text_that_is_not_compared_byte_by_byte_is_a_finding);
    RUN(a_binding_named_like_personal_data_is_a_finding);
    RUN(a_column_that_opens_values_without_its_name_is_a_finding);
    RUN(a_requirement_that_a_key_set_cannot_meet_in_the_local_Region_is_a_finding);
    RUN(an_operator_accepts_some_findings_and_never_others);
    RUN(the_page_of_findings_has_the_rows_of_the_table);
    RUN(unfinished_ddl_ends);
    scratch_remove();
    return check_done();
}
