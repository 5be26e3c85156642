/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals as a wish: a long job ends at the next good place, and says that it can be run again.
 */
#ifndef CMD_STOP_H
#define CMD_STOP_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP are a wish; the second one ends the program as ever. */
void stop_listen(void);
bool stop_wished(void);

#endif
