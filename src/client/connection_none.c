/* SPDX-License-Identifier: Apache-2.0 */
#include "client/connection.h"

enum srow_rc connection_new(struct connection **out, const struct srow_config *config,
                            struct srow_error *e)
{
    (void)out;
    (void)config;
    FAIL(e, SROW_E_NOT_BUILT,
         "this library is built without network: give the client KMS functions of your own");
}

void connection_free(struct connection **connection)
{
    *connection = NULL;
}

struct kms *connection_kms(struct connection *c)
{
    (void)c;
    return NULL;
}

void connection_forget(struct connection *c)
{
    (void)c;
}
