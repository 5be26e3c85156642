/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client has done and how its Regions answer: counters, and a way to KMS that counts what
 * goes through it. Atomic numbers and no lock, so that calls never wait for a reader.
 */
#ifndef CLIENT_METER_H
#define CLIENT_METER_H

#include "config/config.h"
#include "kms/kms.h"

enum meter_call { METER_SEAL, METER_OPEN, METER_MATCH, METER_CALLS };

struct meter;

/* Counts in front of `kms`; borrows both. NOMEM. */
MUST enum srow_rc meter_new(struct meter **out, const struct srow_config *config, struct kms *kms,
                            struct srow_error *e);
void meter_free(struct meter **meter);

/* KMS through the meter; lives as long as it. */
struct kms *meter_kms(struct meter *meter);

/* One call on a cell has ended. */
void meter_count(struct meter *meter, enum meter_call call, enum srow_rc rc);

/* The health of the configuration's Region `index`. */
void meter_health(struct srow_region_health *out, struct meter *meter, size_t index);

/* Appends the counters as Prometheus text. */
void meter_put(struct srow_buf *out, struct meter *meter);

#endif
