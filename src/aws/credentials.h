/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS credentials: environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), then
 * the shared credentials and config files (AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE,
 * AWS_PROFILE). Other sources of the chain are refused by name.
 */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include "base/secret.h"

struct credentials {
    char *access_key_id;
    struct secret secret_access_key;
    char *session_token; /* NULL if there is none */
};

/* Fails with CREDENTIALS (none found, half a pair, unsupported source), IO, NOMEM. */
MUST enum srow_rc credentials_load(struct credentials *out, struct srow_error *e);
void credentials_cleanup(struct credentials *c);

#endif
