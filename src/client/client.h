/* SPDX-License-Identifier: Apache-2.0
 *
 * The room client: what a program holds. Built from the configuration once; after that everything
 * is immutable or has its own lock. Implements srow_client_* and srow_cell_* of sealrow.h; what
 * stands here is for the rooms above and the command line.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <sealrow/sealrow.h>

#include "cell/cell.h"
#include "client/meter.h"
#include "kms/kms.h"

struct client_options {
    struct srow_client_options face;
    struct kms *kms; /* borrowed; NULL: over HTTP with the environment's credentials */
};

/* srow_client_new, with own ways to KMS. */
MUST enum srow_rc client_new(struct srow_client **out, const struct srow_config *config,
                             const struct client_options *options, struct srow_error *e);

const struct srow_config *client_config(const struct srow_client *client);
const char *client_local_region(const struct srow_client *client);

/* How KMS is reached, and when a call that begins now must have ended. */
struct kms *client_kms(struct srow_client *client);
uint64_t client_deadline(const struct srow_client *client);

/* One call on a cell has ended: for the metrics. Returns its rc. */
enum srow_rc client_count(struct srow_client *client, enum meter_call call, enum srow_rc rc);

struct meter *client_meter(struct srow_client *client);
struct outage *client_outage(struct srow_client *client);
struct kms *client_breaker(struct srow_client *client);
uint64_t client_alarms_dropped(const struct srow_client *client);

/* Closes the idle connections; not while calls are in flight. */
void client_disconnect(struct srow_client *client);

/* Security events of a code since the client was made. */
uint64_t client_events(const struct srow_client *client, enum srow_rc rc);

/* What a cell of this key set is worked on with; valid as long as the client. `via` NULL or a
 * Region; fails with REGION if the configuration has none of this name. */
MUST enum srow_rc client_tools(struct cell_tools *out, struct srow_client *client,
                               const char *key_set, const char *via, struct srow_error *e);

/* A candidate for what one message of a page holds. */
struct client_match {
    struct srow_bytes candidate;
    bool same; /* where the item's result has no error */
};

/* srow_cell_match of a page: as srow_cells_open, but no plaintext leaves. */
MUST enum srow_rc cells_match(struct srow_result *out, struct client_match *matches,
                              struct srow_client *client, const struct srow_item *items, size_t n,
                              struct srow_error *e);

/* What only opening takes, and what sealing needs. Fails with USAGE. */
MUST enum srow_rc client_check_sealing(const struct srow_cell *cell, const struct bind *bind,
                                       struct srow_error *e);

/* A cell was NULL in the database: OK, or NULL_CELL and an event where a value is required. Fails
 * also as bind_read. */
MUST enum srow_rc client_null_cell(struct srow_client *client, const struct srow_cell *cell,
                                   struct srow_error *e);

/* Appends the canonical text of a value as somebody wrote it, or as a database holds it in a bound
 * column (cell/type.h). Fails with VALUE, NOMEM. */
MUST enum srow_rc client_given_text(struct srow_buf *out, enum srow_type type,
                                    struct srow_bytes given, struct srow_error *e);
MUST enum srow_rc client_stored_text(struct srow_buf *out, enum srow_type type,
                                     struct srow_bytes stored, struct srow_error *e);

/* Appends a random UUID (version 4). It says nothing about when and where it was made. Fails with
 * CRYPTO, NOMEM. */
MUST enum srow_rc client_uuid_make(struct srow_buf *out, struct srow_error *e);

/* One key in one Region, and how it did. */
struct client_check {
    const char *key_set, *region, *arn; /* of the configuration */
    bool open_only;
    enum srow_rc rc;
    struct srow_error error;
};

/* Asks each key of each set in its Region, all at the same time: described, enabled, and, unless it
 * is for opening only, a test data key made and unwrapped again. The caller frees *out with free().
 * NOMEM. */
MUST enum srow_rc client_check_keys(struct client_check **out, size_t *count,
                                    struct srow_client *client, struct srow_error *e);

/* A message of a fixed text under a key set, for principals that may only decrypt: written once by
 * one that may write, then opened through each Region. Fails as message_encrypt and
 * message_decrypt, REGION; SELF_CHECK if another text comes out. */
MUST enum srow_rc client_probe_seal(struct srow_buf *out, struct srow_client *client,
                                    const char *key_set, struct srow_error *e);
MUST enum srow_rc client_probe_open(struct srow_client *client, const char *key_set,
                                    const char *via, struct srow_bytes message,
                                    struct srow_error *e);

/* Between enter and leave srow_client_free waits. */
void client_enter(struct srow_client *client);
void client_leave(struct srow_client *client);

#endif
