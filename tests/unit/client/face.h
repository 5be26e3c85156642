/* SPDX-License-Identifier: Apache-2.0
 *
 * A client over a KMS in the test's process, with two Regions and two key sets.
 */
#ifndef CLIENT_FACE_H
#define CLIENT_FACE_H

#include "client/client.h"
#include "fake/fake_kms.h"

#define FACE_US "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define FACE_EU "arn:aws:kms:eu-west-1:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"
#define FACE_CARD "arn:aws:kms:us-east-1:111122223333:key/0000fedc-12ab-34cd-56ef-1234567890ab"
#define FACE_REGIONS "regions: {us-east-1: {}, eu-west-1: {}}\n"
#define FACE_REST                                                                                  \
    "keys:\n"                                                                                      \
    "  default: {us-east-1: [\"" FACE_US "\"], eu-west-1: [\"" FACE_EU "\"]}\n"                    \
    "  cards: {us-east-1: [\"" FACE_CARD "\"]}\n"                                                  \
    "tables:\n"                                                                                    \
    "  profile:\n"                                                                                 \
    "    bind: {account: integer}\n"                                                               \
    "    columns: {userid: {}, balance: {type: integer}, card: {keys: cards}}\n"
#define FACE_YAML "version: 1\ndomain: bank\n" FACE_REGIONS FACE_REST

struct face {
    struct srow_config *config;
    struct kms *kms; /* NULL: own functions, or HTTP */
    struct srow_client *client;
    struct srow_error e;
};

static inline void face_cleanup(struct face *f)
{
    srow_client_free(f->client);
    srow_config_free(f->config);
    kms_free(&f->kms);
}

static inline struct face face_of(void)
{
    static const char *const regions[] = {"us-east-1", "eu-west-1", NULL};
    struct face f = {.kms = fake_kms_new(regions)};
    struct client_options options = {.face = {.local_region = "us-east-1"}, .kms = f.kms};
    if (srow_config_parse(&f.config, srow_str(FACE_YAML), &f.e) == SROW_OK) {
        (void)!client_new(&f.client, f.config, &options, &f.e);
    }
    return f;
}

/* A cell of the account `*bind` is about. */
static inline struct srow_cell face_cell(struct srow_bind *bind, const char *column,
                                         int64_t account)
{
    *bind = (struct srow_bind){"account", srow_integer(account)};
    return (struct srow_cell){.column = column, .bind = bind, .bind_count = 1};
}

#endif
