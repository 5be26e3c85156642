/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may call: principals with their access keys, in DIR/principals.json. DIR/credentials is the
 * same for clients, in the form the AWS tools read.
 */
#ifndef KMSD_PRINCIPAL_H
#define KMSD_PRINCIPAL_H

#include "base/secret.h"
#include "kmsd/op.h"

enum { PRINCIPAL_ARN = 128 };

struct principal {
    char *name;
    char *access_key_id;
    struct secret secret_access_key;
    enum op_class most; /* OP_MANAGE: everything; OP_USE: describe and use keys */
};

struct principal_list {
    struct principal *at;
    size_t count;
};

void principal_list_cleanup(struct principal_list *list);

/* Two new principals, `default` (everything) and `app` (describe and use keys), with fresh access
 * keys, as the texts of the two files. Fails with CRYPTO, NOMEM. */
MUST enum srow_rc principal_make_all(struct srow_buf *principals, struct srow_buf *credentials,
                                     struct srow_error *e);

/* Reads principals.json's text. Fails with JSON, MALFORMED (a member missing, a name or access key
 * twice, an unknown right), NOMEM. */
MUST enum srow_rc principal_parse(struct principal_list *out, struct srow_bytes text,
                                  struct srow_error *e);

/* NULL if nobody has it. */
const struct principal *principal_find(const struct principal_list *list,
                                       struct srow_bytes access_key_id);

bool principal_may(const struct principal *who, enum op_class cls);

/* "arn:aws:iam::ACCOUNT:user/NAME" */
void principal_format_arn(char out[PRINCIPAL_ARN], const struct principal *who);

#endif
