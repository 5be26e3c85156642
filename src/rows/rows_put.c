/* SPDX-License-Identifier: Apache-2.0
 *
 * A row goes in: a batch of one.
 */
#include "rows/batch.h"

enum srow_rc rows_put(enum rows_done *out, const struct rows *rows, const struct rows_put *put,
                      struct srow_error *e)
{
    AUTO(batch_cleanup) struct batch b = {0};
    bool fits = false;
    TRY(batch_open(&b, rows, put->table, e));
    b.replace = put->replace;
    b.dry_run = put->dry_run;
    b.makes = put->made != NULL;
    TRY(batch_add(&fits, &b, put->given, put->count, e));
    TRY(batch_run(&b, e));
    const struct batch_row *row = b.list[0];
    FAIL_IF(row->error.rc != 0, e, (enum srow_rc)row->error.rc, "%s", row->error.text);
    *out = row->done;
    const struct rows_made made = {.values = row->made, .count = row->made_count};
    return made.count == 0 || put->dry_run ? SROW_OK : put->made(put->state, &made, e);
}
