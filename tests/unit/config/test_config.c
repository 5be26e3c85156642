/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "config/config.h"

#define ARN_US "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define ARN_EU "arn:aws:kms:eu-west-1:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "domain: test\n"                                                                               \
    "regions: {us-east-1: {}, eu-west-1: {endpoint: http://127.0.0.1:1}}\n"                        \
    "keys: {default: {us-east-1: [" ARN_US "], eu-west-1: [" ARN_EU "]}}\n"
#define TABLES                                                                                     \
    "tables:\n"                                                                                    \
    "  customer:\n"                                                                                \
    "    bind: {id: integer}\n"                                                                    \
    "    columns: {name: {}}\n"
#define COLUMN(text)                                                                               \
    HEAD "tables:\n"                                                                               \
         "  customer:\n"                                                                           \
         "    bind: {id: integer}\n"                                                               \
         "    columns:\n"                                                                          \
         "      name:\n"                                                                           \
         "        " text "\n"

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

CASE(ten_lines_are_a_configuration)
{
    struct srow_error e = {0};
    AUTO(free_config) struct srow_config *c = NULL;
    CHECK_OK(srow_config_parse(&c, srow_str(HEAD TABLES), &e), e);
    CHECK(strcmp(c->domain, "test") == 0 && c->path == NULL);
    CHECK(c->region_count == 2 && c->regions[0].endpoint == NULL);
    CHECK(strcmp(config_region_find(c, "eu-west-1")->endpoint, "http://127.0.0.1:1") == 0);
    CHECK(c->deadline_ms == 5000 && c->attempt_ms == 1000 && c->in_flight == 64);
    CHECK(c->wrapped_keys == 8 && c->context_bytes == 8192);
    CHECK(c->failover == CONFIG_FAILOVER_ANY && c->alarm_count == 0 && c->writer == NULL);
    CHECK(c->order_count == 2 && strcmp(c->order[0], "us-east-1") == 0);
    const struct config_key_set *set = config_key_set_find(c, "default");
    CHECK(set != NULL && set->count == 2 && strcmp(set->keys[1].arn, ARN_EU) == 0);
    CHECK(strcmp(set->keys[1].region, "eu-west-1") == 0 && !set->keys[1].open_only);
    const struct config_table *t = config_table_find(c, srow_str("customer"));
    CHECK(t != NULL && strcmp(t->table, "customer") == 0);
    CHECK(t->key_count == 1 && strcmp(t->key[0], "id") == 0);
    CHECK(strcmp(t->binds[0].column, "id") == 0 && t->binds[0].type == SROW_TYPE_INTEGER);
    const struct config_column *column = config_column_find(t, srow_str("name"));
    CHECK(column != NULL && strcmp(column->sealed, "name_sealed") == 0);
    CHECK(column->type == SROW_TYPE_TEXT && !column->required);
    CHECK(strcmp(column->keys, "default") == 0);
    CHECK(config_table_find(c, srow_str("custome")) == NULL);
    CHECK_OK(config_table_named(&t, c, "customer", &e), e);
    CHECK(t == &c->tables[0] && strcmp(column->full_name, "customer.name") == 0);
    CHECK(config_table_named(&t, c, "custome", &e) == SROW_E_COLUMN);
    CHECK(strstr(e.text, "did you mean customer?") != NULL);
    CHECK(config_column_find(t, srow_str("names")) == NULL);
}

