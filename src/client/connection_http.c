/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "client/connection.h"
#include "kms/kms_http.h"

struct connection {
    struct credentials credentials;
    struct net *net;
    struct kms *kms;
};

static enum srow_rc make_kms(struct connection *c, const struct srow_config *config,
                             struct srow_error *e)
{
    struct kms_http_region *regions = calloc(config->region_count, sizeof *regions);
    FAIL_IF(regions == NULL, e, SROW_E_NOMEM, "no memory for the Regions");
    for (size_t i = 0; i < config->region_count; i++) {
        regions[i].name = config->regions[i].name;
        regions[i].endpoint = config->regions[i].endpoint;
    }
    struct kms_http_options options = {
        .regions = regions,
        .count = config->region_count,
        .net = c->net,
        .credentials = &c->credentials,
        .attempt_ms = config->attempt_ms,
        .in_flight = config->in_flight,
    };
    enum srow_rc rc = kms_http_new(&c->kms, &options, e);
    free(regions);
    return rc;
}

enum srow_rc connection_new(struct connection **out, const struct srow_config *config,
                            struct srow_error *e)
{
    AUTO(connection_free) struct connection *c = calloc(1, sizeof *c);
    FAIL_IF(c == NULL, e, SROW_E_NOMEM, "no memory for a connection");
    TRY(credentials_load(&c->credentials, e));
    struct net_options net = {.max_connections =
                                  config->in_flight * (uint32_t)config->region_count};
    TRY(net_new(&c->net, &net, e));
    TRY(make_kms(c, config, e));
    *out = c;
    c = NULL;
    return SROW_OK;
}

void connection_free(struct connection **connection)
{
    struct connection *c = *connection;
    if (c == NULL) {
        return;
    }
    kms_free(&c->kms);
    net_free(&c->net);
    credentials_cleanup(&c->credentials);
    free(c);
    *connection = NULL;
}

struct kms *connection_kms(struct connection *c)
{
    return c->kms;
}

void connection_forget(struct connection *c)
{
    net_forget(c->net);
}
