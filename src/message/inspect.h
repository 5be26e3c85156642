/* SPDX-License-Identifier: Apache-2.0
 *
 * A message without its keys: the parsed header, and every field with offset and length, in order
 * and without gaps. Nothing is verified but the form.
 */
#ifndef MESSAGE_INSPECT_H
#define MESSAGE_INSPECT_H

#include "format/header.h"

enum message_field_kind { FIELD_NUMBER, FIELD_BYTES, FIELD_TEXT /* UTF-8, or meant to be */ };

struct message_field {
    const char *name; /* "version", "aad-key", "edk-info", "frame-tag"; static */
    size_t offset;
    size_t len;
    enum message_field_kind kind; /* numbers are big-endian, 1 to 8 bytes */
    uint32_t index;               /* of pair, encrypted data key or frame, from 1; 0: of none */
};

struct message_inspected {
    struct header header; /* views into the message */
    const struct message_field *fields;
    size_t field_count;
    uint32_t frame_count;
    uint64_t plaintext_len;
    struct srow_buf owned; /* where the fields are */
};

/* Fails as reading does, also with TRAILING, NOMEM. */
MUST enum srow_rc message_inspect(struct message_inspected *out, struct srow_bytes message,
                                  struct srow_error *e);
void message_inspected_cleanup(struct message_inspected *m);

#endif
