/* SPDX-License-Identifier: Apache-2.0
 *
 * The room cell: one value in its row. Binds, seals, opens, matches, and tells of what an operator
 * must hear. It knows neither Regions nor databases.
 */
#ifndef CELL_CELL_H
#define CELL_CELL_H

#include "cell/bind.h"
#include "cell/event.h"
#include "message/message.h"

/* With what a cell is worked on: all borrowed. */
struct cell_tools {
    const struct srow_config *config;
    struct manager *manager; /* of the column's key set */
    const char *via;
    uint64_t deadline;
    struct event_watch *watch; /* may be NULL */
};

/* Seals a value: padded and signed as its column has it. The caller owns out->message. Fails with
 * VALUE and message_encrypt's codes. */
MUST enum srow_rc cell_seal(struct srow_sealed *out, const struct cell_tools *tools,
                            const struct bind *bind, struct srow_bytes value, struct srow_error *e);

/* Opens a value: version 2 of the format with a committing suite only, in a signed column one that
 * signs (POLICY), the context
 * compared before the manager is asked, and what comes out is a value of the column's type (VALUE).
 * Fails also with message_decrypt's codes. */
MUST enum srow_rc cell_open(struct srow_buf *out, const struct cell_tools *tools,
                            const struct bind *bind, struct srow_bytes message,
                            struct srow_error *e);

/* One of several values. */
struct cell_job {
    /* asked: borrowed */
    const struct bind *bind;
    struct srow_bytes in; /* the value to seal, or the message to open */
    const char *via;      /* opening: this Region alone */

    /* answered: owned */
    struct srow_sealed sealed;
    struct srow_buf plaintext;
    enum srow_rc rc; /* as cell_seal and cell_open; a job that has failed before is left alone */
    struct srow_error error;
};

/* Seal and open n values of one key set; all their requests are in flight together (`via` of the
 * tools is not used). Each job has its own result. */
void cell_seal_all(const struct cell_tools *tools, struct cell_job *jobs, size_t n);
void cell_open_all(const struct cell_tools *tools, struct cell_job *jobs, size_t n);

/* Whether the value in the message is the candidate, in constant time for equal lengths. Fails as
 * cell_open, and with VALUE for a candidate that is no value of the type. */
MUST enum srow_rc cell_match(bool *same, const struct cell_tools *tools, const struct bind *bind,
                             struct srow_bytes message, struct srow_bytes candidate,
                             struct srow_error *e);

/* NULL was read where the cell is: nothing to open, or NULL_CELL and an event if a value is
 * required. An empty value is not NULL. */
MUST enum srow_rc cell_null(const struct cell_tools *tools, const struct bind *bind,
                            struct srow_error *e);

#endif