CASE(every_key_that_this_version_has_is_read)
{
    static const char yaml[] =
        "tables:\n" /* keys may stand in any order */
        "  profile:\n"
        "    table: public.profile_v2\n"
        "    key: [id, part]\n"
        "    bind:\n"
        "      account: {column: account_no}\n"
        "      tenant: {column: tenant_id, type: integer}\n"
        "    columns:\n"
        "      userid: {type: bytes, sealed: u, keys: cards, required: true, wrap: direct}\n"
        "      012: {sealed: no, type: integer, required: false, accept: [context:no-cell]}\n"
        "version: 1\n"
        "domain: no\n"
        "open: {failover: none, order: [eu-west-1]}\n"
        "write: {require: all}\n"
        "limits: {deadline: 2m, attempt: 1500ms, in_flight: 3, wrapped_keys: 4, context_bytes: "
        "2KiB}\n"
        "databases: {writer: MY_URL}\n"
        "alarm:\n"
        "  - {to: log}\n"
        "  - {to: exec, command: [/bin/page, soc]}\n"
        "keys:\n"
        "  cards:\n"
        "    us-east-1: [" ARN_US "]\n"
        "    eu-west-1:\n"
        "      - {arn: \"" ARN_EU "\", use: open}\n"
        "regions:\n"
        "  us-east-1:\n"
        "  eu-west-1: {}\n";
    struct srow_error e = {0};
    AUTO(free_config) struct srow_config *c = NULL;
    CHECK_RC(srow_config_parse(&c, srow_str(yaml), &e), SROW_E_CONFIG);
    CHECK(strstr(e.text, "there is no key set \"default\"") != NULL);
    char fixed[sizeof yaml + 40];
    const char *at = strstr(yaml, "{sealed: no");
    snprintf(fixed, sizeof fixed, "%.*s{keys: cards, %s", (int)(at - yaml), yaml, at + 1);
    CHECK_OK(srow_config_parse(&c, srow_str(fixed), &e), e);
    CHECK(strcmp(c->domain, "no") == 0 && c->failover == CONFIG_FAILOVER_NONE);
    CHECK(c->order_count == 2 && strcmp(c->order[0], "eu-west-1") == 0);
    CHECK(strcmp(c->order[1], "us-east-1") == 0);
    CHECK(c->deadline_ms == 120000 && c->attempt_ms == 1500 && c->in_flight == 3);
    CHECK(c->wrapped_keys == 4 && c->context_bytes == 2048);
    CHECK(strcmp(c->writer, "MY_URL") == 0 && c->alarm_count == 1);
    CHECK(strcmp(c->alarms[0].command[1], "soc") == 0 && c->alarms[0].command[2] == NULL);
    CHECK(c->key_sets[0].keys[1].open_only && !c->key_sets[0].keys[0].open_only);
    const struct config_table *t = &c->tables[0];
    CHECK(strcmp(t->schema, "public") == 0 && strcmp(t->table, "profile_v2") == 0);
    CHECK(t->key_count == 2 && strcmp(t->key[1], "part") == 0);
    CHECK(t->bind_count == 2 && t->binds[0].type == SROW_TYPE_TEXT);
    CHECK(strcmp(t->binds[1].column, "tenant_id") == 0);
    CHECK(t->columns[0].required && t->columns[0].type == SROW_TYPE_BYTES);
    CHECK(strcmp(t->columns[1].name, "012") == 0 && strcmp(t->columns[1].sealed, "no") == 0);
    CHECK(t->columns[1].accepts_no_cell && !t->columns[0].accepts_no_cell);
}

