/* SPDX-License-Identifier: Apache-2.0
 *
 * From what the caller asked for to the encryption context that names one cell.
 */
#ifndef CELL_BIND_H
#define CELL_BIND_H

#include "config/config.h"
#include "message/message.h"

struct bind {
    const struct config_table *table;
    const struct config_column *column;
    struct srow_buf name;    /* "domain.table.column", NUL behind it */
    struct srow_buf *texts;  /* canonical text of each of the table's bindings, in its order */
    struct srow_buf version; /* text of the cell's version; empty: it has none */
    bool too_old;            /* the version is less than the least one asked for */
    struct context context;  /* views into the above and the configuration */
    struct context no_cell;  /* the bindings alone; empty unless the column accepts it */
};

/* The context of a cell: each binding's logical name and canonical text, and "sealrow:cell" with
 * the cell's name; of a cell with a version also "sealrow:version". A column with accept:
 * [context:no-cell] gets a second one, without the name. Borrows the configuration. Fails with
 * COLUMN, BINDING (missing, unknown, doubled, empty, NULL, of another type), VALUE, USAGE (a
 * version of a column that has none), CONTEXT_LIMIT, NOMEM. */
MUST enum srow_rc bind_read(struct bind *out, const struct srow_config *config,
                            const struct srow_cell *cell, struct srow_error *e);
void bind_cleanup(struct bind *bind);
struct bind bind_take(struct bind *bind);

/* "domain.table.column" */
const char *bind_name(const struct bind *bind);

/* Appends a binding's value as a digest for logs: the first 16 hexadecimal digits of SHA-256 over
 * domain, NUL, logical name, NUL, canonical text. The same row has the same digest everywhere, so
 * lines can be set beside each other; it hides nothing from those who can try all values. Fails
 * with CRYPTO, NOMEM. */
MUST enum srow_rc bind_put_digest(struct srow_buf *out, const struct srow_config *config,
                                  const struct bind *bind, size_t index, struct srow_error *e);

#endif
