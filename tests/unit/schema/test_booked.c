/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "schema/booked.h"
#include "schema/ddl.h"
#include "scratch.h"

#define ARN(region) "arn:aws:kms:" region ":111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

static struct srow_error e;

static struct srow_config *parse(const char *columns)
{
    struct srow_config *c = NULL;
    AUTO(buf_cleanup) struct srow_buf yaml = {0};
    buf_printf(&yaml,
               "version: 1\ndomain: bank\nregions: {us-east-1: {}}\n"
               "keys: {default: {us-east-1: [" ARN(
                   "us-east-1") "]}}\n"
                                "tables: {customers: {bind: {id: {}}, columns: %s}}\n",
               columns);
    if (srow_config_parse(&c, bytes_buf(&yaml), &e) != SROW_OK) {
        bail_out(e.text);
    }
    return c;
}

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

static struct db *fresh(void)
{
    struct db *db = NULL;
    unlink(path);
    if (db_create(&db, url, &e) != SROW_OK ||
        db_exec(db, "CREATE TABLE customers (id TEXT NOT NULL PRIMARY KEY)", NULL, 0, &e) !=
            SROW_OK) {
        bail_out(e.text);
    }
    return db;
}

static enum srow_rc init(struct db *db, const struct srow_config *config, bool again)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    enum srow_rc rc = ddl_plan_make(&plan, config, db, &(struct ddl_how){.again = again}, &e);
    return rc == SROW_OK ? ddl_plan_run(&plan, db, &e) : rc;
}

static bool looks(struct db *db, const struct srow_config *config, const char *code)
{
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    return booked_look(&found, config, db, &e) == SROW_OK &&
           (code == NULL ? found.count == 0 : finding_has(&found, 0, code));
}

CASE(only_the_configuration_that_was_booked_last_writes)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(free_config) struct srow_config *old = parse("{a: {}}"), *new = parse("{a: {}, b: {}}");
    CHECK_RC(booked_may_write(db, old, &e), SROW_E_BOOKED);
    CHECK(strstr(e.text, "run sealrow init") != NULL && strstr(e.text, BOOKED_TABLE) != NULL);
    CHECK(looks(db, old, "config-unbooked"));

    CHECK_OK(init(db, old, false), e);
    CHECK_OK(booked_may_write(db, old, &e), e);
    CHECK(looks(db, old, NULL));
    CHECK_RC(booked_may_write(db, new, &e), SROW_E_BOOKED);
    CHECK(strstr(e.text, "not booked") != NULL);

    CHECK_OK(init(db, new, false), e);
    CHECK_OK(booked_may_write(db, new, &e), e);
    CHECK_RC(booked_may_write(db, old, &e), SROW_E_BOOKED);
    CHECK(strstr(e.text, "older than the one booked on 20") != NULL);
    CHECK(looks(db, old, "config-older"));
}

CASE(to_go_back_has_to_be_said)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(free_config) struct srow_config *old = parse("{a: {}}"), *new = parse("{a: {}, b: {}}");
    CHECK_OK(init(db, old, false), e);
    CHECK_OK(init(db, new, false), e);
    CHECK_RC(init(db, old, false), SROW_E_BOOKED);
    CHECK(strstr(e.text, "--rebook") != NULL);
    CHECK_OK(booked_may_write(db, new, &e), e);
    CHECK_OK(init(db, old, true), e);
    CHECK_OK(booked_may_write(db, old, &e), e);
    CHECK_RC(booked_may_write(db, new, &e), SROW_E_BOOKED);
}

CASE(a_table_of_events_that_cannot_be_read_is_its_own_error)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(free_config) struct srow_config *config = parse("{a: {}}");
    CHECK_OK(db_exec(db, "CREATE TABLE " BOOKED_TABLE " (x)", NULL, 0, &e), e);
    CHECK_RC(booked_may_write(db, config, &e), SROW_E_DB);
}

/* A digest that changed would stop every writer at the next version. */
CASE(the_digest_of_a_configuration_never_changes)
{
    AUTO(db_free) struct db *db = fresh();
    AUTO(free_config) struct srow_config *config = parse("{a: {}}");
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    CHECK_OK(booked_put(&sql, db, config, &(struct booked_how){.made = true}, &e), e);
    CHECK(strstr(buf_cstr(&sql),
                 "'cc960e67ab6f35252f783390b0b4fdaeb8181c8865119dda30e10241f541b85b'") != NULL);
}

int main(void)
{
    scratch_make();
    RUN(only_the_configuration_that_was_booked_last_writes);
    RUN(to_go_back_has_to_be_said);
    RUN(a_table_of_events_that_cannot_be_read_is_its_own_error);
    RUN(the_digest_of_a_configuration_never_changes);
    scratch_remove();
    return check_done();
}
