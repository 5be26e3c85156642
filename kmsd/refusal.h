/* SPDX-License-Identifier: Apache-2.0
 *
 * The errors of the KMS API: code, HTTP status and the code of ours that goes with them.
 */
#ifndef KMSD_REFUSAL_H
#define KMSD_REFUSAL_H

#include "base/error.h"

enum refusal_kind {
    REFUSAL_ACCESS_DENIED,
    REFUSAL_ALREADY_EXISTS,
    REFUSAL_DISABLED,
    REFUSAL_DRY_RUN,
    REFUSAL_INCOMPLETE_SIGNATURE,
    REFUSAL_INCORRECT_KEY,
    REFUSAL_INTERNAL,
    REFUSAL_INVALID_ALIAS_NAME,
    REFUSAL_INVALID_CIPHERTEXT,
    REFUSAL_INVALID_GRANT_TOKEN,
    REFUSAL_INVALID_KEY_USAGE,
    REFUSAL_INVALID_MARKER,
    REFUSAL_INVALID_SIGNATURE,
    REFUSAL_LIMIT,
    REFUSAL_MISSING_TOKEN,
    REFUSAL_NOT_AUTHORIZED,
    REFUSAL_NOT_FOUND,
    REFUSAL_SERIALIZATION,
    REFUSAL_TOO_LARGE,
    REFUSAL_UNKNOWN_OPERATION,
    REFUSAL_UNRECOGNIZED_CLIENT,
    REFUSAL_UNSUPPORTED,
    REFUSAL_VALIDATION,
};

struct refusal {
    const char *code; /* "NotFoundException" */
    unsigned status;
    enum srow_rc rc;
};

/* By enum refusal_kind. */
extern const struct refusal refusal_table[];

#endif