CASE(a_column_may_be_signed_padded_and_of_every_type)
{
    static const struct {
        const char *column;
        enum srow_type type;
        bool is_signed;
        uint32_t pad;
    } rows[] = {
        {"{}", SROW_TYPE_TEXT, false, 0},
        {"{signed: true}", SROW_TYPE_TEXT, true, 0},
        {"{signed: false, pad: 0}", SROW_TYPE_TEXT, false, 0},
        {"{pad: 65536, type: integer}", SROW_TYPE_INTEGER, false, 65536},
        {"{type: boolean}", SROW_TYPE_BOOLEAN, false, 0},
        {"{type: date, signed: true, pad: 16}", SROW_TYPE_DATE, true, 16},
        {"{type: uuid}", SROW_TYPE_UUID, false, 0},
        {"{type: decimal}", SROW_TYPE_DECIMAL, false, 0},
        {"{type: timestamp, pad: 32}", SROW_TYPE_TIMESTAMP, false, 32},
        {"{type: json}", SROW_TYPE_JSON, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf yaml = {0};
        AUTO(free_config) struct srow_config *c = NULL;
        struct srow_error e = {0};
        buf_printf(&yaml, HEAD "tables: {t: {bind: {k: %s}, columns: {c: %s}}}\n",
                   i % 2 == 0 ? "uuid" : "{type: date}", rows[i].column);
        CHECK_OK(srow_config_parse(&c, bytes_buf(&yaml), &e), e);
        const struct config_column *column = &c->tables[0].columns[0];
        CHECK(column->type == rows[i].type && column->is_signed == rows[i].is_signed);
        CHECK(column->pad == rows[i].pad);
        CHECK(c->tables[0].binds[0].type == (i % 2 == 0 ? SROW_TYPE_UUID : SROW_TYPE_DATE));
    }
}

struct row {
    const char *yaml;
    enum srow_rc rc;
    const char *text;
};

static bool refused(const struct row *row)
{
    struct srow_error e = {0};
    AUTO(free_config) struct srow_config *c = NULL;
    enum srow_rc rc = srow_config_parse(&c, srow_str(row->yaml), &e);
    if (rc == row->rc && c == NULL && strcmp(e.text, row->text) == 0) {
        return true;
    }
    printf("# %s: %s\n# wanted %s: %s\n", srow_rc_name(rc), e.text, srow_rc_name(row->rc),
           row->text);
    return false;
}

#define ALL_REFUSED(rows)                                                                          \
    do {                                                                                           \
        bool good = true;                                                                          \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {                                \
            good = refused(&rows[i]) && good;                                                      \
        }                                                                                          \
        CHECK(good);                                                                               \
    } while (0)

CASE(yaml_beyond_plain_mappings_is_refused_with_its_place)
{
    static const struct row rows[] = {
        {"", SROW_E_CONFIG, "line 1, column 1: the file is empty"},
        {"# only a comment\n", SROW_E_CONFIG, "line 2, column 1: the file is empty"},
        {"just text\n", SROW_E_CONFIG, "line 1, column 1: a mapping (key: value) is expected"},
        {"- a\n", SROW_E_CONFIG, "line 1, column 1: a mapping (key: value) is expected"},
        {"domain: [a\n", SROW_E_CONFIG,
         "line 2, column 1: not YAML: did not find expected ',' or ']'"},
        {"domain: a\n\tb: c\n", SROW_E_CONFIG,
         "line 2, column 1: not YAML: found a tab character that violates indentation"},
        {"domain: a\ndomain: b\n", SROW_E_CONFIG,
         "line 2, column 1: key \"domain\" is doubled: it stands in line 1 already"},
        {"domain: &x a\n", SROW_E_CONFIG,
         "line 1, column 9: anchors (&name) are not allowed: write the value out"},
        {"regions: &x {}\n", SROW_E_CONFIG,
         "line 1, column 10: anchors (&name) are not allowed: write the value out"},
        {"domain: *x\n", SROW_E_CONFIG,
         "line 1, column 9: aliases (*name) are not allowed: write the value out"},
        {"*x : a\n", SROW_E_CONFIG,
         "line 1, column 1: aliases (*name) are not allowed: write the value out"},
        {"domain: !!str a\n", SROW_E_CONFIG,
         "line 1, column 9: tags (!name) are not allowed: remove it"},
        {"alarm: !list [a]\n", SROW_E_CONFIG,
         "line 1, column 8: tags (!name) are not allowed: remove it"},
        {"[a]: b\n", SROW_E_CONFIG, "line 1, column 1: a key must be a word"},
        {"domain: \"a\\0b\"\n", SROW_E_CONFIG, "line 1, column 9: a control character in a value"},
        {"domain: |\n  a\n  b\n", SROW_E_CONFIG,
         "line 1, column 9: a control character in a value"},
        {HEAD TABLES "---\ndomain: b\n", SROW_E_CONFIG,
         "line 9, column 1: a second document: one file holds one"},
        {"domain: \xC3\xA4\xFF\n", SROW_E_CONFIG,
         "line 1, column 11: invalid leading UTF-8 octet: the file must be UTF-8 text"},
        {"a: b\ndomain: \xC0\x80\n", SROW_E_CONFIG,
         "line 2, column 9: invalid length of a UTF-8 sequence: the file must be UTF-8 text"},
        {"a: [[[[[[[[[[[[[[x]]]]]]]]]]]]]]\n", SROW_E_CONFIG,
         "line 1, column 16: more than 12 levels deep"},
    };
    ALL_REFUSED(rows);
}

CASE(unknown_missing_and_wrong_values_are_refused_with_their_place)
{
    static const struct row rows[] = {
        {"version: 1\ndomain: a\nregoins: {}\n", SROW_E_CONFIG,
         "line 3, column 1: regoins: unknown key, did you mean \"regions\"?"},
        {"version: 1\nqqqqqqqqqq: a\n", SROW_E_CONFIG,
         "line 2, column 1: qqqqqqqqqq: unknown key: see sealrow config keys"},
        {"domain: a\n", SROW_E_CONFIG, "line 1, column 1: key \"version\" is missing"},
        {"version: 2\n", SROW_E_CONFIG, "line 1, column 10: version: this program reads version 1"},
        {"version: 1\n", SROW_E_CONFIG, "line 1, column 1: key \"domain\" is missing"},
        {"version: 1\ndomain: a.b\n", SROW_E_CONFIG,
         "line 2, column 1: domain: a name has letters, digits, _ and - only"},
        {"version: 1\ndomain:\n", SROW_E_CONFIG,
         "line 2, column 1: domain: a name has letters, digits, _ and - only"},
        {"version: 1\ndomain: {a: b}\n", SROW_E_CONFIG,
         "line 2, column 9: domain: one value is expected"},
        {"version: 1\ndomain: a\nregions: {}\nkeys: {}\ntables: {}\n", SROW_E_CONFIG,
         "line 3, column 10: regions: a Region is needed"},
        {"version: 1\ndomain: a\nregions: [us-east-1]\n", SROW_E_CONFIG,
         "line 3, column 10: regions: a mapping (key: value) is expected"},
        {HEAD, SROW_E_CONFIG, "line 1, column 1: key \"tables\" is missing"},
        {HEAD TABLES "    bnid: {}\n", SROW_E_CONFIG,
         "line 9, column 5: tables.customer.bnid: unknown key, did you mean \"bind\"?"},
        {HEAD "tables: {customer: {columns: {name: {}}}}\n", SROW_E_CONFIG,
         "line 5, column 10: tables.customer: key \"bind\" is missing"},
        {HEAD "tables: {customer: {bind: {}, columns: {name: {}}}}\n", SROW_E_CONFIG,
         "line 5, column 27: tables.customer.bind: a table needs a binding"},
        {HEAD "tables: {customer: {bind: {id: text}, columns: {}}}\n", SROW_E_CONFIG,
         "line 5, column 48: tables.customer.columns: a table needs a column"},
        {HEAD "tables: {customer: {bind: {id: txet}, columns: {}}}\n", SROW_E_CONFIG,
         "line 5, column 32: tables.customer.bind.id: unknown value, did you mean \"text\"?"},
        {HEAD "tables: {a.b: {bind: {id: text}, columns: {c: {}}}}\n", SROW_E_CONFIG,
         "line 5, column 10: tables.a.b: a name has letters, digits, _ and - only"},
        {HEAD "tables: {a: {bind: {aws-crypto-x: text}, columns: {c: {}}}}\n", SROW_E_CONFIG,
         "line 5, column 21: tables.a.bind.aws-crypto-x: names with \"aws-crypto-\" are reserved"},
        {HEAD "tables: {a: {bind: {i: text}, columns: {c: {sealed: i}}}}\n", SROW_E_CONFIG,
         "line 5, column 10: tables.a: column \"i\" of the table is used twice"},
    };
    ALL_REFUSED(rows);
}

CASE(values_out_of_their_range_are_refused_with_their_place)
{
    static const struct row rows[] = {
        {COLUMN("keys: cards"), SROW_E_CONFIG,
         "line 10, column 15: tables.customer.columns.name.keys: there is no key set of this name "
         "under \"keys\""},
        {COLUMN("required: yes"), SROW_E_CONFIG,
         "line 10, column 19: tables.customer.columns.name.required: true or false is expected"},
        {COLUMN("accept: context:no-cell"), SROW_E_CONFIG,
         "line 10, column 17: tables.customer.columns.name.accept: a list ([a, b]) is expected"},
        {COLUMN("accept: [context:no-cel]"), SROW_E_CONFIG,
         "line 10, column 18: tables.customer.columns.name.accept[0]: unknown value, did you mean "
         "\"context:no-cell\"?"},
        {COLUMN("accept: [context:no-cell, context:no-cell]"), SROW_E_CONFIG,
         "line 10, column 35: tables.customer.columns.name.accept[1]: this value is in the list "
         "already"},
        {HEAD TABLES "limits: {deadline: 5}\n", SROW_E_CONFIG,
         "line 9, column 20: limits.deadline: 1 to 600000 ms is expected, as 500ms, 5s or 2m"},
        {HEAD TABLES "limits: {deadline: 0s}\n", SROW_E_CONFIG,
         "line 9, column 20: limits.deadline: 1 to 600000 ms is expected, as 500ms, 5s or 2m"},
        {HEAD TABLES "limits: {in_flight: 99999999999999999999}\n", SROW_E_CONFIG,
         "line 9, column 21: limits.in_flight: 1 to 10000 is expected"},
        {HEAD TABLES "limits: {context_bytes: 64KiB}\n", SROW_E_CONFIG,
         "line 9, column 25: limits.context_bytes: 64 to 65535 bytes is expected, as 8192 or 8KiB"},
        {HEAD TABLES "limits: {attempt: 6s}\n", SROW_E_CONFIG,
         "line 9, column 1: limits: one attempt may not last longer than the deadline"},
        {HEAD TABLES "open: {order: [us-east-2]}\n", SROW_E_CONFIG,
         "line 9, column 16: open.order[0]: this Region is not under \"regions\""},
        {HEAD TABLES "open: {order: [us-east-1, us-east-1]}\n", SROW_E_CONFIG,
         "line 9, column 27: open.order[1]: this Region is named twice"},
        {HEAD TABLES "databases: {writer: \"postgresql://app:hunter2@db/bank\"}\n", SROW_E_CONFIG,
         "line 9, column 21: databases.writer: the name of an environment variable is expected, "
         "which holds the value"},
        {HEAD TABLES "alarm: [{}]\n", SROW_E_CONFIG,
         "line 9, column 9: alarm[0]: key \"to\" is missing"},
        {HEAD TABLES "alarm: [{to: exec}]\n", SROW_E_CONFIG,
         "line 9, column 9: alarm[0]: key \"command\" is missing"},
        {HEAD TABLES "alarm: [{to: log, command: [/bin/x]}]\n", SROW_E_CONFIG,
         "line 9, column 19: alarm[0].command: unknown key: see sealrow config keys"},
        {HEAD TABLES "alarm: [{to: exec, command: [page]}]\n", SROW_E_CONFIG,
         "line 9, column 29: alarm[0].command: a list that begins with the program's absolute path "
         "is expected"},
        {HEAD TABLES "alarm: [{to: exec, command: /bin/page}]\n", SROW_E_CONFIG,
         "line 9, column 29: alarm[0].command: a list ([a, b]) is expected"},
    };
    ALL_REFUSED(rows);
}

#define KEYS(text)                                                                                 \
    "version: 1\ndomain: a\nregions: {us-east-1: {}, eu-west-1: {}}\nkeys:\n  default:\n    " text \
    "\n" TABLES

CASE(keys_are_arns_of_keys_in_their_own_region)
{
    static const char not_arn[] = "line 6, column 17: keys.default.us-east-1[0]: not a key's ARN: "
                                  "arn:aws:kms:REGION:ACCOUNT:key/ID is expected";
    static const char alias[] = "line 6, column 17: keys.default.us-east-1[0]: an alias can be "
                                "pointed elsewhere: write the key's ARN";
    static const struct row rows[] = {
        {KEYS("us-east-1: [alias/sealrow]"), SROW_E_CONFIG, alias},
        {KEYS("us-east-1: [\"arn:aws:kms:us-east-1:111122223333:alias/a\"]"), SROW_E_CONFIG, alias},
        {KEYS("us-east-1: [1234abcd-12ab-34cd-56ef-1234567890ab]"), SROW_E_CONFIG, not_arn},
        {KEYS("us-east-1: [\"arn:aws:kms:us-east-1:1111:key/a\"]"), SROW_E_CONFIG, not_arn},
        {KEYS("us-east-1: [\"arn:aws:kms:us-east-1:111122223333:key/\"]"), SROW_E_CONFIG, not_arn},
        {KEYS("us-east-1: [\"arn:aws:s3:us-east-1:111122223333:key/a\"]"), SROW_E_CONFIG, not_arn},
        {KEYS("us-east-1: [\"arn:aws:kms\"]"), SROW_E_CONFIG, not_arn},
        {KEYS("us-east-1: [" ARN_EU "]"), SROW_E_CONFIG,
         "line 6, column 17: keys.default.us-east-1[0]: this key belongs to another Region than "
         "the one it stands under"},
        {KEYS("us-east-1: [" ARN_US ", " ARN_US "]"), SROW_E_CONFIG,
         "line 6, column 94: keys.default.us-east-1[1]: this key is in the set already"},
        {KEYS("us-east-2: [" ARN_US "]"), SROW_E_CONFIG,
         "line 6, column 5: keys.default.us-east-2: this Region is not under \"regions\""},
        {KEYS("us-east-1: " ARN_US), SROW_E_CONFIG,
         "line 6, column 16: keys.default.us-east-1: a list ([a, b]) is expected"},
        {KEYS("us-east-1: [{arn: \"" ARN_US "\", use: open}]"), SROW_E_CONFIG,
         "line 5, column 3: keys.default: the set has no key that new values use"},
        {KEYS("us-east-1: [{use: open}]"), SROW_E_CONFIG,
         "line 6, column 17: keys.default.us-east-1[0]: key \"arn\" is missing"},
        {KEYS("us-east-1: []"), SROW_E_CONFIG,
         "line 5, column 3: keys.default: the set has no key that new values use"},
    };
    ALL_REFUSED(rows);
}

CASE(keys_of_a_later_version_are_refused_by_name)
{
#define LATER ": this version does not have it: take it out"
#define LATER_VALUE ": this version does not have this value: take it out"
#define IN_COLUMN "tables.customer.columns.name."
    static const struct row rows[] = {
        {HEAD TABLES "cache: {}\n", SROW_E_NOT_BUILT, "line 9, column 1: cache" LATER},
        {HEAD TABLES "branch: {}\n", SROW_E_NOT_BUILT, "line 9, column 1: branch" LATER},
        {HEAD TABLES "proxy: none\n", SROW_E_NOT_BUILT, "line 9, column 1: proxy" LATER},
        {HEAD TABLES "databases: {readers: [A]}\n", SROW_E_NOT_BUILT,
         "line 9, column 13: databases.readers" LATER},
        {HEAD TABLES "alarm: [{to: sns}]\n", SROW_E_NOT_BUILT,
         "line 9, column 14: alarm[0].to" LATER_VALUE},
        {HEAD TABLES "alarm: [{to: webhook}]\n", SROW_E_NOT_BUILT,
         "line 9, column 14: alarm[0].to" LATER_VALUE},
        {HEAD TABLES "alarm: [{to: cloudwatch}]\n", SROW_E_NOT_BUILT,
         "line 9, column 14: alarm[0].to" LATER_VALUE},
        {HEAD TABLES "alarm: [{to: log, emf: false}]\n", SROW_E_NOT_BUILT,
         "line 9, column 19: alarm[0].emf" LATER},
        {HEAD TABLES "    branch: {by: id}\n", SROW_E_NOT_BUILT,
         "line 9, column 5: tables.customer.branch" LATER},
        {"version: 1\ndomain: a\nregions: {us-east-1: {role: a}}\n", SROW_E_NOT_BUILT,
         "line 3, column 23: regions.us-east-1.role" LATER},
        {COLUMN("stage: filled"), SROW_E_NOT_BUILT,
         "line 10, column 16: " IN_COLUMN "stage" LATER_VALUE},
        {COLUMN("stage: sealed"), SROW_E_NOT_BUILT,
         "line 10, column 16: " IN_COLUMN "stage" LATER_VALUE},
        {COLUMN("context: omitted"), SROW_E_NOT_BUILT,
         "line 10, column 9: " IN_COLUMN "context" LATER},
        {COLUMN("accept: [context:no-cell, \"suite:0378\"]"), SROW_E_NOT_BUILT,
         "line 10, column 35: " IN_COLUMN "accept[1]" LATER_VALUE},
        {COLUMN("accept: [context:subset]"), SROW_E_NOT_BUILT,
         "line 10, column 18: " IN_COLUMN "accept[0]" LATER_VALUE},
        {COLUMN("wrap: branch"), SROW_E_NOT_BUILT,
         "line 10, column 15: " IN_COLUMN "wrap" LATER_VALUE},
    };
    ALL_REFUSED(rows);
}

CASE(a_document_is_no_binding)
{
#define NO_BINDING ": a document is no binding: databases do not compare it by its text"
    static const struct row rows[] = {
        {HEAD "tables:\n  t:\n    bind: {a: decimal, b: json}\n    columns: {c: {}}\n",
         SROW_E_CONFIG, "line 7, column 27: tables.t.bind.b" NO_BINDING},
        {HEAD "tables:\n  t:\n    bind: {a: {type: json}}\n    columns: {c: {}}\n", SROW_E_CONFIG,
         "line 7, column 22: tables.t.bind.a.type" NO_BINDING},
    };
    ALL_REFUSED(rows);
}

CASE(the_value_of_a_binding_may_be_made)
{
    AUTO(free_config) struct srow_config *c = NULL;
    struct srow_error e = {0};
    static const char yaml[] =
        HEAD "tables:\n  t:\n    bind:\n      a: {type: integer, made: 'sequence:app.s'}\n"
             "      b: {type: integer, made: 'sequence:s'}\n      c: {made: uuid}\n      d: text\n"
             "    columns: {c: {}}\n";
    CHECK_OK(srow_config_parse(&c, srow_str(yaml), &e), e);
    const struct config_bind *b = c->tables[0].binds;
    CHECK(b[0].made == CONFIG_MADE_SEQUENCE && strcmp(b[0].sequence_schema, "app") == 0);
    CHECK(strcmp(b[0].sequence, "s") == 0);
    CHECK(b[1].made == CONFIG_MADE_SEQUENCE && b[1].sequence_schema == NULL);
    CHECK(b[2].made == CONFIG_MADE_UUID && b[3].made == CONFIG_MADE_NOT);
#define MADE(text) HEAD "tables: {t: {bind: {a: {" text "}}, columns: {c: {}}}}\n", SROW_E_CONFIG
#define AT_MADE(column) "line 5, column " column ": tables.t.bind.a.made: "
    static const struct row rows[] = {
        {MADE("made: rowid"), AT_MADE("31") "uuid, sequence:NAME or sequence:SCHEMA.NAME is "
                                            "expected"},
        {MADE("made: 'sequence:'"), AT_MADE("31") "uuid, sequence:NAME or sequence:SCHEMA.NAME is "
                                                  "expected"},
        {MADE("made: 'sequence:a.b.c'"), AT_MADE("31") "uuid, sequence:NAME or "
                                                       "sequence:SCHEMA.NAME is expected"},
        {MADE("made: 'sequence:s'"),
         AT_MADE("31") "a sequence makes integers: say `type: integer`"},
        {MADE("type: integer, made: uuid"),
         AT_MADE("46") "a UUID is a uuid or a text: say `type: uuid`"},
    };
    ALL_REFUSED(rows);
}

/* A configuration file of its own with a mode; removed by the caller. */
static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    if (f != NULL) {
        fputs(text, f);
        fclose(f);
        chmod(path, mode);
    }
}

