/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KMS_WIRE_ERROR_H
#define KMS_WIRE_ERROR_H

#include "base/json.h"
#include "kms/wire.h"

/* The failure that a bare error code of KMS is; an unknown one is KMS_REPLY. */
enum srow_rc wire_error_code(struct srow_bytes code);

/* The failure that a reply is: by its code, never by its status. `document` may be NULL (the body
 * was not JSON). The text is the code and KMS's own text, cleaned and cut. */
enum srow_rc wire_error_read(const struct wire_reply *reply, const json_node *document,
                             struct srow_error *e);

/* Whether it asks for fewer requests: no sign of the Region's health. */
bool wire_error_is_throttle(const struct wire_reply *reply, const json_node *document);

/* What to do about it, with its "; " in front; "" if there is nothing to say. Static. */
const char *wire_error_hint(enum srow_rc rc);

#endif
