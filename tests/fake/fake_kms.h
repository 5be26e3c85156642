/* SPDX-License-Identifier: Apache-2.0
 *
 * A KMS inside the test's process: several Regions, each up, down or refusing, with its requests
 * counted. Every well-formed ARN is a key in the Region it names; a data key is wrapped under key
 * and encryption context and opens under nothing else. Keys of one mrk- id open each other's.
 * Safe from many threads. No cryptography: for tests only.
 */
#ifndef TESTS_FAKE_KMS_H
#define TESTS_FAKE_KMS_H

#include "kms/kms.h"

/* `names` ends with NULL; at most 8. Ends the program when there is no memory. Free: kms_free. */
struct kms *fake_kms_new(const char *const *names);

/* What a Region answers from now on: SROW_OK works, any other code fails every request with it. */
void fake_kms_set(struct kms *kms, const char *region, enum srow_rc rc);

/* The same for one operation alone. */
void fake_kms_set_op(struct kms *kms, const char *region, enum kms_op op, enum srow_rc rc);

/* The same for one key alone, whatever its Region; SROW_OK ends it. At most 8 keys. */
void fake_kms_set_key(struct kms *kms, const char *arn, enum srow_rc rc);

/* Whether its failures KMS_SERVICE call themselves throttling. */
void fake_kms_throttle(struct kms *kms, bool throttle);

/* How long each request says it took from now on; at first 0. */
void fake_kms_took(struct kms *kms, uint32_t ms);

/* Requests a Region has had: of one operation, or of all. */
unsigned fake_kms_count(struct kms *kms, const char *region, enum kms_op op);
unsigned fake_kms_total(struct kms *kms, const char *region);

/* Most requests that stood in one call together, since the last reset. */
size_t fake_kms_widest(struct kms *kms);

/* The data key of 32 bytes that it has made last, each byte XOR 0x5A; stays in its place. */
const uint8_t *fake_kms_masked(struct kms *kms);

/* All counts to 0. */
void fake_kms_reset(struct kms *kms);

#endif
