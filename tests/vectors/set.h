/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of messages with a manifest.json, and what one entry of it asks for: keys, settings,
 * files.
 */
#ifndef VECTORS_SET_H
#define VECTORS_SET_H

#include "base/json.h"
#include "message/message.h"

struct set {
    const char *folder;
    struct srow_buf text;
    json_node *manifest;
};

MUST enum srow_rc set_load(struct set *out, const char *folder, struct srow_error *e);
void set_cleanup(struct set *set);

/* A whole file; `uri` is "file://" and a path relative to the set. */
MUST enum srow_rc set_read(struct srow_buf *out, const struct set *set, struct srow_bytes uri,
                           struct srow_error *e);

/* A context that owns its text. */
struct pairs {
    struct context context;
    struct srow_buf text;
};

/* Builds a context of an object of strings. */
MUST enum srow_rc pairs_load(struct pairs *out, const json_node *object, struct srow_error *e);
void pairs_cleanup(struct pairs *pairs);

/* What an entry needs to be decrypted. */
struct setup {
    const char *key_type; /* "aes" or "rsa": with an RSA key there is nothing else in here */
    struct srow_keyring *keyring;
    struct manager *manager;
    struct pairs demanded;
    struct message_decrypt_options options;
};

MUST enum srow_rc setup_load(struct setup *out, const struct set *set, const json_node *entry,
                             struct srow_error *e);
void setup_cleanup(struct setup *setup);

#endif
