/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes in and out of the program: whole inputs, whole outputs.
 */
#ifndef CMD_IO_H
#define CMD_IO_H

#include "base/bytes.h"

/* Sees that the numbers 0, 1 and 2 are taken, so that no file of ours becomes the standard output.
 * Reading or writing one that was closed fails. */
void io_occupy(void);

enum { IO_MOST = INT32_MAX };

/* Reads an open file to its end; `name` is for people. Fails with IO, LIMIT (more than `most`
 * bytes), NOMEM. */
MUST enum srow_rc io_read_fd(struct srow_buf *out, int fd, const char *name, size_t most,
                             struct srow_error *e);

/* Reads all of standard input, or of a file ("-": standard input). Fails with IO, NOT_FOUND,
 * LIMIT (more than 2^31 - 1 bytes), NOMEM. */
MUST enum srow_rc io_read_input(struct srow_buf *out, struct srow_error *e);
MUST enum srow_rc io_read_file(struct srow_buf *out, const char *path, struct srow_error *e);

/* Writes everything to standard output. Fails with IO, NOMEM (the buffer had failed). */
MUST enum srow_rc io_write(struct srow_bytes bytes, struct srow_error *e);
MUST enum srow_rc io_write_buf(const struct srow_buf *buf, struct srow_error *e);

/* The same to an open file; `name` is for people. Fails with IO. */
MUST enum srow_rc io_write_to(int fd, const char *name, struct srow_bytes bytes,
                              struct srow_error *e);

/* Whether whoever read standard output has closed it: a pipe to `head`. */
bool io_pipe_is_closed(void);

/* How many bytes the control character has that b begins with, 0 if it begins with none. Those of
 * two bytes, U+0080 to U+009F, are orders to some terminals too. */
size_t io_control(struct srow_bytes b);

/* UTF-8 without control characters: it may go to a terminal. */
bool io_is_plain(struct srow_bytes b);

#endif
