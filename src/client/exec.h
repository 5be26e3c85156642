/* SPDX-License-Identifier: Apache-2.0
 *
 * A program that is fed one text: an alarm sink's command, without a shell between.
 */
#ifndef CLIENT_EXEC_H
#define CLIENT_EXEC_H

#include <stdatomic.h>

#include "base/bytes.h"

/* Runs a command (absolute path first, ends with NULL) with `input` on its standard input and its
 * standard output at /dev/null, and waits for it; killed with what it started when the monotonic
 * deadline or, once it is not 0, `*sooner` has come. The caller's thread must block SIGPIPE.
 * Fails with IO (cannot start, ended with other than 0), TIMEOUT. */
MUST enum srow_rc exec_run(const char *const *command, struct srow_bytes input, uint64_t deadline,
                           const _Atomic uint64_t *sooner, struct srow_error *e);

#endif
