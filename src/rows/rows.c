/* SPDX-License-Identifier: Apache-2.0
 *
 * What get, put and probes have in common.
 */
#include "rows/rows.h"

#include <stdlib.h>

void rows_row_cleanup(struct rows_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        str_free(&row->fields[i].name);
        buf_cleanup(&row->fields[i].value);
    }
    free(row->fields);
    *row = (struct rows_row){0};
}
