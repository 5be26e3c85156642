/* SPDX-License-Identifier: Apache-2.0 */
#include "rows/rows_status.h"

#include "check.h"
#include "sql_world.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {" US ": {}, " EU ": {}, " AP ": {}}\n"
    "keys:\n"
    "  default: {" US
    ": [\"" ARN(US) "\"], " EU
                    ": [\"" ARN(EU) "\"]}\n"
                                    "  wide: {" US ": [\"" MRK(US) "\"], " EU ": [\"" MRK(
                                        EU) "\"]}\n"
                                            "tables:\n"
                                            "  customer:\n"
                                            "    table: customers\n"
                                            "    bind: {account: {column: account_no}}\n"
                                            "    columns:\n"
                                            "      userid: {sealed: userid_sealed}\n"
                                            "      pin: {sealed: pin_sealed, keys: wide, signed: "
                                            "true}\n";

static const char ddl[] =
    "CREATE TABLE customers (account_no TEXT NOT NULL UNIQUE, userid_sealed BLOB, pin_sealed BLOB)";

static struct srow_error e;
static struct rows_status status;

static void fresh(void)
{
    rows_status_cleanup(&status);
    world_fresh(ddl);
}

/* A row with both values, which lack a Region. */
static void put(const char *account, const char *down)
{
    static const char *const columns[] = {"customer.userid", "customer.pin"};
    const char *const regions[] = {down, NULL};
    struct srow_bind bind = {"account", srow_text(account)};
    struct srow_sealed sealed[2] = {0};
    CHECK_OK(srow_client_while_down(client, regions, &e), e);
    for (size_t i = 0; i < 2; i++) {
        struct srow_cell cell = {.column = columns[i], .bind = &bind, .bind_count = 1};
        CHECK_OK(srow_cell_seal(&sealed[i], client, &cell, srow_str("secret"), &e), e);
    }
    struct db_value values[] = {db_text(account), db_bytes(bytes_buf(&sealed[0].message)),
                                db_bytes(bytes_buf(&sealed[1].message))};
    CHECK_OK(db_exec(db, "INSERT INTO customers VALUES ($1, $2, $3)", values, 3, &e), e);
    srow_sealed_free(&sealed[0]);
    srow_sealed_free(&sealed[1]);
}

static enum srow_rc look(uint64_t sample)
{
    struct rows_status_ask ask = {"customer", sample};
    rows_status_cleanup(&status);
    return rows_status_read(&status, config, db, &ask, &e);
}

CASE(each_column_is_told_by_what_its_headers_say)
{
    fresh();
    put("1", NULL);
    put("2", EU);
    CHECK(run("INSERT INTO customers VALUES ('3', NULL, CAST('plain' AS BLOB))"));
    unsigned asked = fake_kms_total(kms, US) + fake_kms_total(kms, EU);
    CHECK_OK(look(0), e);
    CHECK(fake_kms_total(kms, US) + fake_kms_total(kms, EU) == asked);
    CHECK(status.rows == 3 && status.looked == 3 && status.column_count == 2);
    const struct rows_status_column *userid = &status.columns[0], *pin = &status.columns[1];
    CHECK(userid->sealed == 2 && userid->nulls == 1 && userid->not_sealed == 0);
    CHECK(userid->debt == 1 && userid->unsigned_suite == 2 && userid->signed_suite == 0);
    CHECK(userid->bytes - userid->overhead == 12 && userid->direct == 2 && userid->other == 0);
    CHECK(userid->regions[0].values == 2 && userid->regions[0].debt == 0);
    CHECK(userid->regions[1].values == 1 && userid->regions[1].debt == 1);
    CHECK(!userid->regions[2].promised && userid->regions[2].values == 0);
    CHECK(userid->regions[2].debt == 0 && userid->key_count == 2);
    CHECK(strcmp(userid->keys[1].arn, ARN(EU)) == 0 && userid->keys[1].values == 1);
    CHECK(strcmp(userid->keys[1].region, EU) == 0 && userid->keys[1].configured);
    /* the key of several Regions counts once, wherever it wrapped */
    CHECK(pin->sealed == 2 && pin->not_sealed == 1 && pin->debt == 0 && pin->signed_suite == 2);
    CHECK(pin->regions[0].values == 2 && pin->regions[1].values == 2 && pin->key_count == 1);
}

CASE(a_value_that_lacks_two_Regions_is_one_value_in_debt)
{
    fresh();
    put("1", NULL);
    CHECK(run("UPDATE customers SET userid_sealed = pin_sealed")); /* under the other keys */
    CHECK_OK(look(0), e);
    const struct rows_status_column *userid = &status.columns[0];
    CHECK(userid->sealed == 1 && userid->debt == 1);
    CHECK(userid->regions[0].debt == 1 && userid->regions[1].debt == 1);
}

CASE(a_large_table_is_sampled_evenly)
{
    fresh();
    put("old", NULL);
    put("new", EU);
    CHECK(run("CREATE TABLE both AS SELECT * FROM customers") && run("DELETE FROM customers"));
    CHECK(run("WITH RECURSIVE n(i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 13999) "
              "INSERT INTO customers SELECT i, userid_sealed, NULL FROM n, both WHERE account_no = "
              "CASE WHEN i < 13000 THEN 'old' ELSE 'new' END"));
    CHECK_OK(look(1000), e);
    CHECK(status.rows == 4000 && status.looked == 1000 && status.columns[0].sealed == 1000);
    CHECK(status.columns[0].debt == 250);
    CHECK_OK(look(0), e);
    CHECK(status.looked == 4000 && status.columns[0].debt == 1000);
    CHECK_OK(look(4000), e);
    CHECK(status.looked == 4000);
    CHECK_OK(look(3999), e);
    CHECK(status.looked > 3800 && status.looked < 4000);
    CHECK_OK(look(7), e);
    CHECK(status.looked == 7);
}

CASE(what_is_not_there_is_refused)
{
    struct rows_status_ask ask = {"custmer", 0};
    fresh();
    CHECK_RC(rows_status_read(&status, config, db, &ask, &e), SROW_E_COLUMN);
    CHECK_OK(look(10), e);
    CHECK(status.rows == 0 && status.looked == 0);
    CHECK(run("DROP TABLE customers"));
    CHECK_RC(look(0), SROW_E_SCHEMA);
}

int main(void)
{
    world_open(yaml, NULL);
    RUN(each_column_is_told_by_what_its_headers_say);
    RUN(a_value_that_lacks_two_Regions_is_one_value_in_debt);
    RUN(a_large_table_is_sampled_evenly);
    RUN(what_is_not_there_is_refused);
    rows_status_cleanup(&status);
    world_close();
    return check_done();
}
