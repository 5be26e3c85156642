/* SPDX-License-Identifier: Apache-2.0
 *
 * init, its way back, roles, check and keys of sequences under failing allocations, and with a
 * connection that is lost at each call. fault_schema URL does it with a server, PostgreSQL's client
 * library among what allocates (tests/databases/test_faults_allocations.py).
 */
#include "check.h"
#include "fault/calls.h"
#include "schema/booked.h"
#include "schema/ddl.h"
#include "schema/sequence.h"
#include "scratch.h"

#define ARN "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {us-east-1: {}}\n"
    "keys: {default: {us-east-1: [\"" ARN "\"]}}\n"
    "tables:\n"
    "  member:\n"
    "    table: members\n"
    "    bind: {account: {column: account_no}}\n"
    "    columns:\n"
    "      userid: {sealed: userid_sealed, plain: userid, stage: dual, until: 2099-01-01}\n"
    "      pin: {sealed: pin_sealed, type: integer}\n"
    "  team:\n"
    "    table: teams\n"
    "    bind: {id: {column: id, type: integer, made: 'sequence:teams_seq'}}\n"
    "    columns: {motto: {sealed: motto_sealed, signed: true}}\n";

static const char *const drops[] = {
    "DROP VIEW IF EXISTS userids", "DROP TABLE IF EXISTS members", "DROP TABLE IF EXISTS teams",
    "DROP TABLE IF EXISTS " BOOKED_TABLE, "DROP TABLE IF EXISTS " DDL_PROBE_TABLE};

static const char *const creates[] = {
    "CREATE TABLE members (account_no VARCHAR(64) NOT NULL UNIQUE, userid VARCHAR(64))",
    "CREATE TABLE teams (id BIGINT NOT NULL PRIMARY KEY)",
    "INSERT INTO members VALUES ('4711', 'ada')"};

/* Something for check to find. */
static const char *const defects[] = {"CREATE INDEX odd ON members (pin_sealed)",
                                      "CREATE VIEW userids AS SELECT userid_sealed FROM members"};

static const char *where = url; /* the database */
static struct srow_config *config;
static struct db *keeper;   /* without faults */
static struct db *inner;    /* whose allocations fail */
static struct fake_db fake; /* around it, whose calls fail */
static struct db *db;       /* one of the two */

/* -- how the database is before a run -- */

static void run_all(const char *const *statements, size_t n)
{
    struct srow_error e = {0};
    for (size_t i = 0; i < n; i++) {
        if (db_exec(keeper, statements[i], NULL, 0, &e) != SROW_OK) {
            bail_out(e.text);
        }
    }
}

static void mend(void)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct srow_error e = {0};
    fake.is_lost = false;
    if (inner->ops->in_work(inner)) {
        db_rollback(&(struct db_work){.db = inner});
    }
    if (db_query(&rows, inner, "SELECT 1", NULL, 0, &e) != SROW_OK &&
        db_reopen(inner, &e) != SROW_OK) {
        bail_out(e.text);
    }
}

static void strip(void)
{
    run_all(drops, sizeof drops / sizeof drops[0]);
    run_all(creates, sizeof creates / sizeof creates[0]);
}

static void equip(void)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    struct srow_error e = {0};
    strip();
    if (ddl_plan_make(&plan, config, keeper, NULL, &e) != SROW_OK ||
        ddl_plan_run(&plan, keeper, &e) != SROW_OK) {
        bail_out(e.text);
    }
}

/* -- what is done -- */

enum { INIT, INIT_AGAIN, CHECK_SCHEMA, REVERT, ROLES, RESULTS };
static size_t known[RESULTS]; /* by the first run of each, in which nothing fails */

static enum srow_rc compare(int which, size_t found)
{
    known[which] = known[which] == 0 ? found : known[which];
    return known[which] == found ? SROW_OK : fault_wrong("another result");
}

static enum srow_rc judge_plan(int which, enum srow_rc rc, struct ddl_plan *plan)
{
    size_t count = plan->count;
    if (rc != SROW_OK) {
        return plan->statements == NULL ? rc : fault_wrong("a plan in spite of the failure");
    }
    ddl_plan_cleanup(plan);
    return compare(which, count);
}

static enum srow_rc plan_init(struct srow_error *e)
{
    struct ddl_plan plan = {0};
    return judge_plan(INIT, ddl_plan_make(&plan, config, db, NULL, e), &plan);
}

static enum srow_rc plan_again(struct srow_error *e)
{
    struct ddl_plan plan = {0};
    const struct ddl_how how = {.again = true};
    enum srow_rc rc = judge_plan(INIT_AGAIN, ddl_plan_make(&plan, config, db, &how, e), &plan);
    return known[INIT_AGAIN] == 0 ? rc : fault_wrong("something is left to do");
}

static enum srow_rc init(struct srow_error *e)
{
    AUTO(ddl_plan_cleanup) struct ddl_plan plan = {0};
    TRY(ddl_plan_make(&plan, config, db, NULL, e));
    return ddl_plan_run(&plan, db, e);
}

static const struct ddl_back all_of_it = {.discard_sealed = true};

static enum srow_rc plan_revert(struct srow_error *e)
{
    struct ddl_plan plan = {0};
    return judge_plan(REVERT, ddl_revert_make(&plan, config, db, &all_of_it, e), &plan);
}