CASE(a_file_that_others_may_write_is_refused)
{
    static const struct {
        mode_t mode;
        enum srow_rc rc;
    } rows[] = {{0600, SROW_OK},
                {0644, SROW_OK},
                {0620, SROW_E_PERMISSIONS},
                {0602, SROW_E_PERMISSIONS},
                {0666, SROW_E_PERMISSIONS}};
    char folder[] = "/tmp/test_config_XXXXXX", path[64];
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/sealrow.yaml", folder);
    bool good = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(free_config) struct srow_config *c = NULL;
        write_file(path, HEAD TABLES, rows[i].mode);
        good = good && srow_config_load(&c, path, NULL) == rows[i].rc;
        good = good && (rows[i].rc != SROW_OK || strcmp(c->path, path) == 0);
    }
    struct stat st;
    if (geteuid() == 0) {
        AUTO(free_config) struct srow_config *c = NULL;
        write_file(path, HEAD TABLES, 0600);
        good = good && chown(path, 65534, 65534) == 0 && stat(path, &st) == 0;
        good = good && srow_config_load(&c, path, NULL) == SROW_E_PERMISSIONS;
    }
    unlink(path);
    rmdir(folder);
    CHECK(good);
}

CASE(a_missing_file_and_a_folder_have_their_own_codes)
{
    struct srow_error e = {0};
    struct srow_config *c = NULL;
    CHECK_RC(srow_config_load(&c, "/nowhere/sealrow.yaml", &e), SROW_E_CONFIG_MISSING);
    CHECK(strstr(e.text, "there is no configuration /nowhere/sealrow.yaml") == e.text);
    CHECK_RC(srow_config_load(&c, "/", &e), SROW_E_IO);
    CHECK_RC(srow_config_load(&c, NULL, &e), SROW_E_USAGE);
    CHECK(c == NULL);
}

