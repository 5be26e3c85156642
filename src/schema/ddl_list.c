/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan is a list of statements: one more of them, and running them.
 */
#include <stdlib.h>

#include "schema/ddl.h"

void ddl_plan_cleanup(struct ddl_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->statements[i]);
    }
    free(plan->statements);
    *plan = (struct ddl_plan){0};
}

enum srow_rc ddl_plan_add(struct ddl_plan *plan, struct srow_buf *sql, struct srow_error *e)
{
    TRY(buf_check(sql, e));
    char **bigger = realloc(plan->statements, (plan->count + 1) * sizeof *bigger);
    FAIL_IF(bigger == NULL, e, SROW_E_NOMEM, "no memory for a plan");
    plan->statements = bigger;
    TRY(bytes_dup_str(&plan->statements[plan->count], bytes_buf(sql), e));
    plan->count++;
    return SROW_OK;
}

enum srow_rc ddl_plan_run(const struct ddl_plan *plan, struct db *db, struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    size_t now = plan->count - plan->later;
    TRY(db_begin(&work, db, e));
    for (size_t i = 0; i < now; i++) {
        TRY(db_exec(db, plan->statements[i], NULL, 0, e));
    }
    TRY(db_commit(&work, e));
    for (size_t i = now; i < plan->count; i++) {
        TRY(db_exec(db, plan->statements[i], NULL, 0, e));
    }
    return SROW_OK;
}
