/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys that were made for a row, printed; and the file of them that `put --from --made` writes.
 */
#ifndef CMD_MADE_H
#define CMD_MADE_H

#include "rows/rows.h"

/* Appends `"id":41`, or for people `id=41`, one behind another. */
void made_put(struct srow_buf *out, const struct rows_made *made, bool json);

struct made_file {
    const char *path; /* NULL: none */
    int fd;           /* 0: not open */
    bool used;
};

/* Makes the file, for its owner alone. Fails with CONFLICT (it is there), IO. */
MUST enum srow_rc made_file_open(struct made_file *file, const char *path, struct srow_error *e);
/* Adds a row: {"line":2,"made":{"id":41}}. Fails with IO, NOMEM. */
MUST enum srow_rc made_file_add(struct made_file *file, const struct rows_made *made,
                                struct srow_error *e);
/* One without a row is removed, so that the same command can be run again. */
void made_file_close(struct made_file *file);

#endif
