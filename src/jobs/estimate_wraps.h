/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a column's data keys are wrapped: who is asked for what, as keyring_regions does it with
 * all Regions up, and what other ways would come to.
 */
#ifndef JOBS_ESTIMATE_WRAPS_H
#define JOBS_ESTIMATE_WRAPS_H

#include "jobs/estimate.h"

/* Fills `wraps` and `regions`; `ciphertext` is known. `local` is a Region's name. NOMEM. */
MUST enum srow_rc estimate_wraps_make(struct estimate_column *c, const struct srow_config *config,
                                      const char *local, struct srow_error *e);

#endif
