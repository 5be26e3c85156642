/* SPDX-License-Identifier: Apache-2.0
 *
 * Security events of a cell: what an operator must hear of, although the call may have succeeded.
 */
#ifndef CELL_EVENT_H
#define CELL_EVENT_H

#include "cell/bind.h"

struct event {
    enum srow_rc rc;
    const char *name;      /* "cell.context": event_name */
    const char *cell;      /* "domain.table.column" */
    const char *region;    /* "" if it has none */
    struct srow_bytes key; /* ARN or name of a wrapping key; may be empty, may be hostile */
    const char *bindings;  /* a JSON object of digests; "{}" if there is none */
    const char *text;      /* one line */
};

/* Who hears of it: called in the thread of the call, must not block. */
struct event_watch {
    void (*seen)(struct event_watch *watch, const struct event *event);
};

/* Stable name of a code's event; NULL if the code is none. */
const char *event_name(enum srow_rc rc);

/* Turns the events of keyrings into those of a cell, and remembers which codes were told, so that
 * a failed call does not tell the same twice. */
struct event_relay {
    struct key_watch keys; /* first: what the keyrings see */
    const struct srow_config *config;
    const struct bind *bind;
    struct event_watch *watch; /* may be NULL */
    uint32_t told;             /* a bit for each code that is an event */
};

struct event_relay event_relay_of(const struct srow_config *config, const struct bind *bind,
                                  struct event_watch *watch);

/* Tells the watch how a call ended, if that is an event and was not told already. */
void event_result(struct event_relay *relay, enum srow_rc rc, const struct srow_error *e);

#endif
