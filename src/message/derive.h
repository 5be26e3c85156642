/* SPDX-License-Identifier: Apache-2.0
 *
 * From the data key to the keys of one message (spec: framework/transitive-requirements.md and
 * algorithm-suites.md): the body key and the commitment.
 */
#ifndef MESSAGE_DERIVE_H
#define MESSAGE_DERIVE_H

#include "base/secret.h"
#include "format/header.h"

/* Derives both for a header's suite and message id. Fails with INTERNAL (a data key that does not
 * fit the suite), CRYPTO, NOMEM. */
MUST enum srow_rc derive_keys(struct secret *body_key, uint8_t commitment[HEADER_COMMITMENT],
                              const struct header *h, const struct secret *data_key,
                              struct srow_error *e);

#endif