CASE(the_errors_of_a_file_begin_with_its_path)
{
    char path[] = "/tmp/test_config_XXXXXX";
    struct srow_error e = {0};
    struct srow_config *c = NULL;
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    write_file(path, "domain: a\n", 0600);
    enum srow_rc rc = srow_config_load(&c, path, &e);
    unlink(path);
    CHECK_RC(rc, SROW_E_CONFIG);
    CHECK(strncmp(e.text, path, strlen(path)) == 0);
    CHECK(strstr(e.text, ": line 1, column 1: key \"version\" is missing") != NULL);
}

/* Not a fuzzer, but all the beginnings and many one-byte changes of a real file. */
CASE(no_beginning_and_no_changed_byte_crashes)
{
    static const char good[] = HEAD TABLES "alarm: [{to: exec, command: [/bin/page]}]\n";
    static const char bytes[] = "\0\xFF{}[]&*!|>'\"#%@`-:?,\t\n ";
    char text[sizeof good];
    for (size_t len = 0; len < sizeof good; len++) {
        AUTO(free_config) struct srow_config *c = NULL;
        (void)!srow_config_parse(&c, bytes_of(good, len), NULL);
    }
    for (size_t at = 0; at < sizeof good - 1; at++) {
        memcpy(text, good, sizeof good);
        text[at] = bytes[at % (sizeof bytes - 1)];
        AUTO(free_config) struct srow_config *c = NULL;
        (void)!srow_config_parse(&c, bytes_of(text, sizeof text - 1), NULL);
    }
    CHECK(true);
}