static enum srow_rc revert(struct srow_error *e)
{
    struct ddl_plan plan = {0};
    return judge_plan(REVERT, ddl_revert_run(&plan, config, db, &all_of_it, e), &plan);
}

static enum srow_rc plan_roles(struct srow_error *e)
{
    struct ddl_plan plan = {0};
    const struct ddl_roles roles = {"w", "r", "m"};
    return judge_plan(ROLES, ddl_roles_make(&plan, config, db, &roles, e), &plan);
}

static enum srow_rc find_all(struct finding_list *list, struct srow_error *e)
{
    TRY(finding_schema(list, config, db, e));
    TRY(finding_server(list, db, e));
    TRY(finding_config(list, config, e));
    return booked_look(list, config, db, e);
}

static enum srow_rc find(struct srow_error *e)
{
    struct finding_list list = {0};
    enum srow_rc rc = find_all(&list, e);
    size_t found = finding_open(&list);
    finding_list_cleanup(&list);
    return rc == SROW_OK ? compare(CHECK_SCHEMA, found) : rc;
}

static enum srow_rc may_write(struct srow_error *e)
{
    return booked_may_write(db, config, e);
}

static enum srow_rc take_keys(struct srow_error *e)
{
    int64_t keys[3] = {0};
    TRY(sequence_take(keys, 3, db, &config->tables[1].binds[0], e));
    return keys[0] > 0 && keys[1] == keys[0] + 1 && keys[2] == keys[1] + 1
               ? SROW_OK
               : fault_wrong("other keys");
}

/* -- what fails -- */

/* What a client library cannot name is a failure of the database or its file, or of the way to it.
 */
static const enum srow_rc named_otherwise[] = {SROW_E_DB, SROW_E_IO, SROW_E_CONNECT,
                                               SROW_E_COMMIT_UNKNOWN, SROW_OK};

static void run_both(struct fault_case c)
{
    char name[160];
    bool is_server = where != url;
    c.after = mend;
    snprintf(name, sizeof name, "%s or there is no memory", c.name);
    struct fault_case memory = c;
    memory.name = name;
    memory.others = named_otherwise;
    memory.survives = true;
    memory.stride = is_server ? c.stride * 8 : c.stride;
    db = inner;
    if (strcmp(inner->ops->dialect->name, "mysql") != 0) { /* libmariadb may leak where it fails */
        fault_run(&memory);
    }
    snprintf(name, sizeof name, "%s or the connection was lost", c.name);
    c.name = name;
    c.others = calls_lost;
    c.kind = &calls;
    c.stride = is_server && c.before != NULL ? 5 : 1;
    db = &fake.base;
    if (is_server) { /* once is as good as for good: the first failure ends it */
        check_failed = !fault_holds(&c, false);
        check_point(c.name);
        return;
    }
    fault_run(&c);
}

/* Each before the next: what the former leaves is what the latter finds. */
static void run_cases(void)
{
    strip();
    run_both((struct fault_case){.name = "init is planned", .run = plan_init, .stride = 23});
    run_both(
        (struct fault_case){.name = "init is run", .run = init, .before = strip, .stride = 97});
    equip();
    run_both((struct fault_case){.name = "nothing is left to do", .run = plan_again, .stride = 23});
    run_both(
        (struct fault_case){.name = "a way back is planned", .run = plan_revert, .stride = 17});
    run_both((struct fault_case){.name = "roles are planned", .run = plan_roles, .stride = 13});
    run_both((struct fault_case){.name = "who may write is known", .run = may_write, .stride = 3});
    if (inner->ops->dialect->next_values != NULL) {
        run_both(
            (struct fault_case){.name = "a sequence gives keys", .run = take_keys, .stride = 1});
    }
    run_all(defects, sizeof defects / sizeof defects[0]);
    run_both((struct fault_case){.name = "all that is wrong is found", .run = find, .stride = 31});
    run_both((struct fault_case){
        .name = "the way back is gone", .run = revert, .before = equip, .stride = 97});
}

/* No machine is switched off meanwhile. */
static void fast(struct db *lite)
{
    struct srow_error e = {0};
    if (db_exec(lite, "PRAGMA synchronous = OFF", NULL, 0, &e) != SROW_OK) {
        bail_out(e.text);
    }
}

static void set_up(void)
{
    struct srow_error e = {0};
    if (srow_config_parse(&config, srow_str(yaml), &e) != SROW_OK ||
        (where == url ? db_create : db_open)(&keeper, where, &e) != SROW_OK ||
        db_open(&inner, where, &e) != SROW_OK) {
        bail_out(e.text);
    }
    fake_db_init(&fake, inner, where);
    fake.breaks = &broken;
    if (where == url) {
        fast(keeper);
        fast(inner);
    }
    if (inner->ops->dialect->next_values != NULL) {
        run_all((const char *const[]){"DROP SEQUENCE IF EXISTS teams_seq",
                                      "CREATE SEQUENCE teams_seq START WITH 1 INCREMENT BY 1"},
                2);
    }
}

int main(int argc, char **argv)
{
    where = argc > 1 ? argv[1] : url;
    scratch_make();
    set_up();
    run_cases();
    db_free(&inner);
    db_free(&keeper);
    srow_config_free(config);
    scratch_remove();
    return check_done();
}
