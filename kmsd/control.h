/* SPDX-License-Identifier: Apache-2.0
 *
 * The Unix socket in the directory through which a running server is told to stop or start a
 * Region. One line there, lines back: facts, then "ok" or "error CODE TEXT".
 */
#ifndef KMSD_CONTROL_H
#define KMSD_CONTROL_H

#include "kmsd/listener.h"

/* Listens at DIR/control (the working directory), for the owner alone. Fails with IO. */
MUST enum srow_rc control_listen(int *out, struct srow_error *e);

/* Serves one client that waits at the socket. */
void control_serve(int fd, struct listener *const *listeners, size_t count);

/* Client: sends a line to the server of this directory and prints its facts. Fails with CONNECT
 * (no server runs), and with what the server answered. */
MUST enum srow_rc control_ask(const char *line, struct srow_error *e);

#endif