/* The YAML blocks of the document, the next at each call; from SOURCE_ROOT/docs/configuration.md.
 */
static struct srow_bytes next_block(const char **from)
{
    static const char opening[] = "```yaml\n", closing[] = "```\n";
    const char *start = strstr(*from, opening);
    const char *end = start == NULL ? NULL : strstr(start + sizeof opening - 1, closing);
    if (end == NULL) {
        return bytes_of(NULL, 0);
    }
    start += sizeof opening - 1;
    *from = end + sizeof closing - 1;
    return bytes_of(start, (size_t)(end - start));
}

CASE(the_documents_examples_are_configurations)
{
    static char text[65536];
    FILE *f = fopen(SOURCE_ROOT "/docs/configuration.md", "r");
    CHECK(f != NULL);
    size_t len = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[len] = '\0';
    const char *from = text;
    size_t count = 0;
    for (struct srow_bytes b = next_block(&from); b.len > 0; b = next_block(&from), count++) {
        struct srow_error e = {0};
        AUTO(free_config) struct srow_config *c = NULL;
        CHECK_OK(srow_config_parse(&c, b, &e), e);
    }
    CHECK(count == 2);
}

CASE(a_file_too_large_or_of_too_many_values_is_refused)
{
    enum { SIZE = (1 << 20) + 1, MANY = 30000 };
    struct srow_error e = {0};
    struct srow_config *c = NULL;
    AUTO(buf_cleanup) struct srow_buf large = {0}, many = {0};
    char *to = buf_room(&large, SIZE);
    CHECK(to != NULL);
    memset(to, '#', SIZE);
    CHECK_RC(srow_config_parse(&c, bytes_of(to, SIZE), &e), SROW_E_CONFIG);
    CHECK(strcmp(e.text, "the configuration is larger than 1 MiB: is it the right one?") == 0);
    for (size_t i = 0; i < MANY; i++) {
        buf_put_str(&many, "- a\n");
    }
    CHECK_RC(srow_config_parse(&c, bytes_buf(&many), &e), SROW_E_CONFIG);
    CHECK(strstr(e.text, "more than 20000 values") != NULL);
}

int main(void)
{
    RUN(a_column_may_be_signed_padded_and_of_every_type);
    RUN(ten_lines_are_a_configuration);
    RUN(every_key_that_this_version_has_is_read);
    RUN(yaml_beyond_plain_mappings_is_refused_with_its_place);
    RUN(unknown_missing_and_wrong_values_are_refused_with_their_place);
    RUN(values_out_of_their_range_are_refused_with_their_place);
    RUN(keys_are_arns_of_keys_in_their_own_region);
    RUN(keys_of_a_later_version_are_refused_by_name);
    RUN(a_document_is_no_binding);
    RUN(the_value_of_a_binding_may_be_made);
    RUN(a_file_that_others_may_write_is_refused);
    RUN(a_missing_file_and_a_folder_have_their_own_codes);
    RUN(the_errors_of_a_file_begin_with_its_path);
    RUN(no_beginning_and_no_changed_byte_crashes);
    RUN(the_documents_examples_are_configurations);
    RUN(a_file_too_large_or_of_too_many_values_is_refused);
    return check_done();
}
