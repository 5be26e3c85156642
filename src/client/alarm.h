/* SPDX-License-Identifier: Apache-2.0
 *
 * Where security events go: always to the log, as one CloudWatch EMF line, and to the commands of
 * the configuration, off the caller's path.
 */
#ifndef CLIENT_ALARM_H
#define CLIENT_ALARM_H

#include "cell/event.h"
#include "config/config.h"

struct alarm;

/* Borrows the configuration. No thread until the first event with a command to run. NOMEM. */
MUST enum srow_rc alarm_new(struct alarm **out, const struct srow_config *config,
                            struct srow_error *e);

/* Delivers what is queued within 5 seconds, then drops the rest. */
void alarm_free(struct alarm **alarm);

/* Whom cells tell; lives as long as the alarm. */
struct event_watch *alarm_watch(struct alarm *alarm);

/* Events of a code since the start, and events a full queue kept from the commands. */
uint64_t alarm_count(const struct alarm *alarm, enum srow_rc rc);
uint64_t alarm_dropped(const struct alarm *alarm);

#endif
