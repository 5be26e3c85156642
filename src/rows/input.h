/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a file, one after another, with the number of the line; what a row has been read
 * from is kept until the next one begins.
 */
#ifndef ROWS_INPUT_H
#define ROWS_INPUT_H

#include "rows/rows.h"

enum { INPUT_END = -1 };

struct input {
    struct rows_input from;
    struct srow_buf chunk;
    size_t at; /* in the chunk */
    bool ended;
    uint64_t bytes;      /* that were taken */
    uint64_t line;       /* of the next byte, from 1 */
    struct srow_buf row; /* what was read since input_begin; wiped */
};

void input_cleanup(struct input *in);

/* The next byte without taking it, or INPUT_END. Fails as reading does. */
MUST enum srow_rc input_peek(int *out, struct input *in, struct srow_error *e);
/* Takes it. Fails also with LIMIT (a row that is too long), NOMEM. */
MUST enum srow_rc input_next(int *out, struct input *in, struct srow_error *e);

/* A row begins here. */
void input_begin(struct input *in);

#endif
